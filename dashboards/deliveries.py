"""Deliveries as tables and as text: the calendar, the ledger of each file, its rejections, the letter to its sender.

Belongs here: wording and order of what the marts hold. Does not belong here: verdicts (they come from the reader).
"""

from __future__ import annotations

import polars as pl

from dashboards import tables
from dashboards.data import Row
from dashboards.layout import View
from dashboards.words import NOTHING, Words

LINES_PER_FILE = 20


def calendar(view: View, rows: pl.DataFrame) -> tables.Table:
    """What was due, with due date, arrival and state."""
    words = view.words
    names = (f"department_{words.language}", f"feed_title_{words.language}", "period", "due_date", "arrived_at")
    heads = ("department", "feed", "period", "due_date", "arrived_at")
    columns = {name: words(f"quality.{head}") for name, head in zip(names, heads, strict=True)}
    frame = rows.with_columns(state=tables.named(rows["status"], "status", words))
    return tables.Table(words("quality.board"), frame, columns | {"state": words("quality.status")})


def ledger(view: View) -> tables.Table:
    """Every file with its rows in, accepted, rejected and declared non-data, newest period first."""
    words = view.words
    frame = view.release.rows("ops_delivery", order=("period", "feed", "version"))
    frame = frame.reverse().with_columns(
        verdict=tables.named(frame["verdict"], "verdict", words).reverse(),
        conserved=pl.when(pl.col("row_in_count").is_null())
        .then(pl.lit(NOTHING))
        .when(pl.col("row_in_count") == pl.sum_horizontal("accepted_count", "rejected_count", "non_data_count"))
        .then(pl.lit(words("quality.conserved")))
        .otherwise(pl.lit(words("quality.not_conserved"))),
    )
    heads = {
        "file_name": "file",
        f"feed_title_{words.language}": "feed",
        "period": "period",
        "version": "version",
        "arrived_at": "arrived_at",
        "verdict": "verdict",
        "row_in_count": "row_in",
        "accepted_count": "accepted",
        "rejected_count": "rejected",
        "non_data_count": "non_data",
        "conserved": "conservation",
    }
    return tables.Table(
        words("quality.ledger"), frame, {name: words(f"quality.{head}") for name, head in heads.items()}
    )


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
    letters = [letter(value) for value in rejections["source_column"]]
    frame = rejections.with_columns(pl.Series("column_letter", letters, dtype=pl.String))
    return tables.Table(
        words("quality.problems_title"), frame, {name: words(f"quality.{head}") for name, head in heads.items()}
    )


def letter(column: int | None) -> str | None:
    """The spreadsheet's letters of a column counted from 1: 6 is F, 28 is AB."""
    if column is None:
        return None
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def message(department: str, problems: list[Row], is_synthetic: bool) -> str:  # noqa: FBT001 -- one fact of the release
    """The text to the department that sent the files: address, reason and what to do, line by line."""
    chinese = Words("zh")
    lines = [chinese("message.opening", department=department)]
    for file in dict.fromkeys(problem["file_name"] for problem in problems):
        rows = [problem for problem in problems if problem["file_name"] == file]
        lines.append(chinese("message.file", file=file, count=len(rows)))
        for number, row in enumerate(rows[:LINES_PER_FILE], start=1):
            sheet = chinese("message.sheet", sheet=row["source_sheet"]) if row["source_sheet"] else ""
            place = sheet + chinese(
                "message.place" if row["source_column"] else "message.place_row",
                row=row["source_row"] or NOTHING,
                column=letter(row["source_column"]),
                header=row["header"] or "",
            )
            lines.append(f"{number}. {place}{row['reason_zh']}；{row['remedy_zh']}。")
        if len(rows) > LINES_PER_FILE:
            lines.append(chinese("message.more", count=len(rows) - LINES_PER_FILE))
    lines.append(chinese("message.closing"))
    return "\n".join([*lines, chinese("mark.synthetic")] if is_synthetic else lines)
