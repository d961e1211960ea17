"""A file that a visitor shows the reader: parsed in a confined process, looked at, and forgotten.

Belongs here: the temporary folder, what is kept for the visit, rows to be shown with their marks, the downloads. Does
not belong here: parsing or judging (``pipelines.reading``), words (``views/inspect.py``).
"""

from __future__ import annotations

import io
import shutil
import tempfile
import threading
import time
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import streamlit as st

from pipelines.settings import Settings

KEPT = "inspection"
MOST_MEGABYTES = 50
MOST_CLEAN_BYTES = 400 * 2**20
MOST_SECONDS = 120
FIRST_ROWS = 200
MOST_CELLS = 60_000
FEWEST_ROWS = 20
# 60 Chinese characters are 180 bytes: with sheet, number and ending a name still fits a file system.
LONGEST_STEM, LONGEST_SUFFIX = 60, 8
FOLDER_PREFIX = "xianqing-upload-"
LEFT_OVER_SECONDS = 3600
SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384
FORMULA_START = r"^[=+\-@\t\r]"
PLAIN_NUMBER = r"^[+\-]?[0-9][0-9,]*\.?[0-9]*([eE][+\-]?[0-9]+)?%?$"
# Each reading process may take much memory: more visitors than this wait for their turn.
_TURN = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Clean:
    """One table as the reader wrote it: the CSV's name, its bytes, and what the report says of it."""

    name: str
    content: bytes
    about: Mapping[str, Any]

    def rows(self) -> pl.DataFrame:
        """The data rows as text, without the header; blank is null."""
        if not self.content:
            return pl.DataFrame()
        frame = pl.read_csv(io.BytesIO(self.content), has_header=False, infer_schema=False)
        frame = frame.slice(1) if self.about["columns"] else frame
        return frame.with_columns(pl.all().replace("", None))


@dataclass(frozen=True)
class Inspected:
    """The report on a file and its tables; ``tables`` is empty when they are too large to be kept or sent."""

    report: Mapping[str, Any]
    tables: tuple[Clean, ...]
    is_too_large: bool = False


@dataclass(frozen=True)
class Excerpt:
    """Rows of a table to be looked at: the first ones and those with doubts.

    ``rows`` are source rows, ``kinds`` the kinds of doubt of each row, ``marked`` positions (line, column) in
    ``cells``. ``left_out`` counts rows with doubts that do not fit.
    """

    cells: pl.DataFrame
    rows: list[int]
    kinds: list[list[str]]
    marked: frozenset[tuple[int, int]]
    marked_columns: frozenset[int]
    left_out: int


def inspect(file_name: str, raw: bytes, settings: Settings, contract: str | None) -> Inspected:
    """What the reader makes of a file. The temporary folder is gone afterwards, whatever happens."""
    from pipelines.reading.inspection_runs import inspect_files

    _sweep()
    limited = settings.model_copy(
        update={"worker_count": 1, "file_timeout_seconds": min(MOST_SECONDS, settings.file_timeout_seconds)}
    )
    with _TURN, tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as name:
        folder = Path(name)
        path = folder / "in" / plain_name(file_name)
        path.parent.mkdir()
        path.write_bytes(raw)
        report = next(iter(inspect_files([path], limited, contract=contract, to=folder / "out")))
        written = [Path(table["rows"]) for table in report["tables"]]
        if sum(one.stat().st_size for one in written) > MOST_CLEAN_BYTES:
            return Inspected(report, (), is_too_large=True)
        tables = zip(written, report["tables"], strict=True)
        return Inspected(report, tuple(Clean(one.name, one.read_bytes(), about) for one, about in tables))


def plain_name(file_name: str) -> str:
    """The last part of a name as a visitor's machine gave it, without control characters and of bearable length."""
    name = "".join(letter for letter in file_name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())
    stem, dot, suffix = name.strip(" .").rpartition(".")
    return f"{stem[:LONGEST_STEM]}{dot}{suffix[: LONGEST_SUFFIX if dot else LONGEST_STEM]}" or "upload"


