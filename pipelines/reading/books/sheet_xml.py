"""What a worksheet's XML says that the cell parser does not tell: hidden parts, merges, errors, formats, damage.

Belongs here: one pass over the bytes of a sheet, with positions. Does not belong here: the values of sound cells, what
any of it means for a table.

The bytes are looked at in pieces of whole rows with NumPy; only what is unusual (an error, a formula, a cell without
an address, a date that no calendar has) is taken up one by one.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

import numpy as np

from pipelines.reading.books.number_formats import NumberFormat
from pipelines.reading.books.plain_cells import PlainCells
from pipelines.reading.books.sheet_tags import (
    Piece,
    as_number,
    attributes,
    column_number,
    damaged,
    is_true,
    plain,
    require_utf8,
)
from pipelines.reading.grids import Merged
from pipelines.reading.tables import FileRefusedError

PIECE = 1 << 19
LONGEST_ROW_BYTES = 1 << 26
MOST_CELLS = 60_000_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_REFERENCE = re.compile(rb"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_RANGE = re.compile(rb"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_VALUE = re.compile(rb"<v\b[^>]*>([^<]*)</v\s*>")
_LT = ord("<")


@dataclass
class SheetFacts:
    """What was found in one sheet; rows and columns count from 1.

    ``styles`` maps (column, style number) to the rows of numeric cells of that style, for styles worth knowing;
    ``early_dates`` holds the raw value of cells in date formats below serial 61; ``repeated`` are cells given twice.
    """

    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    empty_formulas: list[tuple[int, int]] = field(default_factory=list)
    early_dates: dict[tuple[int, int], float] = field(default_factory=dict)
    styles: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)
    numeric: dict[int, int] = field(default_factory=dict)
    repeated: list[tuple[int, int]] = field(default_factory=list)
    cell_count: int = 0
    last_row: int = 0
    last_column: int = 0
    has_filter: bool = False


class SheetScan:
    """One pass over a sheet; ``formats`` are the number formats by style, those that need positions marked.

    Plain cells are put into ``cells`` on the way.
    """

    def __init__(
        self, name: str, formats: Mapping[int, NumberFormat], style_count: int, cells: PlainCells | None = None
    ) -> None:
        self.name = name
        self._cells = cells
        self.facts = SheetFacts()
        self._row = 0
        self._rows_seen: list[np.ndarray] = []
        self._is_ordered = True
        self._last_key = -1
        self._keys: list[np.ndarray] = []
        self._style_rows: dict[tuple[int, int], list[np.ndarray]] = {}
        top = max([style_count, *(number + 1 for number in formats)], default=0) + 1
        self._interesting = np.zeros(top + 1, dtype=bool)
        self._is_date = np.zeros(top + 1, dtype=bool)
        for number, each in formats.items():
            self._interesting[number] = each.is_telling
            self._is_date[number] = each.is_date
        self._interesting[max(style_count, 1) :] = True
        self._numeric = np.zeros(LAST_COLUMN + 2, dtype=np.int64)

    def _bad(self, zh: str, en: str) -> FileRefusedError:
        return damaged(f"工作表{self.name}：{zh}", f"the sheet {self.name}: {en}")

    def run(self, archive: zipfile.ZipFile, part: str) -> SheetFacts:
        """Scan the part; raises FileRefusedError where the cells cannot be known."""
        try:
            with archive.open(part) as stream:
                self._scan(iter(lambda: stream.read(PIECE), b""), part)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise self._bad("压缩数据损坏", "its packed data are damaged") from error
        self._settle()
        return self.facts

    def _scan(self, pieces: Iterator[bytes], part: str) -> None:
        head = b""
        for piece in pieces:
            head += piece
            if b"sheetData" in head or len(head) > LONGEST_ROW_BYTES:
                break
        require_utf8(head, part)
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise self._bad("含有文档类型声明", "it declares a document type")
        found = re.search(rb"<(?:(\w+):)?sheetData\b[^>]*>", head)
        if found is None:
            if b"<worksheet" in head or b":worksheet" in head:
                raise self._bad("没有单元格数据部分", "it has no cell data")
            return
        prefix = found[1] + b":" if found[1] else b""
        self._preamble(plain(head[: found.start()], prefix))
        if self._cells is not None:
            self._cells.head = head[: found.end()]
            if prefix or found[0] != b"<sheetData>":
                self._cells.give_up()
        rest = head[found.end() :]
        if not found[0].endswith(b"/>"):
            rest = self._all_rows(rest, pieces, prefix)
        for piece in pieces:
            rest += piece
            if len(rest) > 4 * LONGEST_ROW_BYTES:
                raise self._bad("表格之后的内容过长", "far too much stands behind the cells")
        self._tail(plain(rest, prefix))

    def _all_rows(self, rest: bytes, pieces: Iterator[bytes], prefix: bytes) -> bytes:
        """Take all rows, whole ones at a time; what stands behind them is returned."""
        end = b"</" + prefix + b"sheetData"
        while (at := rest.find(end)) < 0:
            cut = rest.rfind(b"<" + prefix + b"row")
            if cut > 0:
                self._rows(rest[:cut], prefix)
                rest = rest[cut:]
            elif len(rest) > LONGEST_ROW_BYTES:
                raise self._bad("有一行过长", "one row is far too long")
            piece = next(pieces, b"")
            if not piece:
                raise self._bad("单元格数据没有结束标记", "its cell data have no end")
            rest += piece
        self._rows(rest[:at], prefix)
        return rest[at + len(end) :]

    def _preamble(self, head: bytes) -> None:
        for tag in re.findall(rb"<col\b[^>]*>", head):
            given = attributes(tag)
            width = given.get("width")
            if is_true(given.get("hidden")) or (width is not None and as_number(width) == 0):
                first, last = int(as_number(given.get("min", b"0"))), int(as_number(given.get("max", b"0")))
                if 0 < first <= last:
                    self.facts.hidden_columns.append((first, last))

    def _tail(self, tail: bytes) -> None:
        if b"<sheetData" in tail:
            raise self._bad("有两段单元格数据", "it has two parts of cell data")
        self.facts.has_filter = b"<autoFilter" in tail
        for tag in re.findall(rb"<mergeCell\b[^>]*>", tail):
            found = _RANGE.fullmatch(attributes(tag).get("ref", b""))
            if found is None:
                continue
            first_column, first_row = column_number(found[1]), int(found[2])
            last_column = column_number(found[3]) if found[3] else first_column
            last_row = int(found[4]) if found[4] else first_row
            if (last_row, last_column) != (first_row, first_column):
                self.facts.merged.append(
                    Merged(
                        min(first_row, last_row),
                        min(first_column, last_column),
                        max(first_row, last_row),
                        max(first_column, last_column),
                    )
                )

    def _rows(self, written: bytes, prefix: bytes) -> None:
        """Whole rows of cells."""
        data = plain(written, prefix)
        piece = Piece(data)
        rows = self._row_tags(piece)
        cells = None if self._cells is None or self._cells.is_given_up else self._cells
        if cells is not None and (data is not written or not len(piece.starts)):
            cells.give_up()
        if not len(piece.starts):
            return
        ordinal = np.searchsorted(piece.row_starts, piece.starts) - 1
        if ordinal[0] < 0:
            raise self._bad("单元格不在行内", "a cell stands outside of any row")
        if len(odd := np.flatnonzero(piece.is_odd)):
            self._odd_cells(piece, odd, rows[ordinal], ordinal)
        row, column = piece.row, piece.column
        if ((row < 1) | (row > LAST_ROW) | (column < 1) | (column > LAST_COLUMN)).any():
            raise self._bad("有单元格的地址超出工作表范围", "a cell has an address outside of any sheet")
        if (row != rows[ordinal]).any():
            raise self._bad("有单元格的地址与所在行矛盾", "the address of a cell contradicts its row")
        if piece.value_count > int(piece.has_content.sum()):
            raise self._bad("有单元格带有两个值", "a cell has two values")
        self._count(piece)
        self._check_text_numbers(piece)
        self._take_numbers(piece)
        if cells is not None and not cells.is_given_up:
            cells.add(piece, rows, ordinal, self._is_date)
        for index in np.flatnonzero(
            (piece.kind == ord("e")) | ((piece.inside == ord("f")) & piece.has_content)
        ).tolist():
            self._formula(piece.cell(index), int(row[index]), int(column[index]), int(piece.kind[index]))

    def _check_text_numbers(self, piece: Piece) -> None:
        """The parser takes a number below zero for the first text."""
        digit = piece.codes[piece.value_at]
        is_given = (piece.inside == ord("v")) & (digit != _LT) & (piece.codes[piece.value_at - 1] != ord("/"))
        is_odd = (digit < ord("0")) | (digit > ord("9"))
        for index in np.flatnonzero((piece.kind == ord("s")) & is_given & is_odd):
            found = _VALUE.match(piece.data, int(piece.value_at[index]) - 3)
            if found is None or not found[1].strip().isdigit():
                raise self._bad("有单元格的文本序号无效", "a cell refers to no entry of the table of texts")

    def _take_numbers(self, piece: Piece) -> None:
        """Numeric cells: how many in each column, in which styles, and the dates that no calendar has."""
        is_number = ((piece.kind == 0) | (piece.kind == ord("n"))) & piece.has_content & (piece.inside != ord("i"))
        self._numeric += np.bincount(piece.column[is_number], minlength=len(self._numeric))
        self._take_styles(piece.row, piece.column, piece.style, is_number)
        is_date = is_number & self._is_date[np.minimum(piece.style, len(self._is_date) - 1)]
        if not is_date.any():
            return
        is_late = piece.inside == ord("v")
        for offset in range(3):
            code = piece.codes[piece.value_at + offset]
            is_late &= (code >= ord("0")) & (code <= ord("9"))
        for index in np.flatnonzero(is_date & ~is_late).tolist():
            self._early_date(piece.cell(index), int(piece.row[index]), int(piece.column[index]))

    def _row_tags(self, piece: Piece) -> np.ndarray:
        """Row numbers of the tags; hidden ones are noted."""
        if (plain_numbers := piece.plain_rows()) is not None:
            if len(plain_numbers):
                self._row = int(plain_numbers[-1])
            return plain_numbers
        data, starts = piece.data, piece.row_starts
        numbers = np.zeros(len(starts), dtype=np.int64)
        for index, start in enumerate(starts.tolist()):
            tag = data[start : data.find(b">", start) + 1]
            if tag[4:8] == b' r="' and (end := tag.find(b'"', 8)) > 0 and tag[8:end].isdigit():
                self._row = int(tag[8:end])
            else:
                given = attributes(tag).get("r")
                self._row = self._row + 1 if given is None else int(as_number(given))
            numbers[index] = self._row
            if b"hidden" in tag or b'ht="0' in tag or b"ht='0" in tag:
                given_all = attributes(tag)
                height = given_all.get("ht")
                if is_true(given_all.get("hidden")) or (height is not None and as_number(height) == 0):
                    hidden = self.facts.hidden_rows
                    if hidden and hidden[-1][1] == self._row - 1:
                        hidden[-1] = (hidden[-1][0], self._row)
                    else:
                        hidden.append((self._row, self._row))
        return numbers

    def _odd_cells(self, cells: Piece, odd: np.ndarray, rows: np.ndarray, ordinal: np.ndarray) -> None:
        """Cells whose tag is written in another way than usual: by attributes, or by the cell before them."""
        for index in odd.tolist():
            start = int(cells.starts[index])
            given = attributes(cells.data[start : cells.data.find(b">", start) + 1])
            reference = given.get("r")
            if reference is None:
                is_first = index == 0 or ordinal[index] != ordinal[index - 1]
                cells.row[index] = rows[index]
                cells.column[index] = 1 if is_first else cells.column[index - 1] + 1
            else:
                found = _REFERENCE.fullmatch(reference)
                if found is None:
                    raise self._bad("有单元格的地址无效", "a cell has no valid address")
                cells.row[index], cells.column[index] = int(found[2]), column_number(found[1])
            style = given.get("s", b"0")
            cells.style[index] = int(style) if style.isdigit() else 0
            kind = given.get("t", b"")
            cells.kind[index] = 1 if kind in (b"str", b"inlineStr") else ord(kind[:1]) if kind else 0

    def _count(self, piece: Piece) -> None:
        filled = piece.has_content
        self.facts.cell_count += int(filled.sum())
        if filled.any():
            self.facts.last_row = max(self.facts.last_row, int(piece.row[filled].max()))
            self.facts.last_column = max(self.facts.last_column, int(piece.column[filled].max()))
        keys = piece.row * (LAST_COLUMN + 1) + piece.column
        if keys[0] <= self._last_key or (np.diff(keys) <= 0).any():
            self._is_ordered = False
        self._last_key = int(keys[-1])
        self._keys.append(keys)

    def _take_styles(self, row: np.ndarray, column: np.ndarray, style: np.ndarray, is_number: np.ndarray) -> None:
        telling = is_number & self._interesting[np.minimum(style, len(self._interesting) - 1)]
        if not telling.any():
            return
        rows, columns, styles = row[telling], column[telling], style[telling]
        keys = columns * 1_000_000 + styles
        for key in np.unique(keys).tolist():
            self._style_rows.setdefault((key // 1_000_000, key % 1_000_000), []).append(rows[keys == key])

    def _early_date(self, cell: bytes, row: int, column: int) -> None:
        found = _VALUE.search(cell)
        try:
            value = float(found[1]) if found else None
        except ValueError:
            return
        if value is not None and value < 61:
            self.facts.early_dates[row, column] = value

    def _formula(self, cell: bytes, row: int, column: int, kind: int) -> None:
        found = _VALUE.search(cell)
        value = found[1].strip() if found else b""
        if kind == ord("e"):
            self.facts.errors[row, column] = unescape(value.decode(errors="replace")) or "#ERROR"
        elif not value:
            self.facts.empty_formulas.append((row, column))

    def _settle(self) -> None:
        facts = self.facts
        if facts.last_row * facts.last_column > MOST_CELLS:
            raise self._bad(
                f"单元格散布在{facts.last_row}行×{facts.last_column}列，超出限度",
                f"its cells lie over {facts.last_row} rows by {facts.last_column} columns, beyond the limit",
            )
        if self._cells is not None and not self._is_ordered:
            self._cells.give_up()
        if not self._is_ordered:
            keys = np.sort(np.concatenate(self._keys))
            twice = np.unique(keys[1:][np.diff(keys) == 0]).tolist()
            facts.repeated = [(key // (LAST_COLUMN + 1), key % (LAST_COLUMN + 1)) for key in twice]
        self._keys = []
        facts.styles = {key: np.concatenate(rows) for key, rows in self._style_rows.items()}
        facts.numeric = {int(at): int(self._numeric[at]) for at in np.flatnonzero(self._numeric)}
