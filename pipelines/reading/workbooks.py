"""Workbooks (.xlsx, .xlsm, .xls): cells with their kinds, and what must be known before a parser may open the file.

Belongs here: archive limits, cells to columns, formula errors. Does not belong here: what the columns mean.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from html import unescape

import polars as pl
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
    load_workbook,
)

from pipelines.reading.tables import Column, FileRefusedError, Head, Kind, Table

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST_UNPACKED = 2 * 1024**3
LARGEST_RATIO = 400
MOST_MEMBERS = 5_000
HEAD_ROWS = 20
ROW_CEILINGS = (65_536, 1_048_576)
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CHUNK = 1 << 20
_ERROR_CELL = re.compile(rb'<c [^>]*?r="([A-Z]+)(\d+)"[^>]*?t="e"|<c [^>]*?t="e"[^>]*?r="([A-Z]+)(\d+)"')
_EMPTY_FORMULA = re.compile(
    rb'<c [^>]*?r="([A-Z]+)(\d+)"[^>]*>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)


def is_workbook(raw: bytes) -> bool:
    """True when the bytes begin like a zip archive or an OLE file."""
    return raw.startswith((ZIP_MAGIC, OLE_MAGIC))


def _not_readable(detail_zh: str, detail_en: str) -> FileRefusedError:
    return FileRefusedError(
        f"工作簿无法读取：{detail_zh}。",
        f"The workbook cannot be read: {detail_en}.",
        "请用表格软件打开原文件，另存为普通 XLSX（不加密）后重新报送。",
        "Open the original, save it as a plain XLSX without a password and send it again.",
    )


def check_archive(raw: bytes) -> None:
    """Refuse an archive that is damaged, not a workbook, or unpacks beyond the limits; nothing is unpacked here."""
    if raw.startswith(OLE_MAGIC):
        return
    try:
        members = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise _not_readable("压缩包损坏或不完整", "the archive is damaged or cut off") from error
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > LARGEST_UNPACKED or unpacked > LARGEST_RATIO * len(raw) + _CHUNK:
        raise _not_readable(
            f"解压后有{unpacked}字节、{len(members)}个成员，超出限度",
            f"it would unpack to {unpacked} bytes in {len(members)} members, beyond the limit",
        )
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names:
        raise _not_readable("压缩包内没有工作簿", "the archive holds no workbook")


def _open(raw: bytes) -> CalamineWorkbook:
    try:
        return load_workbook(io.BytesIO(raw))
    except PasswordError as error:
        raise _not_readable("文件加了密码", "it is protected by a password") from error
    except (CalamineError, XmlError, ZipError, OSError, ValueError) as error:
        raise _not_readable("内部结构损坏", "its inner structure is damaged") from error


def _sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return workbook.get_sheet_by_name(name)
    except (CalamineError, XmlError, ZipError, OSError, ValueError) as error:
        raise _not_readable(f"工作表{name}的内部结构损坏", f"the sheet {name} is damaged inside") from error


def hidden_sheets(raw: bytes) -> list[str]:
    """Names of worksheets that are hidden."""
    sheets = _open(raw).sheets_metadata
    return [sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible]


def cell_text(cell: object) -> str:
    """A cell as text: whole numbers without a fraction, dates in ISO form, booleans as 是/否.

    >>> cell_text(3.0)
    '3'
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


_KIND_OF_TYPE = {
    str: Kind.TEXT,
    bool: Kind.BOOLEAN,
    int: Kind.NUMBER,
    float: Kind.NUMBER,
    datetime: Kind.DATE,
    date: Kind.DATE,
    time: Kind.NUMBER,
    timedelta: Kind.NUMBER,
}


def to_column(cells: tuple[object, ...] | list[object]) -> Column:
    """A column of typed cells as text and kinds."""
    if set(map(type, cells)) <= {str}:
        return Column(pl.Series(cells, dtype=pl.String))
    text = pl.Series([cell if type(cell) is str else cell_text(cell) for cell in cells], dtype=pl.String)
    return Column(text, pl.Series([_KIND_OF_TYPE[type(cell)] for cell in cells], dtype=pl.Int8))


def heads(raw: bytes) -> list[Head]:
    """The first rows of every worksheet.

    Of an .xlsx only the first rows are given to the parser: a copy of the archive in memory whose sheets end after
    twenty rows, so that recognising a large register costs little.
    """
    workbook = _open(_shortened(raw) if raw.startswith(ZIP_MAGIC) else raw)
    found = []
    for sheet in workbook.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            rows = _sheet(workbook, sheet.name).to_python(skip_empty_area=False, nrows=HEAD_ROWS)
            found.append(Head(sheet.name, [[cell_text(cell) for cell in row] for row in rows]))
    return found


