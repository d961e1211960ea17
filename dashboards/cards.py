"""KPI cards: what a figure is called, its unit, definition and decimals, all read from the release's ``cards.json``.

There is no second registry: a column without a card is shown under its description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.words import HIDDEN, NOTHING, Hidden, Words

_EXPLAINS = re.compile("。|[.] |[；;：:]|，空为|,? null | = ")


@dataclass(frozen=True)
class Card:
    """One figure's card in one language."""

    column: str
    title: str
    unit: str
    definition: str
    source: str
    caveat: str
    numerator: str
    denominator: str
    owner: str
    form: str
    decimals: int

    def show(self, value: float | None, words: Words) -> str:
        """The value with its unit as the card wants it written."""
        if isinstance(value, Hidden):
            return HIDDEN
        if value is None or self.form == "share":
            return words.share(value, self.decimals)
        if self.form == "cny":
            return words.money(value)
        figure = words.count(value) if self.form == "count" else f"{value:,.{self.decimals}f}"
        return f"{figure} {self.unit}".strip()

    def difference(self, now: float | None, before: float | None, words: Words) -> str | None:
        """The change with its sign (shares in percentage points); None when there is nothing to compare.

        A change from or to a hidden figure is hidden with it.
        """
        if isinstance(now, Hidden) or isinstance(before, Hidden):
            return HIDDEN
        if now is None or before is None:
            return None
        change = now - before
        if change == 0:
            return words("tile.same")
        if self.form == "share":
            sign = "+" if change > 0 else "−"
            return f"{sign}{abs(100 * change):.{self.decimals}f} {words('unit.points')}"
        shown = self.show(abs(change), words)
        return f"{'+' if change > 0 else '−'}{shown}"


@dataclass(frozen=True)
class Cards:
    """All cards of a release in one language."""

    content: Mapping[str, Any]
    words: Words

    def card(self, model: str, column: str) -> Card:
        """The card of a column; raises KeyError when the release does not describe the column at all."""
        entry = self.content[model][column]
        card: Mapping[str, Any] = entry.get("card") or {}
        described = self.words.of(entry, "description")
        return Card(
            column=column,
            title=self._text(card.get("title"), _beginning(described)),
            unit=self._text(card.get("unit"), ""),
            definition=self._text(card.get("definition"), described),
            source=self._text(card.get("source"), NOTHING),
            caveat=self._text(card.get("caveat"), ""),
            numerator=self._text(card.get("numerator"), ""),
            denominator=self._text(card.get("denominator"), ""),
            owner=self._text(card.get("owner"), NOTHING),
            form=str(card.get("format") or _form_of(column)),
            decimals=int(card.get("decimals") or (2 if _form_of(column) in ("share", "cny") else 0)),
        )

    def _text(self, value: object, default: str) -> str:
        """A text, or the words' language of a text in both languages."""
        if isinstance(value, Mapping):
            return self.words.dated(str(value.get(self.words.language) or default))
        return self.words.dated(str(value)) if value else default


def _beginning(described: str) -> str:
    """What a description names before it explains: the heading of a column that has no title."""
    return _EXPLAINS.split(described, maxsplit=1)[0].rstrip(".")


def _form_of(column: str) -> str:
    return {"cny": "cny", "share": "share"}.get(column.rsplit("_", 1)[-1], "count")
