"""Hostile files, made small: archives that lie, unpack without end, lead outside; other formats under wrong names."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator

import xlwt

from tests.faults.office import HEADER, aid_rows, as_csv, as_xlsx

MB = 1024 * 1024
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
STYLES, RELATIONS = "xl/styles.xml", "xl/_rels/workbook.xml.rels"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OPEN = f'<?xml version="1.0" encoding="UTF-8"?><worksheet {NAMESPACE}><sheetData>'.encode()
CLOSE = b"</sheetData></worksheet>"


def sound() -> bytes:
    """A workbook that is read: the feed aid."""
    return as_xlsx({"补助": [["补助发放表"], HEADER, *aid_rows()]})


def with_parts(parts: dict[str, bytes | Iterator[bytes]], raw: bytes | None = None) -> bytes:
    """A sound workbook with some members replaced or added; a part may be given in pieces."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sound() if raw is None else raw)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as copy,
    ):
        for member in source.namelist():
            if member not in parts:
                copy.writestr(member, source.read(member))
        for name, content in parts.items():
            with copy.open(name, "w", force_zip64=True) as stream:
                for piece in (content,) if isinstance(content, bytes) else content:
                    stream.write(piece)
    return target.getvalue()


def part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A sound workbook with one member changed."""
    with zipfile.ZipFile(io.BytesIO(sound())) as archive:
        return with_parts({name: change(archive.read(name))})


def zeros(size: int) -> Iterator[bytes]:
    """Blank bytes in pieces."""
    for _ in range(size // MB):
        yield b" " * MB


def packed_zeros(megabytes: int) -> tuple[bytes, int, int]:
    """Deflated zeros, their checksum and size; made of repeated full flushes, so that it takes no time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = packer.compress(b"0" * MB) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    end = packer.flush()
    return piece * megabytes + end, 0, megabytes * MB


Member = tuple[str, bytes, int, int, int]


def raw_zip(members: Iterable[Member], *, offsets: dict[str, int] | None = None, tail: bytes = b"") -> bytes:
    """An archive written by hand: (name, packed bytes, checksum, stated size, method) as the members say it."""
    body, directory, count = b"", b"", 0
    for name, packed, checksum, size, method in members:
        label = name.encode()
        sizes = struct.pack("<III", checksum, len(packed), size)
        start = (offsets or {}).get(name, len(body))
        body += b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, method, 0, 0x21) + sizes
        body += struct.pack("<HH", len(label), 0) + label + packed
        directory += b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, method, 0, 0x21) + sizes
        directory += struct.pack("<HHHHHII", len(label), 0, 0, 0, 0, 0, start) + label
        count += 1
    end = struct.pack("<HHHHIIH", 0, 0, min(count, 65_535), min(count, 65_535), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end + tail


def stored(name: str, content: bytes) -> Member:
    return name, content, zlib.crc32(content), len(content), zipfile.ZIP_STORED


def lying_size() -> bytes:
    """A member that states a megabyte and unpacks to sixty-four."""
    packed, _, _ = packed_zeros(64)
    with zipfile.ZipFile(io.BytesIO(sound())) as archive:
        rest = [stored(name, archive.read(name)) for name in archive.namelist() if name != SHEET]
    return raw_zip([*rest, (SHEET, packed, 0, MB, zipfile.ZIP_DEFLATED)])


def overlapping() -> bytes:
    """Many members that all stand for the same packed bytes."""
    packed, checksum, size = packed_zeros(8)
    with zipfile.ZipFile(io.BytesIO(sound())) as archive:
        rest = [stored(name, archive.read(name)) for name in archive.namelist()]
    names = [f"xl/media/{number}.bin" for number in range(200)]
    first = raw_zip([*rest, (names[0], packed, checksum, size, zipfile.ZIP_DEFLATED)])
    start = first.index(b"PK\x03\x04", first.index(names[0].encode()) - 30)
    same = dict.fromkeys(names[1:], start)
    others = [(name, b"", checksum, size, zipfile.ZIP_DEFLATED) for name in names[1:]]
    return raw_zip([*rest, (names[0], packed, checksum, size, zipfile.ZIP_DEFLATED), *others], offsets=same)


def many_members() -> bytes:
    """A million members without content."""
    local = b"".join(b"PK\x03\x04" + bytes(26) for _ in range(1))
    entry = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 0, 0, 0x21) + bytes(12)
    directory = b"".join(
        entry + struct.pack("<HHHHHII", 6, 0, 0, 0, 0, 0, 0) + b"%06d" % number for number in range(1_000_000)
    )
    end = struct.pack("<HHHHIIH", 0, 0, 65_535, 65_535, len(directory), len(local), 0)
    return local + directory + b"PK\x05\x06" + end


