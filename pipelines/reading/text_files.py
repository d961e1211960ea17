"""Delimited text: encoding, delimiter, and lines split so that no value ever moves into its neighbour's column.

Belongs here: bytes to columns of text with line numbers. Does not belong here: what the columns mean.

Lines without a quote that have exactly the header's number of delimiters are split by Polars in one go. A line with
quotes is taken only when its quoting is well formed; a record that runs over several lines only when none of the
lines it would swallow is a complete record by itself. Everything else is a broken row, and only that row.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from pipelines.reading.tables import BrokenRow, Column, FileRefusedError, Head, Table

DELIMITERS = (",", "\t", ";", "|")
HEAD_LINES = 20
LONGEST_RECORD_LINES = 50
LONGEST_LINE = 1_000_000
_MARKUP = re.compile(r"^\s*<(?:!doctype|html|\?xml|head|body|script|table)", re.IGNORECASE)
FEWEST_UTF8_BYTES = 6
_BEYOND_ASCII = np.array([0] * 0x80 + [1] * 0x80, dtype=np.int8)
_LEAD_BALANCE = np.array([0] * 0x80 + [-1] * 0x40 + [1] * 0x40, dtype=np.int8)


class Decoded(NamedTuple):
    """A text and the encoding it was in."""

    text: str
    encoding: str


@dataclass(frozen=True)
class _Lines:
    """The text as UTF-8 bytes with the start and end of each line."""

    data: bytes
    starts: np.ndarray
    ends: np.ndarray

    def line(self, index: int) -> str:
        return self.data[self.starts[index] : self.ends[index]].decode()

    def __len__(self) -> int:
        return len(self.starts)


def _undecodable(offset: int, encoding: str) -> FileRefusedError:
    return FileRefusedError(
        f"文件在第{offset}字节处不是有效的{encoding}文字，可能传输不完整或拼接了不同编码的内容。",
        f"At byte offset {offset} the file is not valid {encoding} text: cut off, or parts in other encodings.",
        "请从源系统重新导出，整个文件只用一种编码（UTF-8 或 GB18030）。",
        "Export again from the source system, all of it in one encoding (UTF-8 or GB18030).",
    )


def decode(raw: bytes) -> Decoded:
    """Decode strictly: byte-order mark, then UTF-8, then GB18030; refuses with the byte offset that fails."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if raw.startswith(mark):
            try:
                return Decoded(raw[2:].decode(encoding), encoding)
            except UnicodeDecodeError as error:
                raise _undecodable(error.start + 2, encoding) from error
    try:
        text = raw.decode("utf-8-sig")
        return Decoded(text, "utf-8-sig" if raw.startswith(codecs.BOM_UTF8) else "utf-8")
    except UnicodeDecodeError as error:
        utf8_offset = error.start
        if raw.startswith(codecs.BOM_UTF8):
            raise _undecodable(utf8_offset, "utf-8") from error
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError as error:
        raise _undecodable(max(error.start, utf8_offset), "utf-8 / gb18030") from error
    if (offset := _utf8_line_inside(raw)) is not None:
        raise _undecodable(offset, "gb18030")
    return Decoded(text, "gb18030")


