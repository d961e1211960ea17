"""A delimited text while it is being damaged: records of written-out fields, rendered with the source lines counted.

Belongs here: writing a clean table in any dialect, and truth from what was written. Does not belong here: damage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from benchmarks.pollution.tables import Clean
from benchmarks.pollution.truth import Expected

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Dialect:
    """How a text is written; ``escape`` is '"' (doubled), a backslash, or "" (inner quotes are left as they are)."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = "double"
    line_end: str = "\n"
    is_all_quoted: bool = False

    def write(self, value: str) -> str:
        """The field as it stands in the file."""
        risky = any(mark in value for mark in (self.quote, "\n", "\r", *(self.delimiter.strip(" ") or " ")))
        blank_needs_quotes = value == "" and self.delimiter == " "
        if not (risky or self.is_all_quoted or blank_needs_quotes):
            return value
        if self.escape == "double":
            value = value.replace(self.quote, self.quote * 2)
        elif self.escape == "\\":
            value = value.replace("\\", "\\\\").replace(self.quote, "\\" + self.quote)
        return f"{self.quote}{value}{self.quote}"


@dataclass
class Record:
    """One record; ``row`` is its index in the table it belongs to, None for the header and all that is no data."""

    fields: list[str]
    row: int | None = None
    table: int = 0
    delimiter: str | None = None
    line_end: str | None = None


@dataclass
class Draft:
    """The text to be: damages edit ``records``; ``render`` writes them and remembers where every row stands."""

    clean: Clean
    dialect: Dialect
    records: list[Record]
    spans: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def data(self, row: int) -> Record:
        """The record of a row of the first table."""
        return next(each for each in self.records if each.row == row and each.table == 0)

    def render(self) -> str:
        """The whole text; fills ``spans`` with the physical lines (from 1) of every row."""
        parts: list[str] = []
        line = 1
        for record in self.records:
            text = (record.delimiter or self.dialect.delimiter).join(record.fields)
            ending = self.dialect.line_end if record.line_end is None else record.line_end
            inner = len(LINE_END.findall(text))
            if record.row is not None:
                self.spans[record.table, record.row] = (line, line + inner)
            line += inner + (1 if ending else 0) + max(0, len(LINE_END.findall(ending)) - 1)
            parts += (text, ending)
        return "".join(parts)

    def expected(self, **changes: object) -> Expected:
        """Truth of the first table after ``render``; ``changes`` replace parts of it."""
        rows = [list(row) for row in self.clean.rows]
        spans = [self.spans.get((0, row), (0, 0)) for row in range(len(rows))]
        plain = Expected(tuple(self.clean.header), rows, spans)
        return replace(plain, **changes)  # type: ignore[arg-type]


def draft(clean: Clean, dialect: Dialect | None = None) -> Draft:
    """The clean table written out: one header record and one record for each row."""
    dialect = dialect or Dialect()
    header = Record([dialect.write(name) for name in clean.header])
    body = [Record([dialect.write(cell) for cell in row], number) for number, row in enumerate(clean.rows)]
    return Draft(clean, dialect, [header, *body])


def swap_cell(clean: Clean, row: int, column: int, text: str) -> Clean:
    """The same table with one other cell."""
    rows = [list(each) for each in clean.rows]
    rows[row][column] = text
    return Clean(clean.name, clean.header, clean.kinds, rows)
