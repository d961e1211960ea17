"""一户一档: everything the release holds about one household, by right and with every opening recorded."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import dossier, layout, openings, single_households, state, tables
from dashboards.layout import View
from dashboards.tables import Table
from pipelines.settings import get_settings

SHORT = 10


def body(view: View) -> None:
    """The switch, the village's households, the reason, then the household."""
    words = view.words
    if not single_households.are_open():
        layout.answer(words("household.closed"))
        layout.paragraph(words("household.how_to_open", variable=single_households.SWITCH), quiet=True)
        return
    key = st.query_params.get("household", "")
    if not key:
        _choose(view)
        return
    reason = st.query_params.get("reason", "")
    if reason not in openings.REASONS:
        _ask(view, key)
        return
    _show(view, key, reason)


def _choose(view: View) -> None:
    """The households of the chosen village; a click on one asks for the reason."""
    words = view.words
    if view.area.level != "village":
        layout.answer(words("household.choose_village"))
        return
    listed = dossier.households(view.release, view.area.code)
    layout.answer(words("household.choose", place=view.area.name, count=listed.height))
    if listed.is_empty():
        return
    frame = listed.with_columns(
        pl.col("household_key").str.head(SHORT),
        pl.col("is_listed").replace_strict({True: words("household.yes"), False: words("household.no")}),
    )
    heads = {name: view.cards.card(dossier.HOUSEHOLDS, name).title for name in frame.columns}

    def ask(row: int) -> None:
        st.query_params["household"] = listed["household_key"][row]

    table = Table(words("household.name"), frame, heads)
    tables.go_by_row(view, table, key=f"households_{view.area.code}", go=ask)


def _ask(view: View, key: str) -> None:
    words = view.words
    layout.answer(words("household.ask", household=key[:SHORT]))
    with st.container(horizontal=True):
        for reason in openings.REASONS:
            if st.button(words(f"household.reason_{reason}"), key=f"reason_{reason}"):
                reader = str(st.user.get("email") or words("household.local")) if st.user else words("household.local")
                openings.record(
                    get_settings().state_dir,
                    household_key=key,
                    release_id=view.release.release_id,
                    reason=reason,
                    reader=reader,
                )
                st.session_state["opened_household"] = key
                st.query_params["reason"] = reason
                st.rerun()


def _show(view: View, key: str, reason: str) -> None:
    """The parts, and who opened this household before. A copied address asks for the reader's own reason again."""
    words = view.words
    if st.session_state.get("opened_household") != key:
        st.query_params.pop("reason", None)
        _ask(view, key)
        return
    try:
        parts = dossier.parts(view.release, words, key)
    except KeyError:
        layout.answer(words("household.unknown", household=key[:SHORT]))
        return
    layout.answer(
        words("household.answer", household=key[:SHORT], count=len(parts), reason=words(f"household.reason_{reason}"))
    )
    if st.button(words("household.another"), key="another_household"):
        for name in ("household", "reason"):
            st.query_params.pop(name, None)
        st.rerun()
    shown = [Table(part.title, part.frame, part.columns) for part in parts]
    for table in shown:
        layout.heading(table.title)
        tables.show(view, table)
    layout.heading(words("household.openings"), words("household.openings_note"))
    before = openings.recorded(get_settings().state_dir, key)
    layout.grid(
        [words(f"household.opening_{name}") for name in ("at", "reason", "reader")],
        [[one["at"], words(f"household.reason_{one['reason']}"), one["reader"]] for one in before],
    )
    tables.downloads(view, "household", shown, [])


state.restore()
layout.page("household", body, periods_of="kpi_register_bridge_area_month")
