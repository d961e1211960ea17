"""The monitored without a measure in time: what the register of measures says of each, beside the register's own word.

Belongs here: the list below a place and its counts. Does not belong here: which register decides and what is overdue
(columns of ``fct_monitoring_measure``), the rest of the page on monitoring.
"""

from __future__ import annotations

import polars as pl

from dashboards import layout, place_counts, sections, tables
from dashboards.layout import View
from dashboards.tables import Table

MODEL = "fct_monitoring_measure"
STATES = ("overdue", "not_due", "late", "measured")
COUNTED = {
    "open_household_count": pl.lit(value=True),
    **{f"{state}_household_count": pl.col("measure_state") == state for state in STATES},
    "claimed_household_count": pl.col("is_claimed_only"),
}
LISTED = 500
SHOWN = (
    *("place", "monitoring_class", "risk", "measure_state", "overdue_days", "recognised_date", "measure_due_date"),
    *("claimed_measure_date", "listed_measure_date", "truth_feed", "household_key"),
)
NAMED = {
    "monitoring_class": "monitoring_class",
    "measure_state": "monitoring_measure_state",
    "truth_feed": "monitoring_measure_truth",
}


def show(view: View) -> list[Table]:
    """Counts of all open recognitions, and those overdue or claimed without an entry, longest overdue first."""
    words = view.words
    layout.heading(words("monitoring.no_measure"), words("monitoring.no_measure_note", rows=LISTED))
    wanted, order = {"is_open": True}, ("household_key", "spell_number")
    found = sections.leads(view, MODEL, wanted, order=order)
    if found.is_empty():
        layout.paragraph(words("first_measures.none", place=view.area.name))
        return []
    everywhere = sections.rows(view, MODEL, wanted, order=order)
    row = place_counts.of_place(place_counts.of_places(view.release, MODEL, everywhere, COUNTED), view.area.code)
    counts = {name.removesuffix("_household_count"): words.count(row[name]) for name in COUNTED}
    layout.paragraph(words("first_measures.count", all=counts["open"], **counts))
    tables.hidden_note(view, row)
    rows = found.filter((pl.col("measure_state") == "overdue") | pl.col("is_claimed_only"))
    rows = rows.sort("overdue_days", "household_key", descending=[True, False], nulls_last=True).head(LISTED)
    named = rows.with_columns(
        tables.named(rows[column], prefix, words).alias(column) for column, prefix in NAMED.items()
    )
    table = Table(
        words("monitoring.no_measure"),
        named.select(SHOWN),
        {name: words(f"first_measures.{name}") for name in SHOWN},
    )
    tables.show(view, table)
    return [table]
