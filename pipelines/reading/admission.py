"""The door: what can be told from a file's size and first bytes, before any of it is decoded or unpacked.

Belongs here: files that are no table at all under a table's name, and lines too long for any table. Does not belong
here: archives (looked into by their own module), encodings, delimiters.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.reading.books.ole import OLE_MAGIC
from pipelines.reading.tables import FileRefusedError

LONGEST_LINE = 2_000_000
_BLOCK = 1 << 20
_TABLE_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", OLE_MAGIC, b"PAR1")
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "PDF", "PDF"),
    (b"{\\rtf", "RTF 文档", "an RTF document"),
    (b"\x1f\x8b", "gzip 压缩包", "a gzip archive"),
    (b"BZh", "bzip2 压缩包", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "xz 压缩包", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包", "a 7z archive"),
    (b"Rar!\x1a\x07", "RAR 压缩包", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩包", "a zstd archive"),
    (b"MSCF\0\0\0\0", "CAB 压缩包", "a CAB archive"),
    (b"\x89PNG\r\n", "图片", "an image"),
    (b"\xff\xd8\xff", "图片", "an image"),
    (b"GIF87a", "图片", "an image"),
    (b"GIF89a", "图片", "an image"),
    (b"II*\0", "图片", "an image"),
    (b"MM\0*", "图片", "an image"),
    (b"SQLite format 3\0", "SQLite 数据库", "an SQLite database"),
    (b"\x00\x01\x00\x00Standard ", "Access 数据库", "an Access database"),
    (b"\x7fELF", "程序", "a program"),
    (b"ARROW1\0\0", "Arrow 文件", "an Arrow file"),
    (b"\x89HDF\r\n", "HDF5 文件", "an HDF5 file"),
    (b"%!PS", "PostScript", "PostScript"),
)
_BZIP2 = re.compile(rb"BZh[1-9]1AY&SY")
_RIFF = re.compile(rb"RIFF....(?:WEBP|AVI |WAVE)", re.DOTALL)
_OLD_SHEET = re.compile(rb"\x09[\x00\x02\x04\x08][\x04-\x10]\x00[\x00-\x07]")
_WEB_PAGE = re.compile(rb"(?:HTTP/1\.[01] \d|MIME-Version:|From: <Saved by)")
_MARKUP = re.compile(rb"<(?:!doctype|!--|\?xml|html|head|body|script|table|meta|style|div|svg)\b", re.IGNORECASE)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def foreign_kind(raw: bytes) -> tuple[str, str] | None:
    """What a file is that is no table, in Chinese and English; None when its first bytes do not say."""
    start = raw[:1024]
    for magic, zh, en in _MAGIC:
        if start.startswith(magic) and (magic != b"BZh" or _BZIP2.match(start)):
            return zh, en
    plain = start
    for mark in _MARKS:
        plain = plain.removeprefix(mark)
    plain = plain.replace(b"\0", b"").lstrip()
    program = int.from_bytes(start[60:64], "little")
    kinds = (
        (start.startswith(b"BM") and start[6:10] == b"\0\0\0\0", "图片", "an image"),
        (start.startswith(b"MZ") and raw[program : program + 4] == b"PE\0\0", "程序", "a program"),
        (_RIFF.match(start), "影像或声音", "a picture or sound"),
        (start[257:262] == b"ustar", "tar 压缩包", "a tar archive"),
        (_OLD_SHEET.match(start), "很旧的电子表格（Excel 4 以前）", "a very old worksheet (Excel 4 or before)"),
        (plain.startswith((b"%PDF", b"{\\rtf")), "PDF 或 RTF 文档", "a PDF or RTF document"),
        (_MARKUP.match(plain) or _WEB_PAGE.match(plain), "网页或 XML", "a web page or XML"),
    )
    return next(((zh, en) for is_it, zh, en in kinds if is_it), None)


def refuse_foreign(raw: bytes) -> None:
    """Refuse content that is no table whatever its name says."""
    if (kind := foreign_kind(raw)) is not None:
        raise FileRefusedError(
            f"文件内容不是表格，而是{kind[0]}（只改了后缀名）。",
            f"The content is not a table but {kind[1]} under a changed name.",
            "请从源系统导出 CSV 或 XLSX，不要改后缀名。",
            "Export CSV or XLSX from the source system; do not rename other files.",
        )


def admit(path: Path) -> bytes:
    """The bytes of a file that may be read: no foreign kind, no line too long for a table.

    A text is looked through block by block first, so that a line of a gigabyte costs a megabyte of memory.
    """
    with path.open("rb") as handle:
        first = handle.read(_BLOCK)
        if first.startswith(_TABLE_MAGIC):
            return first + handle.read()
        refuse_foreign(first)
        length, block = 0, first
        while block:
            line_ends = [at for at in (block.find(b"\n"), block.find(b"\r")) if at >= 0]
            length += min(line_ends, default=len(block))
            if length > LONGEST_LINE:
                raise _long_line(length)
            if line_ends:
                length = len(block) - 1 - max(block.rfind(b"\n"), block.rfind(b"\r"))
            block = handle.read(_BLOCK)
        if not handle.seekable():
            return first
        handle.seek(0)
        return handle.read()


def _long_line(length: int) -> FileRefusedError:
    return FileRefusedError(
        f"有一行超过{length // 1000}千字节，不是正常的表格。",
        f"One line is longer than {length // 1000} kilobytes: not a table.",
        "请检查导出设置（换行、引号）后重新导出。",
        "Check the export settings (line ends, quotes) and export again.",
    )
