"""How far out the cells of a sheet lie, measured while its text streams by.

Belongs here: the rectangle that a parser would fill for a sheet, and whether it is out of proportion. Does not belong
here: what the cells say. The rough bound costs a few searches per piece; addresses are only read one by one in a
sheet whose rough bound is suspicious, so a dense register pays nearly nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

FREE_AREA = 4_000_000
LARGEST_SPARSENESS = 40
_WIDTHS = [(re.compile(rb"r=[\"'][A-Za-z]{%d}[0-9]" % letters), 26**letters) for letters in (3, 2)]
_HEIGHTS = [(re.compile(rb"r=[\"'][A-Za-z]{1,3}[0-9]{%d}" % digits), 10**digits) for digits in (7, 6, 5, 4)]
_FILLED = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r=[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"'][^<>]*(?<!/)>(?!</)")
_OVERLAP = 256


def column_number(letters: bytes) -> int:
    """The column of its letters, from 1.

    >>> column_number(b"XFD")
    16384
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def is_sparse(area: int, cell_count: int) -> bool:
    """True for a rectangle out of proportion to the number of its cells."""
    return area > FREE_AREA + LARGEST_SPARSENESS * cell_count


@dataclass
class RoughBounds:
    """An upper bound of the rectangle, and the number of cells written."""

    cell_count: int = 0
    width: int = 26
    height: int = 1000
    _tail: bytes = b""

    def add(self, chunk: bytes) -> None:
        """Look at the next piece of the sheet's text."""
        window = self._tail + chunk
        self.cell_count += chunk.count(b"<c ") + chunk.count(b":c ")
        self.width = next((to for form, to in _WIDTHS if to > self.width and form.search(window)), self.width)
        self.height = next((to for form, to in _HEIGHTS if to > self.height and form.search(window)), self.height)
        self._tail = window[-_OVERLAP:]

    @property
    def is_suspicious(self) -> bool:
        """True when the addresses should be read one by one."""
        return is_sparse(self.width * self.height, self.cell_count)


def exact_area(chunks: Iterable[bytes]) -> tuple[int, int]:
    """Cells of the rectangle around all cells with content, and how many those are."""
    columns: set[bytes] = set()
    top, bottom, cell_count, tail = 10**7, 0, 0, b""
    for chunk in chunks:
        window = tail + chunk
        end = window.rfind(b"<")
        if end < 0:
            continue
        found = _FILLED.findall(window, 0, end)
        tail = window[end:]
        if found:
            rows = [int(row) for _, row in found]
            top, bottom = min(top, *rows), max(bottom, *rows)
            columns.update(letters for letters, _ in found)
            cell_count += len(found)
    if not columns:
        return 0, 0
    numbers = [column_number(letters) for letters in columns]
    return (max(numbers) - min(numbers) + 1) * (bottom - top + 1), cell_count
