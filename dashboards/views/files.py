"""文件台账: where each file's rows and money went, what is doubtful, and what to ask its sender."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import deliveries, layout, ledgers, state, tables
from dashboards.commands import commands
from dashboards.data import Row
from dashboards.layout import Tile, View
from dashboards.words import NOTHING
from pipelines.letters import VERDICTS_WITHOUT_USE

ALL = "all"
LETTERS = ("file", "department")


def body(view: View) -> None:
    """Filters, the list of files, and everything about the chosen one."""
    words = view.words
    files = ledgers.all_files(view.release, ledgers.status_of_run())
    counts = {verdict: files.filter(pl.col("verdict") == verdict).height for verdict in ledgers.VERDICTS}
    counts["closed"] = sum(counts[verdict] for verdict in ledgers.CLOSED)
    layout.answer(words("files.answer", count=files.height, asking=int(files["asks"].sum()), **counts))
    shown = ledgers.chosen(files, _filters(view, files))
    table = ledgers.listing(view, shown)
    layout.heading(words("files.list", count=shown.height), words("files.list_note"))
    if shown.is_empty():
        st.text(words("files.none"))
        return
    receipts = shown["receipt_id"].to_list()
    key = f"files_{hash(tuple(receipts))}"
    with layout.wide_list("files"):
        tables.go_by_row(view, table, key=key, go=lambda row: state.put("file", receipts[row]))
    layout.short_list(view.words, "files", ledgers.as_links(view, table.frame))
    asking = shown.filter("asks")
    # Who asks for one file must not be shown another.
    first = "" if state.asks("file") else (asking if asking.height else shown)["receipt_id"][0]
    file = state.get("file", files["receipt_id"].to_list(), first, words("quality.file"))
    if not file:
        tables.downloads(view, "files", [table], [])
        return
    about = _one_file(view, files, files.row(by_predicate=pl.col("receipt_id") == file, named=True))
    tables.downloads(view, "files", [table, *about], [(ledgers.AMOUNT, "in_cny")])


def _filters(view: View, files: pl.DataFrame) -> dict[str, str]:
    """Department, feed, period and verdict; all of them when nothing is chosen."""
    words = view.words
    names = {
        column: dict(files.select(column, f"{stem}_{words.language}").drop_nulls().unique().sort(column).iter_rows())
        for column, stem in (("department_code", "department"), ("feed", "feed_title"))
    }
    periods = files["period"].drop_nulls().unique().sort(descending=True).to_list()
    verdicts = {one: words(f"verdict.{one}") for one in ledgers.VERDICTS}
    choices = {
        "department_code": ("department", "quality.department", names["department_code"]),
        "feed": ("feed", "quality.feed", names["feed"]),
        "period": ("filed", "quality.period", {period: words.month(period) for period in periods}),
        "verdict": ("verdict", "quality.verdict", {"asks": words("files.asks")} | verdicts),
    }
    wanted = {}
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        for column, (name, label, options) in choices.items():
            shown = {ALL: words("files.all")} | options
            value = state.select(name, words(label), list(shown), ALL, shown.__getitem__)
            if value != ALL:
                wanted[column] = value
    return wanted


def _one_file(view: View, files: pl.DataFrame, file: Row) -> list[tables.Table]:
    """Everything about one file; returns its tables for the download."""
    words = view.words
    about = ledgers.parts(view.release, [file["receipt_id"]])
    layout.heading(file["file_name"], _facts(view, file))
    _verdict(view, file)
    if file["row_in_count"] is not None:
        _rows(view, file)
    found = []
    notes = {"quality.problems_title": ""}
    if file["verdict"] in VERDICTS_WITHOUT_USE:
        notes["files.doubts"] = words("files.doubts_unused_note")
    for frame, build, key in (
        (about.amounts, ledgers.amounts, "files.amounts"),
        (about.controls, ledgers.controls, "files.controls"),
        (about.doubts, ledgers.doubts, "files.doubts"),
        (about.rejections, lambda view, about: deliveries.problems(view, about.rejections), "quality.problems_title"),
    ):
        layout.heading(words(key), notes[key] if key in notes else words(f"{key}_note"))
        if frame.is_empty():
            st.text(words("files.nothing"))
            continue
        found.append(build(view, about))
        tables.show(view, found[-1])
    _letter(view, files, file)
    return found


def _facts(view: View, file: Row) -> str:
    words = view.words
    arrived = f"{file['arrived_at']:%Y-%m-%d %H:%M} UTC" if file["arrived_at"] else NOTHING
    values = {
        "quality.department": words.of(file, "department"),
        "quality.feed": words.of(file, "feed_title"),
        "quality.period": words.month(file["period"]),
        "quality.version": file["version"] or NOTHING,
        "files.arrived": arrived,
        "files.format": file["format"] or NOTHING,
        "files.encoding": file["encoding"] or NOTHING,
    }
    return " · ".join(words("tile.line", name=words(key), value=value) for key, value in values.items())


def _verdict(view: View, file: Row) -> None:
    words = view.words
    said = words(f"verdict.{file['verdict']}")
    layout.paragraph(words("tile.line", name=words("quality.verdict"), value=said))
    labels = {"closed_by": "files.closed_by", "looks_like": "files.looks_like"}
    labels |= {"reason": "quality.reason", "remedy": "quality.remedy", "ask": "files.ask"}
    for stem, label in labels.items():
        # What to ask of the sender is the better remedy; the other one speaks to the steward of options.
        if file[f"{stem}_{words.language}"] and not (stem == "remedy" and file[f"ask_{words.language}"]):
            layout.paragraph(words("tile.line", name=words(label), value=words.of(file, stem)))
    shown = list(commands(words, file, ledgers.status_of_run()))
    if shown:
        layout.heading(words("files.commands"), words("files.commands_note"))
    for what, command in shown:
        layout.paragraph(what)
        st.code(command, language=None, wrap_lines=True)


def _rows(view: View, file: Row) -> None:
    words = view.words
    parts = [file[name] for name in ("accepted_count", "rejected_count", "non_data_count")]
    is_whole = file["row_in_count"] == sum(parts)
    balance = words("quality.conserved" if is_whole else "quality.not_conserved")
    heads = ("row_in", "accepted", "rejected", "non_data")
    helps = ("files.row_in_help", "", "files.rejected_help", "files.non_data_help")
    layout.tiles(
        view.words,
        [
            Tile(
                words(f"quality.{head}"),
                f"{file[name]:,}",
                words(tip) if tip else "",
                (words("files.sum", balance=balance),) if head == "row_in" else (),
            )
            for head, name, tip in zip(heads, ledgers.COUNTS, helps, strict=True)
        ],
    )


def _letter(view: View, files: pl.DataFrame, file: Row) -> None:
    """The text to the sender, in Chinese whatever the page's language: it goes to a Chinese office."""
    words = view.words
    layout.heading(words("files.letter"), words("files.letter_note"))
    scope = state.switch("letter", words("files.letter"), LETTERS, LETTERS[0], lambda one: words(f"files.letter_{one}"))
    mine = files.filter(pl.col("receipt_id") == file["receipt_id"])
    if scope == "department":
        mine = files.filter(pl.col("asks") & pl.col("department_code").eq_missing(file["department_code"]))
    text = ledgers.letter_about(view, mine)
    if text:
        st.code(text, language=None, wrap_lines=True)
    else:
        st.text(words("files.no_letter"))


layout.page("files", body, periods_of=None)
