"""Cells of a large sheet that are written in the plainest way, taken from its XML without the cell parser.

Belongs here: which cells are plain, and the bytes of their values. Does not belong here: anything that needs knowing
more than a cell's own bytes; those cells are left over for the parser (``sheet_columns``).

Plain is, byte for byte, ``<c r="A1" s="2" t="inlineStr"><is><t>text</t></is></c>`` or ``<c r="A1"><v>1</v></c>`` with
or without a style, of type ``n``, ``s`` or none; text without entities, escapes, line ends or outer blanks. Every tag
of the sheet has to be accounted for. At the first thing that does not fit, the whole sheet is given up.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from pipelines.reading.books.sheet_tags import Piece, digits

MOST_LEFT_SHARE, MOST_LEFT_FREE = 8, 20_000
_ROW_TAG = re.compile(rb'<row(?: [\w:]+="[^"<>&]*")+ ?/?>')
_LONGEST_TEXT = 1 << 17
_BLANK = ord(" ")


def _word(text: bytes) -> tuple[np.uint64, np.uint64]:
    """Up to eight bytes as one number, and the mask of so many bytes."""
    return np.uint64(int.from_bytes(text, "little")), np.uint64((1 << 8 * len(text)) - 1)


_INLINE_TAG = _word(b' t="inli'), _word(b'ineStr">')
_INLINE_OPEN, _INLINE_CLOSE = _word(b"<is><t>"), (_word(b"</t></is"), _word(b"/is></c>"))
_NUMBER_TAG, _SHARED_TAG, _TAG_END, _EMPTY_END = _word(b' t="n">'), _word(b' t="s">'), _word(b">"), _word(b"/>")
_VALUE_OPEN, _VALUE_CLOSE = _word(b"<v>"), _word(b"</v></c>")
_ROW_CLOSE = _word(b"</row>")


class NotPlainError(Exception):
    """The sheet, or a part of it, is not written in the plain way."""


@dataclass
class LeftCell:
    """A cell for the parser: where it stands, and its bytes."""

    row: int
    column: int
    data: bytes


@dataclass
class Values:
    """Cells of one piece of a sheet, sorted by column: rows, sizes of the values, and their bytes one after another.

    ``cell_ends`` and ``byte_ends`` are by column, so that a column's share of either is a slice.
    """

    rows: np.ndarray
    sizes: np.ndarray
    is_number: np.ndarray
    data: np.ndarray
    cell_ends: np.ndarray
    byte_ends: np.ndarray


class PlainCells:
    """What is taken from a sheet's pieces; rows up to ``head_rows`` and columns not ``wanted`` (from 1) are not.

    ``settled`` is set as soon as the sheet is given up, so that the parser may begin with it, or all is taken.
    """

    def __init__(self, head_rows: int, wanted: Collection[int], most_columns: int) -> None:
        self.head_rows = head_rows
        self.settled = threading.Event()
        self.is_given_up = False
        self.head = b""
        self.values: list[Values] = []
        self.shared: list[np.ndarray] = []
        self.left: list[LeftCell] = []
        self.filled: list[np.ndarray] = []
        self.styles: set[int] = set()
        self.last_row = self.last_column = 0
        self._cell_count = 0
        self._wanted = np.zeros(most_columns + 2, dtype=bool)
        self._wanted[list(wanted)] = True

    def give_up(self) -> None:
        """Leave the whole sheet to the parser."""
        self.is_given_up = True
        self.values, self.shared, self.left, self.filled = [], [], [], []
        self.settled.set()

    def add(self, piece: Piece, rows: np.ndarray, ordinal: np.ndarray, is_date: np.ndarray) -> None:
        """Take the cells of a piece that begin in its rows ``ordinal``; ``rows`` are the numbers of its row tags.

        ``is_date`` says which styles make a date of a number.
        """
        try:
            self._add(piece, rows, ordinal, is_date)
        except NotPlainError:
            self.give_up()

    def _add(self, piece: Piece, rows: np.ndarray, ordinal: np.ndarray, is_date: np.ndarray) -> None:
        if piece.is_odd.any():
            raise NotPlainError
        look = _Look(piece)
        style = np.minimum(piece.style, len(is_date) - 1)
        is_body = piece.row > self.head_rows
        is_number = look.is_number & is_body & ~is_date[style]
        is_text, is_shared = look.is_text & is_body, look.is_shared & is_body
        is_left = ~(is_number | is_text | is_shared | look.is_empty)
        tag_count = 6 * int(is_text.sum()) + 4 * int(is_number.sum() + is_shared.sum()) + int(look.is_empty.sum())
        if (number := int(is_left.sum())) > MOST_LEFT_FREE + (self._cell_count + len(is_left)) // MOST_LEFT_SHARE:
            raise NotPlainError
        tag_count += self._leave(piece, np.flatnonzero(is_left)) if number else 0
        if tag_count + _row_tag_count(piece, look.words, ordinal) != len(piece.opens):
            raise NotPlainError
        self._cell_count += len(is_left)
        taken = is_text | is_number
        if (seen := taken | is_shared).any():
            self.last_row = max(self.last_row, int(piece.row[seen].max()))
            self.last_column = max(self.last_column, int(piece.column[seen].max()))
            self.filled.append(rows[np.unique(ordinal[taken])])
        self.styles.update(np.unique(piece.style[is_number]).tolist())
        chosen = np.flatnonzero(taken & self._wanted[piece.column])
        self.values.append(_gathered(piece, chosen, look, is_number))
        if is_shared.any():
            number_of_text = look.shared_number[is_shared]
            self.shared.append(np.stack([piece.row[is_shared], piece.column[is_shared], number_of_text]))

    def _leave(self, piece: Piece, indices: np.ndarray) -> int:
        """Keep the bytes of cells for the parser; returns how many tags they have."""
        data, count = piece.data, 0
        limits = np.append(piece.starts[1:], len(data))
        for index in indices.tolist():
            start, limit = int(piece.starts[index]), int(limits[index])
            if (end := data.rfind(b"</c>", start, limit)) >= 0:
                end += 4
            elif data[(end := data.find(b">", start) + 1) - 2 : end] != b"/>":
                raise NotPlainError
            if end != limit and not data.startswith(b"</row>", end):
                raise NotPlainError
            self.left.append(LeftCell(int(piece.row[index]), int(piece.column[index]), data[start:end]))
            count += data.count(b"<", start, end)
        return count


class _Look:
    """Which cells of a piece are plain: masks, where each value begins and ends, the numbers of shared texts."""

    def __init__(self, piece: Piece) -> None:
        codes = piece.codes
        self.words = np.ndarray((len(codes) - 7,), dtype="<u8", buffer=codes, strides=(1,))
        opens = np.append(piece.opens, np.full(8, len(piece.data)))
        behind, at = piece.type_at, piece.at
        first, second, third = opens[at + 1], opens[at + 2], opens[at + 3]
        tag = self.words[behind]
        is_bare = _is(tag, _TAG_END) & (first == behind + 1)
        is_short = first == behind + 7
        is_value = _is(self.words[first], _VALUE_OPEN) & _is(self.words[second], _VALUE_CLOSE)
        is_value &= (second > first + 3) & (opens[at + 4] == second + 8) & (second < first + 64)
        self.is_number = is_value & (is_bare | (is_short & _is(tag, _NUMBER_TAG)))
        self.is_shared = is_value & is_short & _is(tag, _SHARED_TAG)
        self.is_empty = _is(tag, _EMPTY_END) & (first == behind + 2)
        is_inline = _is(tag, _INLINE_TAG[0]) & _is(self.words[behind + 7], _INLINE_TAG[1]) & (first == behind + 15)
        is_inline &= _is(self.words[first], _INLINE_OPEN) & (opens[at + 6] == third + 13)
        is_inline &= _is(self.words[third], _INLINE_CLOSE[0]) & _is(self.words[third + 5], _INLINE_CLOSE[1])
        is_inline &= (third > first + 7) & (third < first + _LONGEST_TEXT)
        is_inline &= (codes[first + 7] > _BLANK) & (codes[third - 1] > _BLANK)
        self.is_text = is_inline & ~_has_special(codes, piece.data, first + 7, third)
        self.begin = np.where(self.is_text, first + 7, first + 3)
        self.end = np.where(self.is_text, third, second)
        self.shared_number = np.zeros(len(at), dtype=np.int64)
        if self.is_shared.any():
            self.shared_number, last = digits(codes, first + 3, 8)
            self.is_shared &= last == second


def _is(found: np.ndarray, wanted: tuple[np.uint64, np.uint64]) -> np.ndarray:
    word, mask = wanted
    same: np.ndarray = (found & mask) == word
    return same


def _has_special(codes: np.ndarray, data: bytes, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """True where there is an entity, what may be an escape, or a control character between the two places."""
    is_special = codes < ord(" ")
    for mark in b"&_":
        if mark in data:
            is_special |= codes == mark
    at = np.flatnonzero(is_special)
    if not len(at):
        return np.zeros(len(begin), dtype=bool)
    differs: np.ndarray = np.searchsorted(at, begin) != np.searchsorted(at, end)
    return differs


def _row_tag_count(piece: Piece, words: np.ndarray, ordinal: np.ndarray) -> int:
    """How many tags the rows themselves have; every row must be closed before the next and around its cells."""
    opens, codes, starts = piece.opens, piece.codes, piece.row_starts
    following = np.append(opens, len(piece.data))[np.searchsorted(opens, starts) + 1]
    if (codes[following - 1] != ord(">")).any():
        raise NotPlainError
    if piece.plain_rows() is None:
        tags = [piece.data[start:end] for start, end in zip(starts.tolist(), following.tolist(), strict=True)]
        if not all(_ROW_TAG.fullmatch(tag) and tag.count(b" r=") == 1 for tag in tags):
            raise NotPlainError
    is_open = codes[following - 2] != ord("/")
    closes = opens[_is(words[opens], _ROW_CLOSE)]
    opened = starts[is_open]
    if len(opened) != len(closes) or (opened > closes).any() or (closes[:-1] > opened[1:]).any():
        raise NotPlainError
    close_of = np.zeros(len(starts), dtype=np.int64)
    close_of[is_open] = closes
    if (close_of[ordinal] < piece.starts).any():
        raise NotPlainError
    return len(starts) + len(closes)


def _gathered(piece: Piece, chosen: np.ndarray, look: _Look, is_number: np.ndarray) -> Values:
    """The bytes of the chosen cells' values, column by column."""
    column = piece.column[chosen].astype(np.int16)
    order = chosen[np.argsort(column, kind="stable")]
    begin = look.begin[order].astype(np.int32)
    sizes = look.end[order].astype(np.int32) - begin
    ends = np.cumsum(sizes, dtype=np.int32)
    total = int(ends[-1]) if len(ends) else 0
    places = np.repeat(begin - ends + sizes, sizes)
    places += np.arange(total, dtype=np.int32)
    cell_ends = np.cumsum(np.bincount(column))
    return Values(
        rows=piece.row[order].astype(np.int32),
        sizes=sizes,
        is_number=is_number[order],
        data=piece.codes[places],
        cell_ends=cell_ends,
        byte_ends=np.append(np.int32(0), ends)[cell_ends],
    )
