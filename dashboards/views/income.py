"""收入: where registered households' income comes from, how it is spread, and which places are left behind."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import streamlit as st

from dashboards import bridge, charts_income, export, layout, sections, state, tables
from dashboards.below import code_stem
from dashboards.charts import Labels
from dashboards.data import Row, with_hidden
from dashboards.layout import View

INCOME, SOURCE = "kpi_income_area_year", "kpi_income_source_area_year"
LINE, LORENZ = "kpi_income_line_area_year", "kpi_income_lorenz_area_year"
SOURCES = ("wage", "business", "property", "transfer")
ALL = {"group_type": "all", "group_id": "all"}
LEVEL = (
    "household_count",
    "person_count",
    "mean_per_head_cny",
    "median_per_head_cny",
    "growth_share",
    "rural_income_cny",
    "rural_income_growth_rate",
    "prefecture_rural_income_growth_rate",
    "province_rural_income_growth_rate",
    "growth_above_rural_rate",
)
SPREAD = ("gini_index", "quintile_ratio", *(f"quintile_{fifth}_share" for fifth in range(1, 6)))
BELOW = ("income_headcount_share", "income_gap_index", "income_severity_index", "income_watts_index")
BEHIND = ("falling_household_count", "falling_household_share", "below_household_count", "below_person_count")
CARE = (
    "register_household_count",
    "without_income_row_household_count",
    "not_in_register_household_count",
    "unsound_household_count",
    "other_period_household_count",
    "zero_household_count",
    "negative_household_count",
)
RANKS = ("falling_household_count", "below_household_count", "mean_per_head_cny")


@dataclass(frozen=True)
class Shown:
    """The page's choice: its view, the income year, the row of the place with that of the year before, all years."""

    view: View
    year: str
    row: Row
    before: Row
    years: pl.DataFrame

    @property
    def note(self) -> tuple[str, ...]:
        """The lines under every chart: synthetic mark, place and income year, then the release."""
        parts = (self.view.mark, self.view.area.name, self.view.words.month(self.year))
        return " · ".join(filter(None, parts)), self.view.release.release_id

    def said(self, column: str, row: Row | None = None) -> str:
        """A figure as its card writes it."""
        card = self.view.cards.card(INCOME, column)
        return card.show((self.row if row is None else row).get(column), self.view.words)

    def growth(self, row: Row) -> str:
        """Growth with its sign."""
        value = row.get("growth_share")
        text = self.said("growth_share", row)
        return f"+{text}" if value is not None and value > 0 else text


def body(view: View) -> None:
    """Level and growth, sources, what changed, spread, lines, modes of support, and the places that lag."""
    words, release = view.words, view.release
    years = release.rows(INCOME, {"area_id": view.area.code} | ALL, order=("period",))
    known = years["period"].to_list() or [view.period[:4]]
    reported = sections.told(years, ("household_count",))["period"].to_list()
    year = state.get("year", known, reported[-1] if reported else known[-1])
    key = {"area_id": view.area.code} | ALL
    row = release.first(INCOME, key | {"period": year})
    shown = Shown(view, year, row, release.first(INCOME, key | {"period": str(int(year) - 1)}), years)
    state.select("year", words("choice.year"), tuple(reversed(known)), year, words.month)
    if row.get("household_count") is None:
        layout.answer(words("income.no_data", place=view.area.name, year=words.month(year)))
    else:
        _answer(shown)
    exported = [_sources(shown), *_spread(shown), *_lines(shown), _modes(shown)]
    _places(shown)
    if view.area.level != "village":
        exported.append(_behind(shown))
    figures = [(INCOME, column) for column in (*LEVEL, *BELOW, *BEHIND, *SPREAD, *CARE)]
    figures += [(SOURCE, "income_share"), (SOURCE, "contribution_per_head_cny"), (LINE, "line_cny")]
    layout.changes(view, [(INCOME, column, key | {"period": year}) for model, column in figures if model == INCOME])
    layout.definitions(view, figures, [words("income.year_note"), words("income.remark")])
    tables.downloads(view, "income", exported, figures)


