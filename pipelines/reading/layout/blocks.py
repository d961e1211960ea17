"""Where the tables of a grid are: titles above, header rows, data, totals, notes below, the next table.

Belongs here: cutting a grid into tables; every line gets exactly one role. Does not belong here: what makes a header
(``header_rows``), a total or a note (``line_roles``), names and units (``names``), any contract.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipelines.contracts import Text
from pipelines.reading.doubts import Doubt
from pipelines.reading.grids import Grid
from pipelines.reading.layout.contrast import Lines, View, view_of
from pipelines.reading.layout.header_rows import find_header
from pipelines.reading.layout.line_roles import role_of, suspects
from pipelines.reading.layout.looks import Codes

HEAD_LINES = 40
NAMES_SHARE = 0.8
FEWEST_IN_LIST = 3
UNCERTAIN = ("ragged_row", "stray_quote", "truncated", "mixed_delimiter")


@dataclass
class Block:
    """One table: lines of its header (top first), of its data, and of what is neither, each with its role.

    Lines are indexes into the grid. ``doubts`` are about the structure; rows and columns are the source's.
    """

    header: list[int]
    data: Lines
    non_data: list[tuple[int, str]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def find_blocks(grid: Grid, codes: Codes, header_lines: list[int] | None = None) -> list[Block]:
    """Every table of a grid whose cells have these looks, in order.

    ``header_lines`` tells the header of the first one when it is known.
    """
    if not grid.height or not grid.width:
        return []
    view = view_of(grid, codes)
    blocks: list[Block] = []
    start = 0
    while start < grid.height:
        block, start = _one_block(view, start, header_lines if not blocks else None)
        if len(block.data) or block.header:
            if blocks:
                doubt = Doubt("second_table", view.row(min([*block.header, *block.data.tolist()])))
                block.doubts.append(doubt)
                blocks[-1].doubts.append(doubt)
            blocks.append(block)
        elif blocks:
            blocks[-1].non_data += block.non_data
        elif block.non_data:
            blocks.append(block)
    if len(blocks) > 1 and not blocks[0].header and not len(blocks[0].data):
        blocks[1].non_data = blocks[0].non_data + blocks[1].non_data
        del blocks[0]
    return blocks


def _one_block(view: View, start: int, known: list[int] | None) -> tuple[Block, int]:
    """The table that begins at or after a line, and the line after it."""
    filled = view.filled
    head = [line for line in range(start, len(filled)) if filled[line]][:HEAD_LINES]
    if not head:
        blank = [(line, "blank") for line in range(start, len(filled))]
        return Block([], np.empty(0, np.int64), blank), len(filled)
    needed = _needed(filled[head], view.codes.shape[1])
    doubts: list[Doubt] = []
    header = known or find_header(view, head, needed, doubts)
    non_data: list[tuple[int, str]] = []
    first_full = next((line for line in head if filled[line] >= needed), head[0])
    body_start = header[-1] + 1 if header else first_full
    non_data += [
        (line, "title" if filled[line] else "blank") for line in range(start, body_start) if line not in header
    ]
    end = _next_header(view, header, body_start, needed)
    data, others = _body(view, header, range(body_start, end), needed, doubts)
    non_data += others
    if header and not len(data):
        doubts.append(Doubt("no_data", view.row(header[-1])))
    elif len(data) == 1:
        doubts.append(Doubt("single_row", view.row(int(data[0]))))
    if not header or (view.codes.shape[1] == 1 and len(data) < FEWEST_IN_LIST):
        doubts.append(
            Doubt(
                "header_guess", view.row(head[0]), None, Text(zh="没有确定的表头", en="no certain header row was found")
            )
        )
    return Block(header, data, non_data, doubts), end


def _needed(filled: Lines, width: int) -> int:
    """How many filled cells make a line a full one: half of what the fuller lines have."""
    usual = float(np.percentile(filled, 75))
    return 1 if width == 1 or usual < 2 else max(2, int(np.ceil(usual / 2)))


def _next_header(view: View, header: list[int], start: int, needed: int) -> int:
    """The line where the table ends: the first title or header of the next one, or the height."""
    candidates = np.flatnonzero(
        (view.contrast[start:] >= 1) & (view.contrast[start:] > view.contra[start:]) & (view.filled[start:] >= 2)
    )
    own = [view.texts(line) for line in header]
    last_header = [cell for cell in own[-1] if cell] if own else []
    for line in (candidates + start).tolist():
        if view.texts(line) in own or not view.words_only(line):
            continue
        before = line - 1
        is_apart = before >= start and (view.filled[before] == 0 or (view.filled[before] == 1 and needed > 1))
        cells = [cell for cell in view.texts(line) if cell]
        looks_like_names = view.contrast[line] >= 2 and view.filled[line] >= needed and len(set(cells)) == len(cells)
        if line == start or not (is_apart or looks_like_names) or cells == last_header:
            continue
        if view.contrast[line] < NAMES_SHARE * view.typed[line]:
            continue
        while before >= start and view.filled[before] < needed and view.words_only(before):
            before -= 1
        return before + 1
    return len(view.filled)


def _body(
    view: View, header: list[int], lines_of_body: range, needed: int, doubts: list[Doubt]
) -> tuple[Lines, list[tuple[int, str]]]:
    """Data lines and the others among the lines below a header; a line is data unless something says otherwise."""
    start, end = lines_of_body.start, lines_of_body.stop
    uncertain = {doubt.row for doubt in view.grid.doubts if doubt.kind in UNCERTAIN}
    empty = np.flatnonzero(view.filled[start:end] == 0) + start
    others: list[tuple[int, str]] = [(int(line), "blank") for line in empty if view.row(int(line)) not in uncertain]
    own = {tuple(view.texts(line)) for line in header}
    is_blank = np.zeros(end - start, dtype=bool)
    is_blank[[line - start for line, _ in others]] = True
    lines = np.flatnonzero(~is_blank) + start
    full = lines[view.filled[lines] >= needed]
    last_full = int(full[-1]) if len(full) else start
    is_suspect = suspects(view, lines, header, needed)
    aside: set[int] = set()
    for line in lines[is_suspect].tolist():
        if not view.filled[line]:
            continue
        role = role_of(view, line, own, last_full, needed)
        if role is None or (view.row(line) in uncertain and role != "total"):
            continue
        if role == "column_numbers" and line > start + 1:
            continue
        aside.add(line)
        others.append((line, role))
        if role == "repeated_header":
            doubts.append(Doubt("repeated_header", view.row(line)))
    data = np.array([line for line in lines.tolist() if line not in aside], dtype=np.int64) if aside else lines
    _doubt_thin_rows(view, data, needed, doubts, uncertain)
    return data, others


def _doubt_thin_rows(view: View, data: Lines, needed: int, doubts: list[Doubt], uncertain: set[int | None]) -> None:
    """In delimited text a row with a single value is more likely a broken or foreign line than a record."""
    if view.grid.format != "csv" or view.codes.shape[1] < 4 or needed < 2:
        return
    thin = data[view.filled[data] == 1]
    detail = Text(zh="本行只有一个值", en="the row has a single value")
    doubts += [
        Doubt("ragged_row", view.row(line), None, detail) for line in thin.tolist() if view.row(line) not in uncertain
    ]
