"""Published figures against the marts: a regression test of definitions, not a proof of truth.

The synthetic county is calibrated to the printed report, so a figure that differs means that a definition or a step of
the pipeline changed. It does not show that the report was right.
"""

from pipelines.checking.figures import FigureCheck, check_figures, largest_remainder

__all__ = ["FigureCheck", "check_figures", "largest_remainder"]