def named(name: str, *, is_link: bool = False) -> bytes:
    """A sound workbook with one more member of that name."""
    raw = io.BytesIO(sound())
    with zipfile.ZipFile(raw, "a") as archive:
        member = zipfile.ZipInfo("x")
        member.filename = name
        if is_link:
            member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    return raw.getvalue()


def duplicate_sheet() -> bytes:
    """Two members of one name: which one counts is a matter of taste."""
    raw = io.BytesIO(sound())
    with zipfile.ZipFile(raw, "a") as archive:
        archive.writestr(SHEET.upper(), OPEN + CLOSE)
    return raw.getvalue()


def nested() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("补助2020年6月.xlsx", sound())
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", inner.getvalue())
    return outer.getvalue()


LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(
        b'<!ENTITY lol%d "%s">' % (level, (b"&lol%d;" % (level - 1) if level > 1 else b"&lol;") * 10)
        for level in range(1, 11)
    )
    + b"]>"
)


def with_entities(declaration: bytes, use: bytes) -> Callable[[bytes], bytes]:
    """A change that declares entities before the root element and uses them in the first text."""

    def change(xml: bytes) -> bytes:
        at = xml.index(b"?>") + 2
        root_end = xml.index(b">", at) + 1
        return xml[:at] + declaration + xml[at:root_end] + use + xml[root_end:]

    return change


QUADRATIC = b'<!DOCTYPE q [<!ENTITY a "' + b"a" * 50_000 + b'">]>'


def sheet_of(cells: bytes, before: bytes = b"") -> bytes:
    return with_parts({SHEET: OPEN.replace(b"<sheetData>", before + b"<sheetData>") + cells + CLOSE})


