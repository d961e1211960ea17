"""谁在监测，谁快要返贫，哪一步超期: lights, bridge, steps against their limits, leads and their conversion."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import bridge, charts, charts_homes, first_measures, layout, payment_cases, sections, tables
from dashboards.cards import Card
from dashboards.data import Row, Wanted
from dashboards.layout import View
from dashboards.tables import Table

MONITORED, LIGHTS, LEADS = "kpi_monitoring_area_month", "kpi_light_area_month", "kpi_lead_case_area_month"
ROUNDS, CASES = "kpi_identification_area_year", "fct_lead_case"
LIGHT_NAMES = ("red", "yellow", "green", "unreported", "all", "listed")
LIGHT_COLUMNS = (*(f"{light}_household_count" for light in LIGHT_NAMES), "red_household_share")
FLOWS = ("opening", "new", "returned", "eliminated", "natural", "removed", "closing")
HOUSEHOLDS = tuple(f"{flow}_household_count" for flow in FLOWS)
PERSONS = tuple(f"{flow}_person_count" for flow in FLOWS)
STEPS = (
    "without_measure_overdue_household_count",
    "long_open_household_count",
    "late_recognition_household_count",
    "short_notice_household_count",
    "early_elimination_household_count",
    "labourless_elimination_household_count",
    "without_labour_household_count",
    "paused_household_count",
    "recovered_cny",
)
QUEUE = tuple(
    f"{name}_lead_count"
    for name in (
        "opening_open",
        "opened",
        "concluded",
        "open",
        "unchecked",
        "check_overdue",
        "conclusion_overdue",
        "not_in_ledger",
    )
)
AGES = ("open_within_check_lead_count", "open_within_conclusion_lead_count", "open_beyond_lead_count")
CONVERSION = (
    *(f"cohort_{name}_lead_count" for name in ("opened", "concluded", "confirmed", "recognised")),
    "confirmed_lead_share",
    "recognised_lead_share",
)
COUNTED = ("round_count", "meeting_count", "compared_record_count", "applied_result_count", "case_count")
SO_FAR = (*(f"cumulative_{name}" for name in COUNTED), "cumulative_case_person_count", "department_count")
CLASSES = ("unstable", "marginal", "sudden")
LISTED = 500


def body(view: View) -> None:
    """Lights, bridge by class, steps, queue, conversion by rule and source, places, open leads, rounds."""
    words, release = view.words, view.release
    if not release.has(MONITORED):
        layout.answer(words("monitoring.none", place=view.area.name))
        return
    key = {"area_id": view.area.code, "period": view.period, "group_type": "all"}
    month_before = key | {"period": bridge.previous_month(view.period)}
    _answer(view, [release.first(model, key) for model in (MONITORED, LIGHTS, LEADS)], month_before)
    shown = [_lights(view), _classes(view), _months(view, "bridge_months", MONITORED, (*HOUSEHOLDS, *PERSONS))]
    shown += [_months(view, "steps", MONITORED, STEPS), _queue(view)]
    shown += [_conversion(view, "lead_rule"), _conversion(view, "lead_source"), _below(view)]
    shown += [_open_leads(view), *first_measures.show(view), *payment_cases.show(view), _rounds(view)]
    figures = [(LIGHTS, column) for column in LIGHT_COLUMNS]
    figures += [(MONITORED, column) for column in (*HOUSEHOLDS, *PERSONS, *STEPS)]
    figures += [(LEADS, column) for column in (*QUEUE, *AGES, *CONVERSION)]
    figures += [(ROUNDS, column) for column in SO_FAR]
    layout.changes(view, [(model, column, key) for model, column in figures if model != ROUNDS])
    layout.definitions(view, figures, [words("monitoring.remark"), words("monitoring.deadlines")])
    tables.downloads(view, "monitoring", shown, figures)


def _answer(view: View, rows: list[Row], month_before: dict[str, str]) -> None:
    words = view.words
    monitored, lights, leads = rows
    layout.answer(
        words(
            "monitoring.answer",
            month=words.month(view.period),
            place=view.area.name,
            monitored=words.count(monitored.get("closing_household_count")),
            persons=words.count(monitored.get("closing_person_count")),
            yellow=words.count(lights.get("yellow_household_count")),
            open=words.count(leads.get("open_lead_count")),
            checks=words.count(leads.get("check_overdue_lead_count")),
            conclusions=words.count(leads.get("conclusion_overdue_lead_count")),
            measures=words.count(monitored.get("without_measure_overdue_household_count")),
        )
    )
    tiles = (
        (MONITORED, monitored, "closing_household_count", HOUSEHOLDS[1:5]),
        (LIGHTS, lights, "yellow_household_count", ("green_household_count", "unreported_household_count")),
        (LEADS, leads, "open_lead_count", ("opened_lead_count", "concluded_lead_count", "not_in_ledger_lead_count")),
        (LEADS, leads, "check_overdue_lead_count", ("conclusion_overdue_lead_count",)),
        (MONITORED, monitored, STEPS[0], STEPS[1:3]),
    )
    layout.tiles(
        words,
        [
            layout.tile(
                view,
                view.cards.card(model, column),
                row,
                view.release.first(model, month_before),
                against=words("tile.last_month"),
                target=[layout.line(view, model, row, line) for line in below],
            )
            for model, row, column, below in tiles
        ],
    )


def _columns(view: View, model: str, columns: tuple[str, ...], **first: str) -> dict[str, Card | str]:
    """Plain headings first, then the cards of the model's columns."""
    return {**first, **{column: view.cards.card(model, column) for column in columns}}


