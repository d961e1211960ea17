"""Lines and records: which lines are regular, how many cells they have, and their cells.

Belongs here: one text in the splitter's dialect (LF, one ASCII delimiter, double quotes doubled inside) to lines,
widths and columns. Does not belong here: finding the dialect, repairing irregular lines.

A line is regular when every quote of it opens or closes a whole cell or is doubled inside one. A record runs over
several lines only when it is regular and none of the lines it swallows is a complete record by itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from pipelines.reading.tables import FileRefusedError

FEW_MARKS = 50
FEW_LINES = 1000
FEW_CELLS = 3000
LONGEST_RECORD_LINES = 50
LONGEST_LINE = 1_000_000
MOST_COLUMNS = 20_000
BLANK, IRREGULAR, INSIDE = 0, -1, -2
_BLOCK = 1 << 18  # bytes that stay in the processor's cache: fresh memory for a whole file costs more than the work


@dataclass(frozen=True)
class Lines:
    """The text as UTF-8 bytes with the start and end of each line."""

    data: bytes
    starts: np.ndarray
    ends: np.ndarray

    def line(self, index: int) -> str:
        """The words of one line, from 0."""
        return self.data[self.starts[index] : self.ends[index]].decode()

    def lines(self, first: int, last: int) -> str:
        """The words from one line to another, both included, with the line ends between."""
        return self.data[self.starts[first] : self.ends[last]].decode()

    def __len__(self) -> int:
        return len(self.starts)


@dataclass
class Records:
    """``widths``: cells of each line, or BLANK, IRREGULAR, INSIDE (of a record that began above).

    ``has_quotes``: lines with a quotation mark; ``joined``: cells and last line of the records over several lines.
    """

    lines: Lines
    delimiter: str
    widths: np.ndarray
    has_quotes: np.ndarray
    odd_quotes: np.ndarray
    joined: dict[int, tuple[list[str], int]]

    def text(self, index: int) -> str:
        """The words of a record as they stand in the file."""
        if index in self.joined:
            return self.lines.lines(index, self.joined[index][1])
        return self.lines.line(index)

    def cells(self, index: int) -> list[str]:
        """The cells of a regular record, or the raw pieces of an irregular line."""
        if index in self.joined:
            return self.joined[index][0]
        line = self.lines.line(index)
        if not self.has_quotes[index]:
            return line.split(self.delimiter)
        return quoted_cells(line, self.delimiter) or line.split(self.delimiter)


def index_lines(text: str) -> Lines:
    """Find the lines; refuses one that is too long to belong to a table."""
    data = text.encode()
    newlines = places_of(np.frombuffer(data, dtype=np.uint8), "\n")
    starts = np.concatenate(([0], newlines + 1))
    ends = np.concatenate((newlines, [len(data)]))
    if starts[-1] == len(data):
        starts, ends = starts[:-1], ends[:-1]
    lengths = ends - starts
    if len(lengths) and (longest := int(lengths.max())) > LONGEST_LINE:
        row = int(lengths.argmax()) + 1
        raise FileRefusedError(
            f"第{row}行长达{longest}字节，不是正常的表格。",
            f"Line {row}: one line is {longest} bytes long: not a table.",
            "请检查导出设置后重新导出。",
            "Check the export settings and export again.",
        )
    return Lines(data, starts, ends)


def places_of(codes: np.ndarray, character: str) -> np.ndarray:
    """Where an ASCII character stands in a text in UTF-8, bytes counted from 0."""
    code = ord(character)
    found = [np.flatnonzero(codes[at : at + _BLOCK] == code) + at for at in range(0, len(codes), _BLOCK)]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def bytes_at(codes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The bytes at some places, a line end for places before the first and after the last."""
    found = codes[np.clip(places, 0, len(codes) - 1)]
    return np.where((places < 0) | (places >= len(codes)), np.uint8(ord("\n")), found)


