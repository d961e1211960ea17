"""数据到齐与质量: what came, what is late or refused, which row is wrong and whom to ask."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import streamlit as st

from dashboards import board, charts, data, deliveries, head, layout, ledgers, state, tables
from dashboards.data import Row
from dashboards.head import LIGHT_ICONS
from dashboards.layout import Tile, View
from dashboards.words import Words
from pipelines.settings import get_settings

CALENDAR, REJECTION = "ops_calendar", "ops_rejection"
STATES = ("arrived", "late", "refused", "missing")


def body(view: View) -> None:
    """The delivery board, the ledger of every file, open rejections with a text to send, and the last run."""
    words, release = view.words, view.release
    status = data.status(get_settings().marts_dir)
    calendar = release.rows(CALENDAR, order=("feed", "period"))
    month = calendar.filter(pl.col("period") == view.period)
    counts = {name: month.filter(pl.col("status") == name).height for name in STATES}
    rejections = release.rows(REJECTION, {"is_open": True}, order=("department_code", "file_name", "source_row"))
    held = [*status.get("held", []), *status.get("refused", [])]
    files = ledgers.all_files(release, status)
    light = head.light_now(release, status)
    layout.answer(
        words(
            "quality.answer",
            month=words.month(view.period),
            due=month.height,
            problems=words.count(rejections.height),
            files=rejections["receipt_id"].n_unique(),
            held=len(held),
            **counts,
        )
    )
    tiles = [
        Tile(
            words(f"status.{name}"),
            words("quality.of_due", count=counts[name], due=month.height),
            words(f"quality.{name}_help"),
            tuple(_feeds(view, month.filter(pl.col("status") == name)))[:3] if name != "arrived" else (),
        )
        for name in STATES
    ]
    quality = Tile(
        words("quality.light"),
        f"{LIGHT_ICONS[light['level']]} {words('light.' + light['level'])}",
        words("quality.light_help"),
        (words("quality.problems", count=words.count(rejections.height)),),
    )
    layout.tiles(view.words, [*tiles, quality])
    layout.paragraph(words("tile.line", name=words("quality.why"), value=head.reasons(light, words)), quiet=True)
    slots = _calendar(view)
    layout.heading(words("quality.board"), words("quality.board_note"))
    _board(view, calendar)

    layout.heading(words("quality.problems_title"), words("quality.problems_note"))
    problems = deliveries.problems(view, rejections)
    if rejections.is_empty():
        st.text(words("quality.no_problems"))
    else:
        _go_to_file(view, problems, "problem_rows", deliveries.as_links(view, problems.frame))
    _messages(view, files)

    layout.heading(words("quality.ledger"), words("quality.ledger_note"))
    ledger = ledgers.listing(view, files)
    _go_to_file(view, ledger, "ledger_rows", ledgers.as_links(view, ledger.frame))
    layout.heading(words("quality.held"))
    _held(words, held)
    layout.heading(words("quality.leads"), words("quality.leads_note"))
    _leads(words, status.get("leads", []))
    layout.heading(words("quality.run"))
    _last_run(words, status.get("last_run") or {})
    layout.changes(view, [])
    tables.downloads(view, "quality", [problems, ledger, *slots, deliveries.calendar(view, calendar)], [])


def _calendar(view: View) -> list[tables.Table]:
    """Departments by months, and every delivery due in that year; nothing for a release made before the board."""
    words, known = view.words, board.years(view)
    if not known:
        return []
    layout.heading(words("board.title"), words("board.note"))
    year = state.select("calendar_year", words("choice.year"), known, view.period[:4], words.month)
    board.grid(view, year)
    slots = board.table(view, year)
    layout.heading(words("board.slots"), words("board.slots_note"))
    with layout.wide_list("slot_rows"):
        row = tables.pick(view, slots, key="slot_rows")
    if row is not None and (receipt := slots.frame["receipt_id"][row]):
        st.switch_page("views/files.py", query_params=state.carried() | {"file": receipt})
    return [slots]


def _feeds(view: View, rows: pl.DataFrame) -> Iterator[str]:
    for row in rows.iter_rows(named=True):
        yield f"{view.words.of(row, 'department')} · {view.words.of(row, 'feed_title')}"


def _board(view: View, calendar: pl.DataFrame) -> None:
    words = view.words
    if calendar.is_empty():
        st.text(words("chart.empty"))
        return
    year = state.select(
        "board_year",
        words("choice.year"),
        sorted({period[:4] for period in calendar["period"]}, reverse=True),
        view.period[:4],
        words.month,
    )
    shown = calendar.filter(pl.col("period").str.starts_with(year)).with_columns(
        feed=pl.col(f"feed_title_{words.language}")
    )
    names = {name: words(f"status.{name}") for name in STATES}
    keys = {"x": "choice.period", "y": "quality.feed", "series": "quality.status", "due": "quality.due_date"}
    axes = {axis: words(key) for axis, key in keys.items()} | {"arrived": words("quality.arrived_at")}
    figure = charts.delivery_board(shown, labels=charts.Labels(axes, names, view.note))
    layout.chart(figure, words("quality.board"))


def _go_to_file(view: View, table: tables.Table, key: str, links: list[tuple[dict[str, str], str, str]]) -> None:
    """The table, on narrow screens as links; a click on a row opens the ledger of the file that it belongs to."""
    with layout.wide_list(key):
        row = tables.pick(view, table, key=key)
    layout.short_list(view.words, key, links)
    if row is not None:
        st.switch_page("views/files.py", query_params=state.carried() | {"file": table.frame["receipt_id"][row]})


def _messages(view: View, files: pl.DataFrame) -> None:
    """One text per department, in Chinese whatever the page's language: it is sent to a Chinese office."""
    words = view.words
    asking = files.filter(pl.col("asks") & pl.col("department_code").is_not_null())
    absent = board.missing(view)
    departments = {
        row["department_code"]: row
        for frame in (absent, asking)
        if not frame.is_empty()
        for row in frame.sort("department_code").iter_rows(named=True)
    }
    if not departments:
        return
    codes = sorted(departments)
    code = state.select(
        "department", words("quality.write_to"), codes, codes[0], lambda c: words.of(departments[c], "department")
    )
    layout.paragraph(words("quality.write_to_note"), quiet=True)
    for text in (
        ledgers.letter_about(view, asking.filter(pl.col("department_code") == code)),
        board.reminder_to(view, code),
    ):
        if text:
            st.code(text, language=None, wrap_lines=True)


