"""总览: the first screen — what needs somebody today, as far as the feeds that arrived can tell."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards import bridge, charts, charts_overview, first_screen, layout, navigation, searching, state, tables
from dashboards.data import Row
from dashboards.first_screen import ALL, BARS, BRIDGE, FUND, HOMES, INCOME, LEADS, WORK
from dashboards.layout import Tile, View
from dashboards.words import Hidden

COLUMNS = 3


def body(view: View) -> None:
    """The tiles of the first screen, the rates against their bars, the month's movements, and the places below."""
    words, release, cards = view.words, view.release, view.cards
    here = {"area_id": view.area.code}
    stock_key = here | {"period": view.period, "group_type": "population", "group_id": "registered"}
    stock = release.first(BRIDGE, stock_key)
    fund_key = here | {"period": view.period, "fund_scope": "current_year", "group_type": "all"}
    fund = release.first(FUND, fund_key)
    board = release.rows("ops_calendar", {"period": view.period})
    absent = board.filter(pl.col("status") != "arrived")
    rate = cards.card(FUND, "spend_rate_share")
    layout.answer(
        words(
            "overview.answer",
            place=view.area.name,
            month=words.month(view.period),
            households=words.count(stock.get("closing_household_count")),
            persons=words.count(stock.get("closing_person_count")),
            rate=rate.show(fund.get(rate.column), words),
            bar=rate.show(fund.get("calendar_bar_share"), words),
            late=words.count(absent.height),
            due=words.count(board.height),
        )
    )
    month, last_month = words("tile.this_month"), words("tile.last_month")
    work = {
        p: first_screen.first(view, WORK, here | ALL | {"period": p})
        for p in (view.period, bridge.previous_month(view.period))
    }
    now, before = work.values()

    def monthly(subject: first_screen.Subject) -> Tile:
        """A figure of the month against the month before."""
        rows = [
            first_screen.first(view, subject.model, here | ALL | {"period": period})
            for period in (view.period, bridge.previous_month(view.period))
        ]
        return first_screen.of(view, subject, rows[0], rows[1], (month, last_month))

    income_year, income, income_before = first_screen.newest_year(view, INCOME, "household_count")
    home_year, homes, homes_before = first_screen.newest_year(view, HOMES, "not_yet_safe_count")
    layout.tiles(
        words,
        [
            first_screen.stock(view, stock, stock_key),
            monthly(first_screen.MONITORED),
            monthly(first_screen.STEPS),
            first_screen.leads(
                view,
                first_screen.first(view, LEADS, here | ALL | {"period": view.period}),
                first_screen.first(view, first_screen.CASES, here | ALL | {"period": view.period}),
            ),
            first_screen.spending(view, fund, fund_key),
            monthly(first_screen.PROJECTS),
            first_screen.of(view, first_screen.WORKING, now, before, (month, last_month)),
            first_screen.of(view, first_screen.FALLING, income, income_before, (income_year, words("tile.last_year"))),
            first_screen.of(view, first_screen.UNSAFE, homes, homes_before, (home_year, words("tile.last_year"))),
            Tile(
                words("overview.late"),
                words("quality.of_due", count=absent.height, due=board.height),
                words("overview.late_help"),
                tuple(first_screen.whom(view, absent)),
                "quality",
            ),
            first_screen.rejections(view),
        ],
    )
    left, right = st.columns([3, 2], gap="medium")
    levels = tables.in_order(
        release.rows(FUND, fund_key | {"group_type": "source_level"}, order=("group_id",)), "group_id", "level"
    )
    with left:
        layout.heading(words("overview.chart"), words("overview.chart_note"))
        _bullets(view, levels, [(WORK, "working_share", now, before), (HOMES, "made_safe_share", homes, homes_before)])
    with right:
        layout.heading(words("bridge.title_month", month=words.month(view.period)), words("bridge.registered_note"))
        bridge.one_month(view, stock)
    _questions(view)
    below = release.rows(
        BRIDGE, {"parent_area_id": view.area.code, "period": view.period, "group_id": "registered"}, order=("area_id",)
    )
    columns = (
        "closing_household_count",
        "opening_person_count",
        "natural_plus_person_count",
        "natural_minus_person_count",
        "closing_person_count",
    )
    named = {"area_name": words("table.area")}
    children = tables.Table(
        words("overview.name"), below, named | {column: cards.card(BRIDGE, column) for column in columns}
    )
    tables.drill(view, children, table_key="overview")
    keys = [(BRIDGE, stock_key, columns), (FUND, fund_key, ("spend_rate_share", *BARS))]
    yearly = here | ALL
    keys += [
        (subject.model, yearly | {"period": period}, (subject.column, *subject.lines))
        for subject, period in (
            (first_screen.WORKING, view.period),
            (first_screen.FALLING, income_year),
            (first_screen.UNSAFE, home_year),
        )
        if release.has(subject.model)
    ]
    figures = [(model, column) for model, _, names in keys for column in names]
    layout.changes(view, [(model, column, key) for model, key, names in keys for column in names])
    layout.definitions(view, figures, [words("overview.remark")])
    spend = tables.Table(
        words("overview.spend"),
        levels,
        {"group_id": words("funds.source_level")} | {c: cards.card(FUND, c) for c in ("spend_rate_share", *BARS)},
    )
    tables.downloads(view, "overview", [children, spend], figures)


