"""Each printed figure beside the mart's value, scaled for a smaller county the way its parts were apportioned.

How a figure shrinks with the county stands in the list of published figures, column ``scaling``:

- ``none``: the same at any size (villages, shares, items);
- ``total``: share of the printed total, rounded to its printed digits;
- ``group:<name>``: one part of a total, apportioned with its group by largest remainder;
- ``part:<name>:<period>``: equal to that period's part of the group, the first listed where it has several;
- ``group_total:<name>``: the total of that group, plus the scaled ``natural_change``;
- ``sum_of:<a>+<b>+…``: the sum of these parts, each rounded half to even by itself, as the units of a prefecture are
  that shrink each for itself; at full size the parts add up to the printed value;
- ``money``: exact to the cent.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.settings import Settings

# What the first sign of a printed unit multiplies the unit of the mart's column by; other units count as they are.
_FACTORS = {"万": Decimal(10_000), "亿": Decimal(100_000_000), "%": Decimal("0.01"), "‰": Decimal("0.001")}


def unit_factor(unit: str) -> Decimal:
    """What one printed unit is in the unit of the mart's column.

    >>> unit_factor("万人次"), unit_factor("%"), unit_factor("公里")
    (Decimal('10000'), Decimal('0.01'), Decimal('1'))
    """
    return _FACTORS.get(unit[0], Decimal(1))


@dataclass(frozen=True)
class FigureCheck:
    """One printed figure: ``expected`` and ``computed`` in the printed unit; ``computed`` is None without a row."""

    indicator: str
    period: str
    unit: str
    printed: Decimal
    expected: Decimal
    computed: Decimal | None

    @property
    def is_equal(self) -> bool:
        """True when the mart gives the expected figure to the printed digits."""
        return self.computed == self.expected


def largest_remainder(parts: Sequence[int], scale: float) -> list[int]:
    """``parts`` shrunk by ``scale`` to whole numbers whose sum is the rounded share of their total.

    The parts with the largest remainders are rounded up; ties go to the earlier part.

    >>> largest_remainder([90, 959, 4923], 0.05)
    [5, 48, 246]
    """
    exact = [Decimal(part) * Decimal(str(scale)) for part in parts]
    whole = [int(value) for value in exact]
    missing = int((Decimal(sum(parts)) * Decimal(str(scale))).to_integral_value(ROUND_HALF_EVEN)) - sum(whole)
    by_remainder = sorted(range(len(parts)), key=lambda index: (whole[index] - exact[index], index))
    for index in by_remainder[:missing]:
        whole[index] += 1
    return whole


def printed_figures(settings: Settings) -> list[dict[str, str]]:
    """The list of all printed figures of the settings' place."""
    path = settings.dbt_dir / "seeds" / "published_figures.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["place"] == settings.place]


def published_figures(settings: Settings) -> list[dict[str, str]]:
    """The list of printed figures that the marts can compute, for the settings' place."""
    return [row for row in printed_figures(settings) if row["model"]]


def expected_figures(figures: Sequence[Mapping[str, str]], scale: float) -> list[Decimal]:
    """What each figure must be in a county of this scale, in its printed unit."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, figure in enumerate(figures):
        kind, _, name = figure["scaling"].partition(":")
        if kind == "group":
            groups[name].append(index)
    parts: dict[int, int] = {}
    named: dict[str, int] = {}
    totals: dict[str, int] = {}
    for name, members in groups.items():
        shrunk = largest_remainder([int(figures[index]["value"]) for index in members], scale)
        parts |= dict(zip(members, shrunk, strict=True))
        for index, part in zip(members, shrunk, strict=True):
            named.setdefault(f"{name}:{figures[index]['period']}", part)
        totals[name] = sum(shrunk)
    for index, figure in enumerate(figures):
        kind, _, name = figure["scaling"].partition(":")
        if kind == "part":
            parts[index] = named[name]
    return [_expected(figure, scale, parts.get(index), totals) for index, figure in enumerate(figures)]


def _expected(figure: Mapping[str, str], scale: float, part: int | None, totals: Mapping[str, int]) -> Decimal:
    kind, _, name = figure["scaling"].partition(":")
    printed, factor = Decimal(figure["value"]), Decimal(str(scale))
    if kind in ("group", "part") and part is not None:
        return Decimal(part)
    if kind == "group_total":
        natural = Decimal(figure["natural_change"] or 0) * factor
        return Decimal(totals[name]) + natural.to_integral_value(ROUND_HALF_EVEN)
    if kind == "total":
        return (printed * factor).quantize(last_digit(figure), ROUND_HALF_EVEN)
    if kind == "sum_of":
        return _sum_of_parts(figure, name, printed, factor)
    if kind == "money":
        return printed * factor
    if kind == "none":
        return printed
    raise ValueError(f"published_figures.csv: the figure {figure['indicator']} has an unknown scaling {kind}")


def _sum_of_parts(figure: Mapping[str, str], parts: str, printed: Decimal, factor: Decimal) -> Decimal:
    values = [Decimal(part) for part in parts.split("+")]
    if sum(values) != printed:
        raise ValueError(
            f"published_figures.csv: the parts of {figure['indicator']} {figure['period']} add up to {sum(values)}, "
            f"not to {printed}: correct its scaling"
        )
    last = last_digit(figure)
    return sum(((value * factor).quantize(last, ROUND_HALF_EVEN) for value in values), Decimal(0))


def last_digit(figure: Mapping[str, str]) -> Decimal:
    """One in the last printed place, such as 0.01."""
    return Decimal(1).scaleb(-int(figure["printed_digits"] or 0))


def check_figures(settings: Settings, scale: float, release: Path | None = None) -> list[FigureCheck]:
    """Every published figure of the place against ``release`` (default: the current one).

    Raises FileNotFoundError when there is no release.
    """
    folder = release or settings.marts_dir / settings.pointer_file.read_text(encoding="utf-8").strip()
    figures = published_figures(settings)
    expected = expected_figures(figures, scale)
    with duckdb.connect() as connection:
        return [_check(connection, folder, figure, value) for figure, value in zip(figures, expected, strict=True)]


def computed_value(table: duckdb.DuckDBPyRelation, figure: Mapping[str, str]) -> Decimal | None:
    """The figure of its table in the printed unit, not rounded; None where the table does not hold it.

    Raises ValueError when the figure's filter finds several rows.
    """
    rows: list[tuple[Any, ...]] = table.filter(figure["filter"]).project(figure["column"]).fetchall()
    if len(rows) > 1:
        raise ValueError(
            f"published_figures.csv: the filter of {figure['indicator']} {figure['period']} finds {len(rows)} rows of "
            f"{figure['model']}, not one: make it the whole reporting key"
        )
    if not rows or rows[0][0] is None:
        return None
    return Decimal(str(rows[0][0])) / unit_factor(figure["unit"])


def _check(
    connection: duckdb.DuckDBPyConnection, folder: Path, figure: Mapping[str, str], expected: Decimal
) -> FigureCheck:
    computed = computed_value(connection.read_parquet(str(folder / f"{figure['model']}.parquet")), figure)
    if computed is not None and figure["scaling"] != "money":
        computed = computed.quantize(last_digit(figure), ROUND_HALF_EVEN)
    return FigureCheck(
        indicator=figure["indicator"],
        period=figure["period"],
        unit=figure["unit"],
        printed=Decimal(figure["value"]),
        expected=expected,
        computed=computed,
    )
