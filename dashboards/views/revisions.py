"""数字为什么变了: the place's figures that differ from an earlier release, with the files and definitions behind it."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import data, layout, revisions, searching, state, tables
from dashboards.layout import Tile, View
from dashboards.tables import Table
from dashboards.words import HIDDEN, NOTHING
from pipelines.settings import get_settings

BRIDGE = "kpi_register_bridge_area_month"
ALL = "all"


def body(view: View) -> None:
    """Choice of the earlier release and of the period, the answer, the figures that differ, the new files."""
    words, release = view.words, view.release
    marts = get_settings().marts_dir
    others = [one for one in data.kept(marts) if one < release.release_id]
    if not others:
        layout.answer(words("revisions.first"))
        return
    chosen = state.get("with", others, others[0])
    state.select("with", words("revisions.with"), others, others[0], _named)
    before = data.opened(marts, chosen, release.small_cell)
    if before is None:
        layout.answer(words("revisions.first"))
        return
    files = revisions.new_files(before, release)
    found = revisions.changed_figures(before, release, view.area)
    kinds = {kind: files.filter(pl.col("kind") == kind).height for kind in ("new_period", "corrected", "late")}
    counted = {change: found.filter(pl.col("change") == change).height for change in ("changed", "new", "gone")}
    layout.answer(words("revisions.answer", place=view.area.name, before=chosen, **counted, **kinds))
    layout.tiles(
        words,
        [
            *(Tile(words(f"revisions.{change}"), words.count(count)) for change, count in counted.items()),
            *(Tile(words(f"revisions.files_{kind}"), words.count(count)) for kind, count in kinds.items()),
        ],
    )
    same = before.manifest["code_version"] == release.manifest["code_version"]
    layout.paragraph(words("revisions.same_code" if same else "revisions.other_code"), quiet=True)
    layout.heading(words("revisions.figures"), words("revisions.figures_note"))
    periods = sorted(found["period"].unique().to_list(), reverse=True)
    period = state.get("of", [ALL, *periods], ALL)
    state.select("of", words("choice.period"), [ALL, *periods], ALL, lambda one: _period(view, one))
    shown = found if period == ALL else found.filter(pl.col("period") == period)
    figures = _figures(view, shown)
    if shown.is_empty():
        st.text(words("changes.none"))
    else:
        tables.show(view, figures)
    layout.heading(words("revisions.files"), words("revisions.files_note"))
    listing = _files(view, files)
    tables.show(view, listing)
    tables.downloads(view, "revisions", [figures, listing], [])


def _named(release_id: str) -> str:
    """A release by the time at which it was made."""
    return f"{release_id[:4]}-{release_id[4:6]}-{release_id[6:8]} {release_id[9:11]}:{release_id[11:13]} UTC"


def _period(view: View, period: str) -> str:
    return view.words("files.all") if period == ALL else view.words.month(period)


def _figures(view: View, found: pl.DataFrame) -> Table:
    """Titles, values as their cards write them, and the reasons in words."""
    words, cards = view.words, view.cards
    pages = searching.pages_of_tables(view.release, list(view.release.cards.get("__exposures__", {})))
    feeds = dict(view.release.rows("ops_delivery").select("feed", f"feed_title_{words.language}").unique().iter_rows())
    feeds["definition"] = words("revisions.definition")
    rows = []
    for row in found.sort("model", "column", "period").iter_rows(named=True):
        card = cards.card(row["model"], row["column"])
        now, before = (row[side] for side in ("now", "before"))
        is_hidden = row["hidden_before"] or row["hidden_now"]
        page = pages.get(row["model"])
        rows.append(
            {
                "figure": card.title,
                "period": words.month(row["period"]),
                "group": words("files.all") if row["group"] == ALL else row["group"],
                "before": HIDDEN if row["hidden_before"] else card.show(before, words),
                "now": HIDDEN if row["hidden_now"] else card.show(now, words),
                "difference": (NOTHING if is_hidden else card.difference(now, before, words)) or NOTHING,
                "why": words("list.separator").join(feeds.get(one, one) for one in row["why"].split(",") if one)
                or words("revisions.by_period"),
                "page": words(f"{page}.name") if page else NOTHING,
            }
        )
    names = ("figure", "period", "group", "before", "now", "difference", "why", "page")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    return Table(words("revisions.figures"), frame, {name: words(f"revisions.head_{name}") for name in names})


def _files(view: View, files: pl.DataFrame) -> Table:
    words = view.words
    frame = files.with_columns(
        title=pl.col(f"feed_title_{words.language}"),
        kind=tables.named(files["kind"], "revisions.kind", words),
    )
    names = ("title", "period", "kind", "file_name", "receipt_id")
    return Table(words("revisions.files"), frame, {name: words(f"revisions.file_{name}") for name in names})


layout.page("revisions", body, periods_of=BRIDGE)
