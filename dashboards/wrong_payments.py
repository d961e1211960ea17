"""Payments that should perhaps not have been made: found, recovered and open by kind, and one by one by right.

Belongs here: the sums by kind and the list below a place. Does not belong here: which payment is in doubt and what is
open (columns of the marts), the rest of the page on social protection.
"""

from __future__ import annotations

import polars as pl

from dashboards import layout, sections, single_households, tables
from dashboards.layout import View
from dashboards.tables import Table

MODEL, CASES = "kpi_wrong_payment_area_month", "fct_wrong_payment"
COUNTS = ("found_count", "dismissed_count", "recovered_count", "open_count", "without_amount_count")
AMOUNTS = ("found_cny", "dismissed_cny", "recovered_cny", "open_cny")
SHOWN = (
    *("case_state", "payment_kind", "origin", "period", "benefit", "other_benefit", "place", "person_key"),
    *("paid_cny", "recovered_cny", "open_cny", "paid_date", "recovered_date", "receipt_id", "source_row"),
)
NAMED = {
    "case_state": "wrong_payment_state",
    "payment_kind": "wrong_payment_kind",
    "origin": "wrong_payment_origin",
    "benefit": "social_benefit",
    "other_benefit": "social_benefit",
}
LISTED = 500
SHORT = 10


def figures() -> list[tuple[str, str]]:
    """The figures of the section, for definitions and export."""
    return [(MODEL, column) for column in (*COUNTS, *AMOUNTS)]


def show(view: View) -> list[Table]:
    """The sums by kind with all together in the last line, and the list where single people may be looked at."""
    words, release = view.words, view.release
    if not release.has(MODEL):
        return []
    layout.heading(words("wrong_payments.title"), words("wrong_payments.note"))
    kinds = release.rows(MODEL, {"area_id": view.area.code})
    kinds = tables.in_order(kinds, "group_id", "wrong_payment_kind")
    kinds = kinds.with_columns(kind=tables.named(kinds["group_id"], "wrong_payment_kind", words))
    whole = release.first(MODEL, {"area_id": view.area.code, "group_type": "all"})
    shown = {column: view.cards.card(MODEL, column).show(whole.get(column), words) for _, column in figures()}
    layout.paragraph(words("wrong_payments.answer", day=words.day(whole.get("as_of_date")), **shown))
    table = sections.table(
        view, words("wrong_payments.title"), kinds, {"kind": words("wrong_payments.kind")}, figures()
    )
    tables.show(view, table)
    if not single_households.are_open():
        layout.paragraph(single_households.notice(words), quiet=True)
    if not single_households.are_open() or not release.has(CASES):
        return [table]
    listed = _list(view)
    tables.show(view, listed)
    return [table, listed]


def _list(view: View) -> Table:
    """The cases of the place, open ones first, the dearest of them at the top."""
    words = view.words
    cases = sections.leads(view, CASES, {}, order=("payment_case_id",))
    heads = {name: words(f"wrong_payments.{name}") for name in SHOWN}
    if cases.is_empty():
        return Table(words("wrong_payments.list"), pl.DataFrame(schema=dict.fromkeys(SHOWN, pl.String)), heads)
    ordered = tables.in_order(
        cases.sort("paid_cny", descending=True, nulls_last=True, maintain_order=True),
        "case_state",
        "wrong_payment_state",
    ).head(LISTED)
    named = [tables.named(ordered[column], prefix, words).alias(column) for column, prefix in NAMED.items()]
    ordered = ordered.with_columns(*named, pl.col("person_key").str.head(SHORT))
    return Table(words("wrong_payments.list"), ordered.select(SHOWN), heads)
