"""Zip archives: what must be known before a parser may open the bytes.

Belongs here: limits, looking into an archive without handing it to a parser, the shortened copy from which heads are
read. Does not belong here: OLE files (their own module), cells, sheets, what a workbook says.

Everything is unpacked here once, piece by piece and never kept, because an archive's own figures may lie: sizes are
measured, not believed.
"""

from __future__ import annotations

import io
import itertools
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator

from pipelines.reading.books.ole import OLE_MAGIC, check_ole
from pipelines.reading.books.sheet_bounds import RoughBounds, exact_area, is_sparse
from pipelines.reading.refusals import beyond, damaged, not_readable, too_sparse

__all__ = ["OLE_MAGIC", "ZIP_MAGIC", "check_archive", "is_workbook", "not_readable", "shortened"]

ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
LARGEST_UNPACKED = 2 * 1024**3
FREE_UNPACKED = 64 * 1024**2
LARGEST_RATIO = 100
MOST_MEMBERS = 5_000
_LONGEST_ROW = 8 * 1024**2
_CHUNK = 1 << 20
_LOCAL_HEADER = 30
_SHEET_PART = re.compile(r"xl/(?:work)?sheets/[^/]+\.xml", re.IGNORECASE)
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$", re.IGNORECASE)
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le"), "<!ENTITY".encode("utf-16-le"))
_SHEET_ENTRY = re.compile(rb"<(?:\w+:)?sheet\s")


def is_workbook(raw: bytes) -> bool:
    """True when the bytes begin like a zip archive or an OLE file."""
    return raw.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC, OLE_MAGIC))


def check_archive(raw: bytes) -> None:
    """Refuse an archive that is damaged, no plain workbook, dangerous, or unpacks beyond the limits.

    Nothing is written and nothing is kept: every member is unpacked once in pieces of at most a megabyte.
    """
    if raw.startswith(OLE_MAGIC):
        check_ole(raw)
        return
    members = _members(raw)
    _check_names(members)
    _check_kind(members)
    unpacked = sum(member.file_size for member in members)
    if unpacked > LARGEST_UNPACKED or unpacked > max(FREE_UNPACKED, LARGEST_RATIO * len(raw)):
        raise beyond(f"解压后有{unpacked}字节", f"it would unpack to {unpacked} bytes")
    sheet_count = sum(_SHEET_PART.fullmatch(member.filename) is not None for member in members)
    for member in members:
        _check_member(raw, member, sheet_count)


def _members(raw: bytes) -> list[zipfile.ZipInfo]:
    """The members by the central directory, whose size is looked at before it is read."""
    end = raw.rfind(EMPTY_ZIP_MAGIC, max(0, len(raw) - 65_557))
    if end < 0 or end + 22 > len(raw):
        raise damaged()
    directory = max(0, end - int.from_bytes(raw[end + 12 : end + 16], "little"))
    if raw.count(b"PK\x01\x02", directory) > MOST_MEMBERS or raw.count(b"PK\x01\x02") > 2 * MOST_MEMBERS:
        raise beyond(f"成员超过{MOST_MEMBERS}个", f"it has more than {MOST_MEMBERS} members")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise damaged() from error
    members = archive.infolist()
    # One end record only: two readers must not find two different directories in one file.
    if raw.count(EMPTY_ZIP_MAGIC, archive.start_dir) != 1:
        raise damaged()
    spans = sorted(_span(raw, member) for member in members)
    for (_, end_of_one), (start_of_next, _) in itertools.pairwise(spans):
        if start_of_next < end_of_one:
            raise not_readable("压缩包的成员互相重叠", "members of the archive overlap")
    if spans and spans[-1][1] > archive.start_dir:
        raise damaged()
    return members


def _span(raw: bytes, member: zipfile.ZipInfo) -> tuple[int, int]:
    """Where a member's header begins and its packed bytes end; both of its names must be the same."""
    start = member.header_offset
    name = member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437")
    if start < 0 or raw[start : start + 4] != ZIP_MAGIC or not raw.startswith(name, start + _LOCAL_HEADER):
        raise damaged()
    if int.from_bytes(raw[start + 26 : start + 28], "little") != len(name):
        raise damaged()
    return start, _data_start(raw, member) + member.compress_size


def _data_start(raw: bytes, member: zipfile.ZipInfo) -> int:
    at = member.header_offset
    name_length = int.from_bytes(raw[at + 26 : at + 28], "little")
    return at + _LOCAL_HEADER + name_length + int.from_bytes(raw[at + 28 : at + 30], "little")


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    """Refuse names that would lead out of a folder, name a device or a link, or stand for two members."""
    seen = set()
    for member in members:
        parts = member.filename.replace("\\", "/").removesuffix("/").split("/")
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        leads_out = parts[0] == "" or ".." in parts or any(":" in part or "\0" in part for part in parts)
        if is_link or leads_out or any(_DEVICES.match(part.strip()) for part in parts):
            raise not_readable(
                "压缩包内有指向包外的路径、链接或设备名",
                "the archive holds a path that leads outside, a link or a device name",
            )
        seen.add("/".join(parts).lower())
    if len(seen) < len(members):
        raise not_readable("压缩包内有重名的成员", "two members of the archive have the same name")


