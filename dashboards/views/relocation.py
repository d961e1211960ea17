"""搬得出、稳得住、能就业吗: who moved, into how large homes, who works, what settlements lack, old houses, checks."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts, charts_homes, layout, sections, tables
from dashboards.layout import View
from dashboards.tables import Table

MODEL, SETTLEMENTS, HOUSEHOLDS = "kpi_relocation_area_month", "fct_settlement", "fct_relocated_household"
MOVED = (
    "moved_household_count",
    "moved_person_count",
    "registered_household_count",
    "registered_person_count",
    "synchronous_household_count",
    "synchronous_person_count",
    "settled_household_count",
    "settled_person_count",
    "scattered_household_count",
    "scattered_person_count",
    "moved_in_household_count",
)
HOMES = (
    "measured_household_count",
    "above_area_bar_count",
    "area_per_head_m2",
    "demolished_household_count",
    "demolished_share",
    "checked_household_count",
    "checked_share",
    "not_eligible_household_count",
    "to_check_household_count",
)
WORK = (
    "labour_person_count",
    "working_person_count",
    "without_work_person_count",
    "working_share",
    "labour_household_count",
    "zero_employment_household_count",
    "settlement_count",
    "job_count",
    "workshop_count",
    "unmanaged_settlement_count",
)
TILES = {
    "moved_person_count": ("moved_household_count", "registered_person_count"),
    "above_area_bar_count": ("area_per_head_m2", "measured_household_count"),
    "without_work_person_count": ("labour_person_count", "working_share"),
    "zero_employment_household_count": ("labour_household_count",),
    "job_count": ("settlement_count", "workshop_count"),
    "checked_share": ("not_eligible_household_count", "to_check_household_count"),
}
PARTS, WHOLE = ("working_person_count", "without_work_person_count"), "labour_person_count"


def body(view: View) -> None:
    """The answer of the newest list, its tiles, settlements, homes and checks, places and leads."""
    words = view.words
    lists = sections.own(view, MODEL)
    if lists.is_empty():
        layout.answer(words("relocation.none", place=view.area.name))
        return
    period = lists["period"].max()
    _answer(view, str(period))
    first = {"period": words("choice.period")}
    shown: list[Table] = []
    for name, columns in (("moved", MOVED), ("homes", HOMES), ("work", WORK)):
        figures = [(MODEL, column) for column in columns]
        table = sections.table(view, words(f"relocation.{name}"), sections.told(lists, columns), first, figures)
        shown += sections.show(view, words(f"relocation.{name}_note"), table)
    shown += _settlements(view, str(period))
    shown += _places(view, str(period))
    shown += _leads(view, str(period))
    figures = [(MODEL, column) for column in (*MOVED, *HOMES, *WORK)]
    layout.definitions(view, figures, [words("relocation.remark")])
    tables.downloads(view, "relocation", shown, figures)


def _answer(view: View, period: str) -> None:
    words = view.words
    row = view.release.first(MODEL, {"area_id": view.area.code, "period": period, "group_type": "all"})
    named = {
        "households": "moved_household_count",
        "persons": "moved_person_count",
        "labour": "labour_person_count",
        "idle": "without_work_person_count",
        "zero": "zero_employment_household_count",
        "large": "above_area_bar_count",
    }
    counts = {name: words.count(row.get(column)) for name, column in named.items()}
    layout.answer(words("relocation.answer", place=view.area.name, month=words.month(period), **counts))
    sections.tiles(view, MODEL, row, TILES)


def _settlements(view: View, period: str) -> list[Table]:
    words = view.words
    layout.heading(words("relocation.settlements"), words("relocation.settlements_note"))
    found = sections.leads(view, SETTLEMENTS, {"period": period}, ("settlement_code",))
    if found.is_empty():
        st.text(words("chart.empty"))
        return []
    found = found.sort("without_work_person_count", descending=True, nulls_last=True, maintain_order=True)
    found = found.with_columns(settlement_type=tables.named(found["settlement_type"], "guarantee_word", words))
    labour = found.head(12).with_columns(group=pl.col("settlement_name")).drop_nulls(WHOLE)
    if labour.height:
        names = {column: view.cards.card(MODEL, column).title for column in (*PARTS, WHOLE)}
        axes = {
            "series": words("definitions.figure"),
            "x": words("relocation.people"),
            "y": words("guarantee_list.settlement"),
        }
        figure = charts_homes.stacked_groups(
            labour, whole=WHOLE, parts=PARTS, labels=charts.Labels(axes, names, view.note)
        )
        layout.chart(figure, words("relocation.settlements"))
    heads = ("settlement_name", "settlement_type", "managing_office", "household_count", "person_count", WHOLE)
    columns = (*heads, *PARTS, "job_count", "workshop_count", "zero_employment_household_count")
    table = Table(words("relocation.settlements"), found, {name: words(f"guarantee_list.{name}") for name in columns})
    tables.show(view, table)
    return [table]


def _places(view: View, period: str) -> list[Table]:
    columns = (*MOVED[:4], *WORK[:6], "above_area_bar_count", "demolished_share")
    title, note = view.words("relocation.places"), view.words("relocation.places_note")
    return [sections.places(view, MODEL, period, columns, page="relocation", title=title, note=note)]


def _leads(view: View, period: str) -> list[Table]:
    """Homes above the limit, households without work, and those whose eligibility is open or refused."""
    words = view.words
    found = sections.leads(view, HOUSEHOLDS, {"period": period}, ("area_code", "source_row"))
    if not found.is_empty():
        reasons = {
            "above": pl.col("is_above_area_bar").fill_null(value=False),
            "idle": pl.col("is_without_work"),
            "open": pl.col("eligibility_result") != "符合",
            "old": ~pl.col("is_old_house_demolished"),
        }
        told = [
            pl.when(test).then(pl.lit(words(f"relocation.lead_{name}"))).otherwise(None)
            for name, test in reasons.items()
        ]
        found = found.filter(pl.any_horizontal(*reasons.values()))
        found = found.with_columns(reason=pl.concat_str(told, separator=words("list.separator"), ignore_nulls=True))
    heads = (
        "place",
        "household_key",
        "reason",
        "allocation_member_count",
        "housing_area_m2",
        "labour_person_count",
    )
    columns = (*heads, "working_person_count", "receipt_id", "source_row")
    first = {head: words(f"guarantee_list.{head}") for head in columns}
    table = sections.table(view, words("relocation.leads"), found, first, ())
    return sections.show(view, words("relocation.leads_note"), table)


layout.page("relocation", body, periods_of="kpi_register_bridge_area_month")
