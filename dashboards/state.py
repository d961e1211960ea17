"""What the reader chose, kept in the address: a copied link shows the same view to somebody else.

Only choices that differ from the default stand in the address, so that a plain link follows the newest release.
Language, place and month go along from page to page. A choice in the address that the page does not offer is noted
while the default is shown in its stead, so that the page can say so (``missed``). A place or language that there is
not does not go along: the page that was opened with it says so, and no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

SHARED = ("lang", "area", "period")
ALIKE = ("lang", "area")  # offered alike by every page, unlike months
NAMES = frozenset(
    {
        *SHARED,
        *("q", "household", "reason", "by", "document", "project", "policy", "form", "result", "size", "seed"),
        *("year", "board_year", "calendar_year", "scope", "group", "unit", "population", "level", "rank", "with", "of"),
        *("file", "department", "feed", "filed", "verdict", "letter"),
    }
)
"""The names of choices on any page: another name in an address is misspelt."""
FOREIGN = re.compile(r"from|isappinstalled|scene|utm_\w+")
"""Names that messengers such as 微信 add to a link that is passed on: no reader has typed them."""
UNKNOWN = "unknown"  # not the name of a choice, and the words for it
MOST_UNKNOWN = 3  # whoever passes a link on may add names of their own
NO_PAGE, OPENED = "page", "unknown_page"  # of a page that there is not: the words for it, its name in this visit
KEPT = "kept_choices"
MISSED, TAKEN = "missed_choices", "taken_choices"
WIDTH = 200
WIDE = 420  # for numbers of documents and names of projects, which differ in their last letters
LONGEST = 40  # of a mistyped address as much as it takes to recognise it


@dataclass(frozen=True)
class Missed:
    """A choice in the address that is not offered: its name and label, what was asked for, what is shown instead."""

    name: str
    label: str
    asked: str
    shown: str


def restore() -> None:
    """Put the shared choices of this visit back into the address, which a change of page has emptied.

    To be called from the page: until the page is chosen, what is put into the address is lost. Names that no page knows
    are noted, unless a messenger has added them: a change of page empties the address of them.
    """
    unknown = [name for name in st.query_params if name not in NAMES and not FOREIGN.fullmatch(name)][:MOST_UNKNOWN]
    st.session_state[MISSED] = {f"{UNKNOWN} {name}": Missed(UNKNOWN, "", name[:LONGEST], "") for name in unknown}
    if page := st.session_state.get(OPENED):
        st.session_state[MISSED][NO_PAGE] = Missed(NO_PAGE, "", page[:LONGEST], "")
    kept = _kept()
    for name, value in kept.items():
        if name not in st.query_params:
            st.query_params[name] = value
    kept.update({name: st.query_params[name] for name in SHARED if name in st.query_params})


def opened(unknown: str) -> None:
    """Note for ``restore`` that the address names a page that there is not; empty where there is one."""
    st.session_state[OPENED] = unknown


def get(name: str, options: Sequence[str], default: str, label: str = "") -> str:
    """The choice in the address (or carried from the last page) when it is one of the options, else the default.

    What the address asks for in vain is noted under ``label``. Not so a choice that was shown in this visit and is no
    longer offered because another choice changed: who goes from month to month is not told of every year left behind.
    """
    value = st.query_params.get(name, _kept().get(name, default))
    taken: set[tuple[str, str]] = st.session_state.setdefault(TAKEN, set())
    if value in options:
        taken.add((name, value))
        return value
    if name in SHARED or not default or (name, value) not in taken:
        miss(name, label, default)
    return default


def asks(name: str) -> bool:
    """Whether the address holds that choice at all."""
    return bool(st.query_params.get(name))


def miss(name: str, label: str, shown: str) -> None:
    """Note that the page shows ``shown`` (nothing when empty) for what the address asks for as ``name``."""
    if asks(name):
        noted: dict[str, Missed] = st.session_state.setdefault(MISSED, {})
        noted.setdefault(name, Missed(name, label or name, st.query_params[name][:LONGEST], shown))
        if name in ALIKE:
            _kept().pop(name, None)


def missed() -> Sequence[Missed]:
    """What the address asks for in vain on this page, as far as it is drawn."""
    noted: dict[str, Missed] = st.session_state.get(MISSED, {})
    return tuple(noted.values())


def put(name: str, value: str, default: str | None = None) -> None:
    """Remember a choice; the default leaves the address."""
    if value == default:
        st.query_params.pop(name, None)
        _kept().pop(name, None)
        return
    st.query_params[name] = value
    if name in SHARED:
        _kept()[name] = value


def carried() -> dict[str, str]:
    """The shared choices as the query of a link to another page."""
    kept = _kept()
    return {name: kept[name] for name in SHARED if name in kept}


def select(
    name: str, label: str, options: Sequence[str], default: str, show: Callable[[str], str], *, width: int = WIDTH
) -> str:
    """A select box whose choice stands in the address as ``name``; ``width`` in pixels, the whole line on a phone."""
    key = f"select_{name}"
    st.session_state[key] = get(name, options, default)
    _told(name, label, default, show)
    st.selectbox(label, options, key=key, format_func=show, on_change=_take, args=(name, key, default), width=width)
    return str(st.session_state[key])


def switch(name: str, label: str, options: Sequence[str], default: str, show: Callable[[str], str]) -> str:
    """A row of buttons, one of them pressed, whose choice stands in the address as ``name``."""
    key = f"switch_{name}"
    st.session_state[key] = get(name, options, default)
    _told(name, label, default, show)
    st.segmented_control(
        label,
        options,
        key=key,
        format_func=show,
        required=True,
        label_visibility="collapsed",
        on_change=_take,
        args=(name, key, default),
    )
    return str(st.session_state[key])


def _told(name: str, label: str, default: str, show: Callable[[str], str]) -> None:
    """Put what was noted of this choice, perhaps by the page before its box was drawn, into the words of the box."""
    noted: dict[str, Missed] = st.session_state.get(MISSED, {})
    if name in noted:
        noted[name] = replace(noted[name], label=label, shown=show(default) if default else "")


def _kept() -> dict[str, str]:
    kept: dict[str, str] = st.session_state.setdefault(KEPT, {})
    return kept


def _take(name: str, key: str, default: str) -> None:
    put(name, str(st.session_state[key]), default)
