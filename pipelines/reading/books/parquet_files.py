"""Parquet files: columns of flat types with their kinds.

Belongs here: Parquet to the shapes that the rest of the reader takes; limits before anything is unpacked. Does not
belong here: what the columns mean. Rows count from 1 below the names: the first record is row 2, as it would be in a
sheet with the names in row 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from pipelines.contracts import Text
from pipelines.reading.books.cells import number_text
from pipelines.reading.doubts import Doubt
from pipelines.reading.grids import Grid
from pipelines.reading.tables import Column, FileRefusedError, Head, Kind, Table

if TYPE_CHECKING:
    import pyarrow.parquet as pq

PARQUET_MAGIC = b"PAR1"
LARGEST_UNPACKED = 2 * 1024**3
MOST_CELLS = 200_000_000
MOST_COLUMNS = 2_000
HEAD_ROWS = 20


def is_parquet(raw: bytes) -> bool:
    """True when the bytes begin like a Parquet file."""
    return raw.startswith((PARQUET_MAGIC, b"PARE"))


def _refused(zh: str, en: str) -> FileRefusedError:
    return FileRefusedError(
        f"Parquet 文件无法读取：{zh}。",
        f"The Parquet file cannot be read: {en}.",
        "请从源系统重新导出；列只用文字、数字、日期等单值类型，或改用 CSV、XLSX。",
        "Export again from the source system with plain columns (text, numbers, dates), or as CSV or XLSX.",
    )


def _counts_agree(known: pq.FileMetaData) -> bool:
    """False when row groups or columns claim other rows than the file: Arrow would make room for the largest claim."""
    groups = [known.row_group(number) for number in range(known.num_row_groups)]
    return sum(group.num_rows for group in groups) == known.num_rows and all(
        group.column(number).num_values == group.num_rows for group in groups for number in range(group.num_columns)
    )


def _open(raw: bytes) -> pq.ParquetFile:
    """The file with its footer read and its size within the limits."""
    if raw.startswith(b"PARE") or raw.endswith(b"PARE"):
        raise _refused("文件加了密", "it is encrypted")
    if len(raw) < 12 or not raw.endswith(PARQUET_MAGIC):
        raise _refused("文件不完整，没有结尾部分", "it is cut off: its footer is missing")
    import pyarrow.parquet as pq  # few files are: a reading process begins a tenth sooner without it

    try:
        file = pq.ParquetFile(pa.BufferReader(raw))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _refused("内部结构损坏", "its inner structure is damaged") from error
    known = file.metadata
    if not _counts_agree(known):
        raise _refused("各处记录的行数互相矛盾", "its row counts contradict each other")
    unpacked = sum(known.row_group(group).total_byte_size for group in range(known.num_row_groups))
    width = len(file.schema_arrow.names)
    if width > MOST_COLUMNS or known.num_rows * max(width, 1) > MOST_CELLS or unpacked > LARGEST_UNPACKED:
        raise _refused(
            f"有{known.num_rows}行、{width}列、{unpacked}字节，超出限度",
            f"{known.num_rows} rows, {width} columns, {unpacked} bytes are beyond the limit",
        )
    for field in file.schema_arrow:
        if _kind(field.type) is None:
            raise _refused(f"列{field.name}的类型是{field.type}", f"the column {field.name} has the type {field.type}")
    return file


def _kind(kind: pa.DataType) -> Kind | None:
    """The kind of a column's cells, None for a type that is no single value."""
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return Kind.TEXT
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Kind.NUMBER
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        return Kind.DATE
    if pa.types.is_boolean(kind):
        return Kind.BOOLEAN
    return Kind.TEXT if pa.types.is_null(kind) else None


def _read(file: pq.ParquetFile, positions: list[int]) -> dict[int, pa.ChunkedArray]:
    try:
        columns = {}
        for position in positions:
            name = file.schema_arrow.names[position]
            columns[position] = file.read(columns=[name], use_threads=False).column(0)
            if len(columns[position]) != file.metadata.num_rows:
                raise _refused("行数与文件头不符", "its rows are not as many as it says")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _refused("数据部分损坏", "its data are damaged") from error
    return columns