def _held(words: Words, held: list[Row]) -> None:
    if not held:
        st.text(words("quality.none_held"))
        return
    heads = [words("quality.file"), words("quality.reason"), words("quality.remedy")]
    layout.grid(
        heads, [[row["file_name"], _why_held(words, row), words.of(row.get("ask") or row["remedy"])] for row in held]
    )


def _why_held(words: Words, row: Row) -> str:
    reason = words.of(row["reason"])
    like = row.get("looks_like")
    return words("quality.reason_like", reason=reason, feed=words.of(like)) if like else reason


def _leads(words: Words, leads: list[Row]) -> None:
    """Contradictions between departments, each with the first places where it shows."""
    if not leads:
        st.text(words("quality.no_leads"))
        return
    for lead in leads:
        layout.paragraph(
            words(
                "quality.lead", what=words.of(lead), month=words.month(lead["period"]), count=words.count(lead["count"])
            )
        )
        heads = [words("quality.file"), words("quality.row"), words("quality.other_file"), words("quality.row")]
        rows = [
            [place["file_name"], str(place["row"]), place["other_file_name"] or "—", str(place["other_row"] or "—")]
            for place in lead["places"]
        ]
        layout.grid(heads, rows, number_at=(1, 3))


def _last_run(words: Words, run: Row) -> None:
    if not run:
        st.text(words("quality.no_run"))
        return
    when = words.day(run["ended_at"] or run["started_at"])
    layout.paragraph(f"{words('run.' + run['state'])} · {when} · {words.of(run['message'])}")
    rows = [[words(f"gate.{gate['state']}"), head.without_receipts(words.of(gate))] for gate in run["gates"]]
    if rows:
        layout.grid([words("quality.status"), words("gate.why")], rows, whole_at=(0,))


layout.page("quality", body, periods_of="kpi_register_bridge_area_month")
