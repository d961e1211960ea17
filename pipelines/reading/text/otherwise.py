"""Lines that make up a whole row once they are divided otherwise than by the table's own delimiter.

Belongs here: another delimiter, a line inside one pair of quotes, names of a header that ran together; each gives the
cells or None. Does not belong here: the lines of a file, doubts (``repairs``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pipelines.reading.text.alignment import ODD
from pipelines.reading.text.dialects import COMMON
from pipelines.reading.text.profiles import Profile
from pipelines.reading.text.records import quoted_cells

OTHERWISE = 2.6
_NAME_TURN = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[\u4e00-\u9fff][数额率号量价址别期])(?=[\u4e00-\u9fff]{2})")
LONG_HANZI, LONG_NAME = 4, 6


def by_other_delimiter(
    text: str, own: str, profiles: Sequence[Profile], cost: Callable[[Sequence[str]], float]
) -> tuple[str, list[str]] | None:
    """The mark and the cells of a line that another delimiter splits into just the right columns, at least ``cost``."""
    width = len(profiles)
    found: list[tuple[float, str, list[str]]] = []
    for other in [each for each in (*COMMON, " ", "、", ":", "^", "~") if each != own and each in text]:
        cells = _cells(text, other)
        if cells is not None and len(cells) == width > 1 and not _is_own(cells, own, profiles):
            found.append((cost(cells), other, cells))
        elif other in COMMON and '"' not in text and (one := _one_replaced(text, own, other, profiles)) is not None:
            found.append((cost(one), other, one))
    if not found:
        return None
    best = min(found, key=lambda each: each[0])
    return None if best[0] > OTHERWISE else best[1:]


def _one_replaced(text: str, own: str, other: str, profiles: Sequence[Profile]) -> list[str] | None:
    """The cells of a line where one delimiter was typed as another mark, which no value of the table has."""
    if text.count(other) != 1 or text.count(own) != len(profiles) - 2:
        return None
    if any(other in value for profile in profiles for value in profile.vocabulary):
        return None
    return text.replace(other, own).split(own)


def _is_own(cells: Sequence[str], own: str, profiles: Sequence[Profile]) -> bool:
    """True when the table's own delimiter divides cells of the line: then no other one makes up the count."""
    odd = [cell for cell, profile in zip(cells, profiles, strict=True) if own in cell and profile.cost(cell) > ODD]
    return bool(odd) or 2 * sum(cell.count(own) for cell in cells) >= len(profiles)


def out_of_quotes(text: str, delimiter: str, width: int, cost: Callable[[Sequence[str]], float]) -> list[str] | None:
    """The cells inside a line that is quoted as if it were one cell."""
    text = text.strip()
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return None
    cells = _cells(text[1:-1].replace('""', '"'), delimiter)
    if cells is None or len(cells) != width or width == 1 or cost(cells) > OTHERWISE:
        return None
    return cells


def names_apart(text: str, delimiter: str, width: int) -> tuple[int, list[str]] | None:
    """A header of one name too few, two of which ran together at the one place where names may meet.

    Gives the column (from 0) of the first of the two, and all names.
    """
    pieces = text.split(delimiter)
    if len(pieces) != width - 1 or '"' in text or not all(piece.strip() for piece in pieces):
        return None
    found = [(at, cut) for at, piece in enumerate(pieces) for cut in _name_turns(piece)]
    if len(found) != 1:
        return None
    at, cut = found[0]
    if pieces[at][cut - 1] > "\u4e00" and len(pieces[at]) < max(map(len, pieces)):
        return None
    return at, [*pieces[:at], pieces[at][:cut], pieces[at][cut:], *pieces[at + 1 :]]


def _name_turns(name: str) -> list[int]:
    """Places inside a header's name where another one may begin: a capital after a small letter, or a closing word."""
    return [found.start() for found in _NAME_TURN.finditer(name.strip())] if name == name.strip() else []


def may_be_two(name: str) -> bool:
    """True when a header's name is long enough to be two that ran together."""
    size = len(name.strip())
    return size >= (LONG_HANZI if any(letter >= "\u4e00" for letter in name) else LONG_NAME)


def _cells(text: str, delimiter: str) -> list[str] | None:
    return quoted_cells(text, delimiter) if '"' in text else text.split(delimiter)
