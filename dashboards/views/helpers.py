"""谁在帮、走访到位了吗: problems still open, pairing, visits and duty, implausible visits, tests, village teams."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts, charts_homes, layout, sections, tables, visit_problems
from dashboards.below import code_stem
from dashboards.data import Row, Wanted
from dashboards.layout import View
from dashboards.tables import Table

HELP, CADRES, VISITS = "kpi_help_area_month", "fct_cadre_month", "fct_visit"
MONTHS = "kpi_register_bridge_area_month"
RATE = ("expected_cadre_count", "visiting_cadre_count", "visit_rate_share", "plausible_visit_rate_share")
DUTY = ("duty_cadre_count", "below_duty_cadre_count", "below_duty_share", "away_cadre_count")
SEEN = ("registered_household_count", "seen_household_count", "unseen_household_count", "seen_household_share")
PAIRED = ("paired_cadre_count", "paired_household_count", "unpaired_household_count", "overloaded_cadre_count")
ODD = tuple(
    f"{kind}_visit_count" for kind in ("crowded_day", "shared_photo", "odd_upload", "odd_hour", "odd_place", "too_fast")
)
VISITED = ("visit_count", "implausible_visit_count", "implausible_visit_share", *ODD)
PROBLEMS = ("visit_problem_count", "open_visit_problem_count")
TESTS = ("tested_cadre_count", "passed_cadre_count", "passed_cadre_share")
TEAMS = ("resident_term_count", "serving_resident_count", "team_count", "teamed_village_count", "sending_unit_count")
COLUMNS = (*PAIRED, *RATE, *DUTY, *SEEN, *VISITED, *PROBLEMS, *TESTS, *TEAMS)


def body(view: View) -> None:
    """The newest month up to the one shown that has visits; without one, the newest that has pairing."""
    words, release = view.words, view.release
    if not release.has(HELP):
        layout.answer(words("helpers.none", place=view.area.name))
        return
    key = {"area_id": view.area.code, "group_type": "all"}
    months = release.rows(HELP, key, order=("period",)).filter(pl.col("period") <= view.period)
    told = sections.told(months, ("visit_count",))
    known = (months if told.is_empty() else told)["period"].to_list()
    if not known:
        layout.answer(words("helpers.none", place=view.area.name))
        return
    month = known[-1]
    row = release.first(HELP, key | {"period": month})
    _answer(view, row, release.first(HELP, key | {"period": known[-2]}) if len(known) > 1 else {})
    shown = visit_problems.show(view)
    shown += [_months(view, months), _below(view, month), _odd(view, row, month), _levels(view, month)]
    shown += [_short(view, month), _visits(view, month)]
    figures = [(HELP, column) for column in COLUMNS]
    layout.changes(view, [(HELP, column, key | {"period": month}) for column in COLUMNS])
    layout.definitions(view, figures, [words("helpers.remark")])
    tables.downloads(view, "helpers", shown, figures)


def _answer(view: View, row: Row, before: Row) -> None:
    words, cards = view.words, view.cards
    rate = cards.card(HELP, "visit_rate_share")
    layout.answer(
        words(
            "helpers.answer",
            month=words.month(row.get("period")),
            place=view.area.name,
            cadres=words.count(row.get("paired_cadre_count")),
            households=words.count(row.get("paired_household_count")),
            rate=rate.show(row.get(rate.column), words),
            below=words.count(row.get("below_duty_cadre_count")),
            unseen=words.count(row.get("unseen_household_count")),
            odd=words.count(row.get("implausible_visit_count")),
        )
    )
    lines = {
        "visit_rate_share": ("visiting_cadre_count", "expected_cadre_count", "plausible_visit_rate_share"),
        "below_duty_cadre_count": ("duty_cadre_count", "away_cadre_count"),
        "unseen_household_count": ("registered_household_count", "unpaired_household_count"),
        "implausible_visit_count": ("visit_count", "implausible_visit_share"),
        "passed_cadre_share": ("tested_cadre_count", "passed_cadre_count"),
        "serving_resident_count": ("team_count", "resident_term_count", "sending_unit_count"),
    }
    sections.tiles(view, HELP, row, lines, before, against=words("tile.last_month"))


def _months(view: View, months: pl.DataFrame) -> Table:
    columns = (*PAIRED, *RATE, *DUTY, *SEEN, *PROBLEMS, *TESTS)
    return sections.titled(view, "helpers.months", months, HELP, columns, first={"period": view.words("choice.period")})


def _below(view: View, month: str) -> Table:
    columns = (
        *(*RATE[:3], "below_duty_cadre_count", "unseen_household_count", "unpaired_household_count"),
        *("implausible_visit_count", "open_visit_problem_count", "serving_resident_count"),
    )
    return sections.places(view, HELP, month, columns, page="helpers", title=view.words("helpers.places"))


def _odd(view: View, row: Row, month: str) -> Table:
    words = view.words
    layout.heading(words("helpers.odd"), words("helpers.odd_note", month=words.month(month)))
    names = [view.cards.card(HELP, column).title for column in ODD]
    values = pl.Series([row.get(column) for column in ODD], dtype=pl.Int64, strict=False)
    kinds = pl.DataFrame({"group": names, "value": values})
    if kinds["value"].drop_nulls().sum() > 0:
        axes = {"series": words("definitions.figure"), "x": words("helpers.visits"), "y": words("helpers.oddity")}
        labels = charts.Labels(axes, {}, view.note)
        layout.chart(charts_homes.bars_by_group(kinds, value="value", labels=labels), words("helpers.odd"))
    else:
        st.text(words("chart.empty" if kinds["value"].null_count() == kinds.height else "chart.none"))
    table = Table(words("helpers.odd"), kinds, {"group": words("helpers.oddity"), "value": words("helpers.visits")})
    tables.show(view, table)
    return table


def _levels(view: View, month: str) -> Table:
    words = view.words
    key = {"area_id": view.area.code, "period": month, "group_type": "unit_level"}
    groups = tables.in_order(view.release.rows(HELP, key, order=("group_id",)), "group_id", "helpers_level")
    groups = groups.with_columns(group=tables.named(groups["group_id"], "helpers_level", words))
    columns = ("paired_cadre_count", "paired_household_count", *RATE, *DUTY, *TESTS)
    return sections.titled(view, "helpers.levels", groups, HELP, columns, first={"group": words("helpers.level")})


def _inside(view: View, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of the place shown, by the beginning of the division code."""
    return frame.filter(pl.col("area_code").str.starts_with(code_stem(view.area)))


