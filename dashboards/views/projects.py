"""哪些项目卡住了: the library by stage and kind, what is stuck since when, what was accepted without an asset."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from dashboards import layout, sections, state, tables
from dashboards.below import codes_below, with_places
from dashboards.cards import Card
from dashboards.data import Row
from dashboards.layout import View
from dashboards.tables import Table

PROJECTS, LIST = "kpi_project_area_month", "fct_project"
STAGES = ("reserve", "approved", "in_implementation", "completed", "accepted", "asset_registered", "settled")
SOURCES = ("central_cny", "provincial_cny", "prefectural_cny", "county_cny", "social_cny")
COUNTS = ("project_count", "started_count", "stuck_count", "stuck_share", "stuck_budget_cny", "budget_cny")
REST = ("accepted_without_asset_count", "missing_count", "removed_count")


def body(view: View) -> None:
    """Stages and kinds, the places below, and the lists of projects that wait too long."""
    words, release = view.words, view.release
    months = release.rows(PROJECTS, {"area_id": view.area.code, "group_type": "all"})["period"].to_list()
    known = [month for month in months if month <= view.period]
    if not known:
        layout.answer(words("projects.no_library", place=view.area.name, month=words.month(view.period)))
        return
    view = replace(view, period=max(known))
    key = {"area_id": view.area.code, "period": view.period, "group_type": "all"}
    row = release.first(PROJECTS, key)
    layout.answer(
        words(
            "projects.answer",
            place=view.area.name,
            month=words.month(view.period),
            projects=words.count(row.get("project_count")),
            started=words.count(row.get("started_count")),
            stuck=words.count(row.get("stuck_count")),
            budget=words.money(row.get("stuck_budget_cny")),
            without=words.count(row.get("accepted_without_asset_count")),
        )
    )
    _tiles(view, row)
    # Parts stand from the township up.
    shown = [] if view.area.level == "village" else [_groups(view, group) for group in ("stage", "kind", "plan_year")]
    shown.append(_below(view))
    listed = _listed(view)
    shown += [_list(view, listed, "stuck"), _list(view, listed, "without_asset"), _list(view, listed, "missing")]
    columns = (*COUNTS, *(f"{stage}_count" for stage in STAGES), *REST, *SOURCES)
    figures = [(PROJECTS, column) for column in columns]
    layout.changes(view, [(PROJECTS, column, key) for column in columns])
    layout.definitions(view, figures, [words("projects.remark")])
    tables.downloads(view, "projects", shown, figures)


def _tiles(view: View, row: Row) -> None:
    lines = {
        "project_count": ("started_count", "removed_count"),
        "budget_cny": SOURCES[:2],
        "stuck_count": ("stuck_share", "stuck_budget_cny"),
        "in_implementation_count": ("completed_count",),
        "accepted_without_asset_count": ("missing_count",),
    }
    sections.tiles(view, PROJECTS, row, lines)


def _groups(view: View, group: str) -> Table:
    """The figures of the month by stage, kind or year of the plan."""
    words = view.words
    key = {"area_id": view.area.code, "period": view.period, "group_type": group}
    frame = view.release.rows(PROJECTS, key, order=("group_id",))
    frame = tables.in_order(frame, "group_id", "project_stage")
    frame = frame.with_columns(group=tables.named(frame["group_id"], "project_stage", words))
    stages = () if group == "stage" else tuple(f"{stage}_count" for stage in STAGES)
    columns = ("project_count", "stuck_count", *stages, "stuck_budget_cny", "budget_cny", *SOURCES)
    first = {"group": words(f"projects.{group}")}
    return sections.titled(view, f"projects.by_{group}", frame, PROJECTS, columns, first=first)


def _below(view: View) -> Table:
    columns = (*COUNTS, *(f"{stage}_count" for stage in STAGES), *REST)
    return sections.places(view, PROJECTS, view.period, columns, page="projects", title=view.words("projects.places"))


def _listed(view: View) -> pl.DataFrame:
    """The projects of the place from the newest library, whatever month is shown."""
    frame = view.release.rows(LIST, {"area_code": codes_below(view.release, view.area.code)}, order=("project_id",))
    frame = with_places(view.release, frame)
    return frame.with_columns(stage=tables.named(frame["project_stage"], "project_stage", view.words))


def _list(view: View, listed: pl.DataFrame, name: str) -> Table:
    """One list of projects; a click on one shows its money from document to households."""
    words = view.words
    flag = {"stuck": "is_stuck", "without_asset": "is_accepted_without_asset", "missing": "is_missing_in_last_list"}
    frame = listed.filter(pl.col(flag[name])).sort("stage_days", descending=True)
    layout.heading(
        words(f"projects.list_{name}", count=frame.height),
        words("projects.list_note", month=words.month(listed["period"].max() if listed.height else view.period)),  # type: ignore[arg-type]
    )
    plain = ("project_id", "project_name", "area_name", "project_kind", "stage", "stage_since_date")
    cards = ("stage_days", "limit_days", "budget_cny", "split_cny", "paid_final_cny", "contract_cny")
    heads = {column: words(f"projects.{column}") for column in (*plain, "responsible_office", "contractor_name")}
    columns: dict[str, Card | str] = {column: heads[column] for column in plain}
    columns |= {column: view.cards.card(LIST, column) for column in cards}
    columns |= {column: heads[column] for column in ("responsible_office", "contractor_name")}
    table = Table(words(f"projects.list_{name}", count=frame.height), frame, columns)
    if frame.is_empty():
        st.text(words("projects.none"))
        return table
    row = tables.pick(view, table, key=f"projects_{name}_{view.area.code}")
    if row is not None:
        st.switch_page("views/money.py", query_params=state.carried() | {"project": frame["project_id"][row]})
    return table


layout.page("projects", body, periods_of="kpi_fund_area_month")
