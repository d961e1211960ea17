"""Delimited text: columns of text by line, so that no value ever moves into its neighbour's column without a word.

Belongs here: the steps from bytes to columns, once for a contract that knows the header (``heads``, ``read_table``)
and once told nothing (``read_grids``). Does not belong here: what the columns mean.

Regular lines of a table's width are split by Polars in one go. For a contract every other line is a broken row, and
only that row; told nothing, the cells of a damaged line that are certain are kept and the line is doubted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl

from pipelines.reading.doubts import Doubt
from pipelines.reading.grids import Grid
from pipelines.reading.tables import BrokenRow, Column, FileRefusedError, Head, Table
from pipelines.reading.text import dialects
from pipelines.reading.text.as_text import plain_cells
from pipelines.reading.text.encodings import (
    Decoded,
    character_doubts,
    decode,
    encoding_doubts,
    open_text,
    plain_line_ends,
)
from pipelines.reading.text.multiline import TwoRows, join_damaged, join_standard
from pipelines.reading.text.records import (
    BLANK,
    INSIDE,
    MOST_COLUMNS,
    Records,
    classify,
    index_lines,
    join_records,
    quoted_cells,
    split_lines,
)
from pipelines.reading.text.repairs import Repairer
from pipelines.reading.text.segments import Segment, established_widths, segments

__all__ = ["Decoded", "decode", "heads", "read_grids", "read_table", "read_text", "split_line"]
DELIMITERS = (",", "\t", ";", "|", "，", "；", ":", "^", "~", "、")
HEAD_LINES = 20


def read_text(raw: bytes) -> Decoded:
    """Decode a text file, make line ends and ``="…"`` plain; refuses empty, binary and markup content."""
    decoded = open_text(raw)
    return decoded._replace(text=plain_cells(plain_line_ends(decoded.text).text))


def split_line(line: str, delimiter: str) -> list[str]:
    """Cells of one line of the head, quotes taken off where they are well formed."""
    if '"' not in line:
        return line.split(delimiter)
    cells = quoted_cells(line, delimiter)
    return line.split(delimiter) if cells is None else cells


def heads(text: str) -> list[Head]:
    """The first lines split by every delimiter that occurs; the caller keeps the one whose header it knows."""
    lines = _first_lines(text)
    found = [delimiter for delimiter in DELIMITERS if any(delimiter in line for line in lines)] or [","]
    if any(" " in line.strip() for line in lines):
        found.append(" ")
    return [Head("", [split_line(line, each) for line in lines], each) for each in found]


def _first_lines(text: str) -> list[str]:
    """The first lines, without a copy of all the others."""
    end = -1
    for _ in range(HEAD_LINES):
        if (end := text.find("\n", end + 1)) < 0:
            return text.split("\n")
    return text[:end].split("\n")


def read_table(decoded: Decoded, delimiter: str, header_index: int, width: int) -> Table:
    """Split the lines below the header into ``width`` columns; ``header_index`` counts lines from 0.

    Broken lines are returned as such, blank ones as non-data; the order of the rest is the file's.
    """
    text = decoded.text
    own = delimiter
    if not delimiter.isascii():
        own = next(chr(code) for code in range(0x1F, 0, -1) if chr(code) not in text and code not in (9, 10, 13))
        text = text.replace(delimiter, own)
    records = classify(index_lines(text), own)
    join_records(records, {width}, TwoRows())
    body = np.arange(len(records.lines)) > header_index
    widths = records.widths
    taken = body & (widths == width)
    blank = body & (widths == BLANK)
    is_broken = body & (widths != width) & ~blank & (widths != INSIDE)
    joined = {line: cells for line, (cells, _) in records.joined.items() if taken[line]}
    taken[list(records.joined)] = False
    indexes = np.flatnonzero(taken)
    columns, rows = _merged(indexes, split_lines(records, indexes, width) if len(indexes) else [], width, joined)
    if own != delimiter:
        columns = [column.str.replace_all(own, delimiter, literal=True) for column in columns]
    broken = np.flatnonzero(is_broken)
    return Table(
        sheet="",
        format="csv",
        encoding=decoded.encoding,
        header_row=header_index + 1,
        header=[cell.replace(own, delimiter) for cell in split_line(records.lines.line(header_index), own)],
        columns={position: Column(column) for position, column in enumerate(columns)},
        rows=rows,
        broken=[BrokenRow(int(index) + 1, records.lines.line(int(index)).replace(own, delimiter)) for index in broken],
        non_data_rows=[*range(1, header_index + 2), *(int(index) + 1 for index in np.flatnonzero(blank))],
        preamble=[records.lines.line(index).replace(own, delimiter) for index in range(header_index)],
        notes=[(each.why.zh, each.why.en, None) for each in encoding_doubts(decoded)],
    )


def read_grids(raw: bytes) -> list[Grid]:
    """The tables of a text file of any encoding and dialect; told nothing, refusing what is no text table.

    Each grid holds the lines of one width with what stands above, between and below them; every line of the file is
    a line of exactly one grid, or part of a record over several lines.
    """
    decoded = open_text(raw)
    plain = plain_line_ends(decoded.text)
    text = plain_cells(plain.text)
    dialect, doubts = dialects.detect(text)
    known = dialects.canonical(text, dialect)
    records = classify(index_lines(known.text), known.delimiter)
    if not join_standard(records):
        join_damaged(records, established_widths(records))
    parts = segments(records)
    if (widest := max(part.width for part in parts)) > MOST_COLUMNS:
        raise FileRefusedError(
            f"表有{widest}列，超过{MOST_COLUMNS}列的上限。",
            f"The table has {widest} columns, more than the limit of {MOST_COLUMNS}.",
            "请检查导出设置后重新导出。",
            "Check the export settings and export again.",
        )
    is_open_end = len(records.lines) > 2 and not text.endswith("\n")
    grids = []
    for part in parts:
        grid = _grid(records, part, known.restore, is_open_end=is_open_end and part is parts[-1])
        grid.encoding, grid.delimiter = decoded.encoding, dialect.delimiter or None
        grid.doubts += _line_end_doubts(grid, plain.odd_ends)
        grid.doubts += character_doubts(text, [column.text for column in grid.columns], grid.rows)
        grids.append(grid)
    grids[0].doubts[:0] = encoding_doubts(decoded) + doubts
    return grids


def _grid(records: Records, part: Segment, restore: Callable[[pl.Series], pl.Series], *, is_open_end: bool) -> Grid:
    inside = np.zeros(len(records.lines), dtype=bool)
    inside[part.first : part.last + 1] = True
    taken = inside & (records.widths == part.width)
    joined = {line: cells for line, (cells, _) in records.joined.items() if taken[line]}
    taken[list(joined)] = False
    lines = np.flatnonzero(taken)
    columns = split_lines(records, lines, part.width) if len(lines) else []
    if joined:
        columns, rows = _merged(lines, columns, part.width, joined)
        lines = rows.to_numpy().astype(np.int64) - 1
    repairer = Repairer(records, part, lines, columns, is_open_end=is_open_end)
    repaired = repairer.repair()
    repairer.suspects()
    blank: list[str | None] = [None] * part.width
    others: dict[int, Sequence[str | None]] = {**repaired.cells}
    others |= {int(line): blank for line in np.flatnonzero(inside & (records.widths == BLANK))}
    texts, rows = _merged(lines, columns, part.width, others)
    return Grid("csv", [Column(restore(column)) for column in texts], rows, doubts=repaired.doubts)


def _line_end_doubts(grid: Grid, odd_ends: list[int]) -> list[Doubt]:
    """Ragged rows beside a line end of the rarer kind: it may have broken them."""
    if not odd_ends:
        return []
    beside = {line + offset for line in odd_ends for offset in (1, 2)}
    ragged = {doubt.row for doubt in grid.doubts if doubt.kind in ("ragged_row", "stray_quote") and doubt.row in beside}
    return [Doubt("line_end", row) for row in sorted(row for row in ragged if row is not None)]


def _merged(
    lines: np.ndarray, columns: list[pl.Series], width: int, others: Mapping[int, Sequence[str | None]]
) -> tuple[list[pl.Series], pl.Series]:
    """Columns of the regular lines and of the others, which win, in file order, with rows from 1."""
    if not others:
        columns = columns or [pl.Series(f"c{position}", [], dtype=pl.String) for position in range(width)]
        return columns, pl.Series("row", lines + 1, dtype=pl.Int32)
    every = np.concatenate((lines, np.fromiter(others, dtype=np.int64))).astype(np.int64)
    is_kept = np.ones(len(every), dtype=bool)
    is_kept[: len(lines)] = ~np.isin(lines, every[len(lines) :])
    order = np.argsort(every, kind="stable")
    order = order[is_kept[order]]
    extra = [
        pl.Series(f"c{position}", [cells[position] or None for cells in others.values()], dtype=pl.String)
        for position in range(width)
    ]
    both = [first.append(second) for first, second in zip(columns, extra, strict=True)] if columns else extra
    chosen = pl.Series(order)
    return [column.gather(chosen) for column in both], pl.Series("row", every[order] + 1, dtype=pl.Int32)
