"""Every word of the pages: the catalogue of one language, and how that language writes figures and months.

Belongs here: texts and formats. Does not belong here: titles and definitions of figures (they are KPI cards).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from dashboards.labels import english
from pipelines.files import read_yaml
from pipelines.terms import Terms, Wording, last_day

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
CATALOGUES = Path(__file__).parent / "catalogue"
NO_BREAK = "\u00a0"  # an amount and its unit stay on one line
MINUS = "\u2212"
NOTHING = "—"
_HELD_COUNTIES = re.compile(r"(?P<place>.+)（本库(?P<count>\d+)县(?:：(?P<only>.+))?）")
HIDDEN = "*"


class Hidden(float):
    """A figure that is known and not shown: written ``*`` everywhere, good for no arithmetic (it is not a number)."""

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, form: str) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(HIDDEN)


HIDDEN_VALUE = Hidden("nan")


@cache
def load_catalogue(language: Language) -> dict[str, str]:
    """All texts of one language by dotted key; nested YAML keys are joined with dots.

    They stand in ``zh.yml``, and for the pages of a subject in ``zh_<subject>.yml``. Raises ValueError for a key twice.
    """
    texts: dict[str, str] = {}
    for path in sorted(CATALOGUES.glob(f"{language}*.yml")):
        part = dict(_flat(read_yaml(path), ""))
        if twice := sorted(texts.keys() & part.keys()):
            raise ValueError(f"{path.name}: {twice[0]} stands in another catalogue already")
        texts |= part
    return texts


def _flat(node: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in node.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + str(key), str(value))]
    return pairs


@dataclass(frozen=True)
class Words:
    """The texts and formats of one language, in the words of the period and place shown once these are known."""

    language: Language
    wording: Wording | None = field(default=None, repr=False, compare=False)

    def shown(self, terms: Terms, period: str, area_code: str) -> Words:
        """The same language in the words of the period and place that a page shows."""
        return replace(self, wording=terms.wording(self.language, last_day(period), area_code))

    def dated(self, text: str) -> str:
        """A text as catalogues and cards write it, in the words of the period shown."""
        return self.wording.dated(text) if self.wording else text

    def __call__(self, key: str, **values: object) -> str:
        """The text of that key with its placeholders filled; raises KeyError for an unknown key."""
        return self.dated(load_catalogue(self.language)[key]).format(**values)

    def name(self, prefix: str, value: str) -> str:
        """The word for a code value; without one in the catalogue its English label, or the value itself."""
        found = load_catalogue(self.language).get(f"{prefix}.{value}")
        if found is None and self.language == "en" and not value.isascii():
            return self.dated(english(prefix, value))
        return value if found is None else self.dated(found)

    def place(self, name: str) -> str:
        """A place's name with what is said around it in this language: how many of its counties are held here."""
        found = _HELD_COUNTIES.fullmatch(name)
        if found is None or self.language == "zh":
            return name
        key = "place.one_county" if found["only"] else "place.counties"
        return self(key, place=found["place"], count=found["count"], only=found["only"])

    def of(self, row: Mapping[str, Any], stem: str = "") -> str:
        """The text of a row that carries both languages, ``stem_zh`` and ``stem_en`` (or ``zh`` and ``en``)."""
        value = row.get(f"{stem}_{self.language}" if stem else self.language)
        return NOTHING if value is None else self.dated(str(value))

    def count(self, value: float | None) -> str:
        """A whole number with separators; null is ``—``, a hidden small number ``*``."""
        return NOTHING if value is None else f"{value:,.0f}"

    def share(self, value: float | None, decimals: int = 2) -> str:
        """A share from 0 to 1 as a percentage."""
        if value is None or isinstance(value, Hidden):
            return NOTHING if value is None else HIDDEN
        return f"{100 * value:.{decimals}f}%".replace("-", MINUS)

    def money(self, value: float | None) -> str:
        """Yuan as people write them: 元, 万元 or 亿元; in English yuan or million yuan. At most two decimals."""
        if value is None or isinstance(value, Hidden):
            return NOTHING if value is None else HIDDEN
        size = abs(value)
        if self.language == "en":
            shown = f"CNY {value / 1e6:,.2f} m" if size >= 1e6 else f"CNY {value:,.2f}"
        elif size >= 1e8:
            shown = f"{value / 1e8:,.2f} 亿元"
        else:
            shown = f"{value / 1e4:,.2f} 万元" if size >= 1e4 else f"{value:,.2f} 元"
        return shown.replace(" ", NO_BREAK).replace("-", MINUS)

    def month(self, period: str | None) -> str:
        """``2020-10`` as 2020年10月 or October 2020, ``2020`` as 2020年 or 2020."""
        if period is None:
            return NOTHING
        if len(period) == 4:
            return f"{period}年" if self.language == "zh" else period
        from babel.dates import format_skeleton

        date = dt.date.fromisoformat(f"{period}-01")
        return str(format_skeleton("yMMMM", date, locale="zh_CN" if self.language == "zh" else "en_GB"))

    def day(self, value: dt.date | str | None) -> str:
        """A date (of a date, a time stamp or its ISO text) as 2020-10-23."""
        return NOTHING if value is None else str(value)[:10]