def _column(data: pa.ChunkedArray, words: tuple[str, str]) -> Column:
    """The cells as canonical text; a blank is null."""
    kind = _kind(data.type)
    if pa.types.is_dictionary(data.type):
        data = data.cast(data.type.value_type)
    if pa.types.is_null(data.type):
        return Column(pl.Series([None] * len(data), dtype=pl.String))
    if kind is Kind.TEXT:
        try:
            data.validate(full=True)
        except pa.ArrowException as error:
            raise _refused("文字不是有效的UTF-8", "its text is not valid UTF-8") from error
        return Column(pl.Series(pl.from_arrow(data.cast(pa.large_string()))))
    text = _texts(data, words)
    kinds = pl.select(pl.when(text.is_null()).then(0).otherwise(int(kind or 0)).cast(pl.Int8)).to_series()
    return Column(text, kinds)


def _texts(data: pa.ChunkedArray, words: tuple[str, str]) -> pl.Series:
    series = pl.Series(pl.from_arrow(data))
    distinct = series.drop_nulls().unique()
    if pa.types.is_floating(data.type):
        if not pa.types.is_float64(data.type):
            # A shorter float is written by its own digits, not by those of the longer one it would become.
            spelled = [str(value) for value in distinct.to_numpy()]
            texts = [number_text(float(value)) for value in spelled]
        else:
            texts = [number_text(value) for value in distinct]
    elif pa.types.is_boolean(data.type):
        texts = [words[0] if value else words[1] for value in distinct]
    elif pa.types.is_timestamp(data.type):
        texts = [_moment(value.isoformat(" ")) for value in distinct]
    elif pa.types.is_decimal(data.type):
        texts = [f"{value:f}" for value in distinct]
    else:
        texts = [str(value) for value in distinct]
    return series.replace_strict(distinct, pl.Series(texts, dtype=pl.String), default=None, return_dtype=pl.String)


def _moment(text: str) -> str:
    return text.removesuffix(" 00:00:00")


def heads(raw: bytes) -> list[Head]:
    """The names and the first records."""
    file = _open(raw)
    names = [str(name) for name in file.schema_arrow.names]
    return [Head("", [names])]


def read_table(raw: bytes, positions: list[int]) -> Table:
    """The columns at the positions; raises FileRefusedError for a damaged file or nested types."""
    file = _open(raw)
    names = [str(name) for name in file.schema_arrow.names]
    _require_names(names)
    count = file.metadata.num_rows
    data = _read(file, positions)
    return Table(
        sheet="",
        format="parquet",
        encoding=None,
        header_row=1,
        header=names,
        columns={position: _column(each, ("是", "否")) for position, each in data.items()},
        rows=pl.Series("row", range(2, count + 2), dtype=pl.Int32),
        non_data_rows=[1],
    )


def read_grids(raw: bytes) -> list[Grid]:
    """The file as one grid, its names as the first line."""
    file = _open(raw)
    names = [str(name) for name in file.schema_arrow.names]
    _require_names(names)
    data = _read(file, list(range(len(names))))
    columns = [
        _with_name(name, _column(each, ("TRUE", "FALSE"))) for name, each in zip(names, data.values(), strict=True)
    ]
    rows = pl.Series("row", range(1, file.metadata.num_rows + 2), dtype=pl.Int32)
    return [Grid("parquet", columns, rows, doubts=_inexact(file, columns))] if columns else []


def _require_names(names: list[str]) -> None:
    if len(set(names)) < len(names):
        raise _refused("有重名的列", "two of its columns have the same name")


def _with_name(name: str, column: Column) -> Column:
    text = pl.concat([pl.Series([name or None], dtype=pl.String), pl.Series(column.text.to_list(), dtype=pl.String)])
    if column.kinds is None:
        return Column(text)
    return Column(text, pl.concat([pl.Series([0], dtype=pl.Int8), column.kinds]))


def _inexact(file: pq.ParquetFile, columns: list[Column]) -> list[Doubt]:
    """Floating columns of whole numbers too long for them are no longer what was written."""
    doubts = []
    for number, field in enumerate(file.schema_arrow, 1):
        if pa.types.is_floating(field.type) and columns[number - 1].text[1:].str.contains(r"e\+|^-?\d{16,}$").any():
            detail = Text(zh="浮点列中有超过15位的数", en="numbers of more than 15 digits in a floating column")
            doubts.append(Doubt("numeric_identity", column=number, detail=detail))
    return doubts
