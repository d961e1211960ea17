"""The one rule about lists of single households and persons: where household pages are open, and nowhere else.

Belongs here: which tables are such lists, whether they are open, what is said in their place. Does not belong here: the
page of one household and its record of openings (``openings.py``), counts that are too small (``small_cells.py``).
``tables.py`` asks here before it draws or exports a table, so that no page can forget to.
"""

from __future__ import annotations

from collections.abc import Iterable

from dashboards.words import Words
from pipelines.settings import get_settings

KEYS = frozenset({"household_key", "person_key", "payer_key"})
SWITCH = "XIANQING_HOUSEHOLD_PAGES=1"


def are_open() -> bool:
    """Whether this installation shows single households at all; closed unless the office has switched them on."""
    return get_settings().household_pages


def is_closed(columns: Iterable[str]) -> bool:
    """Whether a table of these columns has one row a household or person, and nobody may see such rows here."""
    return not are_open() and not KEYS.isdisjoint(columns)


def notice(words: Words) -> str:
    """What stands in the place of a closed list: who may see it, and how it is opened."""
    return words("household.list_closed", variable=SWITCH)