def _check_kind(members: list[zipfile.ZipInfo]) -> None:
    """Refuse everything but a plain workbook, saying what it is."""
    names = {member.filename.replace("\\", "/").lower() for member in members}
    if any(name.endswith(("/vbaproject.bin", "/xlmacrosheet1.xml")) or "/macrosheets/" in name for name in names):
        raise not_readable("这是带宏的工作簿（.xlsm）", "it is a workbook with macros (.xlsm)")
    if "xl/workbook.bin" in names:
        raise not_readable("这是二进制工作簿（.xlsb）", "it is a binary workbook (.xlsb)")
    if "xl/workbook.xml" not in names:
        raise not_readable("压缩包内没有工作簿", "the archive holds no workbook")
    if any(member.flag_bits & 1 for member in members):
        raise not_readable("文件加了密码", "it is protected by a password")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise not_readable("压缩方式不通用", "its way of packing is unusual")


def _check_member(raw: bytes, member: zipfile.ZipInfo, sheet_count: int) -> None:
    """Unpack one member in pieces; its size and checksum must be the stated ones, its text nothing that would hurt."""
    name = member.filename.replace("\\", "/").lower()
    look = _TextLook(name) if name.endswith((".xml", ".rels", ".vml")) else None
    size, checksum = 0, 0
    for chunk in _unpacked(raw, member):
        size += len(chunk)
        if size > member.file_size:
            raise damaged()
        checksum = zlib.crc32(chunk, checksum)
        if look is not None:
            look.add(chunk)
    if size != member.file_size or checksum != member.CRC:
        raise damaged()
    if look is None:
        return
    if look.sheets > sheet_count + 16:
        raise beyond(
            f"列出{look.sheets}个工作表而只有{sheet_count}份", f"it lists {look.sheets} sheets, holds {sheet_count}"
        )
    if look.bounds is not None and look.bounds.is_suspicious:
        area, cell_count = exact_area(_unpacked(raw, member))
        if is_sparse(area, cell_count):
            raise too_sparse(area)


class _TextLook:
    """What is seen of a member's text while it streams by."""

    def __init__(self, name: str) -> None:
        self.bounds = RoughBounds() if _SHEET_PART.fullmatch(name) else None
        self.sheets = 0
        self._is_workbook = name == "xl/workbook.xml"
        self._since_row = 0
        self._tail = b""

    def add(self, chunk: bytes) -> None:
        """Look at the next piece."""
        if len(chunk) == _CHUNK and b"<" not in chunk:
            raise beyond("有一段文字超过100万字节", "it holds a text of more than a million bytes")
        window = self._tail + chunk
        # Every mark has an exclamation mark, which is rare and found by far the fastest.
        if b"!" in window and any(mark in window for mark in _ENTITIES):
            raise not_readable("内部含有实体定义（DTD）", "it defines entities (a DTD) inside")
        if self._is_workbook:
            self.sheets += len(_SHEET_ENTRY.findall(window)) - len(_SHEET_ENTRY.findall(self._tail))
        if self.bounds is not None:
            self.bounds.add(chunk)
            has_row = b"<row" in window or b":row" in window
            self._since_row = 0 if has_row else self._since_row + len(chunk)
            if self._since_row > _LONGEST_ROW:
                raise beyond("有一行的单元格太多", "one row has too many cells")
        self._tail = window[-32:]


def _unpacked(raw: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes in pieces, by what the packed stream says and not by the sizes written beside it."""
    start = _data_start(raw, member)
    packed = memoryview(raw)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        for at in range(0, len(packed), _CHUNK):
            yield bytes(packed[at : at + _CHUNK])
        return
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    at, rest = 0, b""
    try:
        while not stream.eof:
            if not rest:
                rest = bytes(packed[at : at + _CHUNK])
                at += len(rest)
                if not rest:
                    raise damaged()
            piece = stream.decompress(rest, _CHUNK)
            rest = stream.unconsumed_tail
            if piece:
                yield piece
    except zlib.error as error:
        raise damaged() from error


def shortened(raw: bytes, row_count: int) -> bytes:
    """The archive with every worksheet cut after ``row_count`` rows; a sheet that cannot be cut is kept whole."""
    target = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(target, "w") as copy:
            for member in source.infolist():
                if _SHEET_PART.fullmatch(member.filename):
                    copy.writestr(member.filename, _first_rows(source, member, row_count))
                elif not member.is_dir():
                    copy.writestr(member.filename, source.read(member))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise damaged() from error
    return target.getvalue()


def _first_rows(source: zipfile.ZipFile, member: zipfile.ZipInfo, row_count: int) -> bytes:
    with source.open(member) as stream:
        data = b""
        while chunk := stream.read(_CHUNK // 4):
            data += chunk
            ends = [found.end() for found in re.finditer(rb"</row>|<row [^>]*/>", data)]
            if len(ends) >= row_count:
                return data[: ends[row_count - 1]] + b"</sheetData></worksheet>"
    return data
