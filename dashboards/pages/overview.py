"""总览: where the county stands this month, as far as the feeds that arrived can tell."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import bridge, charts, layout, state, tables
from dashboards.layout import Tile, View

BRIDGE, FUND, EXIT = "kpi_register_bridge_area_month", "kpi_fund_area_month", "kpi_exit_area_year"
BARS = ("calendar_bar_share", "year_end_bar_share")
YEAR = {"fund_scope": "current_year"}


def body(view: View) -> None:
    """Stock with its movements, spend rate by level, deliveries, exits, and the way to each page."""
    words, release, cards = view.words, view.release, view.cards
    here = {"area_id": view.area.code}
    stock_key = here | {"period": view.period, "group_type": "population", "group_id": "registered"}
    stock = release.first(BRIDGE, stock_key)
    stock_before = release.first(BRIDGE, stock_key | {"period": bridge.previous_month(view.period)})
    fund_key = here | YEAR | {"period": view.period, "group_type": "all"}
    fund = release.first(FUND, fund_key)
    exit_key = here | {"period": view.period[:4]}
    exits = release.first(EXIT, exit_key)
    board = release.rows("ops_calendar", {"period": view.period})
    absent = board.filter(pl.col("status") != "arrived")
    rejections = release.rows("ops_rejection", {"is_open": True})

    persons, rate = cards.card(BRIDGE, "closing_person_count"), cards.card(FUND, "spend_rate_share")
    done = cards.card(EXIT, "cumulative_exited_person_count")
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
    against = words("tile.last_month")
    layout.tiles(
        view.words,
        [
            layout.tile(view, persons, stock, stock_before, against=against),
            layout.tile(view, rate, fund, target=[layout.line(view, FUND, fund, column) for column in BARS]),
            layout.tile(view, done, exits, target=[layout.line(view, EXIT, exits, "remaining_person_count")]),
            Tile(
                words("overview.late"),
                words("quality.of_due", count=absent.height, due=board.height),
                words("overview.late_help"),
                tuple(_named(view, absent)),
            ),
            Tile(
                words("overview.rejections"),
                words("quality.problems", count=words.count(rejections.height)),
                words("overview.rejections_help"),
            ),
        ],
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        layout.heading(words("overview.chart"), words("overview.chart_note"))
        levels = release.rows(FUND, fund_key | {"group_type": "source_level"}, order=("group_id",))
        levels = tables.in_order(levels, "group_id", "level")
        _chart(view, levels)
    with right:
        layout.heading(words("bridge.title_month", month=words.month(view.period)), words("bridge.registered_note"))
        bridge.one_month(view, stock)
    layout.heading(words("overview.links"))
    with st.container(horizontal=True):
        for name in ("exit", "funds", "quality"):
            label = words(f"overview.link_{name}")
            st.page_link(f"pages/{name}.py", label=label, query_params=state.carried(), icon=":material/arrow_forward:")

    below = release.rows(
        BRIDGE, {"parent_area_id": view.area.code, "period": view.period, "group_id": "registered"}, order=("area_id",)
    )
    columns = (
        "opening_person_count",
        "natural_plus_person_count",
        "natural_minus_person_count",
        "closing_person_count",
    )
    named = {"area_name": words("table.area")}
    children = tables.Table(
        words("overview.name"),
        below,
        named | {column: cards.card(BRIDGE, column) for column in ("closing_household_count", *columns)},
    )
    tables.drill(view, children, table_key="overview")
    figures = [(BRIDGE, column) for column in ("closing_household_count", *columns)]
    figures += [(FUND, column) for column in ("spend_rate_share", *BARS)]
    figures += [(EXIT, "cumulative_exited_person_count"), (EXIT, "remaining_person_count")]
    keys = {BRIDGE: stock_key, FUND: fund_key, EXIT: exit_key}
    layout.changes(view, [(model, column, keys[model]) for model, column in figures])
    layout.definitions(view, figures, [words("overview.remark")])
    spend = tables.Table(
        words("overview.chart"),
        levels,
        {"group_id": words("funds.source_level")} | {c: cards.card(FUND, c) for c in ("spend_rate_share", *BARS)},
    )
    tables.downloads(view, "overview", [children, spend], figures)


def _named(view: View, absent: pl.DataFrame) -> list[str]:
    rows = absent.iter_rows(named=True)
    return [f"{view.words.of(r, 'feed_title')}: {view.words('status.' + r['status'])}" for r in rows][:3]


def _chart(view: View, levels: pl.DataFrame) -> None:
    words = view.words
    if levels["spend_rate_share"].drop_nulls().is_empty():
        st.text(words("chart.empty"))
        return
    names = {column: view.cards.card(FUND, column).title for column in ("spend_rate_share", *BARS)}
    axes = {"x": names["spend_rate_share"], "y": words("funds.source_level"), "bar": words("funds.bar")}
    frame = levels.with_columns(group=tables.named(levels["group_id"], "level", words))
    figure = charts.rates_against_bars(
        frame, rate="spend_rate_share", bars=BARS, labels=charts.Labels(axes, names, view.note)
    )
    layout.chart(figure, words("overview.chart"))


layout.page("overview", body, periods_of=BRIDGE)
