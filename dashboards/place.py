"""What stands between the badges and the question of a page: place, month, search box and language.

Belongs here: the path down to the village, the boxes for it, the month. Does not belong here: anything else of a page,
what is found (``searching.py``). What is chosen stands in the address (``state.py``).
"""

from __future__ import annotations

import streamlit as st

from dashboards import state
from dashboards.data import Area, Release
from dashboards.words import LANGUAGES, Words, load_catalogue

SEARCH, ASKED = "search_text", "search_asked"


def language_switch(words: Words) -> None:
    """The two languages, side by side."""
    state.switch("lang", words("choice.language"), LANGUAGES, LANGUAGES[0], lambda code: words(f"language.{code}"))


def search_and_language(words: Words) -> None:
    """Search box and languages, for pages without place and month."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="right", key="place"):
        search_box(words)
        language_switch(words)


def search_box(words: Words) -> None:
    """The search for figures, places, documents and pages; Enter leads to the finds."""

    def ask() -> None:
        st.session_state[ASKED] = str(st.session_state[SEARCH]).strip()

    st.session_state[SEARCH] = st.query_params.get("q", "")
    st.text_input(
        words("search.box"),
        key=SEARCH,
        placeholder=words("search.box"),
        icon=":material/search:",
        label_visibility="collapsed",
        on_change=ask,
        width=state.WIDTH,
    )
    # A callback cannot change the page: the script does, right after it.
    if asked := st.session_state.pop(ASKED, ""):
        st.switch_page("views/search.py", query_params=state.carried() | {"q": asked})


def place_and_month(release: Release, words: Words, table: str) -> tuple[Area, str]:
    """Draw the choice; the place chosen and the month of ``table`` chosen."""
    chosen = release.area(st.query_params.get("area", ""))
    area = chosen if chosen and chosen.level != "province" else release.home
    if area != chosen:
        state.miss("area", "", words.place(area.name))
    path = release.path(area.code)
    months = release.months(table)
    default = release.as_of_period if release.as_of_period in months else months[-1]
    with st.container(horizontal=True, vertical_alignment="bottom", key="place"):
        with st.container(horizontal=True, vertical_alignment="center", width="content", key="crumbs"):
            for index, step in enumerate(path):
                if index:
                    st.text("›", width="content")
                _crumb(words, step, release, is_here=step == area)
        # Counties are chosen among where the release is about more than one.
        levels = ("county", "township", "village")
        for level in levels if release.home.level == "prefecture" else levels[1:]:
            parent = next((step for step in path if step.level == _above(level)), None)
            if parent is not None:
                here = next((step.code for step in path if step.level == level), parent.code)
                _select_area(words, release, level, parent, here)
        period = state.select("period", words("choice.period"), tuple(reversed(months)), default, words.month)
        search_box(words)
        language_switch(words)
    return area, period


def astray(words: Words) -> str:
    """What the address asks for and the page cannot show, with what it shows instead; else empty.

    A copied or mistyped address must not pass off the whole county, another month or another file as what was asked
    for. To be called when the page is drawn: every choice is known by then.
    """
    known = load_catalogue(words.language)
    said = []
    for one in state.missed():
        key = f"astray.{one.name}"
        if key not in known:
            key = "astray.choice" if one.shown else "astray.nothing"
        said.append(words(key, label=one.label, asked=one.asked, shown=one.shown))
    return " ".join(said)


def _above(level: str) -> str:
    return {"county": "prefecture", "township": "county", "village": "township"}[level]


def _crumb(words: Words, step: Area, release: Release, *, is_here: bool) -> None:
    key = f"crumb_{step.level}"
    go = ("area", step.code, release.home.code)
    st.button(words.place(step.name), key=key, type="tertiary", disabled=is_here, on_click=state.put, args=go)


def _select_area(words: Words, release: Release, level: str, parent: Area, here: str) -> None:
    places = {parent.code: words(f"choice.all_{level}")} | {a.code: a.name for a in release.children(parent.code)}
    key = f"select_{level}"
    st.session_state[key] = here

    def go() -> None:
        state.put("area", str(st.session_state[key]), release.home.code)

    label = words(f"choice.{level}")
    st.selectbox(label, list(places), key=key, format_func=lambda code: places[code], on_change=go, width=state.WIDTH)