def _sweep() -> None:
    """Remove folders that a killed server has left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        try:
            if folder.stat().st_mtime < time.time() - LEFT_OVER_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            continue


def kept(file_id: str, contract: str | None) -> Inspected | None:
    """What this visit already knows about that upload, so that a click on the page does not parse it again."""
    known = st.session_state.get(KEPT)
    return known[1] if known and known[0] == (file_id, contract) else None


def keep(file_id: str, contract: str | None, inspected: Inspected) -> None:
    """Remember the result for this visit only, in memory."""
    st.session_state[KEPT] = ((file_id, contract), inspected)


def forget() -> None:
    """Drop what is remembered: the visitor took the file away or left the page."""
    st.session_state.pop(KEPT, None)


def excerpt(table: Clean) -> Excerpt | None:
    """The rows to be shown; None when rows and report do not fit together: no mark may stand in a wrong place."""
    frame = table.rows()
    runs = table.about["row_runs"]
    source = np.concatenate([np.arange(first, first + count) for first, count in runs]) if runs else np.arange(0)
    if len(source) != frame.height or (table.about["columns"] and len(table.about["columns"]) != frame.width):
        return None
    by_row: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    columns = set()
    for doubt in table.about["doubts"]:
        at = None if doubt["column"] is None else doubt["column"] - table.about["first_column"]
        if doubt["row"] is not None:
            by_row[doubt["row"]].append((doubt["kind"], at))
        elif at is not None:
            columns.add(at)
    has_doubt = np.isin(source, list(by_row))
    room = max(FEWEST_ROWS, MOST_CELLS // max(1, frame.width))
    doubted = np.flatnonzero(has_doubt)
    lines = np.union1d(np.arange(min(FIRST_ROWS, room, frame.height)), doubted[:room]).astype(np.int64)
    rows = [int(row) for row in source[lines]]
    marked = {
        (line, at)
        for line, row in enumerate(rows)
        for _, at in by_row.get(row, [])
        if at is not None and 0 <= at < frame.width
    }
    return Excerpt(
        cells=frame[lines.tolist()],
        rows=rows,
        kinds=[list(dict.fromkeys(kind for kind, _ in by_row.get(row, []))) for row in rows],
        marked=frozenset(marked),
        marked_columns=frozenset(columns),
        left_out=int(max(0, len(doubted) - room)),
    )


def formula_like(tables: Sequence[Clean]) -> int:
    """Cells that a spreadsheet would take for a formula when it opens the CSV; plain numbers are none."""
    text = pl.all().fill_null("")
    looks = text.str.contains(FORMULA_START) & ~text.str.contains(PLAIN_NUMBER)
    frames = [table.rows() for table in tables]
    return sum(int(frame.select(looks.sum()).sum_horizontal()[0]) for frame in frames if not frame.is_empty())


def fits_a_workbook(tables: Sequence[Clean]) -> bool:
    """True when every table has room on a sheet, header included."""
    return all(
        table.about["data_rows"] < SHEET_ROWS and len(table.about["columns"]) <= SHEET_COLUMNS for table in tables
    )


def to_zip(tables: Sequence[Clean]) -> bytes:
    """The CSVs of all tables, each exactly as written."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            archive.writestr(table.name, table.content)
    return buffer.getvalue()


def to_workbook(tables: Sequence[Clean]) -> bytes:
    """All tables as sheets of one workbook, every cell a text: nothing is evaluated, no digit is lost."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        as_text = book.add_format({"num_format": "@"})
        head = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        for number, table in enumerate(tables, start=1):
            page = book.add_worksheet(f"{number}")
            names = table.about["columns"]
            for column, name in enumerate(names):
                page.write_string(0, column, name, head)
            frame = table.rows()
            page.set_column(0, max(0, frame.width - 1), 16, as_text)
            for column, values in enumerate(frame.iter_columns()):
                for row, value in enumerate(values.to_list(), start=1 if names else 0):
                    if value is not None:
                        page.write_string(row, column, value, as_text)
    return buffer.getvalue()
