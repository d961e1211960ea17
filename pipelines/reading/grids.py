"""What every parser hands over when nothing is known about a file: cells by position, and what the parser doubted.

Belongs here: shapes between the parsers and the layout. Does not belong here: any format, any header, any contract.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from pipelines.reading.doubts import Doubt
from pipelines.reading.tables import Column


@dataclass(frozen=True)
class Merged:
    """A merged range; rows and columns are positions in the source, from 1, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass
class Grid:
    """One sheet, or one run of a text's records that have the same width.

    ``columns`` all have the height of ``rows``, which holds each line's row in the source (from 1; for text the
    physical line on which the record begins). A blank cell is null. Lines narrower than the grid, like titles and
    notes, stand at the left. Blank rows inside are kept as all-null lines. ``first_column`` is the source column of
    ``columns[0]``. ``column_units`` holds the unit that number formats give the cells of a column (by index, from 0).
    A cell that could not be placed with certainty is null and has a doubt of its own.
    """

    format: str
    columns: list[Column]
    rows: pl.Series
    sheet: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    first_column: int = 1
    is_hidden: bool = False
    merged: list[Merged] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    column_units: dict[int, str] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """Lines, blank ones included."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.columns)

    def first_columns(self, width: int) -> Grid:
        """The same grid with its first columns only."""
        return self if width == self.width else replace(self, columns=self.columns[:width])

    def line(self, index: int) -> list[str | None]:
        """The cells of one line as text."""
        return [column.text[index] for column in self.columns]
