"""OLE files (old .xls): what must be known before a parser may open the bytes.

Belongs here: the chain of sectors, the directory, a walk over the records of the workbook stream without reading what
they say. Does not belong here: cells and their values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.reading.books.sheet_bounds import is_sparse
from pipelines.reading.refusals import beyond, not_readable, too_sparse
from pipelines.reading.tables import FileRefusedError

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
KINGSOFT = b"KINGSOFT"
_HEADER = 512
_FREE = 0xFFFFFFF0
_ENTRY = 128
_MOST_COLUMNS, _MOST_ROWS = 256, 65_536
_DIMENSIONS = 0x0200
_BOF, _FILEPASS, _BOUNDSHEET, _SST, _CONTINUE = (0x0809, 0x0409, 0x0209, 0x0009), 0x2F, 0x85, 0xFC, 0x3C
_CELLS = (0x0006, 0x0203, 0x0204, 0x0205, 0x00FD, 0x027E, 0x00BD, 0x00D6, 0x0002, 0x0003, 0x0004, 0x0005)


def _damaged() -> FileRefusedError:
    return not_readable("旧版工作簿的内部结构损坏", "the old-style workbook is damaged inside")


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int
    class_id: bytes


class OleFile:
    """The streams of an OLE file; raises FileRefusedError for sectors that loop, lead outside or are missing."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) < _HEADER + 2 * _ENTRY:
            raise _damaged()
        shift = int.from_bytes(raw[30:32], "little")
        if shift not in (9, 12) or int.from_bytes(raw[32:34], "little") != 6:
            raise _damaged()
        self._raw, self._size = raw, 1 << shift
        self._count = -(-(len(raw) - self._size) // self._size)
        self._fat = self._read_fat()
        self.entries = self._read_directory(self._word(48))
        root = self.entries[0]
        self._mini = self._chain_bytes(root.start) if root.kind == 5 and root.start < _FREE else b""
        self._mini_fat = np.frombuffer(
            self._chain_bytes(self._word(60)) if self._word(60) < _FREE else b"", dtype="<u4"
        )

    def _word(self, at: int) -> int:
        return int.from_bytes(self._raw[at : at + 4], "little")

    def _sector(self, number: int) -> bytes:
        if number >= self._count:
            raise _damaged()
        start = (number + 1) * self._size
        return self._raw[start : start + self._size]

    def _read_fat(self) -> np.ndarray:
        numbers = [int(each) for each in np.frombuffer(self._raw[76:_HEADER], dtype="<u4")]
        following, steps = self._word(68), 0
        while following < _FREE:
            steps += 1
            words = np.frombuffer(self._sector(following), dtype="<u4")
            if steps > self._count or len(words) < self._size // 4:
                raise _damaged()
            numbers.extend(int(each) for each in words[:-1])
            following = int(words[-1])
        used = [number for number in numbers if number < _FREE]
        if len(set(used)) < len(used):
            raise _damaged()
        data = b"".join(self._sector(number) for number in used)
        return np.frombuffer(data[: len(data) // 4 * 4], dtype="<u4")

    @staticmethod
    def _chain(start: int, table: np.ndarray) -> list[int]:
        """The numbers of a chain; a chain that loops or leads outside its table is damage."""
        chain: list[int] = []
        number, limit = start, len(table)
        following = table.tolist() if limit < 1 << 24 else []
        while number < _FREE:
            if number >= limit or len(chain) > limit:
                raise _damaged()
            chain.append(number)
            number = following[number]
        return chain

    def _chain_bytes(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in self._chain(start, self._fat))

    def _read_directory(self, start: int) -> list[_Entry]:
        data = self._chain_bytes(start)
        entries = []
        for at in range(0, len(data) - _ENTRY + 1, _ENTRY):
            one = data[at : at + _ENTRY]
            length = min(64, int.from_bytes(one[64:66], "little"))
            name = one[: max(0, length - 2)].decode("utf-16-le", errors="replace")
            size = int.from_bytes(one[120:124], "little")
            entries.append(_Entry(name, one[66], int.from_bytes(one[116:120], "little"), size, one[80:96]))
        if not entries:
            raise _damaged()
        return entries

    def stream(self, entry: _Entry) -> bytes:
        """The bytes of a stream; raises FileRefusedError when they are not all there."""
        if entry.size >= int.from_bytes(self._raw[56:60], "little"):
            data = self._chain_bytes(entry.start)
        else:
            starts = [64 * number for number in self._chain(entry.start, self._mini_fat)]
            data = b"".join(self._mini[at : at + 64] for at in starts)
        if len(data) < entry.size:
            raise _damaged()
        return data[: entry.size]


def check_ole(raw: bytes) -> None:
    """Refuse an OLE file that is damaged, no plain .xls, or whose cells are out of proportion."""
    ole = OleFile(raw)
    streams = {entry.name: entry for entry in ole.entries if entry.kind == 2}
    if "EncryptedPackage" in streams or "EncryptionInfo" in streams:
        raise not_readable("文件加了密码", "it is protected by a password")
    if "ETExtData" in streams or ole.entries[0].class_id.endswith(KINGSOFT):
        raise not_readable("这是 WPS 的 .et 文件", "it is a WPS file (.et)")
    entry = streams.get("Workbook") or streams.get("Book")
    if entry is None:
        known = {"WordDocument": ("Word 文档", "a Word document"), "PowerPoint Document": ("演示文稿", "slides")}
        zh, en = next((known[name] for name in streams if name in known), ("别的文件", "another kind of file"))
        raise not_readable(f"这是{zh}，不是工作簿", f"it is {en}, not a workbook")
    _check_records(ole.stream(entry))


def _check_records(stream: bytes) -> None:
    """Walk the records by their lengths; every figure that a parser would believe is compared with what is there."""
    if len(stream) < 8 or int.from_bytes(stream[:2], "little") not in _BOF:
        raise _damaged()
    starts, at, last = [], 0, len(stream) - 4
    while at <= last:
        starts.append(at)
        at += 4 + stream[at + 2] + 256 * stream[at + 3]
    padded = stream + b"\0\0\0\0\0\0\0\0"
    codes = np.frombuffer(padded, dtype=np.uint8)
    places = np.array(starts)
    kinds = codes[places].astype(np.int32) + 256 * codes[places + 1].astype(np.int32)
    sizes = codes[places + 2].astype(np.int32) + 256 * codes[places + 3].astype(np.int32)
    if at > len(stream) and kinds[-1] != 0:
        raise _damaged()
    if (kinds == _FILEPASS).any():
        raise not_readable("文件加了密码", "it is protected by a password")
    begins = np.isin(kinds, _BOF)
    if (kinds == _BOUNDSHEET).sum() > begins.sum() + 16:
        raise beyond("列出的工作表多于内容", "it lists more sheets than it holds")
    _check_strings(stream, kinds, sizes, places)
    _check_cells(codes, kinds, sizes, places, np.cumsum(begins))
    _check_dimensions(stream, kinds, sizes, places)


def _check_strings(stream: bytes, kinds: np.ndarray, sizes: np.ndarray, places: np.ndarray) -> None:
    """The table of strings must be long enough for the number of strings that it declares."""
    for index in np.flatnonzero(kinds == _SST):
        at = int(places[index])
        end = int(index) + 1
        while end < len(kinds) and kinds[end] == _CONTINUE:
            end += 1
        declared = int.from_bytes(stream[at + 8 : at + 12], "little")
        if 3 * declared > int(sizes[index:end].sum()):
            raise _damaged()


def _check_dimensions(stream: bytes, kinds: np.ndarray, sizes: np.ndarray, places: np.ndarray) -> None:
    """The stated extent of a sheet, for which a parser makes room before it reads a cell."""
    cell_count = int(np.isin(kinds, _CELLS).sum())
    for index in np.flatnonzero(kinds == _DIMENSIONS):
        at, wide = int(places[index]) + 4, int(sizes[index]) >= 14
        if sizes[index] < 10:
            raise _damaged()
        width = 4 if wide else 2
        numbers = [int.from_bytes(stream[at + step : at + step + width], "little") for step in (0, width)]
        columns = [
            int.from_bytes(stream[at + 2 * width + step : at + 2 * width + step + 2], "little") for step in (0, 2)
        ]
        if not (numbers[0] <= numbers[1] <= _MOST_ROWS and columns[0] <= columns[1] <= _MOST_COLUMNS):
            raise _damaged()
        area = (numbers[1] - numbers[0]) * (columns[1] - columns[0])
        if is_sparse(area, cell_count):
            raise too_sparse(area)


def _check_cells(
    codes: np.ndarray, kinds: np.ndarray, sizes: np.ndarray, places: np.ndarray, sheets: np.ndarray
) -> None:
    """Each sheet's rectangle must be in proportion to its cells."""
    is_cell = np.isin(kinds, _CELLS) & (sizes >= 4)
    at, sheet = places[is_cell] + 4, sheets[is_cell]
    if not len(at):
        return
    rows = codes[at].astype(np.int64) + 256 * codes[at + 1].astype(np.int64)
    columns = codes[at + 2].astype(np.int64) + 256 * codes[at + 3].astype(np.int64)
    if columns.max() >= _MOST_COLUMNS:
        raise _damaged()
    for number in np.unique(sheet):
        mine = sheet == number
        area = int((np.ptp(rows[mine]) + 1) * (np.ptp(columns[mine]) + 1))
        if is_sparse(area, int(mine.sum())):
            raise too_sparse(area)
