"""The table of each release that puts every printed figure of the place beside the computed one.

A figure agrees when it is the printed one to its printed digits. A real office is a county of size 1. A synthetic
county is calibrated to these figures, at the size that ``installation.json`` records; where none is recorded, only
figures that do not change with the size are compared. So for a synthetic county the table is a regression test of
definitions and proves nothing true.

Belongs here: filling ``kpi_published_vs_computed`` when all other tables of the build stand. Does not belong here: how
a figure shrinks with the county (``figures``), the list itself (the seed ``published_figures``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.checking.figures import computed_value, expected_figures, last_digit, printed_figures
from pipelines.publishing.fingerprint import MARTS_SCHEMA, quote
from pipelines.settings import Settings

COMPARISON = "kpi_published_vs_computed"
_TEN_PLACES = Decimal("0.0000000001")  # a fen in 亿元


def county_scale(settings: Settings, *, is_synthetic: bool) -> float | None:
    """The county's size: 1 for a real office, the recorded one for a synthetic county, None where none is recorded."""
    if not is_synthetic:
        return 1.0
    path = settings.installation_file
    recorded = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    scale = recorded.get("scale")
    return None if scale is None else float(scale)


def fill_comparison(settings: Settings, build_file: Path, *, is_synthetic: bool) -> bool:
    """Put the place's rows into the table of the build, with both values and whether they agree.

    The other tables must be built; one that is missing counts as a figure without a row. Returns False, and changes
    nothing, when the build holds no such table.
    """
    scale = county_scale(settings, is_synthetic=is_synthetic)
    with duckdb.connect(str(build_file)) as connection:
        there = {
            str(name): str(kind)
            for name, kind in connection.execute(
                "select table_name, table_type from information_schema.tables where table_schema = ?", [MARTS_SCHEMA]
            ).fetchall()
        }
        if COMPARISON not in there:
            return False
        figures = printed_figures(settings)  # after the look: a project without the table need not have the list
        rows = [
            _row(connection, there, figure, expected, scale)
            for figure, expected in zip(figures, _expected(figures, scale), strict=True)
        ]
        _replace(connection, there[COMPARISON], rows)
    return True


def _expected(figures: Sequence[dict[str, str]], scale: float | None) -> list[Decimal | None]:
    """Each figure at the county's size; None without a table, or where the size matters and is not known."""
    at_size = iter(expected_figures([figure for figure in figures if figure["model"]], 1.0 if scale is None else scale))
    values = [next(at_size) if figure["model"] else None for figure in figures]
    if scale is not None:
        return values
    return [value if figure["scaling"] == "none" else None for figure, value in zip(figures, values, strict=True)]


def _row(
    connection: duckdb.DuckDBPyConnection,
    there: dict[str, str],
    figure: dict[str, str],
    expected: Decimal | None,
    scale: float | None,
) -> dict[str, Any]:
    computed = None
    if figure["model"] in there:
        computed = computed_value(connection.table(f"{MARTS_SCHEMA}.{quote(figure['model'])}"), figure)
    is_exact = figure["scaling"] == "money" and scale not in (None, 1)
    tolerance = Decimal(0) if is_exact else last_digit(figure) / 2
    difference = None if computed is None or expected is None else computed - expected
    return {
        "place": figure["place"],
        "period": figure["period"],
        "indicator": figure["indicator"],
        "area_level": figure["area_level"],
        "unit_name": figure["unit"],
        "sentence_ref": figure["sentence_ref"],
        "availability": figure["computable"],
        "agreement": _agreement(figure, expected, computed, is_exact=is_exact),
        "mart_name": figure["model"] or None,
        "mart_column": figure["column"] or None,
        "mart_filter": figure["filter"] or None,
        "note": figure["note"] or None,
        "printed_digits": int(figure["printed_digits"] or 0),
        "county_scale": scale,
        "printed_value": Decimal(figure["value"]),
        "expected_value": expected,
        "computed_value": None if computed is None else computed.quantize(_TEN_PLACES, ROUND_HALF_EVEN),
        "difference_value": None if difference is None else difference.quantize(_TEN_PLACES, ROUND_HALF_EVEN),
        "tolerance_value": tolerance if figure["model"] else None,
    }


def _agreement(figure: dict[str, str], expected: Decimal | None, computed: Decimal | None, *, is_exact: bool) -> str:
    if not figure["model"]:
        return "not_computable"
    if expected is None:
        return "size_unknown"
    if computed is None:
        return "no_row"
    told = computed if is_exact else computed.quantize(last_digit(figure), ROUND_HALF_EVEN)
    wanted = expected if is_exact else expected.quantize(last_digit(figure), ROUND_HALF_EVEN)
    return "equal" if told == wanted else "differs"


def _replace(connection: duckdb.DuckDBPyConnection, kind: str, rows: Sequence[dict[str, Any]]) -> None:
    """The table with these rows instead of its own; it may be a view of the release before."""
    name = f"{MARTS_SCHEMA}.{quote(COMPARISON)}"
    version = connection.execute(f"select min(method_version) from {name}").fetchone()
    columns = connection.execute(f"describe select * from {name}").fetchall()
    connection.execute("begin")
    connection.execute(f"drop {'view' if kind == 'VIEW' else 'table'} {name}")
    connection.execute(f"create table {name} ({', '.join(f'{quote(one[0])} {one[1]}' for one in columns)})")
    marks = ", ".join("?" for _ in columns)
    told = {"method_version": version[0] if version else None}
    for row in rows:
        connection.execute(f"insert into {name} values ({marks})", [(told | row)[one[0]] for one in columns])
    connection.execute("commit")