def _history(view: View, model: str, group: str = "all") -> pl.DataFrame:
    """The twelve months up to the one shown, newest first."""
    rows = view.release.rows(model, {"area_id": view.area.code, "group_id": group}, order=("period",))
    return rows.filter(pl.col("period") <= view.period).tail(12).reverse()


def _months(view: View, name: str, model: str, columns: tuple[str, ...]) -> Table:
    first = {"period": view.words("choice.period")}
    return sections.titled(view, f"monitoring.{name}", _history(view, model), model, columns, first=first)


def _bars(view: View, model: str, row: Row, columns: tuple[str, ...], **axes: str) -> None:
    values = [row.get(column) for column in columns]
    known = [value if isinstance(value, (int, float)) else None for value in values]
    frame = pl.DataFrame(
        {
            "group": [view.cards.card(model, column).title for column in columns],
            "value": pl.Series(known, dtype=pl.Int64, strict=False),
        }
    )
    if frame["value"].drop_nulls().is_empty():
        st.text(view.words("chart.empty"))
        return
    labels = charts.Labels({"series": view.words("definitions.figure")} | axes, {}, view.note)
    layout.chart(charts_homes.bars_by_group(frame, value="value", labels=labels), axes["y"])


def _lights(view: View) -> Table:
    words = view.words
    table = _months(view, "lights", LIGHTS, LIGHT_COLUMNS)
    row = view.release.first(LIGHTS, {"area_id": view.area.code, "period": view.period})
    shown = (LIGHT_COLUMNS[0], LIGHT_COLUMNS[1], LIGHT_COLUMNS[3])
    _bars(view, LIGHTS, row, shown, x=words("monitoring.households"), y=words("monitoring.lights"))
    return table


def _classes(view: View) -> Table:
    """The bridge of one month, one line a class and one for all."""
    words = view.words
    layout.heading(words("monitoring.bridge", month=words.month(view.period)), words("monitoring.bridge_note"))
    key: dict[str, Wanted] = {"area_id": view.area.code, "period": view.period}
    key["group_type"] = ("monitoring_class", "all")
    rows = tables.in_order(view.release.rows(MONITORED, key), "group_id", "monitoring_class")
    rows = rows.with_columns(kind=tables.named(rows["group_id"], "monitoring_class", words))
    heads = _columns(view, MONITORED, (*HOUSEHOLDS, *PERSONS), kind=words("monitoring.class"))
    table = Table(words("monitoring.bridge", month=words.month(view.period)), rows, heads)
    tables.show(view, table)
    return table


def _queue(view: View) -> Table:
    words = view.words
    table = _months(view, "queue", LEADS, (*QUEUE, *AGES))
    row = view.release.first(LEADS, {"area_id": view.area.code, "period": view.period, "group_type": "all"})
    _bars(view, LEADS, row, AGES, x=words("monitoring.leads"), y=words("monitoring.ages"))
    return table


def _conversion(view: View, by: str) -> Table:
    words = view.words
    layout.heading(words(f"monitoring.by_{by}"), words("monitoring.conversion_note"))
    key = {"area_id": view.area.code, "period": view.period, "group_type": by}
    rows = tables.in_order(view.release.rows(LEADS, key), "group_id", by)
    rows = rows.filter(pl.col("cohort_opened_lead_count").fill_null(1) > 0)
    rows = rows.with_columns(kind=tables.named(rows["group_id"], by, words))
    columns = (*CONVERSION, "open_lead_count", "check_overdue_lead_count", "conclusion_overdue_lead_count")
    heads = _columns(view, LEADS, columns, kind=words(f"monitoring.{by}"))
    table = Table(words(f"monitoring.by_{by}"), rows, heads)
    tables.show(view, table)
    return table


