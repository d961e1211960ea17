"""The floor: every delivered file read bare into Parquet, in one process, with the fastest reader for its format.

No judging, no types, no sums: what any pipeline must at least spend on these files.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import fastexcel
import polars as pl


def read_bare(files: list[Path], out: Path) -> int:
    """Writes one Parquet file for each readable file (damaged ones are passed over); returns how many."""
    out.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    done = 0
    for number, path in enumerate(files):
        target = out / f"{number}.parquet"
        if path.suffix == ".csv":
            done += _text(connection, path, target)
        elif path.suffix in (".xlsx", ".xls"):
            done += _workbook(path, target)
    return done


def _text(connection: duckdb.DuckDBPyConnection, path: Path, target: Path) -> bool:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    decoded = target.with_suffix(".csv")
    decoded.write_text(text, encoding="utf-8", newline="")
    table = connection.read_csv(str(decoded), all_varchar=True, ignore_errors=True, strict_mode=False)
    table.write_parquet(str(target))
    decoded.unlink()
    return True


def _workbook(path: Path, target: Path) -> bool:
    try:
        book = fastexcel.read_excel(path)
    except fastexcel.FastExcelError:
        return False
    sheet = book.load_sheet(0, header_row=None, dtypes="string")
    pl.DataFrame(sheet.to_arrow()).write_parquet(target)
    return True


if __name__ == "__main__":
    folder, destination = Path(sys.argv[1]), Path(sys.argv[2])
    print(read_bare(sorted(p for p in folder.rglob("*") if p.is_file()), destination))