def _counts(codes: np.ndarray, lines: Lines, character: str) -> np.ndarray:
    """How often an ASCII character other than the line end stands in each line."""
    counts = np.zeros(len(lines), dtype=np.int32)
    first = 0
    while first < len(lines):
        start = lines.starts[first]
        last = max(first + 1, int(np.searchsorted(lines.starts, start + _BLOCK)))
        is_it = codes[start : lines.ends[last - 1] + 1] == ord(character)
        np.add.reduceat(is_it, lines.starts[first:last] - start, dtype=np.int32, out=counts[first:last])
        first = last
    return counts


def _places_in(codes: np.ndarray, lines: Lines, chosen: np.ndarray, counts: np.ndarray, character: str) -> np.ndarray:
    """Where a character stands within some lines; ``counts`` says how often it does in every line."""
    if len(chosen) > FEW_LINES:
        return places_of(codes, character)[np.repeat(np.isin(np.arange(len(lines)), chosen), counts)]
    spans = [(int(lines.starts[line]), int(lines.ends[line])) for line in chosen]
    return np.concatenate([np.flatnonzero(codes[start:end] == ord(character)) + start for start, end in spans])


Believed = Callable[[Records, int, int], bool]


@lru_cache(maxsize=64)
def _regular(delimiter: str) -> re.Pattern[str]:
    cell = rf'(?:"(?:[^"]|"")*"|[^"{re.escape(delimiter)}]*)'
    return re.compile(rf"{cell}(?:{re.escape(delimiter)}{cell})*")


def quoted_cells(record: str, delimiter: str) -> list[str] | None:
    """Cells of a record whose quoting is well formed, else None."""
    if record.count('"') % 2:
        return None
    joint = f'"{delimiter}"'
    if '""' not in record and record[:1] == record[-1:] == '"' and record.count('"') == 2 * (record.count(joint) + 1):
        return record[1:-1].split(joint)
    if _regular(delimiter).fullmatch(record) is None:
        return None
    return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True))


def classify(lines: Lines, delimiter: str) -> Records:
    """Widths of all lines, without looking for records over several lines."""
    codes = np.frombuffer(lines.data, dtype=np.uint8)
    delimiters = _counts(codes, lines, delimiter)
    widths = delimiters + 1
    widths[lines.ends == lines.starts] = BLANK
    count = len(lines)
    nothing = np.zeros(count, dtype=bool)
    marks = places_of(codes, '"')
    if not len(marks):
        return Records(lines, delimiter, widths, nothing, nothing, {})
    begins = np.searchsorted(marks, lines.starts)
    per_line = np.diff(begins, append=len(marks))
    if (joints := _wholly_quoted(lines, codes, marks, begins, delimiter)) is not None:
        widths = np.where(widths == BLANK, BLANK, joints + 1).astype(np.int32)
        return Records(lines, delimiter, widths, per_line > 0, nothing, {})
    line_of = np.repeat(np.arange(count), per_line)
    is_opening = (np.arange(len(marks)) - begins[line_of]) % 2 == 0
    sides = bytes_at(codes, np.where(is_opening, marks - 1, marks + 1))
    follows = np.zeros(len(marks), dtype=bool)
    follows[1:] = (marks[1:] == marks[:-1] + 1) & (line_of[1:] == line_of[:-1])
    precedes = np.concatenate((follows[1:], [False]))
    good = (sides == 10) | (sides == ord(delimiter)) | np.where(is_opening, follows, precedes)
    is_bad = (np.bincount(line_of, weights=~good, minlength=count) > 0) | (per_line % 2 == 1)
    marked = np.flatnonzero(per_line)
    places = _places_in(codes, lines, marked, delimiters, delimiter)
    owner = np.repeat(marked, delimiters[marked])
    if len(marks) * FEW_MARKS < len(codes):
        before: np.ndarray = np.searchsorted(marks, places)
    else:
        before = np.cumsum(codes == ord('"'), dtype=np.uint8)[places]  # it may overflow: only odd or even matters
    is_inside = (before - begins[owner]) % 2 == 1
    hidden = np.bincount(owner[is_inside], minlength=count)
    widths = (widths - hidden).astype(np.int32)
    widths[is_bad] = IRREGULAR
    return Records(lines, delimiter, widths, per_line > 0, per_line % 2 == 1, {})