def _answer(shown: Shown) -> None:
    view, row, words = shown.view, shown.row, shown.view.words
    line = view.cards.card(INCOME, "line_cny")
    layout.answer(
        words(
            "income.answer",
            place=view.area.name,
            year=words.month(shown.year),
            mean=shown.said("mean_per_head_cny"),
            growth=shown.growth(row),
            line=line.show(row.get("line_cny"), words),
            below=words.count(row.get("below_person_count")),
            share=shown.said("income_headcount_share"),
            falling=words.count(row.get("falling_household_count")),
        )
    )
    lines = {
        "mean_per_head_cny": ("median_per_head_cny",),
        "growth_share": ("rural_income_growth_rate", "growth_above_rural_rate"),
        "income_headcount_share": ("line_cny", "below_household_count", "below_person_count"),
        "falling_household_count": ("falling_household_share", "falling_person_count"),
        "gini_index": ("quintile_ratio", "negative_household_count"),
    }
    sections.tiles(view, INCOME, row, lines, shown.before, against=words("tile.last_year"))
    layout.paragraph(words("income.year_note"), quiet=True)
    has_rural = row.get("rural_income_cny") is not None
    beside = words(
        "income.beside" if has_rural else "income.beside_none",
        year=words.month(shown.year),
        rural=shown.said("rural_income_cny"),
        growth=shown.said("rural_income_growth_rate"),
        prefecture=shown.said("prefecture_rural_income_growth_rate"),
        province=shown.said("province_rural_income_growth_rate"),
        mean=shown.said("mean_per_head_cny"),
    )
    layout.paragraph(beside)
    counts = {
        "zero": "zero_household_count",
        "negative": "negative_household_count",
        "without": "without_income_row_household_count",
        "strangers": "not_in_register_household_count",
        "unsound": "unsound_household_count",
        "period": "other_period_household_count",
    }
    shown_counts = {name: words.count(row.get(column)) for name, column in counts.items()}
    layout.paragraph(words("income.quality", **shown_counts), quiet=True)


def _sources(shown: Shown) -> tables.Table:
    """Bars by source over the years, and the waterfall of the last change."""
    view, words = shown.view, shown.view.words
    parts = view.release.rows(SOURCE, {"area_id": view.area.code} | ALL, order=("period",))
    parts = parts.filter(pl.col("income_cny").is_not_null())
    names = {source: words(f"income_source.{source}") for source in SOURCES}
    axes = {"x": words("choice.year"), "y": words("income.per_head"), "series": words("income.source")}
    labels = Labels(axes | {"share": words("income.share")}, names, shown.note)
    columns = ("income_per_head_cny", "income_share", "contribution_per_head_cny", "income_cny")
    table = tables.Table(
        words("income.sources"),
        tables.in_order(parts, "income_source", "income_source")
        .with_columns(source=pl.col("income_source").replace_strict(names))
        .sort("period", descending=True, maintain_order=True),
        {"period": words("choice.year"), "source": words("income.source")}
        | {column: view.cards.card(SOURCE, column) for column in columns},
    )
    left, right = st.columns(2, gap="medium")
    with left:
        layout.heading(words("income.sources"), words("income.sources_note"))
        if parts.is_empty():
            st.text(words("chart.empty"))
        else:
            layout.chart(charts_income.sources_by_year(parts, labels=labels), words("income.sources"))
    with right:
        layout.heading(words("income.change"), words("income.change_note"))
        now = {row["income_source"]: row for row in parts.filter(period=shown.year).iter_rows(named=True)}
        before = shown.row.get("mean_per_head_previous_cny")
        if before is None or any(now[s]["contribution_per_head_cny"] is None for s in now) or not now:
            st.text(words("income.change_none"))
        else:
            steps = [(words.month(str(int(shown.year) - 1)), float(before), True)]
            steps += [(names[s], float(now[s]["contribution_per_head_cny"]), False) for s in SOURCES]
            steps.append((words.month(shown.year), float(shown.row["mean_per_head_cny"]), True))
            layout.chart(charts_income.change_in_steps(steps, labels=labels), words("income.change"))
    tables.show(view, table)
    return table


