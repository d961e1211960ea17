"""The delivery board: departments by months as a calendar, and every delivery that was due with its versions.

Belongs here: drawing of the marts ``ops_board`` and ``ops_board_department``, the text about what is missing. Does not
belong here: which state a delivery is in (columns of the marts), lists of files (``ledgers.py``).
"""

from __future__ import annotations

import datetime as dt
import html
from urllib.parse import urlencode

import polars as pl

from dashboards import layout, state, tables
from dashboards.data import Row
from dashboards.layout import View
from dashboards.words import NOTHING
from pipelines.letters import answer_by
from pipelines.reminders import Missing, reminder
from pipelines.settings import get_settings

SLOTS, DEPARTMENTS = "ops_board", "ops_board_department"
# Shapes, and no colours: red, yellow and green are the households'.
ICONS = {"missing": "□", "refused": "✕", "incomplete": "◐", "late": "▲", "corrected": "◎", "arrived": "●"}


def years(view: View) -> list[str]:
    """The years in which anything was due, the newest first."""
    if not view.release.has(SLOTS):
        return []
    return sorted({period[:4] for period in view.release.rows(SLOTS)["period"]}, reverse=True)


def grid(view: View, year: str) -> None:
    """A calendar of the year, departments down and months across; each cell leads to its files."""
    words = view.words
    rows = view.release.rows(DEPARTMENTS, order=("department_code", "period"))
    rows = tables.of_senders(rows.filter(pl.col("period").str.starts_with(year)), words)
    months = rows["period"].unique().sort().to_list()
    cells = {(row["department_code"], row["period"]): _cell(view, row) for row in rows.iter_rows(named=True)}
    names = rows.select("department_code", f"department_{words.language}").unique(maintain_order=True).rows()
    head = "".join(f"<th>{html.escape(_month(view, month))}</th>" for month in months)
    body = "".join(
        f"<tr><td>{html.escape(name)}</td>{''.join(cells.get((code, month), '<td></td>') for month in months)}</tr>"
        for code, name in names
    )
    legend = words("list.separator").join(f"{icon} {words(f'board_state.{name}')}" for name, icon in ICONS.items())
    layout.paragraph(words("board.legend", legend=legend), quiet=True)
    layout.block(
        f'<div class="scroll"><table class="board"><thead><tr><th>{html.escape(words("quality.department"))}</th>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _month(view: View, period: str) -> str:
    """The month's number under a year that stands above the table."""
    return view.words("board.month", month=int(period[5:])) if len(period) > 4 else period


def _cell(view: View, row: Row) -> str:
    """State in a word with its shape, how many of the due have it, and the way to the files or to the text to send."""
    words, name = view.words, row["board_state"]
    count = row[f"{name}_count"]
    text = f"{ICONS[name]} {words(f'board_state.{name}')}"
    about = words("board.cell", count=count, due=row["due_count"])
    has_files = row["missing_count"] < row["due_count"]
    page, more = ("files", {"filed": row["period"]}) if has_files else ("quality", {})
    query = urlencode(state.carried() | {"department": row["department_code"]} | more)
    tip = words("board.cell_tip", resent=row["resent_count"], **{one: row[f"{one}_count"] for one in ICONS})
    return (
        f'<td class="whole"><a href="{page}?{html.escape(query)}" target="_self" title="{html.escape(tip)}">'
        f'{html.escape(text)}<span class="quiet">{html.escape(about)}</span></a></td>'
    )


def table(view: View, year: str) -> tables.Table:
    """Every delivery due in the year: state, days, versions, rows; those that need most first."""
    words, language = view.words, view.words.language
    rows = view.release.rows(SLOTS, order=("department_code", "feed", "period"))
    rows = tables.in_order(rows.filter(pl.col("period").str.starts_with(year)), "board_state", "board_state")
    shapes = {name: f"{icon} {words(f'board_state.{name}')}" for name, icon in ICONS.items()}
    yes = {True: words("monitoring.yes"), False: words("monitoring.no")}
    frame = tables.of_senders(rows, words).with_columns(
        state=pl.col("board_state").replace_strict(shapes, return_dtype=pl.String),
        complete=pl.col("is_complete").replace_strict(yes, default=None, return_dtype=pl.String),
        share=(pl.col("accepted_share") * 100).round(2),
    )
    heads = {
        "state": "quality.status",
        f"department_{language}": "quality.department",
        f"feed_title_{language}": "quality.feed",
        "period": "quality.period",
        "due_date": "quality.due_date",
        "first_arrived_date": "board.first_arrived",
        "used_from_date": "board.used_from",
        "days_late": "board.days_late",
        "complete": "board.complete",
        "data_row_count": "board.data_rows",
        "accepted_count": "quality.accepted",
        "rejected_count": "quality.rejected",
        "share": "board.accepted_share",
        "version_count": "board.versions",
        "resent_count": "board.resent",
        "repeated_count": "board.repeated",
        "refused_count": "board.refused",
        "correction_days": "board.correction_days",
    }
    return tables.Table(words("board.slots"), frame, {name: words(key) for name, key in heads.items()})


def missing(view: View) -> pl.DataFrame:
    """What was due and did not come, or came and was refused as a whole without a later one."""
    if not view.release.has(SLOTS):
        return pl.DataFrame()
    return view.release.rows(SLOTS, {"board_state": "missing"}, order=("department_code", "due_date"))


def reminder_to(view: View, department: str) -> str:
    """The text to a department about what it has not sent; empty when nothing is missing."""
    rows = missing(view)
    if rows.is_empty():
        return ""
    mine = rows.filter(pl.col("department_code") == department)
    if mine.is_empty():
        return ""
    settings = get_settings()
    slots = [Missing(row["feed_title_zh"] or NOTHING, row["period"], row["due_date"]) for row in mine.rows(named=True)]
    by = answer_by(dt.datetime.now(dt.UTC).astimezone().date(), settings.answer_days)
    return reminder(
        mine["department_zh"][0], slots, by=by, contact=settings.contact, is_synthetic=view.release.is_synthetic
    )
