"""What every format is turned into before it is judged: columns of text, with the kind of cell where it is known.

Belongs here: the shapes and the refusal of a whole file. Does not belong here: any format, any contract.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pipelines.reading.books.number_formats import NumberFormat

ROWS_PER_SHEET = 1 << 21


class Kind(IntEnum):
    """What a cell was in the file; text files only have text."""

    TEXT = 0
    NUMBER = 1
    DATE = 2
    BOOLEAN = 3
    ERROR = 4


class FileRefusedError(Exception):
    """The file as a whole cannot be read or used; both texts say what is wrong and what to do."""

    def __init__(self, zh: str, en: str, remedy_zh: str, remedy_en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.remedy_zh = remedy_zh
        self.remedy_en = remedy_en


@dataclass(frozen=True)
class Column:
    """Cells of one column below the header; ``kinds`` (Int8) is None when all are text, null text is a blank cell.

    ``is_sound``: a look at its bytes has shown that no value can be damaged text.
    """

    text: pl.Series
    kinds: pl.Series | None = None
    is_sound: bool = False

    def filter(self, keep: pl.Series) -> Column:
        """The cells where ``keep`` is true."""
        kinds = None if self.kinds is None else self.kinds.filter(keep)
        return Column(self.text.filter(keep), kinds, self.is_sound)


@dataclass(frozen=True)
class BrokenRow:
    """A row that could not be split into the header's columns, with its text for the quarantine."""

    row: int
    text: str


@dataclass(frozen=True)
class Head:
    """The first rows of one sheet or text, before anything is known about it; rows count from 1."""

    sheet: str
    rows: list[list[str]]
    delimiter: str | None = None
    is_hidden: bool = False


@dataclass
class Table:
    """One table found in a file: its columns by position, the source row of each line, and what was left aside.

    ``formats`` are the number formats of a column's cells that show something else than the cells hold. A table that
    goes on over several sheets names them in ``sheets``; a row of the n-th (from 0) is numbered n × ROWS_PER_SHEET
    higher than in its sheet.
    """

    sheet: str
    format: str
    encoding: str | None
    header_row: int
    header: list[str]
    columns: dict[int, Column]
    rows: pl.Series
    broken: list[BrokenRow] = field(default_factory=list)
    non_data_rows: list[int] = field(default_factory=list)
    preamble: list[str] = field(default_factory=list)
    notes: list[tuple[str, str, int | None]] = field(default_factory=list)
    formats: dict[int, list[NumberFormat]] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()

    @property
    def row_in_count(self) -> int:
        """Every physical or logical row of the source from its first to its last, header included."""
        return len(self.rows) + len(self.broken) + len(self.non_data_rows)


def in_sheets(frame: pl.DataFrame, sheets: tuple[str, ...]) -> pl.DataFrame:
    """``source_sheet`` and ``source_row`` as each sheet counts its rows, for a table over several sheets."""
    if not sheets:
        return frame
    number = pl.col("source_row") // ROWS_PER_SHEET
    return frame.with_columns(
        number.replace_strict(dict(enumerate(sheets)), default=None, return_dtype=pl.String).alias("source_sheet"),
        pl.col("source_row") % ROWS_PER_SHEET,
    )


def row_in_sheet(row: int | None) -> int | None:
    """A row as its sheet counts it."""
    return None if row is None else row % ROWS_PER_SHEET