def _spread(shown: Shown) -> list[tables.Table]:
    """The Lorenz curve with its Gini, and the fifths."""
    view, words, cards = shown.view, shown.view.words, shown.view.cards
    layout.heading(words("income.lorenz"), words("income.lorenz_note"))
    wanted = (str(int(shown.year) - 1), shown.year)
    points = view.release.rows(
        LORENZ, {**ALL, "area_id": view.area.code, "period": wanted}, order=("period", "point_number")
    )
    ginis = {
        row["period"]: words(
            "income.gini_of", year=words.month(row["period"]), gini=cards.card(INCOME, "gini_index").show(
                row["gini_index"], words)
        )
        for row in map(with_hidden, shown.years.iter_rows(named=True))
    }  # fmt: skip
    fifths = tables.Table(
        words("income.fifths"),
        sections.told(shown.years, SPREAD).reverse(),
        {"period": words("choice.year")} | {column: cards.card(INCOME, column) for column in SPREAD},
    )
    left, right = st.columns(2, gap="medium")
    with left:
        if points["income_share"].drop_nulls().is_empty():
            is_hidden = export.is_hidden(points, "income_share").any()
            st.text(words("chart.none" if is_hidden else "chart.empty"))
        else:
            axes = {
                "x": cards.card(LORENZ, "person_share").title,
                "y": words("income.equality"),
                "series": words("choice.year"),
            }
            figure = charts_income.lorenz_curves(points, labels=Labels(axes, ginis, shown.note))
            layout.chart(figure, words("income.lorenz"))
    with right:
        tables.show(view, fifths)
    curve = tables.Table(
        words("income.lorenz"),
        points,
        {"period": words("choice.year")} | {c: cards.card(LORENZ, c) for c in ("person_share", "income_share")},
    )
    return [fifths, curve]


def _lines(shown: Shown) -> list[tables.Table]:
    """Households below each line by year, with where the line comes from."""
    view, words = shown.view, shown.view.words
    layout.heading(words("income.lines"), words("income.lines_note"))
    lines = view.release.rows(LINE, {"area_id": view.area.code} | ALL, order=("period", "line_family"))
    lines = sections.told(lines, ("household_count",))
    names = {family: words(f"line_family.{family}") for family in ("statistics", "exit", "monitoring")}
    card = view.cards.card(LINE, "below_household_count")
    axes = {"x": words("choice.year"), "y": card.unit, "series": words("income.family")}
    labels = Labels(axes | {"line": view.cards.card(LINE, "line_cny").title}, names, shown.note)
    columns = ("line_cny", "below_household_count", "below_person_count", *BELOW)
    table = tables.Table(
        words("income.lines"),
        tables.in_order(lines, "line_family", "line_family")
        .with_columns(family=pl.col("line_family").replace_strict(names))
        .sort("period", descending=True, maintain_order=True),
        {"period": words("choice.year"), "family": words("income.family")}
        | {column: view.cards.card(LINE, column) for column in columns}
        | {"line_confidence": words("income.confidence"), "line_source": words("income.line_source")},
    )
    if lines.is_empty():
        st.text(words("chart.empty"))
    else:
        figure = charts_income.below_lines(lines, measure="below_household_count", labels=labels)
        layout.chart(figure, words("income.lines"))
        tables.show(view, table)
    return [table]


