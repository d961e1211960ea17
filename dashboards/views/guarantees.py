"""两不愁三保障有没有短板: each item by household, where it is not met, and whether villages have what they need."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts, charts_homes, layout, sections, state, tables
from dashboards.cards import Card
from dashboards.layout import Tile, View
from dashboards.tables import Table

MODEL, WATER, SERVICES = "kpi_guarantee_area_year", "kpi_water_area_year", "kpi_village_service_area_year"
RECORDS = "kpi_service_record_area_year"
RECORD_KINDS = ("water_test", "dropout_case", "works")
RECORD_FIGURES = ("record_count", "done_count", "done_share", "beneficiary_count", "investment_cny")
LEADS, VILLAGES = "fct_household_guarantee", "fct_village_service"
ITEMS = ("education", "medical", "housing", "water")
PAGES = {"education": "care", "medical": "care", "housing": "homes", "water": ""}
PARTS = ("met_household_count", "not_met_household_count", "not_reported_household_count")
WHOLE = "listed_household_count"
FIGURES = (WHOLE, *PARTS, "met_share")
WATER_FIGURES = (
    "listed_household_count",
    "safe_household_count",
    "unsafe_household_count",
    "not_on_water_list_household_count",
    "tap_household_count",
    "central_household_count",
    "quantity_failed_count",
    "quality_failed_count",
    "safe_water_share",
    "tap_water_share",
)
CONDITIONS = (
    "has_hard_road",
    "has_paved_road",
    "has_three_phase_power",
    "has_fibre",
    "has_4g",
    "has_tap_water",
    "has_waste_collection",
    "has_activity_place",
    "has_clinic",
    "has_bus",
)
SERVICE_FIGURES = (
    "village_count",
    "complete_village_count",
    *(f"{condition}_count" for condition in CONDITIONS),
    "group_count",
    "hard_road_group_count",
    "hardened_road_km",
    "tap_water_share",
    "central_supply_share",
    "sanitary_toilet_count",
    "ecommerce_point_count",
)


def body(view: View) -> None:
    """The answer, an item a tile, places, leads, water, and the conditions of villages."""
    words = view.words
    years = sections.own(view, MODEL)
    if years.is_empty():
        layout.answer(words("guarantees.none", place=view.area.name))
        if view.release.has(RECORDS):
            _records(view)
        return
    known = years["period"].to_list()
    # A year whose lists have still to come is there to be chosen, but says nothing yet.
    told = years.filter(pl.col(PARTS[2]).fill_null(0) < pl.col(WHOLE))["period"].to_list()
    year = state.get("year", known, (told or known)[-1])
    items = sections.own(view, MODEL, "item").filter(pl.col("period") == year)
    _answer(view, year, items)
    shown = _items(view, years, items, known, year)
    shown += _places(view, year)
    shown += _leads(view, year)
    shown += _water(view)
    shown += _villages(view, year)
    shown += _records(view)
    figures = [(MODEL, column) for column in FIGURES]
    figures += [(WATER, column) for column in WATER_FIGURES if view.release.has(WATER)]
    figures += [(SERVICES, column) for column in SERVICE_FIGURES if view.release.has(SERVICES)]
    figures += [(RECORDS, column) for column in RECORD_FIGURES if view.release.has(RECORDS)]
    layout.definitions(view, figures, [words("guarantees.remark")])
    tables.downloads(view, "guarantees", shown, figures)


def _answer(view: View, year: str, items: pl.DataFrame) -> None:
    words, cards = view.words, view.cards
    row = view.release.first(MODEL, {"area_id": view.area.code, "period": year, "group_type": "all"})
    counts = {column: words.count(row.get(column)) for column in (WHOLE, *PARTS)}
    layout.answer(words("guarantees.answer", place=view.area.name, year=words.month(year), **counts))
    open_, unknown = cards.card(MODEL, PARTS[1]), cards.card(MODEL, PARTS[2])
    tiles = []
    for item in ITEMS:
        rows = items.filter(pl.col("group_id") == item)
        found = view.release.first(
            MODEL, {"area_id": view.area.code, "period": year, "group_type": "item", "group_id": item}
        )
        lines = [layout.line(view, MODEL, found, column) for column in ("met_share", PARTS[2])] if rows.height else []
        title = words("guarantees.not_met_of", item=words.name("guarantee_item", item))
        tiles.append(Tile(title, open_.show(found.get(PARTS[1]), words), open_.definition, tuple(lines), PAGES[item]))
    tiles.append(Tile(unknown.title, unknown.show(row.get(PARTS[2]), words), unknown.definition))
    layout.tiles(words, tiles)


def _items(view: View, years: pl.DataFrame, items: pl.DataFrame, known: list[str], year: str) -> list[Table]:
    words = view.words
    layout.heading(words("guarantees.items"), words("guarantees.items_note"))
    state.select("year", words("choice.year"), tuple(reversed(known)), year, words.month)
    named = tables.in_order(items, "group_id", "guarantee_item")
    named = named.with_columns(group=tables.named(named["group_id"], "guarantee_item", words))
    if named.is_empty():
        st.text(words("chart.empty"))
    else:
        names = {column: view.cards.card(MODEL, column).title for column in (*PARTS, WHOLE)}
        axes = {
            "series": words("definitions.figure"),
            "x": words("guarantees.households"),
            "y": words("guarantees.item"),
        }
        labels = charts.Labels(axes, names, view.note)
        figure = charts_homes.stacked_groups(named, whole=WHOLE, parts=PARTS, labels=labels)
        layout.chart(figure, words("guarantees.items"))
    figures = [(MODEL, column) for column in FIGURES]
    by_item = sections.table(view, words("guarantees.items"), named, {"group": words("guarantees.item")}, figures)
    tables.show(view, by_item)
    history = sections.table(view, words("guarantees.years"), years, {"period": words("choice.year")}, figures)
    return [by_item, history]


def _places(view: View, year: str) -> list[Table]:
    columns = (PARTS[1], PARTS[2], PARTS[0], WHOLE, "met_share")
    title, note = view.words("guarantees.places"), view.words("guarantees.places_note")
    return [sections.places(view, MODEL, year, columns, page="guarantees", title=title, note=note)]


def _leads(view: View, year: str) -> list[Table]:
    words = view.words
    wanted = {"period": year, "item_status": "not_met"}
    found = sections.leads(view, LEADS, wanted, ("area_code", "item", "household_key"))
    if not found.is_empty():
        found = found.with_columns(
            group=tables.named(found["item"], "guarantee_item", words),
            reason=tables.named(found["reason"], "guarantee_word", words),
        )
    heads = ("place", "household_key", "group", "reason", "receipt_id", "source_row")
    first = {head: words("guarantees.item") if head == "group" else words(f"guarantee_list.{head}") for head in heads}
    return sections.show(
        view, words("guarantees.leads_note"), sections.table(view, words("guarantees.leads"), found, first, ())
    )


def _water(view: View) -> list[Table]:
    words = view.words
    first = {"period": words("choice.year")}
    figures = [(WATER, column) for column in WATER_FIGURES]
    shown = sections.table(view, words("guarantees.water"), sections.own(view, WATER), first, figures)
    return sections.show(view, words("guarantees.water_note"), shown)


def _villages(view: View, year: str) -> list[Table]:
    words = view.words
    own = sections.own(view, SERVICES)
    figures = [(SERVICES, column) for column in SERVICE_FIGURES]
    years = sections.table(view, words("guarantees.services"), own, {"period": words("choice.year")}, figures)
    shown = sections.show(view, words("guarantees.services_note"), years)
    villages = sections.leads(view, VILLAGES, {"period": year}, ("area_code",))
    if villages.is_empty():
        return shown
    lacking = villages.filter(~pl.col("has_all_conditions").fill_null(value=False))
    titles: dict[str, Card] = {name: view.cards.card(SERVICES, f"{name}_count") for name in CONDITIONS}
    marks = {True: words("guarantees.yes"), False: words("guarantees.no")}
    lacking = lacking.with_columns(pl.col(name).replace_strict(marks, return_dtype=pl.String) for name in CONDITIONS)
    first = {"place": words("guarantee_list.place")} | {name: card.title for name, card in titles.items()}
    listed = Table(words("guarantees.lacking"), lacking, first)
    return [*shown, *sections.show(view, words("guarantees.lacking_note"), listed)]


def _records(view: View) -> list[Table]:
    """Tests of water, children out of school and works by year and kind; which feed has not come is said."""
    words = view.words
    kinds = {kind: sections.own(view, RECORDS, kind) for kind in RECORD_KINDS}
    absent = [words(f"service_record.{kind}") for kind, rows in kinds.items() if rows.is_empty()]
    told = [rows for rows in kinds.values() if not rows.is_empty()]
    frame = pl.concat(told) if told else pl.DataFrame()
    if told:
        frame = frame.sort("period", descending=True, maintain_order=True)
        frame = frame.with_columns(
            record=tables.named(frame["group_type"], "service_record", words),
            kind=tables.named(frame["group_id"], "service_record_kind", words),
        )
    first = {"period": words("choice.year"), "record": words("guarantees.record"), "kind": words("guarantees.kind")}
    figures = [(RECORDS, column) for column in RECORD_FIGURES]
    shown = sections.table(view, words("guarantees.records"), frame, first, figures)
    found = sections.show(view, words("guarantees.records_note"), shown)
    if absent:
        layout.paragraph(words("guarantees.records_absent", what=words("list.separator").join(absent)), quiet=True)
    return found


layout.page("guarantees", body, periods_of="kpi_register_bridge_area_month")
