"""Deliveries as tables: the calendar of what was due, and the rejected cells of files.

Belongs here: wording and order of what the marts hold. Does not belong here: verdicts (they come from the reader), the
list of files (``ledgers``).
"""

from __future__ import annotations

import polars as pl

from dashboards import state, tables
from dashboards.layout import View
from pipelines.letters import column_letters


def calendar(view: View, rows: pl.DataFrame) -> tables.Table:
    """What was due, with due date, arrival and state."""
    words = view.words
    names = (f"department_{words.language}", f"feed_title_{words.language}", "period", "due_date", "arrived_at")
    heads = ("department", "feed", "period", "due_date", "arrived_at")
    columns = {name: words(f"quality.{head}") for name, head in zip(names, heads, strict=True)}
    frame = tables.of_senders(rows, words).with_columns(state=tables.named(rows["status"], "status", words))
    return tables.Table(words("quality.board"), frame, columns | {"state": words("quality.status")})


def problems(view: View, rejections: pl.DataFrame) -> tables.Table:
    """Rejected rows with their address in the file, the reason, the masked value and what to do."""
    words = view.words
    heads = {
        "file_name": "file",
        "source_sheet": "sheet",
        "source_row": "row",
        "column_letter": "column",
        "header": "header",
        f"reason_{words.language}": "reason",
        "masked_value": "value",
        f"remedy_{words.language}": "remedy",
    }
    letters = [column_letters(value) or None for value in rejections["source_column"]]
    frame = rejections.with_columns(pl.Series("column_letter", letters, dtype=pl.String))
    return tables.Table(
        words("quality.problems_title"), frame, {name: words(f"quality.{head}") for name, head in heads.items()}
    )


def as_links(view: View, problems_shown: pl.DataFrame) -> list[tuple[dict[str, str], str, str]]:
    """Rejected cells as links to their file's ledger: where in the file, which file, and why."""
    words = view.words
    links = []
    for row in problems_shown.iter_rows(named=True):
        place = [row["source_sheet"], row["source_row"] and words("deliveries.row", row=row["source_row"])]
        place += [row["column_letter"] and words("deliveries.column", column=row["column_letter"]), row["header"]]
        where = " ".join(str(part) for part in place if part)
        why = f"{where}: {words.of(row, 'reason')}" if words.language == "en" else f"{where}：{words.of(row, 'reason')}"
        links.append((state.carried() | {"file": row["receipt_id"]}, why, row["file_name"]))
    return links
