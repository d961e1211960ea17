"""Bytes to text: which encoding, what is garbled, which line ends.

Belongs here: decoding, refusal of what is no text table, doubts about characters. Does not belong here: cells.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

import numpy as np
import polars as pl

from pipelines.contracts import Text
from pipelines.reading.doubts import Doubt
from pipelines.reading.tables import FileRefusedError
from pipelines.reading.text.garbling import garbled, suspicious

SAMPLE_CHARACTERS = 200_000
COMMON_SHARE = 0.6
LONE_SHARE = 0.7
FEW_LETTERS = 5
_MARKUP = re.compile(r"^\s*<(?:!doctype|html|\?xml|head|body|script|table)", re.IGNORECASE)
_DELIMITERS = (",", "\t", ";", "|", "，")
_BINARY = (b"%PDF", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b", b"PAR1", b"\x89PNG")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_FILLED_BYTE = re.compile(rb"[^ \t\r\n\x0b\x0c\xef\xbb\xbf]")
_FILLED = re.compile("[^\ufeff \t\r\n\u3000]")
_BLOCK = 1 << 18  # bytes that stay in the processor's cache
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
CONTROL_CHARACTER = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{ad}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{feff}]"
)
_SINGLE_BYTE = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "koi8_r", "iso8859_2", "iso8859_15"]
_ASIAN = ["big5", "shift_jis", "euc_jp", "cp949"]


class Decoded(NamedTuple):
    """A text and the encoding it was in; ``is_guess`` when neither a mark nor strict decoding proves the encoding."""

    text: str
    encoding: str
    is_guess: bool = False


class PlainText(NamedTuple):
    """A text whose lines all end in LF; ``odd_ends`` are the lines (from 0) that ended otherwise than the most."""

    text: str
    odd_ends: list[int]


def _undecodable(raw: bytes, offset: int, encoding: str) -> FileRefusedError:
    zh, en = _address(raw, offset, encoding)
    return FileRefusedError(
        f"文件{zh}不是有效的{encoding}文字（第{offset}字节），可能传输不完整或拼接了不同编码的内容。",
        f"{en} the file is not valid {encoding} text (byte offset {offset}): cut off, or parts in other encodings.",
        "请先看这一处：只有个别字损坏的，改正该单元格后重新报送；不止一处的，请从源系统重新导出，"
        "整个文件只用一种编码（UTF-8 或 GB18030）。",
        "Look at that place first: if single characters are damaged, correct the cell and send the file again; "
        "otherwise export again from the source system, all of it in one encoding (UTF-8 or GB18030).",
    )


def _address(raw: bytes, offset: int, encoding: str) -> tuple[str, str]:
    """Line and column of a byte, in both languages; the line alone at its start and behind a quotation mark."""
    encoding = encoding.rpartition(" ")[2]
    before = raw[:offset].decode(encoding, "replace")
    end = "\n" if "\n" in before or b"\n" in raw else "\r"
    line = before[before.rfind(end) + 1 :]
    head = (before if end in before else raw[: offset + SAMPLE_CHARACTERS].decode(encoding, "replace")).split(end, 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    row = before.count(end) + 1
    if not line or '"' in line or delimiter not in head:
        return f"第{row}行", f"In line {row}"
    column = line.count(delimiter) + 1
    return f"第{row}行第{column}列", f"In line {row}, column {column},"


def decode(raw: bytes) -> Decoded:
    """Decode strictly: byte-order mark, unmarked UTF-16, UTF-8, then GB18030 that reads like Chinese.

    What GB18030 cannot explain is guessed only when it looks like one other encoding throughout. Refuses with the
    line, column and byte offset that fail.
    """
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if raw.startswith(mark):
            try:
                return Decoded(raw[2:].decode(encoding), encoding)
            except UnicodeDecodeError as error:
                raise _undecodable(raw, error.start + 2, encoding) from error
    if (wide := _unmarked_utf16(raw)) is not None:
        return wide
    try:
        text = raw.decode("utf-8-sig")
        return Decoded(text, "utf-8-sig" if raw.startswith(codecs.BOM_UTF8) else "utf-8")
    except UnicodeDecodeError as error:
        utf8_offset = error.start
        if raw.startswith(codecs.BOM_UTF8):
            raise _undecodable(raw, utf8_offset, "utf-8") from error
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError as error:
        if _is_single_byte(raw) and (guess := _guess(raw, _SINGLE_BYTE)) is not None:
            return guess
        raise _undecodable(raw, max(error.start, utf8_offset), "utf-8 / gb18030") from error
    if (offset := _utf8_line_inside(raw)) is not None:
        raise _undecodable(raw, offset, "gb18030")
    if _reads_like_chinese(text):
        return Decoded(text, "gb18030")
    guess = _guess(raw, _SINGLE_BYTE if _is_single_byte(raw) else _SINGLE_BYTE + _ASIAN)
    if guess is None:
        raise _undecodable(raw, utf8_offset, "utf-8 / gb18030")
    return guess


def _unmarked_utf16(raw: bytes) -> Decoded | None:
    """UTF-16 without a mark: zero bytes, nearly all of them on one side of the pairs."""
    if len(raw) < 4 or b"\0" not in raw[:SAMPLE_CHARACTERS]:
        return None
    sample = np.frombuffer(raw[: SAMPLE_CHARACTERS // 2 * 2], dtype=np.uint8)
    low, high = int((sample[1::2] == 0).sum()), int((sample[::2] == 0).sum())
    if max(low, high) < 0.05 * len(sample) / 2 or min(low, high) > 0.05 * max(low, high):
        return None
    encoding, end = ("utf-16-le", b"\n\0") if low > high else ("utf-16-be", b"\0\n")
    line_ends = raw.count(b"\n", 0, SAMPLE_CHARACTERS)
    if max(low, high) < 0.2 * len(sample) / 2 and 2 * raw.count(end, 0, SAMPLE_CHARACTERS) <= line_ends:
        return None
    try:
        return Decoded(raw.decode(encoding), encoding, is_guess=True)
    except UnicodeDecodeError as error:
        raise _undecodable(raw, error.start, encoding) from error


def _is_single_byte(raw: bytes) -> bool:
    """True when most bytes beyond ASCII stand alone, as the accented letters of western languages do."""
    is_high = np.frombuffer(raw[:1_000_000], dtype=np.uint8) >= 0x80
    total = int(is_high.sum())
    alone = is_high.copy()
    alone[1:] &= ~is_high[:-1]
    alone[:-1] &= ~is_high[1:]
    return total > 0 and int(alone.sum()) >= LONE_SHARE * total


def _reads_like_chinese(text: str) -> bool:
    """True when most characters beyond ASCII are common ones: GB 2312 symbols and first-level hanzi."""
    middle = len(text) // 2
    sample = text[:SAMPLE_CHARACTERS] + text[max(SAMPLE_CHARACTERS, middle) : middle + SAMPLE_CHARACTERS]
    characters = "".join(_NOT_ASCII.findall(sample))
    common = two_byte = 0
    codes = np.frombuffer(characters.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    counts = np.bincount(codes, minlength=1)
    for code in np.flatnonzero(counts).tolist():
        count = int(counts[code])
        two_byte += count
        pair = chr(code).encode("gb2312", "ignore")
        common += count if pair and (pair[0] <= 0xA9 or 0xB0 <= pair[0] <= 0xD7) else 0
    return two_byte == 0 or common >= COMMON_SHARE * two_byte


def _guess(raw: bytes, encodings: list[str]) -> Decoded | None:
    from charset_normalizer import from_bytes

    best = from_bytes(raw[:SAMPLE_CHARACTERS], cp_isolation=encodings, enable_fallback=False).best()
    if best is None:
        return None
    try:
        text = raw.decode(best.encoding)
    except UnicodeDecodeError:
        return None
    western = raw.decode("cp1252", "replace")
    beyond = set("".join(_NOT_ASCII.findall(western)))
    if text == western or (len(beyond) <= FEW_LETTERS and all(each.isalpha() for each in beyond)):
        return Decoded(western, "cp1252", is_guess=True)
    return Decoded(text, best.encoding, is_guess=True)


def _utf8_line_inside(raw: bytes) -> int | None:
    """Offset of a line that is valid UTF-8 inside a file taken for GB18030, where it would decode to other words.

    Two neighbouring characters of the common Chinese block give such a line away; only lines with them are tried.
    """
    codes = np.frombuffer(raw, dtype=np.uint8)
    blocks = [_utf8_pairs(codes[at : at + _BLOCK + 5]) + at for at in range(0, len(codes), _BLOCK)]
    places = np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.int64)
    tried = -1
    for place in places.tolist():
        if place < tried:
            continue
        start = raw.rfind(b"\n", 0, place) + 1
        tried = raw.find(b"\n", place) + 1 or len(raw)
        if _is_utf8(raw[start:tried]):
            return start
    return None


def _utf8_pairs(codes: np.ndarray) -> np.ndarray:
    """Where two characters between U+4000 and U+9FFF follow each other in UTF-8; none begins in the last five bytes."""
    places = np.flatnonzero(codes[: max(0, len(codes) - 5)] - np.uint8(0xE4) <= 0xE9 - 0xE4)
    for ahead in (1, 2, 4, 5):
        places = places[codes[places + ahead] & 0xC0 == 0x80]
    return places[codes[places + 3] - np.uint8(0xE4) <= 0xE9 - 0xE4]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def open_text(raw: bytes) -> Decoded:
    """Decode a text file; refuses empty, binary and markup content. Line ends are left as they are."""
    if _FILLED_BYTE.search(raw) is None:
        raise FileRefusedError("文件是空的。", "The file is empty.", "请重新导出并报送。", "Export and send it again.")
    refusal = FileRefusedError(
        "文件内容不是表格文本（是网页、PDF 或其他格式改了后缀）。",
        "The content is not a text table (a web page, PDF or another format under a changed name).",
        "请从源系统导出 CSV 或 XLSX，不要改后缀名。",
        "Export CSV or XLSX from the source system; do not rename other files.",
    )
    if raw.startswith(_BINARY):
        raise refusal
    decoded = decode(raw)
    head = decoded.text[:4096]
    if _MARKUP.match(head[:512]) or len(_CONTROLS.findall(head)) > max(4, 0.05 * len(head)):
        raise refusal
    if _FILLED.search(decoded.text) is None:
        raise FileRefusedError("文件是空的。", "The file is empty.", "请重新导出并报送。", "Export and send it again.")
    return decoded


def plain_line_ends(text: str) -> PlainText:
    """All line ends as LF, and which lines ended in another way than most of the file's."""
    if "\r" not in text:
        return PlainText(text, [])
    all_cr, all_lf, pairs = text.count("\r"), text.count("\n"), text.count("\r\n")
    if all_cr == all_lf == pairs:
        return PlainText(text.replace("\r", ""), [])
    if 2 * text.count("\r\r\n") > all_lf:
        text = text.replace("\r\r\n", "\r\n")
        all_cr = text.count("\r")
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    kinds = {"\r\n": pairs, "\r": all_cr - pairs, "\n": all_lf - pairs}
    if sum(1 for count in kinds.values() if count) == 1:
        return PlainText(plain, [])
    usual = max(kinds, key=lambda kind: kinds[kind])
    found = re.finditer(r"\r\n|\r|\n", text)
    return PlainText(plain, [number for number, end in enumerate(found) if end[0] != usual])


def character_doubts(text: str, columns: list[pl.Series], rows: pl.Series) -> list[Doubt]:
    """Garbled and invisible characters with row and column; searched cell by cell only when the text has any."""
    whole = pl.Series([text])
    doubts = []
    if whole.str.contains(CONTROL_CHARACTER)[0]:
        for position, column in enumerate(columns):
            hits = rows.filter(column.str.contains(CONTROL_CHARACTER).fill_null(value=False))
            doubts += [Doubt("control_character", int(row), position + 1) for row in hits]
    if whole.str.contains(suspicious())[0]:
        for position, column in enumerate(columns):
            doubts += [Doubt("mojibake", int(row), position + 1) for row in rows.filter(garbled(column))]
    return doubts


def encoding_doubts(decoded: Decoded) -> list[Doubt]:
    """The doubt about a guessed encoding."""
    if not decoded.is_guess:
        return []
    return [Doubt("encoding", detail=Text(zh=f"按 {decoded.encoding} 读取", en=f"read as {decoded.encoding}"))]
