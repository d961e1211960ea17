"""What the first rows of a sheet may say as headers, read once for all contracts.

Belongs here: which rows may be a header, alone or joined, and every spelling a column may be known by. Does not belong
here: contracts, and which of these rows is the header (``headers``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pipelines.contracts import normalise_header

HEADER_SEARCH_ROWS = 10
HEADER_ROWS = 3
LONGEST_HEADER = 1000
_UNIT = re.compile(r"[(\[【<](?:单位[:：]?)?([^()\[\]【】<>]{1,8})[)\]】>]$")
_BARE_UNIT = re.compile(r"[/_:：,，、\-]((?:人民币)?(?:[十百千万亿]{0,2}元|美元|港元|港币|欧元))$")
_UNIT_CELL = re.compile(
    r"[(\[【<]?(?:单位[:：]?)?((?:人民币)?(?:[十百千万亿]{0,2}元|美元|港元|港币|欧元|人|户|个|亩|岁|月|日|天|年|%|％))[)\]】>]?"
)
_MARKS = re.compile(r"^[*＊]|[*＊]$")


@dataclass(frozen=True)
class Wording:
    """Rows that may be a header: by position the ways to say each column's header, the likeliest first.

    ``row_index`` is the last of ``row_count`` rows; ``flat`` are the joined names when there are several.
    """

    row_index: int
    columns: tuple[tuple[int, tuple[str, ...]], ...]
    row_count: int = 1
    flat: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def spellings(cell: str) -> tuple[str, str, str | None]:
    """What a header may be known by, whole and without its unit, and that unit; every contract asks for the same."""
    text = _MARKS.sub("", normalise_header(cell))
    found = _UNIT.search(text) or _BARE_UNIT.search(text)
    if found is None:
        return text.upper(), text.upper(), None
    return text.upper(), text[: found.start()].upper(), found[1].removeprefix("人民币") or "元"


def wording_of_row(cells: Sequence[str], row_index: int) -> Wording:
    """One row as a header."""
    columns = ((position, (cell,)) for position, cell in enumerate(cells) if normalise_header(cell))
    return Wording(row_index, tuple(columns))


def wording_of_rows(rows: Sequence[Sequence[str]], row_index: int) -> Wording:
    """Several rows joined: a group's name stands for the columns right of it that only have a name below.

    ``row_index`` is the last row's. A column is known by its joined name, by the lowest name alone where no other
    column has it, and by the upper one where the cells below are blank.
    """
    width = max(map(len, rows))
    spread = [[normalise_header(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    for upper, lower in pairwise(spread):
        for position in range(1, width):
            if not upper[position] and lower[position]:
                upper[position] = upper[position - 1]
    lowest = [next((row[at] for row in reversed(spread) if row[at]), "") for at in range(width)]
    columns, flat = [], []
    for position in range(width):
        parts = list(dict.fromkeys(row[position] for row in spread if row[position]))
        is_unit = len(parts) > 1 and _UNIT_CELL.fullmatch(parts[-1])
        if is_unit:
            unit = is_unit[1]
            parts = [*parts[:-2], f"{parts[-2]}({unit})"]
        flat.append("".join(parts))
        if not parts:
            continue
        is_only = len(parts) == 1 or is_unit or lowest.count(parts[-1]) == 1
        choices = ("".join(parts), "-".join(parts), "_".join(parts))
        columns.append((position, (*choices, parts[-1]) if is_only else choices))
    return Wording(row_index, tuple(columns), len(rows), tuple(flat))


def wordings(rows: Sequence[Sequence[str]]) -> list[Wording]:
    """Every row among the first ten that may be the header, then up to three rows joined."""
    found = [wording_of_row(cells, index) for index, cells in enumerate(rows[:HEADER_SEARCH_ROWS])]
    for count in range(2, HEADER_ROWS + 1):
        for first in range(min(len(rows), HEADER_SEARCH_ROWS) - count + 1):
            joined = rows[first : first + count]
            if all(any(normalise_header(cell) for cell in row) for row in joined):
                found.append(wording_of_rows(joined, first + count - 1))
    return found


def words_of(said: Iterable[Wording]) -> frozenset[str]:
    """Every spelling by which any column may be known: what is not among them names no column."""
    cells = {choice for one in said for _, choices in one.columns for choice in choices}
    return frozenset(word for cell in cells if len(cell) <= LONGEST_HEADER for word in spellings(cell)[:2])
