"""一村一页: a village (or township, or the county) on one page, each figure beside those of the places above it."""

from __future__ import annotations

import polars as pl

from dashboards import layout, profile, searching, single_households, tables
from dashboards.cards import Card
from dashboards.data import Row
from dashboards.layout import View
from dashboards.tables import Table
from dashboards.words import NOTHING


def body(view: View) -> None:
    """All subjects in one table, then the village's own lists."""
    words, release = view.words, view.release
    above = [step for step in release.path(view.area.code)[:-1] if step.level in ("township", "county")]
    shown, figures = [], []
    pages = searching.pages_of_tables(release, list(release.cards.get("__exposures__", {})))
    for subject in profile.SUBJECTS:
        if not release.has(subject.model):
            continue
        known = [column for column in subject.columns if column in release.cards.get(subject.model, {})]
        for column in known:
            period, here = profile.newest(release, subject, column, view.area, view.period)
            others = [profile.at(release, subject, area, period) for area in above]
            card = view.cards.card(subject.model, column)
            line = _line(view, card, (period, here), others)
            page = pages.get(subject.model)
            line |= {
                "subject": words(f"village.subject_{subject.name}"),
                "page": words(f"{page}.name") if page else NOTHING,
            }
            shown.append(line)
            figures.append((subject.model, column))
    names = {"subject": words("village.subject"), "figure": words("village.figure"), "here": view.area.name}
    names |= {f"above_{index}": area.name for index, area in enumerate(above)}
    names |= {"period": words("village.period"), "page": words("village.page")}
    frame = pl.DataFrame(shown, schema=dict.fromkeys(names, pl.String))
    reported = frame.filter(pl.col("here") != NOTHING).height
    layout.answer(words("village.answer", place=view.area.name, month=words.month(view.period),
                        count=frame.height, reported=reported))  # fmt: skip
    layout.heading(words("village.figures"), words("village.figures_note"))
    rows = [list(row) for row in frame.iter_rows()]
    period_at = 3 + len(above)
    layout.grid(list(names.values()), rows, number_at=range(2, period_at), whole_at=(period_at,))
    found = [Table(words("village.figures"), frame, names)]
    if view.area.level == "village":
        found += _lists(view)
    else:
        layout.paragraph(words("village.lists_below"), quiet=True)
    layout.definitions(view, figures)
    tables.downloads(view, "village", found, figures)


def _line(view: View, card: Card, newest: tuple[str, Row], others: list[Row]) -> dict[str, str]:
    words = view.words
    period, here = newest
    line = {
        "figure": card.title,
        "here": card.show(here.get(card.column), words) if here else NOTHING,
        "period": words.month(period) if here else NOTHING,
    }
    return line | {f"above_{i}": card.show(row.get(card.column), words) for i, row in enumerate(others)}


def _lists(view: View) -> list[Table]:
    words, release = view.words, view.release
    found = []
    for wanted in profile.LISTS:
        if not release.has(wanted.table):
            continue
        frame = profile.listed(release, wanted, view.area, release.columns(wanted.table))
        cards = {name: view.cards.card(wanted.table, name) for name in frame.columns}
        heads = {name: card if frame[name].dtype.is_numeric() else card.title for name, card in cards.items()}
        table = Table(words(f"village.list_{wanted.name}"), frame, heads)
        is_closed = single_households.is_closed(heads)
        note = "" if is_closed and frame.height else words("village.list_count", count=frame.height)
        layout.heading(words(f"village.list_{wanted.name}"), note)
        tables.show(view, table)
        found.append(table)
    return found


layout.page("village", body, periods_of="kpi_register_bridge_area_month")