def _wholly_quoted(
    lines: Lines, codes: np.ndarray, marks: np.ndarray, begins: np.ndarray, delimiter: str
) -> np.ndarray | None:
    """Delimiters between marks per line, when every cell of every line stands in marks and has none inside; else None.

    Exports often are so, and then the marks alone tell the cells.
    """
    filled = lines.ends > lines.starts
    per_line = np.diff(begins, append=len(marks))
    first, last = lines.starts[filled], lines.ends[filled] - 1
    if not (np.all(codes[first] == ord('"')) and np.all(codes[last] == ord('"')) and np.all(per_line[filled] >= 2)):
        return None
    is_joint = (np.diff(marks) == 2) & (codes[marks[:-1] + 1] == ord(delimiter))
    so_far = np.concatenate(([0], np.cumsum(is_joint, dtype=np.int32)))
    joints = np.zeros(len(lines), dtype=np.int32)
    joints[filled] = so_far[(begins + per_line - 1)[filled]] - so_far[begins[filled]]
    return joints if np.all(per_line[filled] == 2 * (joints[filled] + 1)) else None


def join_records(records: Records, complete_widths: Collection[int], are_two_rows: Believed | None = None) -> None:
    """Find the records over several lines: regular, of a complete width, swallowing no complete record.

    ``are_two_rows`` tells, by first and last line, which of them are rows that two stray marks tie together.
    """
    complete = set(complete_widths)
    last = -1
    for start in np.flatnonzero((records.widths == IRREGULAR) & records.odd_quotes):
        index = int(start)
        if index <= last:
            continue
        found = _join(records, index, complete, are_two_rows)
        if found is None:
            continue
        cells, last = found
        records.joined[index] = found
        records.widths[index] = len(cells)
        records.widths[index + 1 : last + 1] = INSIDE


def _join(
    records: Records, index: int, complete: set[int], are_two_rows: Believed | None
) -> tuple[list[str], int] | None:
    parts = [records.lines.line(index)]
    for last in range(index + 1, min(len(records.lines), index + LONGEST_RECORD_LINES)):
        if int(records.widths[last]) in complete:
            return None
        parts.append(records.lines.line(last))
        if records.odd_quotes[last]:
            if are_two_rows is not None and are_two_rows(records, index, last):
                return None
            cells = quoted_cells("\n".join(parts), records.delimiter)
            return (cells, last) if cells is not None and len(cells) in complete else None
    return None


def split_lines(records: Records, chosen: np.ndarray, width: int) -> list[pl.Series]:
    """The cells of regular lines of one width, in file order; ``chosen`` are their indexes."""
    return _split(records, chosen, width, '"' if records.has_quotes[chosen].any() else None)


def _split(records: Records, indexes: np.ndarray, width: int, quote: str | None) -> list[pl.Series]:
    lines = records.lines
    breaks = np.flatnonzero(np.diff(indexes) != 1)
    firsts = indexes[np.concatenate(([0], breaks + 1))]
    lasts = indexes[np.concatenate((breaks, [len(indexes) - 1]))]
    if len(indexes) * width < FEW_CELLS:
        return _split_few(records, indexes, width)
    names = [f"c{position}" for position in range(width)]
    is_tail = len(firsts) == 1 and lasts[0] == len(lines) - 1
    view = memoryview(lines.data)
    pieces = () if is_tail else (view[lines.starts[a] : lines.ends[b]] for a, b in zip(firsts, lasts, strict=True))
    frame = pl.read_csv(
        lines.data if is_tail else b"\n".join(pieces),
        skip_lines=int(firsts[0]) if is_tail else 0,
        separator=records.delimiter,
        quote_char=quote,
        has_header=False,
        new_columns=names,
        infer_schema=False,
    )
    if frame.shape != (len(indexes), width):
        raise RuntimeError(f"{len(indexes)} lines of {width} columns were split into {frame.shape}")
    if quote is None:
        return frame.get_columns()
    return [column.replace("", None) for column in frame.get_columns()]


def _split_few(records: Records, indexes: np.ndarray, width: int) -> list[pl.Series]:
    """A few lines are split faster without a reader."""
    rows = [records.cells(int(index)) for index in indexes]
    return [
        pl.Series(f"c{position}", [row[position] or None for row in rows], dtype=pl.String) for position in range(width)
    ]
