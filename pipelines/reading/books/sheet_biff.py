"""What the records of an old workbook (.xls) say that the cell parser does not tell, like ``sheet_xml`` for .xlsx.

Belongs here: hidden parts, merges, errors, formulas, number formats from BIFF records. Does not belong here: values of
sound cells; whether the file may be opened at all (``ole``).

The records are found in one walk and then taken by kind with NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

import numpy as np

from pipelines.reading.books.number_formats import NumberFormat, built_in, parse_format
from pipelines.reading.books.ole import OleFile
from pipelines.reading.books.sheet_xml import SheetFacts
from pipelines.reading.grids import Merged

_BOUNDSHEET, _DATEMODE, _FORMAT, _XF = 0x85, 0x22, 0x41E, 0xE0
_ROW, _COLINFO, _MERGED, _BOOLERR, _FORMULA, _NUMBER, _RK, _MULRK, _FILTER = (
    0x208,
    0x7D,
    0xE5,
    0x205,
    0x06,
    0x203,
    0x27E,
    0xBD,
    0x9D,
)
_CELLS = (_FORMULA, _NUMBER, _RK, _MULRK, _BOOLERR, 0xFD, 0x204, 0xD6)
_BOF = (0x0809, 0x0409, 0x0209, 0x0009)
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


class BiffWorkbook:
    """The records of a workbook stream; ``formats`` by style number, ``sheets`` from name to the facts of each."""

    def __init__(self, raw: bytes) -> None:
        ole = OleFile(raw)
        streams = {entry.name: entry for entry in ole.entries if entry.kind == 2}
        self._data = ole.stream(streams.get("Workbook") or streams["Book"])
        self._find_records()
        self.is_biff8 = unpack_from("<H", self._data, 4)[0] == 0x0600
        globals_end = self._ends[0] if len(self._ends) else 0
        self.formats = self._formats(globals_end)
        self.style_count = len(self.formats)
        self.is_1904 = any(unpack_from("<H", self._data, at)[0] == 1 for at in self._bodies(_DATEMODE, 0, globals_end))
        self._starts = [unpack_from("<I", self._data, at)[0] for at in self._bodies(_BOUNDSHEET, 0, globals_end)]

    def _find_records(self) -> None:
        data, at, last = self._data, 0, len(self._data) - 4
        starts = []
        while at <= last:
            starts.append(at)
            at += 4 + data[at + 2] + 256 * data[at + 3]
        self._codes = np.frombuffer(data + bytes(64), dtype=np.uint8)
        self._at = np.array(starts, dtype=np.int64)
        self._kinds = self._word(self._at)
        self._sizes = self._word(self._at + 2)
        self._ends = np.flatnonzero(self._kinds == 0x0A)

    def _word(self, at: np.ndarray) -> np.ndarray:
        """Little-endian 16-bit numbers at the places."""
        low, high = self._codes[at].astype(np.int64), self._codes[at + 1].astype(np.int64)
        return np.asarray(low + 256 * high)

    def _bodies(self, kind: int, first: int, end: int) -> Iterator[int]:
        for index in np.flatnonzero(self._kinds[first:end] == kind) + first:
            yield int(self._at[index]) + 4

    def _formats(self, end: int) -> dict[int, NumberFormat]:
        custom: dict[int, NumberFormat] = {}
        for at in self._bodies(_FORMAT, 0, end):
            number = unpack_from("<H", self._data, at)[0]
            if self.is_biff8:
                length, flags = unpack_from("<HB", self._data, at + 2)
                width = 2 if flags & 1 else 1
                code = self._data[at + 5 : at + 5 + length * width].decode(
                    "utf-16-le" if flags & 1 else "latin-1", errors="replace"
                )
            else:
                length = self._data[at + 2]
                code = self._data[at + 3 : at + 3 + length].decode("gb18030", errors="replace")
            custom[number] = parse_format(code)
        formats = {}
        for index, at in enumerate(self._bodies(_XF, 0, end)):
            number = unpack_from("<H", self._data, at + 2)[0]
            formats[index] = custom[number] if number in custom else built_in(number)
        return formats

    def facts(self, index: int) -> SheetFacts:
        """The facts of the sheet at that place in the workbook; empty ones for a place that has no records."""
        facts = SheetFacts()
        if index >= len(self._starts):
            return facts
        first = int(np.searchsorted(self._at, self._starts[index]))
        if first >= len(self._at) or self._kinds[first] not in _BOF:
            return facts
        end = self._sheet_end(first)
        self._layout_facts(facts, first, end)
        self._cell_facts(facts, first, end)
        return facts

    def _sheet_end(self, first: int) -> int:
        """The record that ends the sheet; charts inside it have beginnings and ends of their own."""
        marks = np.flatnonzero(np.isin(self._kinds[first:], (*_BOF, 0x0A))) + first
        depth = 0
        for mark in marks.tolist():
            depth += 1 if self._kinds[mark] != 0x0A else -1
            if depth == 0:
                return mark
        return len(self._kinds)

    def _layout_facts(self, facts: SheetFacts, first: int, end: int) -> None:
        data = self._data
        rows = self._at[first:end][self._kinds[first:end] == _ROW] + 4
        if len(rows):
            flags = self._codes[rows + 12]
            height = self._word(rows + 6)
            hidden = np.sort(self._word(rows)[((flags & 0x20) != 0) | (height == 0)]) + 1
            for run in np.split(hidden, np.flatnonzero(np.diff(hidden) > 1) + 1):
                if len(run):
                    facts.hidden_rows.append((int(run[0]), int(run[-1])))
        for at in self._bodies(_COLINFO, first, end):
            low, high, width, _, flags = unpack_from("<HHHHH", data, at)
            if flags & 1 or width == 0:
                facts.hidden_columns.append((low + 1, min(high, 255) + 1))
        for at in self._bodies(_MERGED, first, end):
            for number in range(unpack_from("<H", data, at)[0]):
                top, bottom, left, right = unpack_from("<HHHH", data, at + 2 + 8 * number)
                if (top, left) != (bottom, right):
                    facts.merged.append(Merged(top + 1, left + 1, bottom + 1, right + 1))
        facts.has_filter = bool((self._kinds[first:end] == _FILTER).any())

    def _cell_facts(self, facts: SheetFacts, first: int, end: int) -> None:
        kinds = self._kinds[first:end]
        is_cell = np.isin(kinds, _CELLS)
        at, kinds, sizes = self._at[first:end][is_cell] + 4, kinds[is_cell], self._sizes[first:end][is_cell]
        if not len(at):
            return
        row, column, style = self._word(at) + 1, self._word(at + 2) + 1, self._word(at + 4)
        is_formula = kinds == _FORMULA
        is_number = np.isin(kinds, (_NUMBER, _RK))
        special = is_formula & (self._word(at + 12) == 0xFFFF)
        is_number |= is_formula & ~special
        for index in np.flatnonzero(kinds == _MULRK):
            count = (int(sizes[index]) - 6) // 6
            styles = self._word(at[index] + 4 + 6 * np.arange(count))
            row = np.append(row, np.full(count, row[index]))
            column = np.append(column, column[index] + np.arange(count))
            style = np.append(style, styles)
            is_number = np.append(is_number, np.ones(count, dtype=bool))
        facts.cell_count = len(row)
        facts.last_row, facts.last_column = int(row.max()), int(column.max())
        self._take_styles(facts, row[is_number], column[is_number], style[is_number])
        self._take_odd(facts, kinds, at, row, column)
        self._take_dates(facts, kinds, at)
        for index in np.flatnonzero(is_formula):
            self._take_formula(facts, int(at[index]), int(row[index]), int(column[index]), special=bool(special[index]))
        is_first = np.append(kinds != _MULRK, np.ones(len(row) - len(kinds), dtype=bool))
        keys = np.sort(row[is_first] * 65_536 + column[is_first])
        if (twice := np.unique(keys[1:][np.diff(keys) == 0])).size:
            facts.repeated = [(int(key) // 65_536, int(key) % 65_536) for key in twice]

    def _take_styles(self, facts: SheetFacts, row: np.ndarray, column: np.ndarray, style: np.ndarray) -> None:
        counts = np.bincount(column, minlength=1)
        facts.numeric = {int(each): int(counts[each]) for each in np.flatnonzero(counts)}
        known = [number for number, each in self.formats.items() if not each.is_telling]
        telling = ~np.isin(style, known)
        keys = column[telling] * 65_536 + style[telling]
        for key in np.unique(keys).tolist():
            facts.styles[key // 65_536, key % 65_536] = row[telling][keys == key]

    def _take_odd(
        self, facts: SheetFacts, kinds: np.ndarray, at: np.ndarray, row: np.ndarray, column: np.ndarray
    ) -> None:
        for index in np.flatnonzero(kinds == _BOOLERR):
            value, is_error = self._codes[at[index] + 6], self._codes[at[index] + 7]
            if is_error:
                facts.errors[int(row[index]), int(column[index])] = _ERRORS.get(int(value), "#ERROR")

    def _take_dates(self, facts: SheetFacts, kinds: np.ndarray, at: np.ndarray) -> None:
        row, column, style = self._word(at) + 1, self._word(at + 2) + 1, self._word(at + 4)
        dates = [number for number, each in self.formats.items() if each.is_date]
        for index in np.flatnonzero(np.isin(style, dates) & np.isin(kinds, (_NUMBER, _RK, _FORMULA))):
            place = int(at[index]) + 6
            if kinds[index] == _RK:
                value = rk_number(unpack_from("<I", self._data, place)[0])
            else:
                value = unpack_from("<d", self._data, place)[0]
            if value < 61:
                facts.early_dates[int(row[index]), int(column[index])] = value
        for index in np.flatnonzero(kinds == _MULRK):
            start = int(at[index])
            size = unpack_from("<H", self._data, start - 2)[0]
            for number in range((size - 6) // 6):
                xf, packed = unpack_from("<HI", self._data, start + 4 + 6 * number)
                if xf in dates and (value := rk_number(packed)) < 61:
                    facts.early_dates[int(row[index]), int(column[index]) + number] = value

    def _take_formula(self, facts: SheetFacts, at: int, row: int, column: int, *, special: bool) -> None:
        result, flags = unpack_from("<dH", self._data, at + 6)
        kind, value = self._data[at + 6], self._data[at + 8]
        if special and kind == 2:
            facts.errors[row, column] = _ERRORS.get(value, "#ERROR")
        elif (special and kind == 3) or (not special and result == 0 and flags & 2):
            # A program that does not calculate writes no result, or 0 and asks for a calculation on opening. An empty
            # text as result looks the same as none.
            facts.empty_formulas.append((row, column))


def rk_number(packed: int) -> float:
    """A number in the packed form of old workbooks.

    >>> rk_number(0x3FF00000)
    1.0
    """
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        value = unpack_from("<d", bytes(4) + (packed & 0xFFFFFFFC).to_bytes(4, "little"))[0]
    return value / 100 if packed & 1 else value
