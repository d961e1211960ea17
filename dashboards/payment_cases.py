"""Why a household with heavy medical costs is not monitored: one line a payer, with the lead and its conclusion.

Belongs here: the list below a place and its counts. Does not belong here: which lead belongs to which bills and what
counts as recognised (columns of ``fct_payment_burden_case``), the rest of the page on monitoring.
"""

from __future__ import annotations

import polars as pl

from dashboards import layout, place_counts, sections, single_households, tables
from dashboards.layout import View
from dashboards.tables import Table

MODEL = "fct_payment_burden_case"
STATES = ("never_opened", "opened", "concluded", "recognised")
COUNTED = {
    "listed_household_count": pl.lit(value=True),
    **{f"{state}_household_count": pl.col("case_state") == state for state in STATES},
}
LISTED = 500
SHOWN = (
    *("period", "case_state", "place", "own_payment_cny", "last_paid_date", "basis"),
    *("lead_opened_date", "lead_source", "conclusion", "conclusion_note", "concluded_date", "concluded_by"),
    *("recognised_date", "monitoring_class", "arbitration", "arbitration_date", "household_key", "payer_key"),
)
# Words for the codes of a column, by the prefix under which the catalogue lists them.
NAMED = {
    "case_state": "payment_case_state",
    "basis": "payment_case_basis",
    "lead_source": "lead_source",
    "conclusion": "lead_conclusion",
    "monitoring_class": "monitoring_class",
}


def show(view: View) -> list[Table]:
    """The section with a count of each outcome; those whom nobody looked into stand first."""
    words = view.words
    layout.heading(words("payment_cases.title"), words("payment_cases.note"))
    if not view.release.has(MODEL) or view.release.rows(MODEL).is_empty():
        layout.paragraph(words("payment_cases.none"))
        return []
    order = ("payer_key", "period")
    rows = sections.leads(view, MODEL, {}, order=order)
    if rows.is_empty():
        layout.paragraph(words("payment_cases.nobody", place=view.area.name))
        return []
    everywhere = sections.rows(view, MODEL, {}, order=order)
    row = place_counts.of_place(place_counts.of_places(view.release, MODEL, everywhere, COUNTED), view.area.code)
    counts = {name.removesuffix("_household_count"): words.count(row[name]) for name in COUNTED}
    layout.paragraph(words("payment_cases.count", all=counts["listed"], **counts))
    tables.hidden_note(view, row)
    table = _table(view, rows)
    tables.show(view, table)
    if rows.height > LISTED and single_households.are_open():
        layout.paragraph(words("payment_cases.more", rows=LISTED), quiet=True)
    return [table]


def _table(view: View, rows: pl.DataFrame) -> Table:
    words = view.words
    ranks = {state: rank for rank, state in enumerate(STATES)}
    ordered = rows.with_columns(rank=rows["case_state"].replace_strict(ranks, return_dtype=pl.Int64)).sort(
        "rank", "period", "own_payment_cny", "payer_key", descending=[False, True, True, False]
    )
    first = ordered.head(LISTED)
    separator = words("list.separator")
    by = [tables.named(first["concluded_in"], "payment_case_office", words).alias("office"), pl.col("warning_office")]
    named = first.with_columns(
        *[tables.named(first[column], prefix, words).alias(column) for column, prefix in NAMED.items()],
        concluded_by=pl.when(pl.col("conclusion").is_not_null()).then(
            pl.concat_str(by, separator=separator, ignore_nulls=True)
        ),
        arbitration=pl.concat_str("arbitration_level", "ruling", separator=separator, ignore_nulls=True).replace(
            {"": None}
        ),
    )
    heads = {name: words(f"payment_cases.{name}") for name in SHOWN}
    return Table(words("payment_cases.title"), named.select(SHOWN), heads)
