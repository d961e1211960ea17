"""The truth beside the files: what each row says, what was planted where, what must come out.

Belongs here: the files below ``truth``. Does not belong here: the deliveries themselves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.simulate.columns import fixed_texts
from pipelines.simulate.county import County
from pipelines.simulate.damage import Planted
from pipelines.simulate.deliveries import Version
from pipelines.simulate.places import at

DAMAGE_SCHEMA = {
    "file": pl.String, "sheet": pl.String, "row": pl.Int32, "column": pl.Int32, "header": pl.String,
    "kind": pl.String, "expected": pl.String, "corrected_by": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class WrittenFile:
    """One file: path below the files' folder, feed, period, version, rows, bytes, its entries for the damage list."""

    path: str
    feed: str
    period: str
    version: str
    row_count: int
    size_bytes: int
    damage: tuple[dict[str, Any], ...]


def row_entry(version: Version, sheet: str, at: Planted, expected: str, corrected_by: str | None) -> dict[str, Any]:
    """A line of the damage list about a row or a cell; ``expected`` is rejected, refused or normalised."""
    values = (version.path, sheet, at.row, at.column, at.header, at.kind, expected, corrected_by)
    return dict(zip(DAMAGE_SCHEMA, values, strict=True))


def file_entry(version: Version, kind: str, expected: str, corrected_by: str | None) -> dict[str, Any]:
    """A line of the damage list about a whole file; ``expected`` is refused, held or noop."""
    values = (version.path, None, None, None, None, kind, expected, corrected_by)
    return dict(zip(DAMAGE_SCHEMA, values, strict=True))


def write_rows_truth(out: Path, version: Version, truth: pl.DataFrame) -> None:
    """What every data row of one file truly says."""
    path = out / "truth" / "rows" / f"{version.path}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    truth.write_parquet(path, compression="lz4", statistics=False)


def write_truth(
    counties: Sequence[County], out: Path, files: list[WrittenFile], arguments: dict[str, Any], figures: dict[str, Any]
) -> int:
    """The damage list, the people whom register and police see differently, the manifest; returns the list's length."""
    damage = pl.DataFrame([entry for file in files for entry in file.damage], schema=DAMAGE_SCHEMA)
    damage.write_parquet(out / "truth" / "damage.parquet")
    contradictions = pl.concat([_contradictions(county) for county in counties])
    contradictions.write_parquet(out / "truth" / "register_against_residents.parquet")
    manifest = {
        "arguments": arguments,
        "is_synthetic": True,
        "files": [
            {"path": f.path, "feed": f.feed, "period": f.period, "version": f.version, "row_count": f.row_count}
            for f in files
        ],
        "figures": figures,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (out / "truth" / "manifest.json").write_text(text, encoding="utf-8")
    return damage.height


def _contradictions(county: County) -> pl.DataFrame:
    with at(county.unit):
        people = fixed_texts(county)
    contradictions = [(person, "not_in_residents") for person in county.not_in_residents.tolist()]
    contradictions += [(person, "dead_in_residents") for person in county.dead_but_registered.tolist()]
    index = [person for person, _ in contradictions]
    return pl.DataFrame(
        {
            "人口编号": people["member"].gather(index),
            "公民身份号码": people["identity"].gather(index),
            "kind": [kind for _, kind in contradictions],
        }
    )
