"""One household on one page: every table of the release that knows it, in the order in which people ask.

Belongs here: which tables tell of a household or its members, their rows and headings. Does not belong here: the right
to look and its record (``openings.py``), drawing (``views/household.py``). A new table with a ``household_key`` or a
``person_key`` appears by itself, behind those named in ``FIRST``.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dashboards import tables
from dashboards.cards import Card, Cards
from dashboards.data import Release
from dashboards.words import Words

HOUSEHOLDS, PERSONS = "dim_household", "dim_person"
FIRST = (
    HOUSEHOLDS,
    PERSONS,
    "fct_monitoring",
    "fct_payment_burden_case",
    "fct_household_measure",
    "fct_income",
    "fct_dwelling",
    "fct_renovation",
    "fct_employment_month",
    "fct_training",
)
# Where a row came from stands behind the figures; keys that the page's own choice repeats are left out.
LAST = ("period", "receipt_id", "source_sheet", "source_row")
UNSHOWN = ("household_key", "area_code", "area_id", "method_version")
NEWEST = 60
# Columns of codes, and the prefix under which the catalogue lists their words.
CODES = {
    "case_state": "payment_case_state",
    "basis": "payment_case_basis",
    "conclusion": "lead_conclusion",
    "concluded_in": "payment_case_office",
    "lead_source": "lead_source",
    "lead_rule": "lead_rule",
    "lead_state": "lead_state",
    "monitoring_class": "monitoring_class",
    "follow_up": "visit_follow_up",
}


@dataclass(frozen=True)
class Part:
    """One table's rows about the household, newest first, with a heading for each column."""

    table: str
    title: str
    frame: pl.DataFrame
    columns: dict[str, Card | str]


def households(release: Release, area_code: str) -> pl.DataFrame:
    """The registered households of a village, those still listed first: key, years, members, main cause."""
    columns = ("household_key", "recognised_year", "exit_year", "person_count", "main_poverty_cause", "is_listed")
    frame = release.rows(HOUSEHOLDS, {"area_code": area_code}).select(columns)
    return frame.sort("is_listed", "household_key", descending=[True, False])


def parts(release: Release, words: Words, household_key: str) -> list[Part]:
    """All that the release holds about the household and its members; a table without a row for them is left out.

    At most the newest ``NEWEST`` rows of a table. Raises KeyError for a key that is in no register of the release.
    """
    if release.rows(HOUSEHOLDS, {"household_key": household_key}).is_empty():
        raise KeyError(household_key)
    members = tuple(release.rows(PERSONS, {"household_key": household_key})["person_key"].drop_nulls().to_list())
    found = []
    for table in _ordered(release):
        columns = release.cards.get(table, {})
        wanted: dict[str, str | tuple[str, ...]] = (
            {"household_key": household_key} if "household_key" in columns else {"person_key": members}
        )
        if wanted.get("person_key") == ():
            continue
        frame = release.rows(table, wanted)
        if frame.height:
            found.append(_part(release, words, table, frame))
    return found


def _ordered(release: Release) -> list[str]:
    known = [
        table
        for table, columns in release.cards.items()
        if table.startswith(("dim_", "fct_")) and release.has(table) and {"household_key", "person_key"} & set(columns)
    ]
    return sorted(known, key=lambda table: (FIRST.index(table) if table in FIRST else len(FIRST), table))


def _part(release: Release, words: Words, table: str, frame: pl.DataFrame) -> Part:
    entries, cards = release.cards[table], Cards(release.cards, words)
    shown = [name for name in frame.columns if name in entries and name not in UNSHOWN]
    # A column that says nothing about this household only makes the table wider.
    shown = [name for name in shown if frame[name].null_count() < frame.height]
    ordered = [name for name in shown if name not in LAST] + [name for name in LAST if name in shown]
    by = next((name for name in ("period", "income_year", "calendar_year", "year") if name in frame.columns), None)
    newest = (frame.sort(by, descending=True) if by else frame).head(NEWEST)
    title = words.of(entries["__model__"], "description") if "__model__" in entries else table
    heads: dict[str, Card | str] = {}
    for name in ordered:
        card = cards.card(table, name)
        heads[name] = card if entries[name].get("card") and newest[name].dtype.is_numeric() else card.title
    texts = [pl.col(name).cast(pl.String) for name in ordered if newest[name].dtype == pl.Boolean]
    yes_no = {"true": words("household.yes"), "false": words("household.no")}
    newest = newest.with_columns(text.replace(yes_no) for text in texts)
    coded = [name for name in ordered if name in CODES and newest[name].dtype == pl.String]
    newest = newest.with_columns(tables.named(newest[name], CODES[name], words).alias(name) for name in coded)
    return Part(table, title.split("。")[0].split(". ")[0], newest.select(ordered), heads)
