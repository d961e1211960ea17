"""Words that change with time: texts are written once, and what is shown takes the words of its period and place.

Belongs here: which words are in force, and how they are put into a text. Does not belong here: the words themselves
(they are the dated seed ``period_terms``, published as the mart ``dim_period_term``), texts (catalogues, KPI cards).
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

COUNTRY = "0" * 12
SEED = Path("seeds") / "period_terms.csv"


@dataclass(frozen=True)
class Term:
    """What is written, and what is said instead in a region from one day to another (without end: None)."""

    language: str
    written: str
    term: str
    region: str
    valid_from: dt.date
    valid_to: dt.date | None
    is_whole: bool


@dataclass(frozen=True)
class Wording:
    """The words in force on one day at one place: whole texts, and parts of texts in small letters."""

    whole: Mapping[str, str]
    parts: Mapping[str, str]
    pattern: re.Pattern[str] | None

    def dated(self, text: str) -> str:
        """``text`` in these words. A capital letter at the start of what is changed stays one."""
        if text in self.whole:
            return self.whole[text]
        if self.pattern is None:
            return text
        return self.pattern.sub(lambda found: _cased(found[0], self.parts[found[0].lower()]), text)


@dataclass(frozen=True)
class Terms:
    """All dated words; without any, every text stays as it is written."""

    terms: tuple[Term, ...] = ()

    def wording(self, language: str, day: dt.date, area_code: str) -> Wording:
        """The words of that day and place; of several regions that hold the place the smallest wins."""
        regions = {COUNTRY, area_code, *(area_code[:digits].ljust(12, "0") for digits in (2, 4, 6, 9))}
        whole: dict[str, str] = {}
        parts: dict[str, str] = {}
        for one in sorted(self.terms, key=lambda term: (term.region, term.valid_from)):
            is_due = one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
            if one.language == language and one.region in regions and is_due:
                (whole if one.is_whole else parts)[one.written if one.is_whole else one.written.lower()] = one.term
        longest_first = sorted(parts, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if parts else None
        return Wording(whole, parts, pattern)


def last_day(period: str) -> dt.date:
    """The last day of ``2020-10`` or of ``2020``."""
    year, month = int(period[:4]), int(period[5:7] or 12)
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def terms_of(rows: Iterable[Mapping[str, Any]]) -> Terms:
    """The terms of rows named as in the mart."""
    names = tuple(Term.__dataclass_fields__)
    return Terms(tuple(Term(**{name: row[name] for name in names}) for row in rows))


@cache
def terms_of_project(dbt_dir: Path) -> Terms:
    """The terms of the seed itself, for what is written outside a release: a letter goes by the day of its writing."""
    with (dbt_dir / SEED).open(encoding="utf-8", newline="") as lines:
        return terms_of(
            row
            | {
                "is_whole": row["is_whole"] == "true",
                "valid_from": dt.date.fromisoformat(row["valid_from"]),
                "valid_to": dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            }
            for row in csv.DictReader(lines)
        )


def _cased(found: str, term: str) -> str:
    return term[0].upper() + term[1:] if found[0].isupper() else term
