"""就业去了哪里: who works where, in which months, who does not, for what wage, and who was trained."""

from __future__ import annotations

import datetime as dt

import polars as pl
import streamlit as st

from dashboards import charts, charts_work, layout, sections, state, tables
from dashboards.data import Row
from dashboards.layout import View
from dashboards.tables import Table

WORK = "kpi_employment_area_month"
GROUPS = ("labour_capacity", "age_group", "sex")
PLACES = ("working_county_count", "working_province_count", "working_outside_count", "working_other_count")
STOCKS = ("working_person_count", *PLACES, "labour_force_count", "working_labour_force_count", "working_share")
BRIDGE = (
    "opening_working_count",
    "new_worker_count",
    "returned_worker_count",
    "stopped_worker_count",
    "moved_worker_count",
    "working_person_count",
)
GROWTH = ("previous_year_working_count", "working_growth_count", "working_growth_share")
YEAR_PLACES = (
    "cumulative_county_count",
    "cumulative_province_count",
    "cumulative_outside_count",
    "cumulative_other_count",
)
BINS = ("worked_1_to_3_count", "worked_4_to_6_count", "worked_7_to_9_count", "worked_10_to_12_count")
YEAR = (
    "cumulative_worker_count",
    *YEAR_PLACES,
    "enterprise_worker_count",
    "stable_worker_count",
    "worked_months_mean",
    "transfer_person_time_count",
)
ZERO = (
    "labour_household_count",
    "zero_employment_household_count",
    "zero_employment_share",
    "zero_employment_wanting_household_count",
)
WAGES = ("mean_wage_cny", "median_wage_cny", "reported_wage_count", "implausible_wage_count")
LEDGER = ("ledger_person_count", "ledger_employed_count", "ledger_working_count", "ledger_difference_count")
TRAINING = (
    "training_person_time_count",
    "training_person_count",
    "training_certificate_count",
    "training_cost_cny",
    "cumulative_training_person_time_count",
    "cumulative_training_person_count",
)
POSTS = ("public_post_count", "cleaner_post_count", "ranger_post_count", "other_post_count")
LEDGER_OF_POSTS = "kpi_public_post_area_month"
PLAN = (
    "planned_worker_count",
    "planned_started_count",
    "plan_met_share",
    "planned_working_count",
    "unplanned_started_count",
    *(f"{level}_{what}_count" for level in ("county", "township", "village") for what in ("planned", "started")),
)
HOLDERS = (
    "post_count",
    "holder_count",
    "registered_holder_count",
    "monthly_subsidy_cny",
    "mean_yearly_subsidy_cny",
    "double_holder_count",
    "payroll_holder_count",
    "away_holder_count",
)
PANELS_A_ROW = 5


def body(view: View) -> None:
    """Destinations, bridge, the year's workers, places, groups, households without work, wages, training and posts."""
    release = view.release
    key = {"area_id": view.area.code, "period": view.period, "group_type": "all"}
    row = release.first(WORK, key)
    before = release.first(WORK, key | {"period": _month_before(view.period)})
    months = release.rows(WORK, {"area_id": view.area.code, "group_type": "all"}, order=("period",))
    months = months.filter(pl.col("period").str.starts_with(view.period[:4]))
    below = release.rows(
        WORK, {"parent_area_id": view.area.code, "period": view.period, "group_type": "all"}, order=("area_id",)
    )
    _answer(view, row, before)
    shown = [_destinations(view, months), _bridge(view, months), _year(view, months)]
    _panels(view)
    shown.append(_groups(view))
    shown.append(_households(view, months, below))
    for name, columns, is_charted in (
        ("wages", WAGES, True),
        ("ledger", LEDGER, False),
        ("training", TRAINING, False),
        ("posts", POSTS, False),
    ):
        shown.append(_section(view, months, name, columns, is_charted=is_charted))
    shown += _plan_and_posts(view, months)
    all_columns = (*STOCKS, *BRIDGE, *GROWTH, *YEAR, *BINS, *ZERO, *WAGES, *LEDGER, *TRAINING, *POSTS, *PLAN)
    figures = [(WORK, column) for column in dict.fromkeys(all_columns)]
    layout.changes(view, [(model, column, key) for model, column in figures])
    layout.definitions(view, figures, [view.words("work.remark")])
    tables.downloads(view, "work", shown, figures)


def _month_before(period: str) -> str:
    first = dt.date.fromisoformat(f"{period}-01")
    return f"{first - dt.timedelta(days=1):%Y-%m}"