def _modes(shown: Shown) -> tables.Table:
    """The four modes of support, counted by households."""
    view, words = shown.view, shown.view.words
    layout.heading(words("income.modes"), words("income.modes_note"))
    key = {"area_id": view.area.code, "period": shown.year, "group_type": "support_mode"}
    modes = tables.in_order(view.release.rows(INCOME, key, order=("group_id",)), "group_id", "support_mode")
    columns = ("register_household_count", "household_share", "mean_per_head_cny", "growth_share", *BEHIND[:3])
    table = tables.Table(
        words("income.modes"),
        modes.with_columns(mode=tables.named(modes["group_id"], "support_mode", words)),
        {"mode": words("income.mode")}
        | {column: view.cards.card(INCOME, column) for column in (*columns, "income_headcount_share")},
    )
    tables.show(view, table)
    return table


def _places(shown: Shown) -> None:
    """One small chart for each place one level down, all on one scale."""
    view, words = shown.view, shown.view.words
    below = view.release.rows(INCOME, {"parent_area_id": view.area.code} | ALL, order=("area_id", "period"))
    below = below.filter(pl.col("mean_per_head_cny").is_not_null().any().over("area_id"))  # else nothing to draw
    below = sections.told(below, ("mean_per_head_cny",)).with_columns(is_now=pl.col("period") == shown.year)
    if below.is_empty():
        return
    layout.heading(words("income.places"), words("income.places_note"))
    axes = {"x": words("choice.year"), "y": words("income.per_head")}
    axes["growth"] = view.cards.card(INCOME, "growth_share").title
    reach = float(below["mean_per_head_cny"].drop_nulls().cast(pl.Float64).to_numpy().max())
    mean = view.cards.card(INCOME, "mean_per_head_cny")
    with st.container(horizontal=True, gap="medium"):
        for (_, name), rows in below.group_by("area_id", "area_name", maintain_order=True):
            now = with_hidden(next((row for row in rows.iter_rows(named=True) if row["is_now"]), {}))
            said = words(
                "income.growth_line",
                value=mean.show(now.get("mean_per_head_cny"), words),
                growth=shown.growth(now),
            )
            note = tuple(filter(None, (said, view.mark)))
            figure = charts_income.one_place(rows, name=str(name), reach=reach, labels=Labels(axes, {}, note))
            st.altair_chart(figure, width=charts_income.SMALL_WIDTH, theme=None, alt=f"{name} {said}")


def _behind(shown: Shown) -> tables.Table:
    """Townships or villages in the order of the chosen figure; a click goes there."""
    view, words = shown.view, shown.view.words
    layout.heading(words("income.behind"), words("income.behind_note"))
    levels = {"prefecture": ("township", "village"), "county": ("township", "village")}.get(
        view.area.level, ("village",)
    )
    with st.container(horizontal=True):
        level = state.switch("level", words("income.level"), levels, levels[0], lambda v: words(f"income_level.{v}"))
        rank = state.switch("rank", words("income.rank"), RANKS, RANKS[0], lambda v: words(f"income_rank.{v}"))
    places = view.release.rows(INCOME, {"area_level": level, "period": shown.year} | ALL, order=("area_id",))
    places = places.filter(pl.col("area_id").str.starts_with(code_stem(view.area)))
    # A hidden count is at least one: it stands before none, and says no more than that.
    order = pl.when(export.is_hidden(places, rank)).then(1 if rank != RANKS[2] else None).otherwise(pl.col(rank))
    places = places.sort(order, descending=rank != RANKS[2], nulls_last=True, maintain_order=True)
    columns = (*BEHIND, "mean_per_head_cny", "growth_share", "household_count")
    table = tables.Table(
        words("income.behind"),
        places,
        {"area_name": words("table.area")} | {column: view.cards.card(INCOME, column) for column in columns},
    )
    codes = places["area_id"].to_list()
    key = f"drill_income_{level}_{rank}_{view.area.code}"

    def go() -> None:
        cells = st.session_state[key].selection.cells
        if cells:
            state.put("area", codes[cells[0][0]], view.release.home.code)

    if places.is_empty():
        st.text(words("drill.empty"))
    else:
        tables.show(view, table, key=key, on_select=go)
    return table


layout.page("income", body, periods_of=bridge.MODEL)
