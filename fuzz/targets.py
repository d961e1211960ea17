"""What must hold for any bytes, one function per parser; each raises AssertionError, or lets an error out, on a find.

Belongs here: how bytes reach a parser, and the invariants. Does not belong here: atheris, seeds.

Only FileRefusedError may come out of a parser. A text's lines are conserved, and no cell says what the text does not.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import xlwt.CompoundDoc

from pipelines.contracts import Contract, load_contracts
from pipelines.reading.admission import refuse_foreign
from pipelines.reading.books import archives, workbooks
from pipelines.reading.grids import Grid
from pipelines.reading.headers import find_header
from pipelines.reading.identity import judge_identities
from pipelines.reading.protocol import parse_answer
from pipelines.reading.tables import FileRefusedError, Table
from pipelines.reading.text import text_files
from pipelines.reading.text.encodings import open_text, plain_line_ends
from pipelines.reading.values import (
    Problem,
    clean_text,
    parse_boolean,
    parse_date,
    parse_decimal,
    parse_integer,
    parse_month,
    parse_year,
)

CONTRACTS_DIR = Path(__file__).resolve().parents[1] / "pipelines" / "contracts"
SELECTED = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
)
_QUOTES = str.maketrans("", "", "\"'\\“”‘’")
_PARSERS = (parse_date, parse_month, parse_year, parse_integer, parse_decimal, parse_boolean)
_known: dict[str, Contract] = {}
_members: dict[str, bytes] = {}


def fuzz_text(data: bytes) -> None:
    """Any bytes as a text file, told nothing and by a contract's header."""
    try:
        refuse_foreign(data)
        grids = text_files.read_grids(data)
    except FileRefusedError:
        return
    text = plain_line_ends(open_text(data).text).text
    _check_grids(text, grids)
    decoded = text_files.read_text(data)
    for head in text_files.heads(decoded.text):
        if head.rows and head.delimiter:
            try:
                table = text_files.read_table(decoded, head.delimiter, 0, len(head.rows[0]))
            except FileRefusedError:
                continue
            _check_table(decoded.text, table)


def _line_count(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


def _check_says(text: str, cells: pl.Series, plain: str) -> None:
    for cell in cells.drop_nulls().unique():
        assert cell in text or cell.translate(_QUOTES) in plain, f"a cell says what the text does not: {cell!r}"


def _check_grids(text: str, grids: list[Grid]) -> None:
    plain = text.translate(_QUOTES)
    lines = _line_count(text)
    rows = [row for grid in grids for row in grid.rows.to_list()]
    assert rows == sorted(set(rows)), f"rows twice or out of order: {rows}"
    assert not rows or (rows[0] >= 1 and rows[-1] <= lines), f"rows beyond the text of {lines} lines: {rows}"
    joined = 0
    for grid in grids:
        assert all(len(column.text) == grid.height for column in grid.columns)
        for column in grid.columns:
            _check_says(text, column.text, plain)
        inside = sum(column.text.str.count_matches("\n").fill_null(0) for column in grid.columns)
        joined += int(inside.sum()) if grid.columns else 0
    doubts = sum(len(grid.doubts) for grid in grids)
    assert lines - len(rows) <= joined or doubts, f"{lines - len(rows)} lines are gone, {joined} inside cells"


def _check_table(text: str, table: Table) -> None:
    plain = text.translate(_QUOTES)
    rows = [*table.rows.to_list(), *(each.row for each in table.broken), *table.non_data_rows]
    assert len(rows) == len(set(rows)), "a row counted twice"
    joined = sum(int(column.text.str.count_matches("\n").fill_null(0).sum()) for column in table.columns.values())
    assert _line_count(text) - len(rows) <= joined, f"{_line_count(text) - len(rows)} lines are gone, {joined} inside"
    for column in table.columns.values():
        _check_says(text, column.text, plain)


def _check_sheets(data: bytes) -> None:
    try:
        archives.check_archive(data)
        for grid in workbooks.read_grids(data):
            assert all(len(column.text) == grid.height for column in grid.columns)
            rows = grid.rows.to_list()
            assert rows == sorted(set(rows)), "rows twice or out of order"
    except FileRefusedError:
        return
    try:
        workbooks.heads(data)
    except FileRefusedError:
        return


def sound_members() -> dict[str, bytes]:
    """The members of a small sound workbook."""
    if not _members:
        from fuzz.seeds import small_workbook

        with zipfile.ZipFile(io.BytesIO(small_workbook())) as archive:
            _members.update({name: archive.read(name) for name in archive.namelist()})
    return _members


def fuzz_xlsx(data: bytes) -> None:
    """The first byte chooses the member that the rest replaces in a sound archive; a large one chooses none."""
    if not data:
        return
    if data[0] >= len(SELECTED):
        _check_sheets(archives.ZIP_MAGIC + data[1:])
        return
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as copy:
        for name, content in sound_members().items():
            copy.writestr(name, data[1:] if name == SELECTED[data[0]] else content)
    _check_sheets(target.getvalue())


def fuzz_xls(data: bytes) -> None:
    """An even first byte puts the rest into a sound container as its records; an odd one puts it nowhere."""
    if not data:
        return
    if data[0] % 2:
        _check_sheets(archives.OLE_MAGIC + data[1:])
        return
    target = io.BytesIO()
    xlwt.CompoundDoc.XlsDoc().save(target, data[1:])
    _check_sheets(target.getvalue())


def fuzz_parquet(data: bytes) -> None:
    """Any bytes as a Parquet file."""
    from pipelines.reading.books import parquet_files

    try:
        for grid in parquet_files.read_grids(data):
            assert all(len(column.text) == grid.height for column in grid.columns)
    except FileRefusedError:
        return


def fuzz_values(data: bytes) -> None:
    """Any text as a value, an identity number, a header."""
    text = data.decode("utf-8", errors="replace")
    if not _known:
        _known.update(load_contracts(CONTRACTS_DIR))
    rows = [line.split(",") for line in text.split("\n")[:20]]
    for contract in _known.values():
        find_header(rows, contract)
    cleaned = clean_text(text)
    for parse in _PARSERS:
        value = parse(cleaned)
        assert value is not None or isinstance(value, Problem)
    cells = text.split(",")
    judged = judge_identities(pl.Series(cells, dtype=pl.String), pl.Series([False] * len(cells)), allow_synthetic=True)
    for number in judged.number.drop_nulls():
        assert len(number) == 18
        assert number.isascii()


def fuzz_protocol(data: bytes) -> None:
    """Any line as the answer of a reading process."""
    answer = parse_answer(data.decode("utf-8", errors="replace"))
    if answer is not None:
        assert isinstance(answer.get("result"), dict) or isinstance(answer.get("error"), str)
        json.dumps(answer)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "text": fuzz_text,
    "xlsx": fuzz_xlsx,
    "xls": fuzz_xls,
    "parquet": fuzz_parquet,
    "values": fuzz_values,
    "protocol": fuzz_protocol,
}
