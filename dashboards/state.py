"""What the reader chose, kept in the address: a copied link shows the same view to somebody else.

Only choices that differ from the default stand in the address, so that a plain link follows the newest release.
Language, place and month go along from page to page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

SHARED = ("lang", "area", "period")
KEPT = "kept_choices"
WIDTH = 200


def restore() -> None:
    """Put the shared choices of this visit back into the address, which a change of page has emptied.

    To be called from the page: until the page is chosen, what is put into the address is lost.
    """
    kept = _kept()
    for name, value in kept.items():
        if name not in st.query_params:
            st.query_params[name] = value
    kept.update({name: st.query_params[name] for name in SHARED if name in st.query_params})


def get(name: str, options: Sequence[str], default: str) -> str:
    """The choice in the address (or carried from the last page) when it is one of the options, else the default."""
    value = st.query_params.get(name, _kept().get(name, default))
    return value if value in options else default


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
    return {name: st.query_params[name] for name in SHARED if name in st.query_params}


def select(name: str, label: str, options: Sequence[str], default: str, show: Callable[[str], str]) -> str:
    """A select box whose choice stands in the address as ``name``."""
    key = f"select_{name}"
    st.session_state[key] = get(name, options, default)
    st.selectbox(label, options, key=key, format_func=show, on_change=_take, args=(name, key, default), width=WIDTH)
    return str(st.session_state[key])


def switch(name: str, label: str, options: Sequence[str], default: str, show: Callable[[str], str]) -> str:
    """A row of buttons, one of them pressed, whose choice stands in the address as ``name``."""
    key = f"switch_{name}"
    st.session_state[key] = get(name, options, default)
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


def _kept() -> dict[str, str]:
    kept: dict[str, str] = st.session_state.setdefault(KEPT, {})
    return kept


def _take(name: str, key: str, default: str) -> None:
    put(name, str(st.session_state[key]), default)
