"""产业带动了谁、奖补到户了吗: households taken along, rewards, operators, sales, and villages' own economy."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts, charts_homes, layout, sections, small_cells, tables
from dashboards.layout import View
from dashboards.tables import Table

MODEL, COLLECTIVE = "kpi_industry_area_year", "kpi_collective_area_year"
HOUSEHOLDS, OPERATORS = "fct_industry_household", "fct_operator"
LINKED = (
    "listed_household_count",
    "participating_household_count",
    "participating_person_count",
    "linked_household_count",
    "linked_person_count",
    "participation_count",
    "participating_household_share",
    "net_income_cny",
    "mean_net_income_cny",
    "annual_return_cny",
)
REWARDS = (
    "reward_due_household_count",
    "rewarded_household_count",
    "reward_missing_household_count",
    "reward_excess_household_count",
    "reward_due_cny",
    "reward_cny",
)
OPERATED = (
    "operator_count",
    "operating_operator_count",
    "member_count",
    "reported_linked_household_count",
    "operator_worker_count",
)
COUNTED = ("reported_linked_household_count", "linked_household_count", "worker_count")
SALES = ("product_count", "supplier_count", "recognised_value_cny", "sales_cny", "sales_person_count")
INCOME = (
    "village_count",
    "reporting_village_count",
    "lined_village_count",
    "below_line_village_count",
    "project_count",
    "income_cny",
    "expense_cny",
    "yield_cny",
    "distributed_cny",
    "distributed_share",
    "mean_income_cny",
    "joined_household_count",
    "joined_poor_household_count",
    "register_income_cny",
    "register_differs_village_count",
)
TILES = {
    "participating_household_count": ("participating_household_share", "linked_household_count"),
    "reward_cny": ("rewarded_household_count", "reward_due_household_count"),
    "reward_missing_household_count": ("reward_excess_household_count", "reward_due_cny"),
    "operator_count": ("operating_operator_count", "operator_worker_count"),
    "sales_cny": ("product_count", "supplier_count"),
}


def body(view: View) -> None:
    """The answer of the newest year, tiles, each subject by year and by group, places below, leads."""
    words = view.words
    # Amounts say whether the ledger came: counts of a small place are hidden.
    all_years = sections.own(view, MODEL)
    years = sections.told(all_years, ("net_income_cny",))
    years = sections.told(all_years, ("operator_count", "sales_cny")) if years.is_empty() else years
    if years.is_empty():
        layout.answer(words("industry.none", place=view.area.name))
        shown: list[Table] = []
    else:
        shown = _industry(view, years)
    shown += _collective(view)
    figures = [(MODEL, column) for column in (*LINKED, *REWARDS, *OPERATED, *SALES)]
    figures += [(COLLECTIVE, column) for column in INCOME]
    held = [(model, column) for model, column in figures if view.release.has(model)]
    layout.definitions(view, held, [words("industry.remark")])
    tables.downloads(view, "industry", shown, held)


def _industry(view: View, years: pl.DataFrame) -> list[Table]:
    words = view.words
    year = str(years["period"].max())
    _answer(view, year)
    whole = sections.own(view, MODEL)
    shown: list[Table] = []
    for name, columns in (("linked", LINKED), ("rewards", REWARDS)):
        title, first = words(f"industry.{name}"), {"period": words("choice.year")}
        figures = [(MODEL, column) for column in columns]
        shown += sections.show(
            view,
            words(f"industry.{name}_note"),
            sections.table(view, title, sections.told(whole, columns), first, figures),
        )
    operated = (*OPERATED, *LINKED[1:6])
    shown += _groups(view, year, ("operator_class", "operators"), operated)
    shown += _groups(view, year, ("industry", "industries"), LINKED[1:])
    shown += _groups(view, year, ("sales_channel", "sales"), SALES)
    shown += _places(view, year)
    return [*shown, *_leads(view, year)]


def _answer(view: View, year: str) -> None:
    words = view.words
    row = view.release.first(MODEL, {"area_id": view.area.code, "period": year, "group_type": "all"})
    counts = {
        name: words.count(row.get(column))
        for name, column in {
            "households": "participating_household_count",
            "linked": "linked_household_count",
            "rewarded": "rewarded_household_count",
            "missing": "reward_missing_household_count",
            "operators": "operator_count",
        }.items()
    }
    money = {"reward": words.money(row.get("reward_cny")), "sales": words.money(row.get("sales_cny"))}
    layout.answer(words("industry.answer", place=view.area.name, year=words.month(year), **counts, **money))
    sections.tiles(view, MODEL, row, TILES)


def _groups(view: View, year: str, kind: tuple[str, str], columns: tuple[str, ...]) -> list[Table]:
    """One kind of group of the year that has something to show; ``kind`` is the group and the section's word."""
    words, (group, name) = view.words, kind
    key = {"area_id": view.area.code, "group_type": group, "period": year}
    found = sections.rows(view, MODEL, key, order=("group_id",))
    found = found.filter(pl.any_horizontal(pl.col(column).fill_null(0) != 0 for column in columns[:2]))
    found = found.with_columns(group=tables.named(found["group_id"], "industry_group", words))
    first = {"group": words(f"industry.{group}")}
    table = sections.table(view, words(f"industry.{name}"), found, first, [(MODEL, column) for column in columns])
    shown = sections.show(view, words(f"industry.{name}_note"), table)
    if shown and group == "industry":
        title = view.cards.card(MODEL, "participating_household_count").title
        labels = charts.Labels({"x": title, "y": words("industry.industry")}, {}, view.note)
        figure = charts_homes.bars_by_group(found, value="participating_household_count", labels=labels)
        layout.chart(figure, words("industry.industries"))
    return shown


