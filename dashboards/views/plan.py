"""任务能不能按期完成: every target with what was done, what should be done by now, and where the pace leads."""

from __future__ import annotations

import polars as pl

from dashboards import layout, state, tables
from dashboards.cards import Card
from dashboards.layout import Tile, View
from dashboards.tables import Table

PLAN = "kpi_plan_area_year"
STATUSES = ("met", "missed", "behind", "on_pace", "open", "no_actual")
FIGURES = ("target_value", "actual_value", "done_ratio", "elapsed_time_ratio", "expected_value", "projected_value")


def body(view: View) -> None:
    """The year's targets by task, those without a report, and every target through the years."""
    words = view.words
    plan = _plan(view)
    known = sorted({year for year in plan["period"].to_list() if year <= view.period[:4]}) if plan is not None else []
    if plan is None or not known:
        layout.answer(words("plan.none", place=view.area.name))
        return
    year = state.get("year", known, known[-1])
    plan = plan.with_columns(
        status=tables.named(plan["plan_status"], "plan_status", words),
        source=tables.named(plan["actual_source"], "plan_source", words),
        scope=tables.named(plan["target_scope"], "plan_scope", words),
        actual_column=_titles(view, plan["actual_column"]),
    )
    now = plan.filter(pl.col("period") == year)
    counts = {status: now.filter(pl.col("plan_status") == status).height for status in STATUSES}
    told = {status: words.count(count) for status, count in counts.items()}
    owner = now["area_name"][0]
    layout.answer(words("plan.answer", place=owner, year=words.month(year), total=words.count(now.height), **told))
    layout.tiles(
        words,
        [
            Tile(words.name("plan_status", status), told[status], words(f"plan.help_{status}"))
            for status in STATUSES
            if counts[status] or status in ("met", "missed", "behind", "no_actual")
        ],
    )
    layout.heading(words("plan.targets"), words("plan.targets_note"))
    state.select("year", words("choice.year"), tuple(reversed(known)), year, words.month)
    targets = _table(view, words("plan.targets"), now)
    tables.show(view, targets)
    late = now.filter(pl.col("plan_status").is_in(["missed", "behind", "no_actual"]))
    layout.heading(words("plan.late"), words("plan.late_note"))
    late_table = _table(view, words("plan.late"), late)
    tables.show(view, late_table)
    layout.heading(words("plan.years"))
    history = _table(view, words("plan.years"), plan.sort("group_id", "area_id", "period"), with_year=True)
    tables.show(view, history)
    figures = [(PLAN, column) for column in FIGURES]
    layout.definitions(view, figures, [words("plan.remark")])
    tables.downloads(view, "plan", [targets, late_table, history], figures)


def _plan(view: View) -> pl.DataFrame | None:
    """The targets of the place, else of the places below it, else of the one above that has some."""
    release = view.release
    if not release.has(PLAN):
        return None
    order = ("plan_task", "group_id", "area_id", "period")
    above = [area.code for area in reversed(release.path(view.area.code))]
    wanted = [{"area_id": view.area.code}, {"parent_area_id": view.area.code}, *({"area_id": code} for code in above)]
    found = (release.rows(PLAN, key, order=order) for key in wanted)
    return next((frame for frame in found if not frame.is_empty()), None)


def _titles(view: View, columns: pl.Series) -> pl.Series:
    """The title of the figure that ``table.column`` names, the name itself where the release does not describe it."""
    known = {}
    for name in columns.unique().drop_nulls():
        model, _, column = name.partition(".")
        if column in view.release.cards.get(model, {}):
            known[name] = view.cards.card(model, column).title
    return columns.replace(known)


def _table(view: View, title: str, frame: pl.DataFrame, *, with_year: bool = False) -> Table:
    words = view.words
    first: dict[str, Card | str] = {"indicator_name": words("plan.indicator")}
    if with_year:
        first["period"] = words("choice.year")
    first |= {"status": words("plan.status"), "unit_name": words("plan.unit")}
    figures: dict[str, Card | str] = {column: view.cards.card(PLAN, column) for column in FIGURES}
    last: dict[str, Card | str] = {
        "scope": words("plan.scope"),
        "due_date": words("plan.due"),
        "actual_date": words("plan.as_of"),
        "source": words("plan.source"),
        "actual_column": words("plan.column"),
        "numerator": words("plan.numerator"),
        "denominator": words("plan.denominator"),
        "plan_task": words("plan.task"),
        "lead_department": words("plan.department"),
    }
    return Table(title, frame, first | figures | last)


layout.page("plan", body, periods_of="kpi_register_bridge_area_month")
