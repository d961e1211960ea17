"""兜底保障: dibao, tekun, aid, disability subsidies, special groups, overlap with the register, leads on payments."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards import charts, charts_homes, layout, sections, single_households, tables, wrong_payments
from dashboards.cards import Card
from dashboards.data import Row
from dashboards.layout import View
from dashboards.tables import Table

SOCIAL, LEADS, INSURANCE = "kpi_social_area_month", "fct_payment_lead", "kpi_insurance_area_year"
MONTHS = "kpi_register_bridge_area_month"
DIBAO = ("dibao_household_count", "dibao_person_count", "dibao_month_cny")
TEKUN = ("tekun_person_count", "tekun_institution_count", "tekun_month_cny")
OVERLAP = (
    "supported_registered_household_count",
    "supported_registered_person_count",
    "supported_registered_share",
    "listed_household_count",
)
DISABILITY = (
    "disability_subsidy_count",
    "living_subsidy_count",
    "nursing_subsidy_count",
    "disability_paid_cny",
    "certificate_person_count",
)
PAID = ("subsidy_payment_count", "subsidy_paid_cny")
AID = (
    "aid_time_count",
    "aid_cny",
    "registered_aid_time_count",
    "registered_aid_cny",
    "cumulative_registered_aid_time_count",
    "cumulative_registered_aid_cny",
    "medical_aid_cny",
)
CARE = ("care_person_count", "care_below_duty_count", "care_group_count", "care_post_count")
INSURED = (
    "insured_person_count",
    "registered_insured_count",
    "premium_cny",
    "premium_subsidy_cny",
    "claim_count",
    "claim_cny",
    "claim_ratio",
)
PENSIONS = ("pension_insured_count", "pension_drawing_count", "pension_paid_for_count", "pension_fiscal_cny")
COMPARED = ("register_only_dibao_count", "list_only_dibao_count")
PAYMENT_LEADS = ("payment_lead_count", "payment_lead_cny")
TILES = {
    "dibao_household_count": DIBAO[1:],
    "tekun_person_count": TEKUN[1:],
    "supported_registered_household_count": OVERLAP[1:3],
    "disability_subsidy_count": DISABILITY[1:4],
    "cumulative_registered_aid_time_count": ("cumulative_registered_aid_cny",),
    "care_person_count": ("care_below_duty_count",),
    "payment_lead_count": ("payment_lead_cny",),
}
# A section with groups: the heading of its groups, the kind of group, the count whose newest month is shown, figures.
GROUPS = {
    "classes": ("class", "dibao_class", "dibao_household_count", DIBAO[1:]),
    "care": ("care_kind", "care_kind", "care_person_count", CARE),
}
SHORT = 10


def body(view: View) -> None:
    """Who lives on social protection by the newest lists up to the month, place by place, and what does not fit."""
    words, release = view.words, view.release
    key = {"area_id": view.area.code, "group_type": "all"}
    months = release.rows(SOCIAL, key, order=("period",)) if release.has(SOCIAL) else pl.DataFrame()
    months = months if months.is_empty() else months.filter(pl.col("period") <= view.period)
    if months.is_empty():
        layout.answer(words("social.none", place=view.area.name))
        return
    rows = {column: _newest(view, months, column) for column in TILES}
    _answer(view, rows)
    shown = wrong_payments.show(view)
    shown += [_by_group(view, rows, name) for name in GROUPS]
    shown += [_table(view, months, "lists", (*DIBAO, *TEKUN, *OVERLAP, *DISABILITY, *PAID))]
    shown += [_table(view, months, "aid", AID), _table(view, months, "compared", COMPARED)]
    shown += [*_insurance(view), _below(view, rows), *_leads(view, rows)]
    figures = [
        (SOCIAL, column)
        for column in (*DIBAO, *TEKUN, *OVERLAP, *DISABILITY, *PAID, *AID, *CARE, *COMPARED, *PAYMENT_LEADS)
    ]
    figures += [(INSURANCE, column) for column in (*INSURED, *PENSIONS) if release.has(INSURANCE)]
    layout.changes(
        view, [(SOCIAL, column, key | {"period": str(row["period"])}) for column, row in rows.items() if row]
    )
    figures += wrong_payments.figures() if release.has(wrong_payments.MODEL) else []
    layout.definitions(view, figures, [words("social.remark")])
    tables.downloads(view, "social", shown, figures)


def _newest(view: View, months: pl.DataFrame, column: str) -> Row:
    """The row of the newest month that reports a column; an empty one when none does."""
    told = months.filter(_is_told(months, column))
    if told.is_empty():
        return {}
    key = {"area_id": view.area.code, "group_type": "all", "period": str(told["period"][-1])}
    return view.release.first(SOCIAL, key)


def _is_told(frame: pl.DataFrame, column: str) -> pl.Expr:
    """True where a count is reported, also when it is hidden as small."""
    if "hidden_columns" not in frame.columns:
        return pl.col(column).is_not_null()
    return pl.col(column).is_not_null() | pl.col("hidden_columns").list.contains(column).fill_null(value=False)


def _answer(view: View, rows: dict[str, Row]) -> None:
    words, cards = view.words, view.cards
    dibao, overlap = rows["dibao_household_count"], rows["supported_registered_household_count"]
    share = cards.card(SOCIAL, "supported_registered_share").show(overlap.get("supported_registered_share"), words)
    layout.answer(
        words(
            "social.answer",
            place=view.area.name,
            period=words.month(dibao.get("period") or view.period),
            households=words.count(dibao.get("dibao_household_count")),
            persons=words.count(dibao.get("dibao_person_count")),
            tekun=words.count(rows["tekun_person_count"].get("tekun_person_count")),
            registered=words.count(overlap.get("supported_registered_household_count")),
            registered_persons=words.count(overlap.get("supported_registered_person_count")),
            share=share,
            subsidies=words.count(rows["disability_subsidy_count"].get("disability_subsidy_count")),
        )
    )
    shown = []
    for column, below in TILES.items():
        row = rows[column]
        lines = [layout.line(view, SOCIAL, row, name) for name in below]
        month = [words.month(str(row["period"]))] if row else []
        shown.append(layout.tile(view, cards.card(SOCIAL, column), row, target=[*lines, *month]))
    layout.tiles(words, shown)


def _columns(view: View, columns: Sequence[str]) -> dict[str, Card | str]:
    return {column: view.cards.card(SOCIAL, column) for column in columns}


def _by_group(view: View, rows: dict[str, Row], name: str) -> Table:
    """The groups of the newest list, drawn and listed; the first of the figures is drawn."""
    axis, kind, leading, columns = GROUPS[name]
    words, value, row = view.words, columns[0], rows[leading]
    layout.heading(words(f"social.{name}"), words(f"social.{name}_note"))
    key = {"area_id": view.area.code, "group_type": kind, "period": str(row.get("period", ""))}
    groups = view.release.rows(SOCIAL, key, order=("group_id",))
    groups = groups.with_columns(group=tables.named(groups["group_id"], kind, words))
    if groups[value].drop_nulls().is_empty():
        st.text(words("chart.empty"))
    else:
        axes = {
            "series": words("definitions.figure"),
            "x": words("social.persons"),
            "y": words(f"social.{axis}"),
        }
        figure = charts_homes.bars_by_group(groups, value=value, labels=charts.Labels(axes, {}, view.note))
        layout.chart(figure, words(f"social.{name}"))
    table = Table(words(f"social.{name}"), groups, {"group": words(f"social.{axis}"), **_columns(view, columns)})
    tables.show(view, table)
    return table


def _table(view: View, months: pl.DataFrame, name: str, columns: tuple[str, ...]) -> Table:
    """The months that report any of the columns, the newest first."""
    told = months.filter(pl.any_horizontal([_is_told(months, column) for column in columns])).reverse()
    return sections.titled(view, f"social.{name}", told, SOCIAL, columns, first={"period": view.words("choice.period")})


def _insurance(view: View) -> list[Table]:
    """Insurance by year and kind, and pension insurance by year, up to the year shown; nothing while no list came."""
    words, release = view.words, view.release
    rows = release.rows(INSURANCE, {"area_id": view.area.code}, order=("period",)) if release.has(INSURANCE) else None
    if rows is None or rows.filter(pl.col("period") <= view.period[:4]).is_empty():
        return []
    rows = rows.filter(pl.col("period") <= view.period[:4])
    layout.heading(words("social.insurance"), words("social.insurance_note"))
    year, whole = {"period": words("choice.year")}, rows.filter(pl.col("group_type") == "all")
    kinds = rows.filter(pl.col("group_type") == "insurance_kind")
    cards: dict[str, Card | str] = {column: view.cards.card(INSURANCE, column) for column in INSURED}
    pensions: dict[str, Card | str] = {column: view.cards.card(INSURANCE, column) for column in PENSIONS}
    shown = [
        Table(words("social.insurance"), kinds, {**year, "group_id": words("social.insurance_kind"), **cards}),
        Table(words("social.pensions"), whole, {**year, **pensions}),
    ]
    for table in shown:
        tables.show(view, table)
    return shown


def _below(view: View, rows: dict[str, Row]) -> Table:
    period = str(rows["dibao_household_count"].get("period") or view.period)
    columns = (*DIBAO, TEKUN[0], *OVERLAP[:3], DISABILITY[0], "care_person_count", "payment_lead_count")
    return sections.places(view, SOCIAL, period, columns, page="social", title=view.words("social.below"), note="")


def _leads(view: View, rows: dict[str, Row]) -> list[Table]:
    """Leads on payments by kind and, by right, one by one: single people stand behind each row."""
    words, release = view.words, view.release
    layout.heading(words("social.leads"), words("social.leads_note"))
    period = str(rows["payment_lead_count"].get("period", ""))
    key = {"area_id": view.area.code, "group_type": "payment_lead", "period": period}
    kinds = release.rows(SOCIAL, key, order=("group_id",))
    kinds = kinds.with_columns(kind=tables.named(kinds["group_id"], "social_lead", words))
    first: dict[str, Card | str] = {"kind": words("social.lead_kind")}
    table = Table(words("social.leads"), kinds, first | _columns(view, PAYMENT_LEADS))
    tables.show(view, table)
    if not single_households.are_open():
        layout.paragraph(single_households.notice(words), quiet=True)
    if not single_households.are_open() or not release.has(LEADS):
        return [table]
    names = {area.code: area.name for area in release.areas if area.level == "village"}
    here = tuple(code for code in names if view.area.code in {step.code for step in release.path(code)})
    leads = release.rows(LEADS, {"area_code": here}, order=("period", "lead_kind", "person_key"))
    leads = leads.filter(pl.col("period") <= view.period).with_columns(
        pl.col("person_key").str.head(SHORT),
        tables.named(leads["lead_kind"], "social_lead", words).alias("lead_kind"),
        tables.named(leads["benefit"], "social_benefit", words).alias("benefit"),
        tables.named(leads["other_benefit"], "social_benefit", words).alias("other_benefit"),
        tables.named(leads["lead_status"], "social_status", words).alias("lead_status"),
        leads["area_code"].replace_strict(names, default=None, return_dtype=pl.String).alias("place"),
    )
    headings: dict[str, Card | str] = {
        "period": words("choice.period"),
        "lead_kind": words("social.lead_kind"),
        "benefit": words("social.benefit"),
        "other_benefit": words("social.other_benefit"),
        "place": words("policies.place"),
        "person_key": words("policies.person"),
        "amount_cny": words("social.amount"),
        "recovered_cny": words("social.recovered"),
        "lead_status": words("social.status"),
        "death_date": words("social.death"),
        "receipt_id": words("policies.receipt"),
        "source_row": words("policies.row"),
    }
    listed = Table(words("social.leads_list"), leads, headings)
    tables.show(view, listed)
    return [table, listed]


layout.page("social", body, periods_of=MONTHS)
