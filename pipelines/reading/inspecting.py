"""Any file told nothing about: its tables as clean text, and everything that the reader decided or doubts.

Belongs here: putting parsers, layout and doubts together for one file. Does not belong here: processes and folders
(``inspection_runs``), the judgement of rows that land (``judge``).
"""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl

from pipelines.contracts import Contract, Text
from pipelines.reading.admission import refuse_foreign
from pipelines.reading.books import archives, workbooks
from pipelines.reading.doubts import Doubt
from pipelines.reading.grids import Grid
from pipelines.reading.inspection import InspectedTable, Inspection, set_doubts
from pipelines.reading.judge import Rules, judge_table
from pipelines.reading.layout.beside import split_beside
from pipelines.reading.layout.blocks import Block, find_blocks
from pipelines.reading.layout.looks import Codes, Look, looks
from pipelines.reading.layout.names import name_columns, stated_unit, unit_column, units_of_rows
from pipelines.reading.layout.totals import doubts_of_total_rows, relations
from pipelines.reading.layout.values import doubts_of_values
from pipelines.reading.recognition import find_periods
from pipelines.reading.sources import Candidate, choose_table, open_source, read_candidate
from pipelines.reading.tables import Column, FileRefusedError
from pipelines.reading.text import text_files

PARQUET_MAGIC = b"PAR1"
FEW = 0.2


def read_grids(raw: bytes) -> list[Grid]:
    """Every grid of a file of any format, by its content; raises FileRefusedError."""
    if raw.startswith(PARQUET_MAGIC):
        from pipelines.reading.books import parquet_files

        return parquet_files.read_grids(raw)
    if archives.is_workbook(raw):
        archives.check_archive(raw)
        return workbooks.read_grids(raw)
    refuse_foreign(raw)
    return text_files.read_grids(raw)


def inspect_bytes(
    raw: bytes, file_name: str, contract: Contract | None = None, rules: Rules | None = None
) -> Inspection:
    """Read a file told nothing about it, or only whose feed it is.

    With a contract the header is the one that fits it and every value is judged; ``rules`` are needed for that, their
    period is replaced by the one that the file names. Where the contract would refuse the file, ``refused`` says why
    and the tables are read as without it.
    """
    inspection = Inspection(file_name)
    try:
        grids = read_grids(raw)
    except FileRefusedError as refusal:
        return _refuse(inspection, refusal)
    known = None
    if contract is not None:
        try:
            known = choose_table(open_source(raw), contract)
        except FileRefusedError as refusal:
            _refuse(inspection, refusal)
    if grids:
        inspection.format, inspection.encoding = grids[0].format, grids[0].encoding
    for grid in grids:
        is_known = known is not None and known.head.sheet == grid.sheet
        header = _lines_of(grid, _header_rows(known)) if is_known and known is not None else None
        for part, codes in split_beside(grid, looks(grid.columns)):
            blocks = find_blocks(part, codes, header or None)
            for at, block in enumerate(blocks):
                width = _width(codes, block) if len(blocks) > 1 else part.width
                narrow = part.first_columns(width)
                inspection.tables.append(_table(narrow, block, codes[:, :width], is_first=at == 0))
    _doubt_further_tables(inspection)
    if known is not None and contract is not None and rules is not None:
        _judge_into(inspection, raw, file_name, known, rules)
    return inspection


def _width(codes: Codes, block: Block) -> int:
    """Columns up to the last one that a table fills, for one of several tables in a sheet."""
    lines = [*block.header, *block.data.tolist(), *(line for line, _ in block.non_data)]
    filled = np.flatnonzero((codes[lines] != Look.BLANK).any(axis=0))
    return int(filled[-1]) + 1 if len(filled) else codes.shape[1]


def _doubt_further_tables(inspection: Inspection) -> None:
    """Tables of other widths in one text, or in one sheet: each says that it is not alone."""
    for sheet in {table.sheet for table in inspection.tables}:
        tables = [table for table in inspection.tables if table.sheet == sheet]
        for before, after in itertools.pairwise(tables):
            rows = [*after.header_rows, *after.data_rows.head(1)]
            doubt = Doubt("second_table", min(rows, default=None))
            for table in (before, after):
                if doubt not in table.doubts:
                    set_doubts(table, [*table.doubts, doubt])


def _refuse(inspection: Inspection, refusal: FileRefusedError) -> Inspection:
    inspection.refused = Text(zh=refusal.zh, en=refusal.en)
    inspection.remedy = Text(zh=refusal.remedy_zh, en=refusal.remedy_en)
    return inspection


def _header_rows(known: Candidate) -> list[int]:
    """The source rows of the header that fits the contract."""
    return list(range(known.match.first_index + 1, known.match.row_index + 2))