def _utf8_line_inside(raw: bytes) -> int | None:
    """Offset of a line that is valid UTF-8 inside a file taken for GB18030, where it would decode to other words.

    In UTF-8 at most half of the bytes beyond ASCII begin a character (0xC0 and above), in a GB18030 line mostly more:
    only lines below that are tried.
    """
    codes = np.frombuffer(raw, dtype=np.uint8)
    starts = np.concatenate(([0], np.flatnonzero(codes == ord("\n")) + 1))
    ends = np.concatenate((starts[1:], [len(raw)]))
    starts, ends = starts[starts < ends], ends[starts < ends]
    balance = np.add.reduceat(_LEAD_BALANCE[codes], starts, dtype=np.int32)
    beyond_ascii = np.add.reduceat(_BEYOND_ASCII[codes], starts, dtype=np.int32)
    for index in np.flatnonzero((balance <= 0) & (beyond_ascii >= FEWEST_UTF8_BYTES)):
        if _is_utf8(raw[starts[index] : ends[index]]):
            return int(starts[index])
    return None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_text(raw: bytes) -> Decoded:
    """Decode a text file and make line ends plain; refuses empty, binary and markup content."""
    if not raw.strip():
        raise FileRefusedError("文件是空的。", "The file is empty.", "请重新导出并报送。", "Export and send it again.")
    decoded = decode(raw)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text[:4096] or _MARKUP.match(text[:512]) or text.startswith(("%PDF", "PK\x03\x04", "{\\rtf")):
        raise FileRefusedError(
            "文件内容不是表格文本（是网页、PDF 或其他格式改了后缀）。",
            "The content is not a text table (a web page, PDF or another format under a changed name).",
            "请从源系统导出 CSV 或 XLSX，不要改后缀名。",
            "Export CSV or XLSX from the source system; do not rename other files.",
        )
    return Decoded(text, decoded.encoding)


def split_line(line: str, delimiter: str) -> list[str]:
    """Cells of one line of the head, quotes taken off where they are well formed."""
    if '"' not in line:
        return line.split(delimiter)
    cells = _quoted_cells(line, delimiter)
    return line.split(delimiter) if cells is None else cells


def heads(text: str) -> list[Head]:
    """The first lines split by every delimiter that occurs; the caller keeps the one whose header it knows."""
    lines = text.split("\n", HEAD_LINES)[:HEAD_LINES]
    found = [delimiter for delimiter in DELIMITERS if any(delimiter in line for line in lines)] or [","]
    return [Head("", [split_line(line, each) for line in lines], each) for each in found]


def _quoted_cells(record: str, delimiter: str) -> list[str] | None:
    """Cells of a record whose quoting is well formed, else None."""
    if record.count('"') % 2:
        return None
    joint = f'"{delimiter}"'
    if record[:1] == record[-1:] == '"' and record.count('"') == 2 * (record.count(joint) + 1):
        return record[1:-1].split(joint)
    cell = rf'(?:"(?:[^"]|"")*"|[^"{re.escape(delimiter)}]*)'
    if re.fullmatch(rf"{cell}(?:{re.escape(delimiter)}{cell})*", record) is None:
        return None
    return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True))


def _index(text: str) -> _Lines:
    data = text.encode()
    newlines = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n"))
    starts = np.concatenate(([0], newlines + 1))
    ends = np.concatenate((newlines, [len(data)]))
    if starts[-1] == len(data):
        starts, ends = starts[:-1], ends[:-1]
    return _Lines(data, starts, ends)


def _count_per_line(lines: _Lines, character: str) -> np.ndarray:
    places = np.flatnonzero(np.frombuffer(lines.data, dtype=np.uint8) == ord(character))
    return np.searchsorted(places, lines.ends) - np.searchsorted(places, lines.starts)


