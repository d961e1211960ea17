"""搜索: what was found for the typed words, each find one click from its page."""

from __future__ import annotations

import streamlit as st

from dashboards import layout, navigation, searching, state
from dashboards.data import current
from dashboards.words import Words
from pipelines.settings import get_settings


def body(words: Words) -> None:
    """The finds by kind; without a text, all questions."""
    typed = st.query_params.get("q", "")
    if not typed.strip():
        layout.answer(words("search.how"))
        return
    release = current(get_settings().marts_dir, get_settings().small_cell)
    found = searching.find(release, words, typed, navigation.names())
    layout.answer(words("search.found" if found else "search.nothing", typed=typed, count=len(found)))
    for kind in searching.KINDS:
        finds = [one for one in found if one.kind == kind]
        if finds:
            layout.heading(words(f"search.kind_{kind}"))
            layout.links([(one.page, state.carried() | one.query, one.text, one.note) for one in finds])


layout.tool("search", body)