def _below(view: View) -> Table:
    """The places below, where leads wait longest first."""
    words, cards = view.words, view.cards
    key = {"parent_area_id": view.area.code, "period": view.period, "group_type": "all"}
    frame = view.release.rows(MONITORED, key, order=("area_id",))
    columns: dict[str, Card | str] = {"area_name": words("table.area")}
    for model, names in (
        (MONITORED, (*HOUSEHOLDS[1:], STEPS[0])),
        (LIGHTS, LIGHT_COLUMNS[1:4]),
        (LEADS, ("open_lead_count", "check_overdue_lead_count", "conclusion_overdue_lead_count")),
    ):
        columns |= {name: cards.card(model, name) for name in names}
        if model != MONITORED:
            frame = _joined(frame, view.release.rows(model, key), names)
    table = Table(words("monitoring.places"), frame, columns)
    tables.drill(view, table, table_key="monitoring", note=words("monitoring.places_note"))
    return table


def _joined(frame: pl.DataFrame, other: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """The other table's columns beside; what is hidden in either stays hidden."""
    hidden = "hidden_columns"
    kept = other.select("area_id", *names, *([hidden] if hidden in other.columns else []))
    joined = frame.join(kept, on="area_id", how="left", suffix="_other", maintain_order="left")
    if f"{hidden}_other" in joined.columns:
        both = pl.concat_list(pl.col(hidden).fill_null([]), pl.col(f"{hidden}_other").fill_null([]))
        joined = joined.with_columns(both.alias(hidden)).drop(f"{hidden}_other")
    return joined


def _within(view: View) -> tuple[str, ...]:
    """The codes of the shown place and of all places below it."""
    found, waiting = [], [view.area.code]
    while waiting:
        code = waiting.pop()
        found.append(code)
        waiting += [child.code for child in view.release.children(code)]
    return tuple(found)


def _place_names(view: View, frame: pl.DataFrame) -> pl.DataFrame:
    names = {area.code: view.words.place(area.name) for area in view.release.areas}
    return frame.with_columns(place=frame["area_code"].replace(names))


def _open_leads(view: View) -> Table:
    """Every open lead of the place, longest first: whom it concerns is a pseudonym, never a name."""
    words = view.words
    wanted: dict[str, Wanted] = {"area_code": _within(view), "rule_kind": "risk"}
    wanted["lead_state"] = ("unchecked", "under_review")
    leads = view.release.rows(CASES, wanted, order=("opened_date", "lead_id")).head(LISTED)
    leads = _place_names(view, leads)
    for column in ("lead_source", "lead_rule", "lead_state"):
        leads = leads.with_columns(tables.named(leads[column], column, words).alias(column))
    yes = pl.when("is_in_ledger").then(pl.lit(words("monitoring.yes"))).otherwise(pl.lit(words("monitoring.no")))
    leads = leads.with_columns(in_ledger=yes)
    shown = ("place", "opened_date", "open_days", "lead_source", "lead_rule", "lead_state", "in_ledger")
    days = ("check_due_date", "conclusion_due_date")
    return _list(view, "open_leads", leads, (*shown, *days, "source_number", "household_key", "person_key"))


def _list(view: View, name: str, frame: pl.DataFrame, heads: tuple[str, ...]) -> Table:
    words = view.words
    layout.heading(words(f"monitoring.{name}"), words(f"monitoring.{name}_note", rows=LISTED))
    table = Table(words(f"monitoring.{name}"), frame, {head: words(f"monitoring_list.{head}") for head in heads})
    tables.show(view, table)
    return table


def _rounds(view: View) -> Table:
    """Rounds and arbitration so far, by kind, up to the year shown."""
    words = view.words
    layout.heading(words("monitoring.rounds"), words("monitoring.rounds_note"))
    rows = view.release.rows(ROUNDS, {"area_id": view.area.code, "period": view.period[:4]})
    rows = tables.in_order(rows, "group_id", "round_kind")
    rows = rows.with_columns(kind=tables.named(rows["group_id"], "round_kind", words))
    heads = _columns(view, ROUNDS, SO_FAR, kind=words("monitoring.round_kind"))
    table = Table(words("monitoring.rounds"), rows, heads)
    tables.show(view, table)
    return table


layout.page("monitoring", body, periods_of=MONITORED)
