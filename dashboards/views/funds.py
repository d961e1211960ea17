"""资金: what was allocated, what arrived, what reached the final payee, and what lies still."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts, layout, sections, state, tables
from dashboards.layout import View

FUND = "kpi_fund_area_month"
SCOPES = ("current_year", "all_years")
GROUPS = ("source_level", "batch", "use")
STEPS = ("allocated_cny", "arrived_cny", "paid_final_cny")
BARS = ("calendar_bar_share", "year_end_bar_share")
JUDGED = ("days_since_arrival", "days_bar_share", "spend_rate_previous_share")
RATES = ("spend_rate_share", "paid_allocated_share")
CARRY = ("carry_over_under_1_year_cny", "carry_over_1_to_2_years_cny", "carry_over_over_2_years_cny")
GROWTH = ("allocated_previous_cny", "allocated_growth_cny", "allocated_growth_share")


def body(view: View) -> None:
    """Money by level, batch or use against the bars, carry-over by age, growth, and the townships."""
    words, release, cards = view.words, view.release, view.cards
    if view.area.level == "village":
        layout.answer(words("funds.no_village", place=view.area.name))
        return
    scope = state.switch("scope", words("choice.scope"), SCOPES, SCOPES[0], lambda v: words(f"funds.{v}"))
    key = {"area_id": view.area.code, "period": view.period, "fund_scope": scope, "group_type": "all"}
    row = release.first(FUND, key)
    rate = cards.card(FUND, "spend_rate_share")
    layout.answer(
        words(
            "funds.answer",
            place=view.area.name,
            month=words.month(view.period),
            scope=words(f"funds.{scope}"),
            allocated=words.money(row.get("allocated_cny")),
            arrived=words.money(row.get("arrived_cny")),
            paid=words.money(row.get("paid_final_cny")),
            rate=rate.show(row.get(rate.column), words),
            calendar=rate.show(row.get(BARS[0]), words),
            year_end=rate.show(row.get(BARS[1]), words),
        )
    )
    lines = {
        "allocated_cny": ("allocated_growth_cny", "allocated_growth_share"),
        "arrived_cny": ("transferred_cny",),
        "paid_final_cny": ("paid_allocated_share",),
        "spend_rate_share": (*BARS, *_known(view, "spend_rate_previous_share")),
        "unspent_cny": CARRY,
    }
    sections.tiles(view, FUND, row, lines)
    layout.heading(words("funds.chart"), words("funds.chart_note"))
    group = state.switch("group", words("choice.group"), GROUPS, GROUPS[0], lambda v: words(f"funds.{v}"))
    parts = release.rows(FUND, key | {"group_type": group}, order=("group_id",))
    parts = tables.in_order(parts, "group_id", "level")
    parts = parts.with_columns(group=tables.named(parts["group_id"], "fund_use" if group == "use" else "level", words))
    _charts(view, parts, group)
    batch = ("days_since_arrival", *_known(view, "days_bar_share"))
    extra = batch if group == "batch" else (*BARS, *_known(view, "spend_rate_previous_share"))
    columns = (*STEPS, *RATES, *extra, "transferred_cny", "unspent_cny", *CARRY, *GROWTH)
    table = tables.Table(
        words("funds.chart"), parts, {"group": words(f"funds.{group}")} | {c: cards.card(FUND, c) for c in columns}
    )
    tables.show(view, table)

    below = release.rows(
        FUND,
        {"parent_area_id": view.area.code, "period": view.period, "fund_scope": scope, "group_type": "all"},
        order=("area_id",),
    )
    level = (*STEPS, *RATES, "transferred_cny", "unspent_cny", *CARRY)
    children = tables.Table(
        words("funds.townships"),
        below,
        {"area_name": words("table.area")} | {c: cards.card(FUND, c) for c in level},
    )
    tables.drill(view, children, table_key=f"funds_{scope}")
    figures = [(FUND, c) for c in (*STEPS, *RATES, *BARS, *_known(view, *JUDGED), "transferred_cny", "unspent_cny")]
    figures += [(FUND, c) for c in (*CARRY, *GROWTH)]
    layout.changes(view, [(model, column, key) for model, column in figures])
    layout.definitions(view, figures, [words("funds.remark")])
    tables.downloads(view, "funds", [table, children], figures)


def _known(view: View, *columns: str) -> tuple[str, ...]:
    """Those of ``columns`` that the release holds: an older one has fewer."""
    held = view.release.columns(FUND)
    return tuple(column for column in columns if column in held)


def _charts(view: View, parts: pl.DataFrame, group: str) -> None:
    words, cards = view.words, view.cards
    if parts["allocated_cny"].drop_nulls().is_empty():
        st.text(words("chart.empty"))
        return
    size, unit = tables.unit_of_money(words)
    names = {c: cards.card(FUND, c).title for c in (*STEPS, *BARS, "spend_rate_share")}
    axes = {
        "x": unit,
        "y": words(f"funds.{group}"),
        "series": words("definitions.figure"),
        "bar": words("funds.bar"),
    }
    left, right = st.columns(2, gap="medium")
    with left:
        amounts = charts.amounts_in_steps(
            parts, steps=STEPS, scale_by=size, labels=charts.Labels(axes, names, view.note)
        )
        layout.chart(amounts, words("funds.chart"))
    with right:
        bars = BARS[1:] if group == "batch" else BARS
        labels = charts.Labels(axes | {"x": names["spend_rate_share"]}, names, view.note)
        layout.chart(
            charts.rates_against_bars(parts, rate="spend_rate_share", bars=bars, labels=labels),
            names["spend_rate_share"],
        )


layout.page("funds", body, periods_of=FUND)