def _short(view: View, month: str) -> Table:
    """Cadres below duty, those with most households first; keys, never names."""
    words = view.words
    layout.heading(words("helpers.short"), words("helpers.short_note"))
    wanted: dict[str, Wanted] = {"period": month, "is_below_duty": True}
    rows = view.release.rows(CADRES, wanted) if view.release.has(CADRES) else pl.DataFrame({"area_code": []})
    rows = _inside(view, rows.with_columns(pl.col("area_code").cast(pl.String)))
    columns = (
        *("cadre_key", "area_code", "unit_name", "unit_level", "household_count", "duty_visit_count"),
        *("visit_count", "plausible_visit_count", "test_score"),
    )
    rows = rows if "cadre_key" in rows.columns else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    rows = rows.select(columns).sort("visit_count", "household_count", "cadre_key", descending=[False, True, False])
    table = Table(words("helpers.short"), rows, {name: words(f"helpers.{name}") for name in columns})
    tables.show(view, table)
    return table


def _visits(view: View, month: str) -> Table:
    """Implausible visits with the address of their row, for whoever looks into them."""
    words = view.words
    layout.heading(words("helpers.list"), words("helpers.list_note"))
    wanted: dict[str, Wanted] = {"period": month, "is_implausible": True}
    kinds = tuple(column.removesuffix("_visit_count") for column in ODD)
    columns = ("visit_id", "visited_date", "cadre_key", "household_key", "area_code", "oddities", "source_row")
    if view.release.has(VISITS):
        rows = _inside(view, view.release.rows(VISITS, wanted, order=("visited_date", "visit_id")))
        said = [
            pl.when(pl.col(f"is_{kind}")).then(pl.lit(view.cards.card(HELP, f"{kind}_visit_count").title))
            for kind in kinds
        ]
        rows = rows.with_columns(oddities=pl.concat_str(said, separator="；", ignore_nulls=True)).select(columns)
    else:
        rows = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    table = Table(words("helpers.list"), rows, {name: words(f"helpers.{name}") for name in columns})
    tables.show(view, table)
    return table


layout.page("helpers", body, periods_of=MONTHS)
