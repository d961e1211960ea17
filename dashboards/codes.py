"""Code values that tables show as the release holds them: their word, by the column in which they stand.

Belongs here: which texts tell of which column's codes. Does not belong here: the texts (``catalogue/``), the English
of the values that departments write (``labels.py``).
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from dashboards.labels import english
from dashboards.words import Words, load_catalogue

# Where texts stand that a page names already; other columns have theirs under ``code.<column>``.
SECTIONS = {
    "age_group": "work_group",
    "benefit": "social_benefit",
    "book_status": "asset_book",
    "lead_status": "social_status",
    "management_level": "asset_management",
    "other_benefit": "social_benefit",
    "policy_name": "policies_policy",
    "problem_state": "rectification_state",
    "reason": "guarantee_word",
    "public_post_type": "post_kind",
    "register_post_type": "post_kind",
    "industry_kind": "industry_group",
    "step_name": "money_step",
    "target_group": "homes_group",
    "unsafe_reason": "guarantee_word",
    "use_mode": "loans_group",
}
# Names of offices and of their files, which change with time (``words.dated``).
NAMES_OF_OFFICES = ("department_", "feed_title_")
# Identifiers and texts of people are no codes, even where they look like one.
NO_CODES = ("_id", "_key", "_number", "_date", "area_name")


def in_words(frame: pl.DataFrame, columns: Iterable[str], words: Words) -> pl.DataFrame:
    """The frame with the code values of the columns in the reader's words; a value without a word stays as it is."""
    found = {}
    for name in columns:
        if frame[name].dtype == pl.String and not name.endswith(NO_CODES):
            values = frame[name].unique().drop_nulls().to_list()
            known = {value: word for value in values if (word := word_of(name, value, words)) != value}
            if known:
                found[name] = frame[name].replace(known)
    return frame.with_columns(**found)


def word_of(column: str, value: str, words: Words) -> str:
    """The word for a code value of a column, the value itself where there is none."""
    texts = load_catalogue(words.language)
    for section in (f"code.{column}", SECTIONS.get(column, column)):
        if found := texts.get(f"{section}.{value}"):
            return words.dated(found)
    if column.startswith(NAMES_OF_OFFICES):
        return words.dated(value)
    return words.dated(english(column, value)) if words.language == "en" and not value.isascii() else value