def old_sheet(rows: int = 6) -> bytes:
    """A sound .xls of the feed aid."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("补助")
    for number, row in enumerate([HEADER, *aid_rows(rows)]):
        for position, value in enumerate(row):
            if value != "":
                sheet.write(number, position, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def old_changed(record: int, change: Callable[[bytearray, int], None]) -> bytes:
    """A sound .xls with the first record of a kind changed; ``change`` gets the bytes and where the record begins."""
    raw = bytearray(old_sheet(40))
    at = raw.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    while int.from_bytes(raw[at : at + 2], "little") != record:
        at += 4 + int.from_bytes(raw[at + 2 : at + 4], "little")
    change(raw, at)
    return bytes(raw)


def _set(offset: int, content: bytes) -> Callable[[bytearray, int], None]:
    def change(raw: bytearray, at: int) -> None:
        raw[at + offset : at + offset + len(content)] = content

    return change


def looped_sectors() -> bytes:
    """A sector chain that leads back to itself: the first table sector points every sector to sector 0."""
    raw = bytearray(old_sheet(40))
    at = 512 * (int.from_bytes(raw[76:80], "little") + 1)
    raw[at : at + 512] = bytes(512)
    return bytes(raw)


def looped_table() -> bytes:
    """The list of table sectors is itself a loop."""
    raw = bytearray(old_sheet(40))
    raw[68:72] = struct.pack("<I", 0)
    raw[512:1024] = bytes(512)
    return bytes(raw)


def renamed_stream(name: str) -> bytes:
    """An OLE file whose workbook stream has another name."""
    raw = old_sheet()
    entry = raw.index("Workbook".encode("utf-16-le"))
    label = name.encode("utf-16-le")
    return raw[:entry] + label.ljust(64, b"\0") + struct.pack("<H", len(label) + 2) + raw[entry + 66 :]


def wps() -> bytes:
    """An .xls that says of itself that the WPS program wrote it as .et."""
    raw = old_sheet()
    root = raw.index("Root Entry".encode("utf-16-le"))
    mark = b"\x01\x00\x54\x45\x50\x57\x00\x53KINGSOFT"
    return raw[: root + 80] + mark + raw[root + 96 :]


def far_old_cell() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    sheet.write(0, 0, "a")
    sheet.write(65_535, 255, "b")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def macro_workbook() -> bytes:
    return with_parts({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(100)})


BOMBS: dict[str, Callable[[], bytes]] = {
    "f34 high ratio": lambda: with_parts({SHEET: zeros(300 * MB)}),
    "f34 ten gigabytes in a member": lambda: raw_zip(
        [stored("xl/workbook.xml", b"<workbook/>"), (SHEET, packed_zeros(10)[0], 0, 0xFFFFFFF0, zipfile.ZIP_DEFLATED)]
    ),
    "f34 stated size lies": lying_size,
    "f34 ratio by many members": lambda: with_parts({f"xl/media/{n}.bin": zeros(2 * MB) for n in range(100)}),
    "f34 a million members": many_members,
    "f34 overlapping members": overlapping,
    "f34 nested zip": nested,
    "f34 empty zip": lambda: raw_zip([]),
    "f34 laughs in the sheet": lambda: part(SHEET, with_entities(LAUGHS, b"&lol10;")),
    "f34 laughs in the strings": lambda: part(STRINGS, with_entities(LAUGHS, b"<si><t>&lol10;</t></si>")),
    "f34 laughs in the styles": lambda: part(STYLES, with_entities(LAUGHS, b"&lol10;")),
    "f34 laughs in the relations": lambda: part(RELATIONS, with_entities(LAUGHS, b"&lol10;")),
    "f34 quadratic entities": lambda: part(
        STRINGS, with_entities(QUADRATIC, b"<si><t>" + b"&a;" * 50_000 + b"</t></si>")
    ),
    "f34 entities in utf-16": lambda: part(
        STRINGS, lambda xml: with_entities(LAUGHS, b"")(xml).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    ),
    "f34 a cell at the far corner": lambda: sheet_of(
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "f34 a far cell in the first row": lambda: sheet_of(
        b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "f34 far cells by other quotes": lambda: sheet_of(
        b"<row r='1'><c r='A1'><v>1</v></c><c r='XFD1048576'><v>1</v></c></row>"
    ),
    "f34 far columns of a tall sheet": lambda: sheet_of(
        b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 5000))
        + b'<row r="5000"><c r="XFD5000"><v>1</v></c></row>'
    ),
    "f34 one row without end": lambda: with_parts(
        {SHEET: (piece for piece in (OPEN + b'<row r="1">', *([b"<c><v>1</v></c>" * 70_000] * 20), b"</row>" + CLOSE))}
    ),
    "f34 a string of 200 MB": lambda: part(
        STRINGS, lambda xml: xml.replace(b"</sst>", b"<si><t>" + b"a" * (200 * MB) + b"</t></si></sst>")
    ),
    "f34 a string of 40 MB": lambda: part(
        STRINGS, lambda xml: xml.replace(b"</sst>", b"<si><t>" + b"a" * (40 * MB) + b"</t></si></sst>")
    ),
    "f34 a string of 60 KB in 100,000 cells": lambda: with_parts(
        {
            STRINGS: f'<sst {NAMESPACE} count="1" uniqueCount="1"><si><t>'.encode()
            + b"a" * 60_000
            + b"</t></si></sst>",
            SHEET: OPEN
            + b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 100_001))
            + CLOSE,
        }
    ),
    "f34 a sheet listed 100,000 times": lambda: part(
        "xl/workbook.xml",
        lambda xml: xml.replace(
            b"</sheets>",
            b"".join(b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (n, n) for n in range(2, 100_000))
            + b"</sheets>",
        ),
    ),
    "f34 xls far cell": far_old_cell,
    "f35 parent folder": lambda: named("../../evil.xml"),
    "f35 parent folder, backslash": lambda: named("xl\\..\\..\\evil.xml"),
    "f35 absolute": lambda: named("/etc/cron.d/evil"),
    "f35 drive": lambda: named("C:\\evil.xml"),
    "f35 link": lambda: named("xl/link", is_link=True),
    "f35 device": lambda: named("xl/NUL"),
    "f35 device with suffix": lambda: named("xl/com1.xml"),
    "f35 two of one name": duplicate_sheet,
    "f33 encrypted xlsx": lambda: renamed_stream("EncryptedPackage"),
    "f33 encrypted xls": lambda: old_changed(0x0042, _set(0, b"\x2f\x00")),
    "f33 wps": wps,
    "f33 macros": macro_workbook,
    "f33 word": lambda: renamed_stream("WordDocument"),
    "f33 encrypted zip": lambda: re.sub(
        rb"(PK\x01\x02.{4})\x00", lambda found: found[1] + b"\x01", sound(), flags=re.DOTALL
    ),
    "f36 xls record length": lambda: old_changed(0x00FC, _set(2, b"\xff\xff")),
    "f36 xls string count": lambda: old_changed(0x00FC, _set(8, b"\xff\xff\xff\x7f")),
    "f36 xls column": lambda: old_changed(0x00FD, _set(6, b"\xff\xff")),
    "f36 xls looped sectors": looped_sectors,
    "f36 xls looped table": looped_table,
    "f36 xls without end": lambda: old_sheet()[:2000],
    "f36 header alone": lambda: old_sheet()[:512],
}


def _bytes_of(text: str) -> Callable[[], bytes]:
    return text.encode


FOREIGN: dict[str, Callable[[], bytes]] = {
    "html": _bytes_of("<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1><table><tr><td>1,2</td></tr></table>"),
    "html fragment": _bytes_of("\n\n  <table border=1><tr><td>姓名,金额</td></tr></table>\n"),
    "html with a mark": lambda: b"\xef\xbb\xbf<html>\n<p>a,b</p></html>",
    "html utf-16": lambda: "<html>\n<p>甲,乙</p></html>".encode("utf-16"),
    "xml": _bytes_of('<?xml version="1.0"?>\n<Workbook><Row>1,2</Row></Workbook>'),
    "http": _bytes_of("HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\na,b\r\n"),
    "mht": _bytes_of("MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html>"),
    "pdf": lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + bytes(range(256)) * 8,
    "rtf": _bytes_of("{\\rtf1\\ansi\\deff0 {\\fonttbl {\\f0 Times;}}\nName, amount\\par }"),
    "gzip": lambda: gzip.compress(as_csv(aid_rows()).encode()),
    "7z": lambda: b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(60),
    "rar": lambda: b"Rar!\x1a\x07\x01\x00" + bytes(60),
    "xz": lambda: lzma.compress(b"a,b\n1,2\n"),
    "png": lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(60),
    "jpeg": lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4,
    "gif": lambda: b"GIF89a\x01\x00\x01\x00" + bytes(40),
    "bmp": lambda: b"BM" + struct.pack("<IHHI", 154, 0, 0, 54) + bytes(140),
    "sqlite": lambda: b"SQLite format 3\x00" + bytes(100),
    "elf": lambda: b"\x7fELF\x02\x01\x01" + bytes(60),
    "word": lambda: renamed_stream("WordDocument"),
    "zip": nested,
    "old sheet": lambda: b"\x09\x08\x08\x00\x00\x05\x10\x00" + bytes(200),
}