def _shortened(raw: bytes) -> bytes:
    """The archive with every worksheet cut after its first rows; a sheet that cannot be cut is kept whole."""
    target = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(target, "w") as copy:
            for member in source.infolist():
                if _SHEET_PART.fullmatch(member.filename):
                    copy.writestr(member.filename, _first_rows(source, member))
                elif not member.is_dir():
                    copy.writestr(member.filename, source.read(member))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise _not_readable("压缩包损坏或不完整", "the archive is damaged or cut off") from error
    return target.getvalue()


def _first_rows(source: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with source.open(member) as stream:
        data = b""
        while chunk := stream.read(_CHUNK // 4):
            data += chunk
            ends = [found.end() for found in re.finditer(rb"</row>|<row [^>]*/>", data)]
            if len(ends) >= HEAD_ROWS:
                return data[: ends[HEAD_ROWS - 1]] + b"</sheetData></worksheet>"
    return data


def read_sheet(raw: bytes, name: str, header_index: int, positions: list[int]) -> Table:
    """The cells of one sheet below its header; only the columns at ``positions`` are turned into text.

    Rows without any cell are non-data. A sheet that ends at the format's last row is refused as cut off.
    """
    rows = _sheet(_open(raw), name).to_python(skip_empty_area=False)
    if len(rows) in ROW_CEILINGS:
        raise FileRefusedError(
            f"工作表{name}正好{len(rows)}行，达到格式上限，后面的数据可能已丢失。",
            f"The sheet {name} has exactly {len(rows)} rows, the most its format can hold: what followed may be lost.",
            "请改用 CSV 导出，或分成几个文件报送。",
            "Export as CSV, or split the data over several files.",
        )
    header = [cell_text(cell) for cell in rows[header_index]]
    width = len(header)
    blank = [""] * width
    body = rows[header_index + 1 :]
    numbers = range(header_index + 2, len(rows) + 1)
    kept = [number for number, row in zip(numbers, body, strict=True) if row != blank]
    empty = sorted(set(numbers) - set(kept)) if len(kept) < len(body) else []
    if empty:
        body = [row for row in body if row != blank]
    cells = list(zip(*body, strict=True)) if body else [()] * width
    table = Table(
        sheet=name,
        format="xls" if raw.startswith(OLE_MAGIC) else "xlsx",
        encoding=None,
        header_row=header_index + 1,
        header=header,
        columns={position: to_column(cells[position]) for position in positions},
        rows=pl.Series("row", kept, dtype=pl.Int32),
        non_data_rows=[*range(1, header_index + 2), *empty],
        preamble=["".join(map(cell_text, row)) for row in rows[:header_index]],
    )
    _mark_formula_errors(table, raw, name)
    return table


def _mark_formula_errors(table: Table, raw: bytes, name: str) -> None:
    """Cells that hold a formula error, or a formula without a result, look blank to the parser: mark them."""
    addresses = _formula_errors(raw, name) if raw.startswith(ZIP_MAGIC) else []
    if not addresses:
        return
    line_of_row = {row: line for line, row in enumerate(table.rows)}
    by_position: dict[int, list[int]] = {}
    for row, position in addresses:
        if row in line_of_row and position in table.columns:
            by_position.setdefault(position, []).append(line_of_row[row])
    for position, at in by_position.items():
        column = table.columns[position]
        kinds = column.kinds if column.kinds is not None else pl.repeat(0, len(column.text), dtype=pl.Int8, eager=True)
        table.columns[position] = Column(column.text.scatter(at, "#"), kinds.scatter(at, int(Kind.ERROR)))


def _formula_errors(raw: bytes, name: str) -> list[tuple[int, int]]:
    """Row (from 1) and column position (from 0) of cells with an error or an empty formula in one sheet."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        part = _part_of_sheet(archive, name)
        if part is None:
            return []
        with archive.open(part) as stream:
            if not any(b't="e"' in chunk or b"<f" in chunk for chunk in iter(lambda: stream.read(_CHUNK), b"")):
                return []
        data = archive.read(part)
    found = []
    for pattern in (_ERROR_CELL, _EMPTY_FORMULA):
        for match in pattern.finditer(data):
            letters, row = [group for group in match.groups() if group is not None]
            found.append((int(row), _position(letters)))
    return found


def _position(letters: bytes) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + letter - ord("A") + 1
    return position - 1


def _part_of_sheet(archive: zipfile.ZipFile, name: str) -> str | None:
    """The archive's member that holds the sheet of that name."""
    relations = archive.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
    targets = {}
    for relation in re.findall(r"<Relationship\b[^>]*>", relations):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', relation))
        targets[attributes.get("Id")] = attributes.get("Target", "")
    for sheet in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", archive.read("xl/workbook.xml").decode(errors="replace")):
        attributes = dict(re.findall(r'([\w:]+)="([^"]*)"', sheet))
        if unescape(attributes.get("name", "")) == name:
            target = targets.get(attributes.get("r:id"), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in archive.namelist() else None
    return None
