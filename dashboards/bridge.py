"""The population bridge as tables: opening, what came in, what went out, closing.

Belongs here: the order of the steps. Does not belong here: their sums (columns of the mart).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from dashboards import layout, tables
from dashboards.cards import Card
from dashboards.data import Row
from dashboards.layout import View

MODEL = "kpi_register_bridge_area_month"
INFLOWS = ("identified", "returned", "natural_plus", "transfer_in", "split")
OUTFLOWS = ("natural_minus", "removed_in_error", "transfer_out", "merge", "exited")
STEPS = ("opening", *INFLOWS, *OUTFLOWS, "closing")


def previous_month(period: str) -> str:
    """The month before ``YYYY-MM``."""
    first = dt.date.fromisoformat(f"{period}-01")
    return f"{first - dt.timedelta(days=1):%Y-%m}"


def one_month(view: View, row: Row) -> None:
    """One month's bridge; steps without any movement are left out, the closing stock stands last."""
    words = view.words
    lines = []
    for step in STEPS:
        values = [row.get(f"{step}_{unit}_count") for unit in ("household", "person")]
        if step in ("opening", "closing") or any(values):
            sign = "+" if step in INFLOWS else "−" if step in OUTFLOWS else ""
            lines.append([f"{sign} {words(f'bridge.{step}')}".strip(), *map(words.count, values)])
    heads = [words("bridge.step"), words("bridge.households"), words("bridge.persons")]
    layout.grid(heads, lines, numbers=2, total=True)
    layout.paragraph(words(balance(row.get("is_balanced"))), quiet=True)


def by_month(view: View, population: str, unit: str) -> tables.Table:
    """All months of one population (unexited or registered) in one unit (household or person)."""
    words = view.words
    rows = view.release.rows(MODEL, {"area_id": view.area.code, "group_id": population}, order=("period",))
    signs = [words(balance(value)) for value in rows["is_balanced"]]
    frame = rows.with_columns(pl.Series("balance", signs, dtype=pl.String))
    columns: dict[str, Card | str] = {"period": words("choice.period")}
    for step in STEPS:
        name = f"{step}_{unit}_count"
        card = view.cards.card(MODEL, name)
        columns[name] = card
    columns["balance"] = words("bridge.balance")
    return tables.Table(words("bridge.title"), frame, columns)


def balance(is_balanced: object) -> str:
    """The catalogue key of the sign that says whether the bridge closes."""
    if is_balanced is None:
        return "bridge.unknown"
    return "bridge.balanced" if is_balanced else "bridge.unbalanced"
