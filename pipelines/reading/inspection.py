"""What is known of a file that was inspected: its tables, their doubts, the report and the clean CSV.

Belongs here: shapes and their two outputs. Does not belong here: reading a file (``inspecting``).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.contracts import Text
from pipelines.reading.doubts import Doubt
from pipelines.reading.layout.totals import Relation
from pipelines.reading.tables import FileRefusedError

MOST_PER_KIND = 500
HEAVY = {"delimiter_guess": 0.3, "header_guess": 0.2, "encoding": 0.15, "truncated": 0.2, "second_table": 0.05}


@dataclass
class InspectedTable:
    """One table: ``frame`` holds the data cells as text (columns ``0``, ``1``, …; blank is null) without the header.

    ``header_rows``, ``data_rows`` and ``non_data`` are rows of the source from 1 and share none; ``columns`` is empty
    when the table has no header. ``unit`` is what its titles state for the whole table, ``unit_column`` the column
    (from 1) that names each row's unit, ``row_units`` each row's unit where rows have one. ``sums`` are the relations
    that the figures keep by themselves.
    """

    sheet: str
    delimiter: str | None
    header_rows: list[int]
    data_rows: pl.Series
    non_data: list[tuple[int, str]]
    columns: list[str]
    units: list[str | None]
    frame: pl.DataFrame
    doubts: list[Doubt]
    confidence: float = 1.0
    unit: str | None = None
    unit_column: int | None = None
    first_column: int = 1
    row_units: list[str | None] = field(default_factory=list)
    sums: list[Relation] = field(default_factory=list)

    @property
    def row_runs(self) -> list[list[int]]:
        """Source rows of the data rows, in order, as runs of (first row, rows)."""
        rows = self.data_rows.to_numpy().astype(np.int64)
        if not len(rows):
            return []
        starts = np.flatnonzero(np.diff(rows, prepend=rows[0] - 2) != 1)
        return [[int(rows[at]), int(size)] for at, size in zip(starts, np.diff(starts, append=len(rows)), strict=True)]

    def as_csv(self) -> bytes:
        """The header, where there is one, and the data rows as UTF-8 CSV."""
        target = io.StringIO()
        if self.columns:
            csv.writer(target, lineterminator="\n").writerow(self.columns)
        head = target.getvalue().encode()
        return head + self.frame.fill_null("").write_csv(include_header=False).encode()


@dataclass
class Inspection:
    """A file as the reader sees it; ``refused`` says why it cannot be read, or not under its contract.

    ``feed`` is the one feed whose header a table has, None when there is none or more than one.
    """

    file: str
    format: str | None = None
    encoding: str | None = None
    tables: list[InspectedTable] = field(default_factory=list)
    refused: Text | None = None
    remedy: Text | None = None
    feed: str | None = None


def refused_inspection(file_name: str, refusal: FileRefusedError) -> Inspection:
    """What is said of a file that was refused as a whole."""
    return Inspection(
        file_name,
        refused=Text(zh=refusal.zh, en=refusal.en),
        remedy=Text(zh=refusal.remedy_zh, en=refusal.remedy_en),
    )


def set_doubts(table: InspectedTable, doubts: list[Doubt]) -> None:
    """Doubts in the order of the source, each once, of many alike the first ones and a count."""
    unique = {(each.row or 0, each.column or 0, each.kind): each for each in reversed(doubts)}
    seen: Counter[str] = Counter()
    kept = []
    for _, doubt in sorted(unique.items()):
        seen[doubt.kind] += 1
        if seen[doubt.kind] <= MOST_PER_KIND:
            kept.append(doubt)
    for kind, count in seen.items():
        if count > MOST_PER_KIND:
            rest = count - MOST_PER_KIND
            kept.append(Doubt(kind, None, None, Text(zh=f"另有{rest}处未列出", en=f"{rest} more are not listed")))
    table.doubts = kept
    doubted = len({doubt.row for doubt in kept if doubt.row is not None})
    share = min(0.4, 2 * doubted / max(1, len(table.data_rows)))
    sure = round(max(0.0, 1.0 - share - sum(HEAVY.get(kind, 0.0) for kind in seen)), 2)
    table.confidence = min(sure, 0.99) if kept else sure


def as_json(inspection: Inspection, written: list[str] | None = None) -> dict[str, Any]:
    """The report on a file as JSON values; ``written`` are the CSV files of its tables."""
    return {
        "file": inspection.file,
        "format": inspection.format,
        "encoding": inspection.encoding,
        "feed": inspection.feed,
        "tables": [
            {
                "sheet": table.sheet,
                "delimiter": table.delimiter,
                "header_rows": len(table.header_rows),
                "data_rows": len(table.data_rows),
                "non_data_rows": len(table.non_data),
                "columns": table.columns,
                "doubts": [
                    {
                        "row": doubt.row,
                        "column": doubt.column,
                        "kind": doubt.kind,
                        "why": doubt.why.en,
                        "why_zh": doubt.why.zh,
                    }
                    for doubt in table.doubts
                ],
                "confidence": table.confidence,
                "unit": table.unit,
                "units": table.units,
                "unit_column": table.unit_column,
                "row_units": table.row_units,
                "sums": [asdict(each) for each in table.sums],
                "header": table.header_rows,
                "non_data": [{"row": row, "what": what} for row, what in table.non_data],
                "first_column": table.first_column,
                "row_runs": table.row_runs,
                "rows": written[at] if written else None,
            }
            for at, table in enumerate(inspection.tables)
        ],
        "refused": None if inspection.refused is None else inspection.refused.en,
        "refused_zh": None if inspection.refused is None else inspection.refused.zh,
        "remedy": None if inspection.remedy is None else inspection.remedy.en,
        "remedy_zh": None if inspection.remedy is None else inspection.remedy.zh,
    }


def write_tables(inspection: Inspection, folder: Path, stem: str) -> list[str]:
    """Write every table as CSV: ``stem.csv`` when there is one, else ``stem.SHEET.N.csv``; returns the paths."""
    written = []
    for number, table in enumerate(inspection.tables, start=1):
        sheet = "".join("_" if letter in '/\\:*?"<>|' or ord(letter) < 32 else letter for letter in table.sheet)
        parts = [stem] if len(inspection.tables) == 1 else [stem, *([sheet] if sheet else []), str(number)]
        path = folder / f"{'.'.join(parts)}.csv"
        path.write_bytes(table.as_csv())
        written.append(str(path))
    return written