def _questions(view: View) -> None:
    """Every question that such an office asks, each one click from its page."""
    words = view.words
    layout.heading(words("questions.title"))
    found = [
        (page, state.carried() | query, words(f"questions.q{number}.text"), words(f"{page}.name"))
        for number in searching.question_numbers(words)
        for page, query in [searching.target_of(words(f"questions.q{number}.leads_to"))]
        if page in navigation.names()
    ]
    third = -(-len(found) // COLUMNS)
    for index, column in enumerate(st.columns(COLUMNS)):
        with column:
            layout.links(found[index * third : (index + 1) * third], whole=True)


def _bullets(view: View, levels: pl.DataFrame, others: Sequence[tuple[str, str, Row, Row]]) -> None:
    """Spend rates by level against their bars, then the share at work and of homes made safe."""
    words = view.words
    rows: list[dict[str, object]] = [
        {
            "group": words.name("level", level["group_id"]),
            "value": level["spend_rate_share"],
            "pace": level[BARS[0]],
            "goal": level[BARS[1]],
            "before": None,
        }
        for level in levels.iter_rows(named=True)
    ]
    for model, column, now, before in others:
        if view.release.has(model):
            values = {"value": now.get(column), "before": before.get(column)}
            shown = {name: None if isinstance(value, Hidden) else value for name, value in values.items()}
            goal = 1.0 if model == HOMES else None
            title: dict[str, object] = {"group": view.cards.card(model, column).title, "pace": None, "goal": goal}
            rows.append(title | shown)
    rows = [row for row in rows if row["value"] is not None]
    if not rows:
        st.text(words("chart.empty"))
        return
    kinds = dict.fromkeys(("value", "pace", "goal", "before"), pl.Float64)
    frame = pl.DataFrame(rows, schema={"group": pl.String, **kinds})
    series = {"value": words("overview.rate"), "before": words("overview.before_mark")}
    series |= {mark: view.cards.card(FUND, bar).title for mark, bar in zip(("pace", "goal"), BARS, strict=True)}
    series["goal"] = words("overview.goal")
    axes = {"x": words("overview.rate"), "y": words("definitions.figure"), "bar": words("funds.bar")}
    figure = charts_overview.bullets(frame, labels=charts.Labels(axes, series, view.note))
    layout.chart(figure, words("overview.chart"))


layout.page("overview", body, periods_of=BRIDGE)
