"""政策落实: policy by policy and place by place who is entitled, who has it, who has not, who has no right; leads."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts, charts_homes, layout, single_households, state, tables
from dashboards.cards import Card
from dashboards.layout import View
from dashboards.tables import Table

COVERAGE, LEADS, RULES = "kpi_policy_coverage_area_year", "fct_policy_lead", "dim_policy_rule"
MONTHS = "kpi_register_bridge_area_month"
WHOLE, PARTS = "eligible_count", ("covered_count", "without_count")
FIGURES = (
    WHOLE,
    *PARTS,
    "covered_share",
    "receiving_count",
    "without_right_count",
    "other_receiving_count",
    "unknown_count",
    "unknown_receiving_count",
)
SHORT = 10


def body(view: View) -> None:
    """The year's policies, one policy through the years and by place, and the leads one by one."""
    words, release = view.words, view.release
    key = {"area_id": view.area.code}
    rows = release.rows(COVERAGE, key, order=("period", "group_id")) if release.has(COVERAGE) else pl.DataFrame()
    years = [] if rows.is_empty() else rows["period"].unique().sort().to_list()
    known = [year for year in years if year <= view.period[:4]]
    if not known:
        layout.answer(words("policies.none", place=view.area.name))
        return
    year = state.get("year", known, known[-1])
    rows = rows.with_columns(group=tables.named(rows["group_id"], "policies_policy", words))
    rows = tables.in_order(rows, "group_id", "policies_policy")
    now = rows.filter(pl.col("period") == year)
    _answer(view, now, year)
    shown = [_policies(view, now, known, year)]
    policies = now["group_id"].to_list()
    policy = state.get("policy", policies, policies[0])
    shown += [_below(view, year, policies, policy), _years(view, rows, policy)]
    shown += [*_leads(view, year, policy), *_rules(view, policies, year)]
    figures = [(COVERAGE, column) for column in FIGURES]
    layout.changes(view, [(COVERAGE, column, key | {"period": year, "group_id": policy}) for column in FIGURES])
    layout.definitions(view, figures, [words("policies.remark")])
    tables.downloads(view, "policies", shown, figures)


def _answer(view: View, now: pl.DataFrame, year: str) -> None:
    words, cards = view.words, view.cards
    told = now.filter(pl.col("list_period").is_not_null())
    hidden = _hidden(told, "without_count"), _hidden(told, "without_right_count")
    gaps = told.filter((pl.col("without_count") > 0) | hidden[0]).height
    wrong = told.filter((pl.col("without_right_count") > 0) | hidden[1]).height
    layout.answer(
        words(
            "policies.answer",
            place=view.area.name,
            year=words.month(year),
            told=told.height,
            gaps=gaps,
            wrong=wrong,
        )
    )
    shown = []
    for policy, name in told.select("group_id", "group").iter_rows():
        row = view.release.first(COVERAGE, {"area_id": view.area.code, "period": year, "group_id": policy})
        lines = [layout.line(view, COVERAGE, row, column) for column in (WHOLE, "without_count", "without_right_count")]
        card = cards.card(COVERAGE, "covered_share")
        tile = layout.tile(view, card, row, target=lines)
        shown.append(layout.Tile(name, tile.value, tile.help, tile.more))
    if shown:
        layout.tiles(words, shown)


def _hidden(frame: pl.DataFrame, column: str) -> pl.Expr:
    """True where a count is hidden as small: it is not 0."""
    if "hidden_columns" not in frame.columns:
        return pl.lit(value=False)
    return pl.col("hidden_columns").list.contains(column).fill_null(value=False)


def _columns(view: View, columns: tuple[str, ...] = FIGURES) -> dict[str, Card | str]:
    return {column: view.cards.card(COVERAGE, column) for column in columns}


def _policies(view: View, now: pl.DataFrame, known: list[str], year: str) -> Table:
    words = view.words
    layout.heading(words("policies.policies"), words("policies.policies_note"))
    state.select("year", words("choice.year"), tuple(reversed(known)), year, words.month)
    if now[WHOLE].drop_nulls().is_empty():
        st.text(words("chart.empty"))
    else:
        names = {column: view.cards.card(COVERAGE, column).title for column in (*PARTS, WHOLE)}
        axes = {"series": words("definitions.figure"), "x": words("policies.count"), "y": words("policies.policy")}
        labels = charts.Labels(axes, names, view.note)
        layout.chart(
            charts_homes.stacked_groups(now, whole=WHOLE, parts=PARTS, labels=labels), words("policies.policies")
        )
    first = {"group": words("policies.policy"), "list_period": words("policies.list_period")}
    table = Table(words("policies.policies"), now, first | _columns(view))
    tables.show(view, table)
    return table


