"""问题改了没有，别处还有没有: problems from finding to proof, ranked areas, supervisions, funds, decisions."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts, charts_homes, layout, sections, tables
from dashboards.below import code_stem
from dashboards.cards import Card
from dashboards.data import Row
from dashboards.layout import View
from dashboards.tables import Table

PROBLEMS, FUNDS = "kpi_problem_area_month", "kpi_livelihood_finding_area_month"
PROBLEM, SCORES, SUPERVISIONS = "fct_problem", "fct_responsibility_area_month", "fct_supervision"
DECISIONS = "fct_accountability"
MONTHS = "kpi_register_bridge_area_month"
STATE = ("open_count", "overdue_count", "came_back_count", "closed_without_proof_count", "closed_late_count")
FLOW = ("found_count", "closed_count", "cumulative_found_count", "cumulative_closed_count", "closed_share")
ITEMS = ("problem_item_count", "repeated_item_count")
MONEY = ("doubt_cny", "confirmed_cny", "recovered_cny", "not_recovered_cny", "recovered_share")
CHECKED = ("doubt_count", "concluded_count", "confirmed_count", "recovered_payment_count")


def body(view: View) -> None:
    """The newest month of the ledger up to the one shown."""
    words, release = view.words, view.release
    key = {"area_id": view.area.code, "group_type": "all"}
    months = release.rows(PROBLEMS, key, order=("period",)) if release.has(PROBLEMS) else pl.DataFrame({"period": []})
    known = [month for month in months["period"].to_list() if month <= view.period]
    shown: list[Table] = []
    figures = []
    if known:
        columns = (*STATE, *FLOW, *ITEMS)
        figures = [(PROBLEMS, column) for column in columns]
        row = release.first(PROBLEMS, key | {"period": known[-1]})
        _answer(view, row, release.first(PROBLEMS, key | {"period": known[-2]}) if len(known) > 1 else {})
        shown += [_below(view, known[-1]), _categories(view, known[-1]), _list(view), _months(view, months)]
    else:
        layout.answer(words("rectification.none", place=view.area.name))
    shown += [_ranking(view), _lists(view), _funds(view, figures), _decisions(view)]
    if known:
        layout.changes(view, [(PROBLEMS, column, key | {"period": known[-1]}) for column in (*STATE, *FLOW)])
    layout.definitions(view, figures, [words("rectification.remark")])
    tables.downloads(view, "rectification", [table for table in shown if table.columns], figures)


def _answer(view: View, row: Row, before: Row) -> None:
    words, cards = view.words, view.cards
    share = cards.card(PROBLEMS, "closed_share")
    layout.answer(
        words(
            "rectification.answer",
            month=words.month(row.get("period")),
            place=view.area.name,
            found=words.count(row.get("cumulative_found_count")),
            share=share.show(row.get(share.column), words),
            open=words.count(row.get("open_count")),
            overdue=words.count(row.get("overdue_count")),
            back=words.count(row.get("came_back_count")),
            items=words.count(row.get("repeated_item_count")),
        )
    )
    lines = {
        "open_count": ("found_count", "closed_count"),
        "overdue_count": ("closed_late_count",),
        "closed_share": ("cumulative_closed_count", "cumulative_found_count"),
        "came_back_count": ("closed_without_proof_count",),
        "repeated_item_count": ("problem_item_count",),
    }
    sections.tiles(view, PROBLEMS, row, lines, before, against=words("tile.last_month"))


def _table(view: View, title: str, frame: pl.DataFrame, first: dict[str, str], columns: tuple[str, ...]) -> Table:
    return Table(title, frame, first | {column: view.cards.card(PROBLEMS, column) for column in columns})


def _below(view: View, month: str) -> Table:
    columns = ("cumulative_found_count", *STATE, "closed_share", *ITEMS)
    title = view.words("rectification.places")
    return sections.places(view, PROBLEMS, month, columns, page="rectification", title=title)


def _categories(view: View, month: str) -> Table:
    words = view.words
    layout.heading(words("rectification.categories"), words("rectification.categories_note"))
    key = {"area_id": view.area.code, "period": month, "group_type": "problem_category"}
    groups = tables.in_order(
        view.release.rows(PROBLEMS, key, order=("group_id",)), "group_id", "rectification_category"
    )
    groups = groups.with_columns(group=tables.named(groups["group_id"], "rectification_category", words))
    if groups["cumulative_found_count"].drop_nulls().sum() > 0:
        axes = {
            "series": words("definitions.figure"),
            "x": words("rectification.count"),
            "y": words("rectification.kind"),
        }
        figure = charts_homes.bars_by_group(
            groups, value="cumulative_found_count", labels=charts.Labels(axes, {}, view.note)
        )
        layout.chart(figure, words("rectification.categories"))
    columns = ("cumulative_found_count", "cumulative_closed_count", *STATE, "closed_share", *ITEMS)
    table = _table(view, words("rectification.categories"), groups, {"group": words("rectification.kind")}, columns)
    tables.show(view, table)
    return table


def _months(view: View, months: pl.DataFrame) -> Table:
    first = {"period": view.words("choice.period")}
    return sections.titled(view, "rectification.months", months, PROBLEMS, (*FLOW, *STATE), first=first)


def _facts(view: View, model: str, order: tuple[str, ...], columns: tuple[str, ...]) -> pl.DataFrame:
    """Rows of a fact table of the place shown; without the table, none."""
    if not view.release.has(model):
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    rows = view.release.rows(model, order=order)
    if "area_code" not in rows.columns:
        return rows
    return rows.filter(pl.col("area_code").str.starts_with(code_stem(view.area)))


def _plain(view: View, name: str, rows: pl.DataFrame, columns: tuple[str, ...]) -> Table:
    """A table of facts under plain headings, true and false as ✓ and nothing."""
    words = view.words
    rows = rows.select(
        pl.when(pl.col(column)).then(pl.lit("✓")).alias(column) if rows.schema[column] == pl.Boolean else pl.col(column)
        for column in columns
    )
    table = Table(
        words(f"rectification.{name}"), rows, {column: words(f"rectification.{column}") for column in columns}
    )
    tables.show(view, table)
    return table


def _list(view: View) -> Table:
    """Problems that need somebody: open, overdue, come back or closed without proof; where else the same was found."""
    words = view.words
    layout.heading(words("rectification.list"), words("rectification.list_note"))
    columns = (
        *("problem_id", "problem_category", "problem_item", "area_code", "responsible_unit_name", "found_date"),
        *("due_date", "problem_state", "overdue_days", "has_come_back", "is_closed_without_proof"),
        *("elsewhere_area_count", "elsewhere_open_count", "proof", "source_row"),
    )
    rows = _facts(view, PROBLEM, ("found_date", "problem_id"), columns)
    if "is_overdue" in rows.columns:
        needy = (pl.col("problem_state") != "closed") | pl.col("has_come_back") | pl.col("is_closed_without_proof")
        rows = rows.filter(needy)
        rows = rows.with_columns(tables.named(rows["problem_state"], "rectification_state", words))
    return _plain(view, "list", rows, columns)


def _ranking(view: View) -> Table:
    """Responsibility areas of the newest month up to the one shown, best first."""
    words = view.words
    layout.heading(words("rectification.ranking"), words("rectification.ranking_note"))
    columns = (
        *("score_rank", "responsibility_area_name", "total_score", "score_change", "previous_rank", "rank_change"),
        *("moved_item", "moved_item_change", "weakest_item", "deduction_reasons", "half_year_rank"),
        *("is_rewarded", "is_promoted", "is_criticised", "is_sanctioned", "tied_count"),
    )
    rows = _facts(view, SCORES, ("period", "score_rank", "responsibility_area_id"), columns)
    if "period" in rows.columns:
        rows = rows.filter(pl.col("period") <= view.period)
        rows = rows.filter(pl.col("period") == pl.col("period").max())
        if not rows.is_empty():
            month = words.month(rows["period"][0])
            layout.paragraph(words("rectification.ranking_month", month=month, count=rows["area_count"][0]), quiet=True)
    return _plain(view, "ranking", rows, columns)


def _lists(view: View) -> Table:
    """Red and black lists of supervisions by quarter."""
    layout.heading(view.words("rectification.lists"), view.words("rectification.lists_note"))
    columns = (
        *("calendar_quarter", "unit_name", "supervision_level", "supervision_kind", "assessment_score", "score_rank"),
        *("is_red", "is_black", "found_count", "advice_id"),
    )
    rows = _facts(view, SUPERVISIONS, ("started_date", "supervision_id"), columns)
    if "period" in rows.columns:
        rows = rows.filter(pl.col("period") <= view.period)
        rows = rows.sort("calendar_quarter", "score_rank", descending=[True, False], nulls_last=True)
    return _plain(view, "lists", rows, columns)


def _funds(view: View, figures: list[tuple[str, str]]) -> Table:
    """Doubtful payments by kind: confirmed, recovered, not recovered."""
    words = view.words
    layout.heading(words("rectification.funds"), words("rectification.funds_note"))
    if not view.release.has(FUNDS):
        st.text(words("chart.empty"))
        return Table(words("rectification.funds"), pl.DataFrame(), {})
    rows = view.release.rows(FUNDS, {"area_id": view.area.code}, order=("period", "group_id"))
    rows = tables.in_order(rows.filter(pl.col("period") <= view.period), "group_id", "rectification_doubt")
    rows = rows.with_columns(group=tables.named(rows["group_id"], "rectification_doubt", words))
    figures += [(FUNDS, column) for column in (*CHECKED, *MONEY)]
    first: dict[str, Card | str] = {"period": words("choice.period"), "group": words("rectification.doubt")}
    cards: dict[str, Card | str] = {column: view.cards.card(FUNDS, column) for column in (*CHECKED, *MONEY)}
    table = Table(words("rectification.funds"), rows, first | cards)
    tables.show(view, table)
    return table


def _decisions(view: View) -> Table:
    """Decisions by kind and kind of object; single persons do not show."""
    words = view.words
    layout.heading(words("rectification.decisions"), words("rectification.decisions_note"))
    columns = ("decision_kind", "object_kind", "decisions_count", "reward_cny", "latest")
    rows = _facts(view, DECISIONS, ("decided_date",), columns)
    if "decided_date" in rows.columns:
        rows = rows.filter(pl.col("period") <= view.period)
        reward = pl.when(pl.col("reward_cny").is_not_null().any()).then(pl.col("reward_cny").sum())
        rows = rows.group_by("decision_kind", "object_kind").agg(
            pl.len().alias("decisions_count"), reward.alias("reward_cny"), pl.col("decided_date").max().alias("latest")
        )
        rows = rows.sort("decisions_count", "decision_kind", descending=[True, False])
    return _plain(view, "decisions", rows, columns)


layout.page("rectification", body, periods_of=MONTHS)
