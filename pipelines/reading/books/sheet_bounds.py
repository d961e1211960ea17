"""How far out the cells of a sheet lie, measured while its text streams by.

Belongs here: the rectangle that a parser would fill for a sheet, and whether it is out of proportion. Does not belong
here: what the cells say. The rough bound costs a few searches per piece; addresses are only read one by one in a
sheet whose rough bound is suspicious, so a dense register pays nearly nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

FREE_AREA = 4_000_000
LARGEST_SPARSENESS = 40
_PADDING = b" " * 16  # longer than an address, so that looking behind a place never leaves the piece
_DIGITS = 7
_FILLED = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r=[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"'][^<>]*(?<!/)>(?!</)")
_OVERLAP = 256
_UPPER = np.uint8(0xDF)
_LETTER, _DIGIT = np.zeros(256, dtype=bool), np.zeros(256, dtype=bool)
_LETTER[[*range(65, 91), *range(97, 123)]] = True
_DIGIT[48:58] = True


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
        window = b"".join((self._tail, chunk, _PADDING))
        codes = np.frombuffer(window, dtype=np.uint8)
        at = np.flatnonzero((codes[:-1] == ord("r")) & (codes[1:] == ord("="))) + 3
        is_letter = _LETTER[codes[at]]
        self.cell_count += int(np.count_nonzero(is_letter[at >= len(self._tail)]))
        # Whatever is wider or higher than all before has a letter in the third place, or a digit further behind.
        behind = at + (self._digits + 1) + _LETTER[codes[at + 1]]
        is_further = (self.width < 26**3) & _LETTER[codes[at + 2]]
        if self._digits < _DIGITS:
            is_further |= _DIGIT[codes[behind]]
        is_further |= _LETTER[codes[at + 1]] & ((codes[at] & _UPPER) > 63 + self.width // 26)
        if len(at := at[is_further & is_letter]):
            quote = codes[at - 1]
            self._widen(codes, at[(quote == ord('"')) | (quote == ord("'"))])
        self._tail = window[-_OVERLAP - len(_PADDING) : -len(_PADDING)]

    @property
    def _digits(self) -> int:
        return len(str(self.height)) - 1

    def _widen(self, codes: np.ndarray, at: np.ndarray) -> None:
        """Take the numbers of letters and digits of the addresses that begin at the given places."""
        first = codes[at] & _UPPER
        letters = np.zeros(len(at), dtype=np.int64)
        goes_on = np.ones(len(at), dtype=bool)
        for _ in range(3):
            goes_on &= _LETTER[codes[at + letters]]
            letters += goes_on
        at = at + letters
        is_cell = (letters > 0) & _DIGIT[codes[at]]
        at, letters, first = at[is_cell], letters[is_cell], first[is_cell]
        if not len(at):
            return
        if (letters == 3).any():
            self.width = 26**3
        elif (letters == 2).any():
            self.width = max(self.width, 26 * (int(first[letters == 2].max()) - 63))
        count = 1
        while count < _DIGITS and len(at := at[_DIGIT[codes[at + count]]]):
            count += 1
        self.height = max(self.height, 10**count)

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
