"""Which pages there are and under which task they stand: 今日, 月末, 检查, 研究, 数据.

Belongs here: the order of tasks and pages, each a file in ``views/``. Does not belong here: what a page shows, its
words (``catalogue/``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import streamlit as st

from dashboards.words import Words

Task = str
# A page stands under the task for which it is opened most; the first page is the first screen.
TASKS: dict[Task, tuple[str, ...]] = {
    "today": ("overview", "monitoring"),
    "month": (
        "funds",
        "projects",
        "assets",
        "work",
        "helpers",
        "plan",
        "industry",
        "loans",
        "forms",
    ),
    "inspection": (
        "village",
        "household",
        "money",
        "exit_check",
        "sample",
        "policies",
        "guarantees",
        "social",
        "homes",
        "care",
        "relocation",
        "rectification",
    ),
    "research": (
        "exit",
        "income",
        "revisions",
        "factcheck",
        "published",
    ),
    "data": (
        "quality",
        "files",
        "inspect",
    ),
}
# Not in a folder ``pages``: Streamlit serves what lies there by itself, so that the first visitor of a fresh server who
# opens a deep link would see a page without the menu, and the first screen's address would work until then only.
VIEWS = "views"
# Reached from the search box, a row or a link, not from the menu.
UNLISTED = ("search",)
# The first screen lies at the bare address; who types its name, as every other page's, finds it too.
FIRST = TASKS["today"][0]
_NAME = re.compile(r"[\w-]+")


def names() -> Sequence[str]:
    """The pages in the menu's order, then those without a place in the menu."""
    return [*(page for pages in TASKS.values() for page in pages), *UNLISTED]


def menu(words: Words) -> dict[str, list[Any]]:
    """The pages for ``st.navigation`` by the task's word; the unlisted ones are there and not shown."""
    shown = {
        words(f"task.{task}"): [_page(words, name, is_first=name == FIRST) for name in pages]
        for task, pages in TASKS.items()
    }
    rest = shown[next(reversed(shown))]
    rest += [_page(words, name, is_listed=False) for name in (*UNLISTED, FIRST)]
    # Else Streamlit says in its own words, in a window over the page, that there is no such page.
    if name := _unknown():
        rest.append(st.Page(f"{VIEWS}/{FIRST}.py", title=words(f"{FIRST}.name"), url_path=name, visibility="hidden"))
    return shown


def _unknown() -> str:
    """The name in the address that no page has; empty where one has it and where the name is no single word.

    Decoded, for so Streamlit compares it; and in the second run of a visit Streamlit adds the name of the page that it
    shows once more to an address that is encoded.
    """
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    path = urlsplit(st.context.url or "").path.removeprefix(f"/{base}" if base else "")
    name, *again = unquote(path).strip("/").split("/")
    is_one_word = _NAME.fullmatch(name) and again in ([], [name])
    return name if is_one_word and name not in names() else ""


def _page(words: Words, name: str, *, is_first: bool = False, is_listed: bool = True) -> Any:
    visibility: Any = "visible" if is_listed else "hidden"
    title = words(f"{name}.name")
    path = "" if is_first else name
    return st.Page(f"{VIEWS}/{name}.py", title=title, url_path=path, default=is_first, visibility=visibility)
