"""Poverty and inequality statistics as a library: arrays in, figures out; numpy only.

Belongs here: formulas of published measures, their standard errors, curves fitted to grouped data, and the report that
puts them together. Does not belong here: reading files (``intake`` asks the reader for them), the command line.

Every function that takes a ``Distribution`` uses the one sort that made it. ``docs/statistics.md`` lists formulas,
units, sources and conventions.
"""

from pipelines.statistics.cleaning import Convention, Counts, Sample, clean
from pipelines.statistics.distribution import Distribution, UndefinedError

__all__ = ["Convention", "Counts", "Distribution", "Sample", "UndefinedError", "clean"]
