"""搜索: what was found for the typed words, each find one click from its page."""

from __future__ import annotations

import streamlit as st

from dashboards import layout, navigation, searching, state
from dashboards.data import Release, current
from dashboards.words import Words
from pipelines.settings import get_settings

MONTHS = "kpi_register_bridge_area_month"


def body(words: Words) -> None:
    """The finds by kind; without a text, all questions."""
    typed = st.query_params.get("q", "")
    if not typed.strip():
        layout.answer(words("search.how"))
        return
    release = current(get_settings().marts_dir, get_settings().small_cell)
    if release is not None:
        words = _of_period(release, words)
    found = searching.find(release, words, typed, navigation.names())
    layout.answer(words("search.found" if found else "search.nothing", typed=typed, count=len(found)))
    for kind in searching.KINDS:
        finds = [one for one in found if one.kind == kind]
        if finds:
            layout.heading(words(f"search.kind_{kind}"))
            layout.links([(one.page, state.carried() | one.query, one.text, one.note) for one in finds])


def _of_period(release: Release, words: Words) -> Words:
    """The words of the place and month of the pages from which a reader came, as those pages say them."""
    months = release.months(MONTHS) if release.has(MONTHS) else ()
    area = release.area(st.query_params.get("area", "")) or release.home
    asked = st.query_params.get("period", "")
    return words.shown(release.terms, asked if asked in months else release.as_of_period, area.code)


layout.tool("search", body)