def _answer(view: View, row: Row, before: Row) -> None:
    words, cards = view.words, view.cards
    share = cards.card(WORK, "working_share")
    layout.answer(
        words(
            "work.answer",
            month=words.month(view.period),
            place=view.area.name,
            working=words.count(row.get("working_person_count")),
            share=share.show(row.get(share.column), words),
            county=words.count(row.get("working_county_count")),
            province=words.count(row.get("working_province_count")),
            outside=words.count(row.get("working_outside_count")),
            workers=words.count(row.get("cumulative_worker_count")),
            zero=words.count(row.get("zero_employment_household_count")),
        )
    )
    against = words("tile.last_month")
    below = {
        "working_person_count": ("working_growth_share",),
        "working_share": ("working_labour_force_count", "labour_force_count"),
        "cumulative_worker_count": YEAR_PLACES[:3],
        "zero_employment_household_count": ("zero_employment_share", "labour_household_count"),
        "median_wage_cny": ("mean_wage_cny", "implausible_wage_count"),
    }
    sections.tiles(view, WORK, row, below, before, against=against)


def _table(view: View, title: str, frame: pl.DataFrame, first: dict[str, str], columns: tuple[str, ...]) -> Table:
    return Table(title, frame, first | {column: view.cards.card(WORK, column) for column in columns})


def _labels(view: View, columns: tuple[str, ...], unit: str) -> charts.Labels:
    words = view.words
    axes = {"x": words("choice.period"), "y": unit, "series": words("definitions.figure")}
    return charts.Labels(axes, {column: view.cards.card(WORK, column).title for column in columns}, view.note)


def _has(frame: pl.DataFrame, column: str) -> bool:
    return not frame[column].drop_nulls().is_empty()


def _destinations(view: View, months: pl.DataFrame) -> Table:
    words = view.words
    layout.heading(words("work.chart"), words("work.chart_note"))
    table = _table(view, words("work.chart"), months, {"period": words("choice.period")}, (*STOCKS, *GROWTH))
    if _has(months, "working_person_count"):
        figure = charts_work.stacked_months(months, parts=PLACES, labels=_labels(view, PLACES, words("work.people")))
        layout.chart(figure, words("work.chart"))
    else:
        st.text(words("chart.empty"))
    tables.show(view, table)
    return table


def _bridge(view: View, months: pl.DataFrame) -> Table:
    return sections.titled(view, "work.bridge", months, WORK, BRIDGE, first={"period": view.words("choice.period")})


def _year(view: View, months: pl.DataFrame) -> Table:
    words = view.words
    layout.heading(words("work.year"), words("work.year_note"))
    own = months.filter(pl.col("period") == view.period)  # in a frame a hidden small cell is null
    bins = pl.DataFrame(
        {
            "group": [view.cards.card(WORK, column).title for column in BINS],
            "value": pl.Series([own[column][0] if own.height else None for column in BINS], dtype=pl.Int64),
        }
    )
    if _has(bins, "value"):
        axes = {"x": words("work.people"), "y": words("work.months")}
        figure = charts_work.plain_bars(bins, value="value", labels=charts.Labels(axes, {}, view.note))
        layout.chart(figure, words("work.months"))
    table = _table(view, words("work.year"), months, {"period": words("choice.period")}, (*YEAR, *BINS))
    tables.show(view, table)
    return table


