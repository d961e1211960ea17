"""Synthetic counties: files as departments send them, and beside them the truth about what was planted where.

Nobody in them is real: identity numbers have area prefixes 9901–9909. Shares no code with reading or contracts, so
that an error here cannot cancel one there.
"""

from pipelines.simulate.county import County, build_county
from pipelines.simulate.run import SimulationReport, simulate

__all__ = ["County", "SimulationReport", "build_county", "simulate"]