def _lines_of(grid: Grid, rows: list[int]) -> list[int]:
    return [int(line) for line in np.flatnonzero(np.isin(grid.rows.to_numpy(), rows))]


def _table(grid: Grid, block: Block, codes: Codes, *, is_first: bool) -> InspectedTable:
    names, units, doubts = name_columns(grid, block.header)
    data = pl.Series(block.data, dtype=pl.UInt32)
    columns = [
        Column(column.text.gather(data), None if column.kinds is None else column.kinds.gather(data))
        for column in grid.columns
    ]
    rows = grid.rows.gather(data)
    totals = {line: role for line, role in block.non_data if role in ("total", "subtotal")}
    doubts += block.doubts
    doubts += _of_block(grid, block, is_first=is_first)
    doubts += _beyond_names(columns, rows, names, grid.first_column)
    doubts += doubts_of_values(columns, codes[block.data], rows.to_numpy(), names, grid.first_column)
    doubts += doubts_of_total_rows(grid, block.data, totals, names)
    sums, broken = relations(grid, block.data, names)
    doubts += broken
    for position, unit in grid.column_units.items():
        units[position] = units[position] or unit
    above = [line for line, role in block.non_data if role == "title"] + block.header
    titles = [cell for line in above for cell in grid.line(line) if cell]
    at_unit = unit_column(names, [column.text for column in columns])
    row_units, unit_doubts = units_of_rows([column.text for column in columns], at_unit)
    doubts += [Doubt(kind, int(rows[line]), grid.first_column + at, detail) for kind, line, at, detail in unit_doubts]
    table = InspectedTable(
        sheet=grid.sheet,
        delimiter=grid.delimiter,
        header_rows=[int(grid.rows[line]) for line in block.header],
        data_rows=rows,
        non_data=sorted((int(grid.rows[line]), role) for line, role in block.non_data),
        columns=names,
        units=units,
        frame=pl.DataFrame({str(at): column.text for at, column in enumerate(columns)}),
        doubts=[],
        unit=stated_unit(titles),
        unit_column=None if at_unit is None else grid.first_column + at_unit,
        first_column=grid.first_column,
        row_units=row_units,
        sums=sums,
    )
    set_doubts(table, doubts)
    return table


def _beyond_names(columns: list[Column], rows: pl.Series, names: list[str], first: int) -> list[Doubt]:
    """Rows with a value in a column that has no name and that hardly any other row fills: the row may have moved."""
    found = []
    detail = Text(
        zh="值在没有列名的列里，本行可能整体错位", en="a value in a column without a name: the row may have moved"
    )
    for at, name in enumerate(names):
        filled = columns[at].text.is_not_null()
        if not name and 0 < int(filled.sum()) <= FEW * len(rows):
            found += [Doubt("ragged_row", int(row), first + at, detail) for row in rows.filter(filled)]
    return found


def _of_block(grid: Grid, block: Block, *, is_first: bool) -> list[Doubt]:
    """The parser's doubts that lie in this table, those of the whole grid with its first one; merged data cells."""
    lines = [*block.header, *(line for line, _ in block.non_data), *block.data.tolist()]
    rows = {int(row) for row in grid.rows.gather(lines)} if lines else set()
    doubts = [doubt for doubt in grid.doubts if doubt.row in rows or (doubt.row is None and is_first)]
    if is_first:
        known = set(grid.rows.to_list())
        doubts += [doubt for doubt in grid.doubts if doubt.row is not None and doubt.row not in known]
    data_rows = {int(row) for row in grid.rows.gather(block.data)} if grid.merged else set()
    doubts += [
        Doubt("merged_cells", merged.first_row, merged.first_column)
        for merged in grid.merged
        if merged.first_row in data_rows
    ]
    return doubts


def _judge_into(inspection: Inspection, raw: bytes, file_name: str, known: Candidate, rules: Rules) -> None:
    """Add what the contract says of each value to the doubts of its table."""
    source = open_source(raw)
    table = next((each for each in inspection.tables if each.sheet == known.head.sheet), None)
    if table is None:
        return
    periods = find_periods(source, known, file_name)
    if len(periods) != 1:
        detail = Text(
            zh="没有找到唯一的期间，各行未按合同判断",
            en="no single period was found, rows were not judged by the contract",
        )
        set_doubts(table, [*table.doubts, Doubt("wrong_period", None, None, detail)])
        return
    read = read_candidate(source, known)
    judged = judge_table(
        read,
        known.match,
        known.contract,
        Rules(periods[0], rules.areas_file, rules.allow_synthetic, rules.code_lists),
    )
    found = [Doubt(code, row, column) for row, column, code in judged.problems.select("row", "column", "code").rows()]
    found += [Doubt("ragged_row", broken.row) for broken in judged.broken]
    set_doubts(table, table.doubts + found)