def _below(view: View, year: str, policies: list[str], policy: str) -> Table:
    words = view.words
    if view.area.level != "village":
        layout.heading(words("policies.below"))
        state.select(
            "policy", words("policies.policy"), policies, policy, lambda code: words.name("policies_policy", code)
        )
    key = {"parent_area_id": view.area.code, "period": year, "group_id": policy}
    below = view.release.rows(COVERAGE, key, order=("area_id",))
    columns = ("without_count", "without_right_count", "covered_share", WHOLE, "covered_count", "unknown_count")
    table = Table(words("policies.below"), below, {"area_name": words("table.area"), **_columns(view, columns)})
    tables.drill(view, table, table_key="policies")
    return table


def _years(view: View, rows: pl.DataFrame, policy: str) -> Table:
    words = view.words
    layout.heading(words("policies.years"))
    first = {"period": words("choice.year"), "list_period": words("policies.list_period")}
    table = Table(words("policies.years"), rows.filter(pl.col("group_id") == policy), first | _columns(view))
    tables.show(view, table)
    return table


def _leads(view: View, year: str, policy: str) -> list[Table]:
    """The leads of one policy, by right: single people stand behind each row."""
    words = view.words
    layout.heading(words("policies.leads"), words("policies.leads_note"))
    if not single_households.are_open():
        layout.paragraph(single_households.notice(words), quiet=True)
        return []
    if not view.release.has(LEADS):
        st.text(words("chart.empty"))
        return []
    leads = tables_of_place(view, LEADS, {"policy_name": policy, "calendar_year": year})
    leads = leads.with_columns(kind=tables.named(leads["lead_kind"], "policies_kind", words)).sort("kind", "area_code")
    headings = {
        "kind": words("policies.kind"),
        "place": words("policies.place"),
        "person_key": words("policies.person"),
        "household_key": words("policies.household"),
        "receipt_id": words("policies.receipt"),
        "source_row": words("policies.row"),
    }
    table = Table(words("policies.leads"), leads, headings)
    tables.show(view, table)
    return [table]


def _rules(view: View, policies: list[str], year: str) -> list[Table]:
    """The rules in force in the year for the chosen place: condition, region, validity, source."""
    words = view.words
    if not view.release.has(RULES):
        return []
    layout.heading(words("policies.rules"), words("policies.rules_note"))
    code = view.area.code
    regions = {code, "0" * 12, *(code[:digits].ljust(12, "0") for digits in (2, 4, 6, 9))}
    rules = view.release.rows(RULES, {"policy_name": tuple(policies)}, order=("policy_name", "region", "valid_from"))
    rules = rules.filter(
        pl.col("region").is_in(sorted(regions)),
        pl.col("valid_from").dt.year() <= int(year),
        pl.col("valid_to").is_null() | (pl.col("valid_to").dt.year() >= int(year)),
    )
    names = {area.code: area.name for area in view.release.areas}
    rules = rules.with_columns(
        group=tables.named(rules["policy_name"], "policies_policy", words),
        condition=tables.named(rules["policy_name"], "policies_rule", words),
        place=rules["region"].replace_strict(names, default=words("policies.country"), return_dtype=pl.String),
    )
    rules = tables.in_order(rules, "policy_name", "policies_policy")
    headings = {
        "group": words("policies.policy"),
        "condition": words("policies.condition"),
        "place": words("policies.region"),
        "valid_from": words("policies.valid_from"),
        "valid_to": words("policies.valid_to"),
        "confidence": words("policies.confidence"),
        "source": words("policies.source"),
    }
    table = Table(words("policies.rules"), rules, headings)
    tables.show(view, table)
    return [table]


def tables_of_place(view: View, table: str, wanted: dict[str, str]) -> pl.DataFrame:
    """Rows of a table of facts in the villages of the chosen place, with short pseudonyms and the village's name."""
    names = {area.code: area.name for area in view.release.areas if area.level == "village"}
    here = tuple(code for code in names if view.area.code in {step.code for step in view.release.path(code)})
    rows = view.release.rows(table, {**wanted, "area_code": here})
    keys = [column for column in ("person_key", "household_key") if column in rows.columns]
    place = rows["area_code"].replace_strict(names, default=None, return_dtype=pl.String)
    return rows.with_columns(*(pl.col(column).str.head(SHORT) for column in keys), place=place)


layout.page("policies", body, periods_of=MONTHS)