def _panels(view: View) -> None:
    """One small panel a place below: the share at work by month, all on one scale."""
    words = view.words
    places = view.release.children(view.area.code)
    frame = view.release.rows(WORK, {"parent_area_id": view.area.code, "group_type": "all"}, order=("period",))
    frame = frame.filter(pl.col("period").str.starts_with(view.period[:4]))
    if not places or frame["period"].n_unique() < 2 or not _has(frame, "working_share"):
        return
    layout.heading(words("work.panels"), words("work.panels_note"))
    peak = max(frame["working_share"].drop_nulls().to_list())
    ceiling = min(1.0, -(-peak * 10 // 1) / 10) or 0.1
    axes = {"x": words("choice.period"), "y": view.cards.card(WORK, "working_share").title}
    drawn = [place for place in places if frame.filter(pl.col("area_id") == place.code).height]
    for start in range(0, len(drawn), PANELS_A_ROW):
        for column, place in zip(
            st.columns(PANELS_A_ROW, gap="small"), drawn[start : start + PANELS_A_ROW], strict=False
        ):
            note = " · ".join(filter(None, (place.name, view.mark)))
            labels = charts.Labels(axes, {}, (note,))
            own = frame.filter(pl.col("area_id") == place.code)
            figure = charts_work.small_panel(own, value="working_share", ceiling=ceiling, labels=labels)
            with column:
                layout.chart(figure, f"{words('work.panels')} {place.name}")


def _groups(view: View) -> Table:
    words, release = view.words, view.release
    layout.heading(words("work.share"), words("work.share_note"))
    group = state.switch("group", words("choice.group"), GROUPS, GROUPS[0], lambda value: words(f"work.{value}"))
    key = {"area_id": view.area.code, "group_type": group}
    now = release.rows(WORK, key | {"period": view.period}, order=("group_id",))
    then = release.rows(WORK, key | {"period": _month_before(view.period)})
    now = now.join(
        then.select("group_id", pl.col("working_share").alias("last_month_share")), on="group_id", how="left"
    )
    now = tables.in_order(now.filter(pl.col("monitored_person_count").fill_null(1) > 0), "group_id", "work_group")
    now = now.with_columns(group=tables.named(now["group_id"], "work_group", words))
    in_force = now.drop_nulls("working_share")
    card = view.cards.card(WORK, "working_share")
    if in_force.is_empty():
        st.text(words("chart.empty"))
    else:
        axes = {"x": card.title, "y": words(f"work.{group}"), "bar": words("work.last_month")}
        names = {"working_share": card.title, "last_month_share": words("work.last_month")}
        figure = charts.rates_against_bars(
            in_force, rate="working_share", bars=("last_month_share",), labels=charts.Labels(axes, names, view.note)
        )
        layout.chart(figure, words("work.share"))
    columns = (*STOCKS, "cumulative_worker_count", "stable_worker_count", *WAGES)
    table = _table(view, words("work.share"), now, {"group": words(f"work.{group}")}, columns)
    tables.show(view, table)
    return table


def _households(view: View, months: pl.DataFrame, below: pl.DataFrame) -> Table:
    """Households with labour and nobody employed: by month in the table above, by place in the way down."""
    words = view.words
    layout.heading(words("work.zero"), words("work.zero_note"))
    tables.show(view, _table(view, words("work.zero"), months, {"period": words("choice.period")}, ZERO))
    columns = (*ZERO, "working_person_count", *PLACES, "working_share", "cumulative_worker_count", "public_post_count")
    children = _table(view, words("work.zero"), below, {"area_name": words("table.area")}, columns)
    tables.drill(view, children, table_key="work")
    return children


def _section(view: View, months: pl.DataFrame, name: str, columns: tuple[str, ...], *, is_charted: bool) -> Table:
    words, cards = view.words, view.cards
    note = words(f"work.{name}_note") if name in ("wages", "ledger", "posts") else ""
    layout.heading(words(f"work.{name}"), note)
    if is_charted and _has(months, columns[0]):
        labels = _labels(view, columns[:2], cards.card(WORK, columns[0]).unit)
        layout.chart(charts_work.lines_by_month(months, columns=columns[:2], labels=labels), words(f"work.{name}"))
    table = _table(view, words(f"work.{name}"), months, {"period": words("choice.period")}, columns)
    tables.show(view, table)
    return table


def _plan_and_posts(view: View, months: pl.DataFrame) -> list[Table]:
    """The plan of the year against who worked, and the newest ledger of posts by kind."""
    words = view.words
    first = {"period": words("choice.period")}
    figures = [(WORK, column) for column in PLAN]
    plan = sections.table(view, words("work_more.plan"), sections.told(months, PLAN), first, figures)
    shown = sections.show(view, words("work_more.plan_note"), plan)
    posts = sections.own(view, LEDGER_OF_POSTS, "post_kind")
    if not posts.is_empty():
        posts = posts.filter((pl.col("period") == pl.col("period").max()) & (pl.col("post_count").fill_null(1) > 0))
        posts = posts.with_columns(group=tables.named(posts["group_id"], "post_kind", words))
    first |= {"group": words("work_more.post_kind")}
    figures = [(LEDGER_OF_POSTS, column) for column in HOLDERS]
    table = sections.table(view, words("work_more.posts"), posts, first, figures)
    return shown + sections.show(view, words("work_more.posts_note"), table)


layout.page("work", body, periods_of=WORK)