def _places(view: View, year: str) -> list[Table]:
    columns = (*LINKED[1:5], *REWARDS, "operator_count", "sales_cny")
    title = view.words("industry.places")
    return [sections.places(view, MODEL, year, columns, page="industry", title=title, note="")]


def _leads(view: View, year: str) -> list[Table]:
    """Rewards that do not fit their tier, and workshops and operators that do not run: lists to be looked into."""
    words = view.words
    wrong = sections.leads(view, HOUSEHOLDS, {}, ("household_key",))
    if not wrong.is_empty():
        wrong = wrong.filter(
            (pl.col("calendar_year") == int(year)) & (pl.col("is_reward_missing") | pl.col("is_reward_excess"))
        )
    columns: tuple[str, ...] = (
        "place",
        "household_key",
        "net_income_cny",
        "tier_number",
        "reward_due_cny",
        "reward_cny",
    )
    first = {column: words(f"industry_list.{column}") for column in columns}
    table = sections.table(view, words("industry.wrong"), wrong, first, [])
    shown = sections.show(view, words("industry.wrong_note"), table)
    operators = sections.leads(view, OPERATORS, {}, ("operator_class", "operator_name"))
    if not operators.is_empty():
        chosen = (pl.col("calendar_year") == int(year)) & pl.col("is_last_of_year")
        differs = pl.col("reported_linked_household_count") != pl.col("linked_household_count")
        operators = operators.filter(chosen & (~pl.col("is_operating") | differs))
        operators = small_cells.hide_listed(operators, COUNTED, (), view.release.small_cell)
    columns = ("place", "operator_name", "operator_class", "operating_status", *COUNTED)
    first = {column: words(f"industry_list.{column}") for column in columns}
    table = sections.table(view, words("industry.stopped"), operators, first, [])
    return shown + sections.show(view, words("industry.stopped_note"), table)


def _collective(view: View) -> list[Table]:
    """Income, yield and distribution by year, by mode, and the places below with the villages below the line."""
    words = view.words
    years = sections.told(sections.own(view, COLLECTIVE), ("income_cny", "village_count"))
    figures = [(COLLECTIVE, column) for column in INCOME]
    first = {"period": words("choice.year")}
    table = sections.table(view, words("industry.collective"), years, first, figures)
    shown = sections.show(view, words("industry.collective_note"), table)
    if not shown:
        return []
    year = str(years["period"].max())
    key = {"area_id": view.area.code, "group_type": "business_mode", "period": year}
    modes = sections.rows(view, COLLECTIVE, key, order=("group_id",))
    modes = modes.with_columns(group=tables.named(modes["group_id"], "industry_group", words))
    first = {"group": words("industry.business_mode")}
    table = sections.table(view, words("industry.modes"), modes, first, figures[4:10])
    shown += sections.show(view, "", table)
    places = sections.below(view, COLLECTIVE, year)
    if places.is_empty():
        st.text(words("chart.empty"))
        return shown
    places = places.sort("below_line_village_count", "income_cny", descending=[True, False], nulls_last=True)
    first = {"area_name": words("table.area")}
    table = sections.table(view, words("industry.villages"), places, first, figures)
    return shown + sections.show(view, words("industry.villages_note"), table)


layout.page("industry", body, periods_of="kpi_register_bridge_area_month")
