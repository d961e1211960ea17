"""住房安全了吗: what was graded, what was made safe and for whom, what is not yet, what was paid, and leads."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts, charts_homes, layout, sections, state, tables
from dashboards.cards import Card
from dashboards.data import Row
from dashboards.layout import View
from dashboards.tables import Table

HOMES = "kpi_housing_area_year"
LEADS = "kpi_lead_area_month"
LETTERS = "abcd"
GRADES = tuple(f"grade_{letter}_count" for letter in LETTERS)
TARGETS = tuple(f"renovated_{group}_count" for group in ("registered", "priority", "outside", "other"))
SAFETY = (
    "dangerous_house_count",
    "renovated_house_count",
    "not_yet_safe_count",
    "in_renovation_count",
    "made_safe_share",
)
FUNDS = ("central_fund_cny", "provincial_fund_cny", "county_fund_cny", "own_fund_cny")
MONEY = (
    "subsidised_house_count",
    "subsidy_cny",
    "paid_subsidy_cny",
    "unpaid_subsidy_cny",
    "paid_subsidy_share",
    "mean_subsidy_cny",
)
AREA = ("measured_area_count", "below_minimum_count", "area_per_head_m2")
COMPARED = (
    "compared_house_count",
    "register_dangerous_count",
    "ledger_unsafe_count",
    "register_only_count",
    "ledger_only_count",
    "disagreeing_house_count",
    "grade_differs_count",
    "register_without_house_count",
)
SCOPES = tuple(f"{scope}_household_count" for scope in ("before_exit", "unknown_date", "after_exit", "still_listed"))
LEAD_FIGURES = ("listed_household_count", "lead_household_count", *SCOPES, "hit_count", "lead_household_share")
KINDS = ("real_estate", "vehicle", "public_payroll", "business_entity", "reported_dead")
WHOLE, LEAD = "renovated_house_count", "lead_household_count"


def body(view: View) -> None:
    """Grades, renovation by target group and year, what is not yet safe by place, money, disagreement, leads."""
    words, release = view.words, view.release
    years = release.rows(HOMES, {"area_id": view.area.code, "group_type": "all"}, order=("period",))
    known = [year for year in years["period"].to_list() if year <= view.period[:4]]
    if not known:
        layout.answer(words("homes.none", place=view.area.name, year=words.month(view.period[:4])))
        return
    year = state.get("year", known, known[-1])
    key = {"area_id": view.area.code, "period": year, "group_type": "all"}
    row = release.first(HOMES, key)
    _answer(view, row, release.first(HOMES, key | {"period": str(int(year) - 1)}))
    shown = [_grades(view, row, years, known, year), _renovation(view, year)]
    shown += [_below(view, year), _money(view, year), _compared(view, years)]
    leads, months = _leads(view)
    shown += [leads, months]
    columns = (
        "graded_house_count",
        *GRADES,
        *SAFETY,
        "dangerous_house_share",
        *TARGETS,
        *MONEY,
        *FUNDS,
        *AREA,
        *COMPARED,
    )
    figures = [(HOMES, column) for column in columns] + [(LEADS, column) for column in LEAD_FIGURES]
    layout.changes(view, [(HOMES, column, key) for column in columns])
    layout.definitions(view, figures, [words("homes.remark"), words("homes.leads_remark")])
    tables.downloads(view, "homes", shown, figures)


def _answer(view: View, row: Row, before: Row) -> None:
    words = view.words
    layout.answer(
        words(
            "homes.answer",
            place=view.area.name,
            year=words.month(row.get("period")),
            graded=words.count(row.get("graded_house_count")),
            dangerous=words.count(row.get("dangerous_house_count")),
            renovated=words.count(row.get("renovated_house_count")),
            unsafe=words.count(row.get("not_yet_safe_count")),
            subsidy=words.money(row.get("subsidy_cny")),
        )
    )
    lines = {
        "graded_house_count": GRADES,
        "dangerous_house_count": ("dangerous_house_share",),
        "renovated_house_count": TARGETS[:3],
        "not_yet_safe_count": ("made_safe_share", "in_renovation_count"),
        "subsidy_cny": ("paid_subsidy_cny", "paid_subsidy_share", "mean_subsidy_cny"),
    }
    against = words("tile.last_year")
    sections.tiles(view, HOMES, row, lines, before, against=against)


def _table(view: View, title: str, frame: pl.DataFrame, first: dict[str, str], columns: tuple[str, ...]) -> Table:
    return Table(title, frame, first | {column: view.cards.card(HOMES, column) for column in columns})


def _labels(view: View, columns: tuple[str, ...], model: str = HOMES, **axes: str) -> charts.Labels:
    names = {column: view.cards.card(model, column).title for column in columns}
    return charts.Labels({"series": view.words("definitions.figure")} | axes, names, view.note)


def _grades(view: View, row: Row, years: pl.DataFrame, known: list[str], year: str) -> Table:
    words = view.words
    layout.heading(words("homes.grades"), words("homes.grades_note"))
    state.select("year", words("choice.year"), tuple(reversed(known)), year, words.month)
    graded = pl.DataFrame(
        {
            "group": [words(f"homes.grade_{letter}") for letter in LETTERS],
            "value": pl.Series([row.get(column) for column in GRADES], dtype=pl.Int64, strict=False),
        }
    )
    if graded["value"].drop_nulls().is_empty():
        st.text(words("chart.empty"))
    else:
        labels = _labels(view, (), x=words("homes.houses"), y=words("homes.grade"))
        layout.chart(charts_homes.bars_by_group(graded, value="value", labels=labels), words("homes.grades"))
    columns = ("graded_house_count", *GRADES, *SAFETY, "dangerous_house_share", *AREA)
    table = _table(view, words("homes.grades"), years, {"period": words("choice.year")}, columns)
    tables.show(view, table)
    return table


def _renovation(view: View, year: str) -> Table:
    words = view.words
    layout.heading(words("homes.renovation"), words("homes.renovation_note"))
    key = {"area_id": view.area.code, "period": year, "group_type": "renovation_year"}
    by_year = view.release.rows(HOMES, key, order=("group_id",))
    if by_year["renovated_house_count"].drop_nulls().sum() > 0:
        labels = _labels(view, (*TARGETS, WHOLE), x=words("homes.renovation_year"), y=words("homes.houses"))
        figure = charts_homes.stacked_bars(by_year, by="group_id", whole=WHOLE, parts=TARGETS, labels=labels)
        layout.chart(figure, words("homes.renovation"))
    else:
        st.text(words("chart.empty"))
    columns = ("renovated_house_count", *TARGETS, "in_renovation_count", "subsidy_cny", "mean_subsidy_cny")
    first = {"group_id": words("homes.renovation_year")}
    table = _table(view, words("homes.renovation"), by_year, first, columns)
    tables.show(view, table)
    return table


def _below(view: View, year: str) -> Table:
    words = view.words
    money = ("graded_house_count", "subsidy_cny", "disagreeing_house_count")
    columns = ("not_yet_safe_count", *SAFETY[:2], "made_safe_share", "below_minimum_count", *money)
    title, note = words("homes.unsafe"), words("homes.unsafe_note")
    return sections.places(view, HOMES, year, columns, page="homes", title=title, note=note)


def _money(view: View, year: str) -> Table:
    words = view.words
    layout.heading(words("homes.money"), words("homes.money_note"))
    key = {"area_id": view.area.code, "period": year, "group_type": "target_group"}
    groups = view.release.rows(HOMES, key, order=("group_id",))
    groups = groups.filter(pl.col("subsidised_house_count").fill_null(1) > 0)
    groups = tables.in_order(groups, "group_id", "homes_group")
    groups = groups.with_columns(group=tables.named(groups["group_id"], "homes_group", words))
    if groups["subsidy_cny"].drop_nulls().is_empty():
        st.text(words("chart.empty"))
    else:
        size, unit = tables.unit_of_money(words)
        labels = _labels(view, ("subsidy_cny", "paid_subsidy_cny"), x=unit, y=words("homes.group"))
        layout.chart(charts_homes.paid_over_subsidy(groups, scale_by=size, labels=labels), words("homes.money"))
    table = _table(view, words("homes.money"), groups, {"group": words("homes.group")}, (*MONEY, *FUNDS, *AREA))
    tables.show(view, table)
    return table


def _compared(view: View, years: pl.DataFrame) -> Table:
    return sections.titled(view, "homes.compared", years, HOMES, COMPARED, first={"period": view.words("choice.year")})


def _leads(view: View) -> tuple[Table, Table]:
    """Each kind in its newest month up to the one shown, and its way through the months."""
    words, cards = view.words, view.cards
    layout.heading(words("homes.leads"), words("homes.leads_note"))
    key = {"area_id": view.area.code, "group_type": "lead_kind"}
    months = view.release.rows(LEADS, key, order=("period", "group_id"))
    months = months.filter((pl.col("period") <= view.period) & pl.col("group_id").is_in(KINDS))
    months = months.with_columns(kind=tables.named(months["group_id"], "homes_lead", words))
    told = months.filter(pl.col("lead_household_count").is_not_null() | _is_hidden(months))
    newest = told.sort("period").unique("group_id", keep="last", maintain_order=True)
    newest = tables.in_order(newest, "group_id", "homes_lead").with_columns(group=pl.col("kind"))
    if newest.is_empty():
        st.text(words("chart.empty"))
    else:
        labels = _labels(view, (*SCOPES, LEAD), LEADS, x=words("homes.households"), y=words("homes.lead_kind"))
        layout.chart(charts_homes.stacked_groups(newest, whole=LEAD, parts=SCOPES, labels=labels), words("homes.leads"))
    figures: dict[str, Card | str] = {column: cards.card(LEADS, column) for column in LEAD_FIGURES}
    first: dict[str, Card | str] = {"kind": words("homes.lead_kind"), "period": words("choice.period")}
    table = Table(words("homes.leads"), newest, first | figures)
    tables.show(view, table)
    history = Table(
        words("homes.leads_months"), told, {"period": words("choice.period"), "kind": first["kind"]} | figures
    )
    return table, history


def _is_hidden(frame: pl.DataFrame) -> pl.Expr:
    """True where the count is hidden as small rather than not reported."""
    if "hidden_columns" not in frame.columns:
        return pl.lit(value=False)
    return pl.col("hidden_columns").list.contains("lead_household_count").fill_null(value=False)


layout.page("homes", body, periods_of=LEADS)
