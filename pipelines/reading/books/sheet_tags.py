"""Tags of a worksheet's XML: attributes, addresses, and the cells of whole rows as arrays.

Belongs here: reading tags. Does not belong here: what they mean for a sheet (``sheet_xml``).
"""

from __future__ import annotations

import re

import numpy as np

from pipelines.reading.tables import FileRefusedError

_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_ENCODING = re.compile(rb"""^[^<]*<\?xml[^>]*encoding\s*=\s*["']([\w-]+)["']""")
_TRUE = (b"1", b"true", b"on")
_LT, _QUOTE, _SPACE = ord("<"), ord('"'), ord(" ")


def damaged(detail_zh: str, detail_en: str) -> FileRefusedError:
    """The refusal of a workbook whose inside is not as its format demands."""
    return FileRefusedError(
        f"工作簿无法可靠读取：{detail_zh}。",
        f"The workbook cannot be read with certainty: {detail_en}.",
        "请用表格软件打开原文件，核对内容，另存为普通 XLSX（不加密）后重新报送。",
        "Open the original, check its content, save it as a plain XLSX without a password and send it again.",
    )


def attributes(tag: bytes) -> dict[str, bytes]:
    """The attributes of one tag, prefixes kept.

    >>> attributes(b'<c r="A1" t="s">')
    {'r': b'A1', 't': b's'}
    """
    return {name.decode(errors="replace"): one or two for name, one, two in _ATTRIBUTE.findall(tag)}


def is_true(value: bytes | None) -> bool:
    """An XML boolean."""
    return value is not None and value.strip().lower() in _TRUE


def column_number(letters: bytes) -> int:
    """The column from 1.

    >>> column_number(b"AA")
    27
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def require_utf8(head: bytes, part: str) -> None:
    """Refuse a part in another encoding than UTF-8: the cell parser would read other words."""
    found = _ENCODING.match(head[:200])
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head[:8]:
        raise damaged(f"内部文件{part}不是UTF-8编码", f"the part {part} is not in UTF-8")
    if found and found[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        raise damaged(f"内部文件{part}不是UTF-8编码", f"the part {part} is not in UTF-8")


class Piece:
    """Whole rows of a sheet and their cells as arrays: places in ``data``, addresses, styles and types.

    Cells are read fast when written the usual way, ``<c r="A1" s="2" t="s">``; the others are marked odd. ``kind`` is
    the first letter of the type, 0 when it has none, 1 for a text that stands in the cell itself; ``inside`` the first
    letter of the tag behind the cell's, ``value_at`` the place behind that tag if it is a plain ``<v>``. ``opens`` are
    the places of all tags, ``at`` which of them are cells, ``type_at`` where a tag goes on behind address and style.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.codes = codes = np.frombuffer(data + b" " * 32, dtype=np.uint8)
        self.opens = opens = np.flatnonzero(codes == _LT)
        first, second = codes[opens + 1], codes[opens + 2]
        self.row_starts = opens[(first == ord("r")) & (second == ord("o")) & (codes[opens + 3] == ord("w"))]
        self.at = at = np.flatnonzero(
            (first == ord("c")) & ((second <= _SPACE) | (second == ord(">")) | (second == ord("/")))
        )
        self.value_count = int(((first == ord("v")) & ((second == ord(">")) | (second == _SPACE))).sum())
        self.starts = opens[at]
        if not len(at):
            return
        following = np.minimum(at + 1, len(opens) - 1)
        self.inside = first[following]
        self.value_at = opens[following] + 3
        self.has_content = np.isin(self.inside, (ord("v"), ord("f"), ord("i"))) & (at + 1 < len(opens))
        self._read_tags(codes, self.starts)

    def plain_rows(self) -> np.ndarray | None:
        """The numbers of the rows when every row's tag is just ``<row r="1">``, else None."""
        at = self.row_starts
        is_usual = np.ones(len(at), dtype=bool)
        for offset, letter in enumerate(b' r="', start=4):
            is_usual &= self.codes[at + offset] == letter
        numbers, behind = digits(self.codes, at + 8, 7)
        is_usual &= (behind > at + 8) & (self.codes[behind] == _QUOTE) & (self.codes[behind + 1] == ord(">"))
        return numbers if is_usual.all() else None

    def cell(self, index: int) -> bytes:
        """The bytes from a cell's tag to the next cell."""
        start = int(self.starts[index])
        return self.data[start : int(self.starts[index + 1]) if index + 1 < len(self.starts) else len(self.data)]

    def _read_tags(self, codes: np.ndarray, starts: np.ndarray) -> None:
        at = starts + 3
        is_odd = (codes[starts + 2] != _SPACE) | (codes[at] != ord("r")) | (codes[at + 1] != ord("="))
        is_odd |= codes[at + 2] != _QUOTE
        at = at + 3
        column = np.zeros(len(starts), dtype=np.int64)
        is_letter = np.ones(len(starts), dtype=bool)
        for _ in range(3):
            code = codes[at]
            is_letter &= (code >= 65) & (code <= 90)
            column = np.where(is_letter, column * 26 + code - 64, column)
            at = at + is_letter
        row, at = digits(codes, at, 7)
        is_odd |= (codes[at] != _QUOTE) | (column == 0) | (row == 0)
        at = at + 1
        has_style = (codes[at] == _SPACE) & (codes[at + 1] == ord("s")) & (codes[at + 3] == _QUOTE)
        at = np.where(has_style, at + 4, at)
        style, behind = digits(codes, at, 5)
        style = np.where(has_style, style, 0)
        is_odd |= has_style & (codes[behind] != _QUOTE)
        at = np.where(has_style, behind + 1, at)
        self.type_at = at
        has_type = (codes[at] == _SPACE) & (codes[at + 1] == ord("t")) & (codes[at + 3] == _QUOTE)
        kind = np.where(has_type, codes[at + 4], 0).astype(np.uint8)
        is_text = has_type & (codes[at + 5] != _QUOTE)
        kind[is_text] = 1
        end = codes[at]
        is_odd |= ~has_type & (end != ord(">")) & (end != ord("/"))
        behind_type = codes[np.where(has_type, at + 6, at)]
        is_odd |= has_type & ~is_text & (behind_type != ord(">")) & (behind_type != ord("/"))
        self.row, self.column, self.style, self.kind, self.is_odd = row, column, style, kind, is_odd


def digits(codes: np.ndarray, at: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """The numbers written at each position, and the positions behind them."""
    number = np.zeros(len(at), dtype=np.int64)
    is_digit = np.ones(len(at), dtype=bool)
    for _ in range(most):
        code = codes[at]
        is_digit &= (code >= 48) & (code <= 57)
        if not is_digit.any():
            break
        number = np.where(is_digit, number * 10 + code - 48, number)
        at = at + is_digit
    return number, at


def plain(data: bytes, prefix: bytes) -> bytes:
    """Tags without their prefix, comments and CDATA sections resolved."""
    if b"!" in data and b"<!" in data:
        data = _COMMENT.sub(b"", data)
        data = _CDATA.sub(lambda found: found[1].replace(b"&", b"&amp;").replace(b"<", b"&lt;"), data)
    if prefix:
        data = data.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
    return data


def as_number(text: bytes) -> float:
    """A number in an attribute, -1 for what is none."""
    try:
        return float(text)
    except ValueError:
        return -1.0
