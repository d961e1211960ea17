"""Other readers on the same files, used as a careful user would: everything as text, so that types are no difference.

Belongs here: calling them. Does not belong here: scoring. None of them knows doubts: an exception is a refusal, a
warning counts as a doubt, everything else is taken at its word. *told* variants know the file's true encoding and
delimiter.
"""

from __future__ import annotations

import io
import re
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from benchmarks.pollution.readings import Reader, Reading, ReadTable, Reported, read_ours
from benchmarks.pollution.truth import Case

SECONDS = 10


class TooSlowError(Exception):
    """The reader did not come back in time."""


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raises TooSlowError in the main thread after so many seconds."""

    def stop(*_: object) -> None:
        raise TooSlowError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def guarded(reader: Reader, case: Case) -> Reading:
    """The reading; an exception or a late answer is a refusal, warnings are doubts about the file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with time_limit(SECONDS):
                reading = reader(case)
        except Exception as refusal:  # noqa: BLE001 - whatever a peer raises is its refusal
            return Reading(refused=f"{type(refusal).__name__}: {refusal}"[:200])
        except BaseException as panic:
            if type(panic).__name__ != "PanicException":
                raise
            return Reading(refused="panic")
    said = [Reported(each.category.__name__) for each in caught if not issubclass(each.category, DeprecationWarning)]
    return Reading(reading.tables, reading.refused, [*reading.doubts, *said], reading.has_own_names)


def _text(cell: Any) -> str:
    return "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124 - NaN is unequal to itself


def _frame(header: list[Any], rows: list[Any], sheet: str = "") -> ReadTable:
    return ReadTable([_text(name) for name in header], [[_text(cell) for cell in row] for row in rows], sheet)


def _decoded(case: Case) -> str:
    """The text, for peers that are told the encoding."""
    encoding = "utf-8-sig" if case.encoding == "utf-8" else case.encoding
    return case.raw.decode(encoding).removeprefix("\ufeff")


def _duckdb(raw: bytes, **options: Any) -> Reading:
    import duckdb

    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        Path(file.name).write_bytes(raw)
        with duckdb.connect() as connection:
            found = connection.read_csv(file.name, all_varchar=True, **options)
            return Reading([_frame(found.columns, found.fetchall())], has_own_names=True)


def read_duckdb(case: Case) -> Reading:
    """DuckDB, everything found out by itself."""
    return _duckdb(case.raw)


def read_duckdb_told(case: Case) -> Reading:
    """DuckDB on text decoded for it, told the delimiter."""
    return _duckdb(_decoded(case).encode(), delimiter=case.delimiter)


def read_duckdb_lenient(case: Case) -> Reading:
    """DuckDB, asked to read what it can."""
    return _duckdb(case.raw, ignore_errors=True, null_padding=True, strict_mode=False, parallel=False)


def _polars(raw: bytes, **options: Any) -> Reading:
    import polars as pl

    frame = pl.read_csv(raw, infer_schema=False, **options)
    return Reading([_frame(frame.columns, frame.rows())], has_own_names=True)


def read_polars(case: Case) -> Reading:
    """Polars with its defaults."""
    return _polars(case.raw)


def read_polars_told(case: Case) -> Reading:
    """Polars on text decoded for it, told the delimiter where it can be (one byte)."""
    mark = case.delimiter if len(case.delimiter.encode()) == 1 else ","
    return _polars(_decoded(case).encode(), separator=mark)


def read_polars_lenient(case: Case) -> Reading:
    """Polars, asked to read what it can."""
    return _polars(case.raw, truncate_ragged_lines=True, ignore_errors=True, encoding="utf8-lossy")


def _pandas(source: Any, **options: Any) -> Reading:
    import pandas as pd

    frame = pd.read_csv(source, dtype=str, keep_default_na=False, **options)
    has_index = not isinstance(frame.index, pd.RangeIndex)
    rows = frame.reset_index() if has_index else frame
    return Reading([_frame(list(rows.columns), rows.to_numpy().tolist())], has_own_names=True)


def read_pandas(case: Case) -> Reading:
    """Pandas with its defaults."""
    return _pandas(io.BytesIO(case.raw))


def read_pandas_told(case: Case) -> Reading:
    """pandas, told the encoding and the delimiter."""
    is_short = len(case.delimiter) == 1
    mark = case.delimiter if is_short else re.escape(case.delimiter)
    return _pandas(io.StringIO(_decoded(case), newline=""), sep=mark, engine="c" if is_short else "python")


def read_clevercsv(case: Case) -> Reading:
    """CleverCSV: its dialect, its rows, the first of them as header."""
    import clevercsv

    text = case.raw.decode("utf-8-sig")
    dialect = clevercsv.Sniffer().sniff(text)
    if dialect is None:
        return Reading(refused="no dialect found")
    rows = list(clevercsv.reader(io.StringIO(text, newline=""), dialect))
    return Reading([_frame(rows[0], rows[1:])] if rows else [], has_own_names=True)


def _excel(case: Case, engine: Literal["openpyxl", "calamine"]) -> Reading:
    import pandas as pd

    book = io.BytesIO(case.raw)
    sheets = pd.read_excel(book, sheet_name=None, dtype="str", keep_default_na=False, engine=engine)
    tables = [_frame(list(each.columns), each.to_numpy().tolist(), str(name)) for name, each in sheets.items()]
    return Reading(tables, has_own_names=True)


def read_pandas_openpyxl(case: Case) -> Reading:
    """Pandas through openpyxl, every sheet."""
    return _excel(case, "openpyxl")


def read_pandas_calamine(case: Case) -> Reading:
    """Pandas through calamine, every sheet."""
    return _excel(case, "calamine")


def read_polars_fastexcel(case: Case) -> Reading:
    """Polars through fastexcel, every sheet, all as text."""
    import fastexcel

    book = fastexcel.read_excel(case.raw)
    tables = []
    for name in book.sheet_names:
        frame = book.load_sheet(name, dtypes="string").to_polars()
        tables.append(_frame(frame.columns, frame.rows(), name))
    return Reading(tables, has_own_names=True)


OURS = "xianqing"
TEXT_PEERS: dict[str, Callable[[Case], Reading]] = {
    "DuckDB": read_duckdb,
    "DuckDB, told": read_duckdb_told,
    "DuckDB, lenient": read_duckdb_lenient,
    "Polars": read_polars,
    "Polars, told": read_polars_told,
    "Polars, lenient": read_polars_lenient,
    "pandas": read_pandas,
    "pandas, told": read_pandas_told,
    "CleverCSV": read_clevercsv,
}
BOOK_PEERS: dict[str, Callable[[Case], Reading]] = {
    "pandas + openpyxl": read_pandas_openpyxl,
    "pandas + calamine": read_pandas_calamine,
    "fastexcel + Polars": read_polars_fastexcel,
}


def readers(case: Case, *, with_peers: bool, with_ours: bool = True) -> dict[str, Reader]:
    """The readers that read this kind of file."""
    chosen: dict[str, Reader] = {OURS: read_ours} if with_ours else {}
    if with_peers:
        chosen |= BOOK_PEERS if case.is_workbook else TEXT_PEERS
        if case.name.endswith(".xls"):
            del chosen["pandas + openpyxl"]  # it does not claim to read the old format
    return chosen