def read_table(decoded: Decoded, delimiter: str, header_index: int, width: int) -> Table:
    """Split the lines below the header into ``width`` columns; ``header_index`` counts lines from 0.

    Broken lines are returned as such, blank ones as non-data; the order of the rest is the file's.
    """
    lines = _index(decoded.text)
    if (longest := int((lines.ends - lines.starts).max())) > LONGEST_LINE:
        raise FileRefusedError(
            f"有一行长达{longest}字节，不是正常的表格。",
            f"One line is {longest} bytes long: not a table.",
            "请检查导出设置后重新导出。",
            "Check the export settings and export again.",
        )
    counts = _count_per_line(lines, delimiter)
    quotes = _count_per_line(lines, '"')
    splitter = _Splitter(lines, delimiter, width, counts, quotes)
    body = np.arange(len(lines)) > header_index
    plain = body & (quotes == 0) & (counts == width - 1)
    blank = body & (lines.ends == lines.starts)
    taken: dict[int, list[str]] = {}
    broken: list[BrokenRow] = []
    swallowed_until = -1
    for index in np.flatnonzero(body & ~plain & ~blank):
        if index <= swallowed_until:
            continue
        cells, last = splitter.record(int(index))
        if cells is None:
            broken.append(BrokenRow(int(index) + 1, lines.line(int(index))))
            continue
        taken[int(index)] = cells
        plain[index : last + 1] = False
        blank[index : last + 1] = False
        swallowed_until = last
    columns, rows = _assemble(lines, plain, taken, delimiter, width)
    return Table(
        sheet="",
        format="csv",
        encoding=decoded.encoding,
        header_row=header_index + 1,
        header=split_line(lines.line(header_index), delimiter),
        columns={position: Column(column) for position, column in enumerate(columns)},
        rows=rows,
        broken=broken,
        non_data_rows=[*range(1, header_index + 2), *(int(index) + 1 for index in np.flatnonzero(blank))],
        preamble=[lines.line(index) for index in range(header_index)],
    )


@dataclass(frozen=True)
class _Splitter:
    """Splits the lines that are not plain: with quotes, or with another number of delimiters than the header."""

    lines: _Lines
    delimiter: str
    width: int
    counts: np.ndarray
    quotes: np.ndarray

    def record(self, index: int) -> tuple[list[str] | None, int]:
        """Cells of the record that starts at line ``index`` (None when it is broken) and the last line it takes."""
        if self.quotes[index] == 0:
            return None, index
        record, last = self.lines.line(index), index
        while record.count('"') % 2:
            last += 1
            if last >= len(self.lines) or last - index >= LONGEST_RECORD_LINES or self._is_complete(last):
                return None, index
            record += "\n" + self.lines.line(last)
        cells = _quoted_cells(record, self.delimiter)
        return (cells, last) if cells is not None and len(cells) == self.width else (None, index)

    def _is_complete(self, index: int) -> bool:
        """True when a line is a whole record by itself."""
        if self.quotes[index] == 0:
            return bool(self.counts[index] == self.width - 1)
        cells = _quoted_cells(self.lines.line(index), self.delimiter)
        return cells is not None and len(cells) == self.width


def _assemble(
    lines: _Lines, plain: np.ndarray, taken: dict[int, list[str]], delimiter: str, width: int
) -> tuple[list[pl.Series], pl.Series]:
    """Columns of the plain lines and the quoted records, in file order, with line numbers from 1."""
    indexes = np.flatnonzero(plain)
    names = [f"c{position}" for position in range(width)]
    schema = dict.fromkeys(names, pl.String)
    frames = [pl.DataFrame(schema=schema | {"row": pl.Int32})]
    if len(indexes):
        breaks = np.flatnonzero(np.diff(indexes) != 1)
        firsts = indexes[np.concatenate(([0], breaks + 1))]
        lasts = indexes[np.concatenate((breaks, [len(indexes) - 1]))]
        view = memoryview(lines.data)
        pieces = [view[lines.starts[a] : lines.ends[b]] for a, b in zip(firsts, lasts, strict=True)]
        frame = pl.read_csv(
            io.BytesIO(b"\n".join(pieces)),
            separator=delimiter,
            quote_char=None,
            has_header=False,
            new_columns=names,
            infer_schema=False,
        )
        if frame.shape != (len(indexes), width):
            raise RuntimeError(f"{len(indexes)} lines of {width} columns were split into {frame.shape}")
        frames.append(frame.with_columns(pl.Series("row", indexes + 1, dtype=pl.Int32)))
    if taken:
        rows = pl.Series("row", [index + 1 for index in taken], dtype=pl.Int32)
        frame = pl.DataFrame(list(taken.values()), schema=schema, orient="row").with_columns(rows)
        frames.append(frame)
    frame = pl.concat(frames)
    if taken:
        frame = frame.sort("row")
    return [frame[name] for name in names], frame["row"]
