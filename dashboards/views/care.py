"""孩子都在学、看病报得了吗: school age, aid, insurance, reimbursement against its bar, own payments, care."""

from __future__ import annotations

import polars as pl

from dashboards import layout, sections, tables
from dashboards.data import Row
from dashboards.layout import View
from dashboards.tables import Table

SCHOOL, HEALTH = "kpi_education_area_year", "kpi_health_area_year"
CHILDREN, BILLS = "fct_schooling", "fct_payment_burden_lead"
PUPILS = (
    "school_age_count",
    "enrolled_count",
    "taught_at_home_count",
    "not_in_school_count",
    "dropped_out_count",
    "not_on_school_list_count",
    "enrolled_share",
    "pupil_count",
    "entitled_count",
    "entitled_without_aid_count",
    "entitled_without_aid_share",
)
AID = (
    "aid_person_time_count",
    "registered_aid_count",
    "aid_cny",
    "loan_person_time_count",
    "loan_cny",
    "cumulative_aid_person_time_count",
    "cumulative_aid_cny",
    "cumulative_loan_person_time_count",
    "cumulative_loan_cny",
)
INSURANCE = (
    "registered_person_count",
    "insured_count",
    "not_insured_count",
    "not_on_insurance_list_count",
    "insured_share",
    "subsidised_count",
    "subsidy_cny",
)
PAYMENTS = (
    "settlement_count",
    "inpatient_count",
    "ruled_inpatient_count",
    "below_bar_count",
    "reimbursed_share",
    "total_cost_cny",
    "own_payment_cny",
    "large_payment_household_count",
    "large_payment_outside_count",
)
CARE = (
    "major_illness_count",
    "major_treated_count",
    "major_signed_count",
    "major_illness_kind_count",
    "chronic_count",
    "chronic_signed_count",
    "chronic_visited_count",
    "team_count",
)
# A tile's figure → what is known when it is, and the lines under it.
TILES = {
    (SCHOOL, "not_in_school_count"): ("school_age_count", ("enrolled_share", "not_on_school_list_count")),
    (SCHOOL, "entitled_without_aid_count"): ("entitled_count", ("entitled_count", "aid_cny")),
    (HEALTH, "insured_share"): ("registered_person_count", ("not_insured_count", "not_on_insurance_list_count")),
    (HEALTH, "reimbursed_share"): ("settlement_count", ("below_bar_count", "ruled_inpatient_count")),
    (HEALTH, "large_payment_household_count"): ("settlement_count", ("large_payment_outside_count", "own_payment_cny")),
    (HEALTH, "major_treated_share"): ("major_illness_count", ("major_illness_count", "chronic_signed_share")),
}


def body(view: View) -> None:
    """Answer, tiles, children of school age, aid, insurance, reimbursement, heavy own payments, care, places."""
    words = view.words
    frames = {model: sections.own(view, model) for model in (SCHOOL, HEALTH)}
    _answer(view, frames)
    year = {"period": words("choice.year")}
    shown: list[Table] = []
    for name, model, columns in (
        ("pupils", SCHOOL, PUPILS),
        ("aid", SCHOOL, AID),
        ("insurance", HEALTH, INSURANCE),
        ("payments", HEALTH, PAYMENTS),
        ("treatment", HEALTH, CARE),
    ):
        figures = [(model, column) for column in columns]
        told = sections.told(frames[model], columns)
        table = sections.table(view, words(f"care.{name}"), told, year, figures)
        shown += sections.show(view, words(f"care.{name}_note"), table)
        if name == "pupils":
            shown += _children(view)
        if name == "aid":
            shown += _by_group(view, SCHOOL, "project", AID[:5])
        if name == "payments":
            shown += _bills(view)
        if name == "treatment":
            shown += _by_group(view, HEALTH, "chronic", CARE[4:7])
    shown += _places(view, frames)
    figures = [(SCHOOL, column) for column in (*PUPILS, *AID) if view.release.has(SCHOOL)]
    figures += [(HEALTH, column) for column in (*INSURANCE, *PAYMENTS, *CARE) if view.release.has(HEALTH)]
    layout.definitions(view, figures, [words("care.remark")])
    tables.downloads(view, "care", shown, figures)


def _last(view: View, model: str, frame: pl.DataFrame, column: str) -> Row:
    """The place's row of the newest year that reports a figure, empty when there is none."""
    told = sections.told(frame, (column,))
    if told.is_empty():
        return {}
    key = {"area_id": view.area.code, "period": str(told["period"].max()), "group_type": "all"}
    return view.release.first(model, key)


def _answer(view: View, frames: dict[str, pl.DataFrame]) -> None:
    words = view.words
    school = _last(view, SCHOOL, frames[SCHOOL], "school_age_count")
    health = _last(view, HEALTH, frames[HEALTH], "registered_person_count")

    def shown(model: str, row: Row, column: str) -> str:
        return view.cards.card(model, column).show(row.get(column), words) if view.release.has(model) else "—"

    layout.answer(
        words(
            "care.answer",
            place=view.area.name,
            school_year=words.month(str(school["period"])) if school else "—",
            children=shown(SCHOOL, school, "school_age_count"),
            enrolled=shown(SCHOOL, school, "enrolled_count"),
            away=shown(SCHOOL, school, "not_in_school_count"),
            unknown=shown(SCHOOL, school, "not_on_school_list_count"),
            health_year=words.month(str(health["period"])) if health else "—",
            insured=shown(HEALTH, health, "insured_share"),
            reimbursed=shown(HEALTH, health, "reimbursed_share"),
        )
    )
    tiles = []
    for (model, column), (anchor, lines) in TILES.items():
        if not view.release.has(model):
            continue
        row = _last(view, model, frames[model], anchor)
        below = [layout.line(view, model, row, line) for line in lines]
        tiles.append(layout.tile(view, view.cards.card(model, column), row, target=below))
    layout.tiles(words, tiles)


def _newest(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The newest year in which a figure is told."""
    if frame.is_empty():
        return frame
    told = frame.filter(pl.any_horizontal(pl.col(column).fill_null(0) > 0 for column in columns))
    return told.filter(pl.col("period") == told["period"].max())


def _by_group(view: View, model: str, group: str, columns: tuple[str, ...]) -> list[Table]:
    words = view.words
    found = _newest(sections.own(view, model, group), columns[:1])
    if not found.is_empty():
        found = found.with_columns(group=tables.named(found["group_id"], "guarantee_word", words))
    first = {"group": words(f"care.{group}"), "period": words("choice.year")}
    table = sections.table(view, words(f"care.by_{group}"), found, first, [(model, column) for column in columns])
    return sections.show(view, words(f"care.by_{group}_note"), table)


def _children(view: View) -> list[Table]:
    """School children who are not taught, or whom nobody has on a list."""
    words = view.words
    wanted = {"schooling_status": ("not_in_school", "not_on_list")}
    found = sections.leads(view, CHILDREN, wanted, ("period", "area_code", "person_key"))
    if not found.is_empty():
        found = found.filter(pl.col("is_school_age") & (pl.col("period") == found["period"].max()))
        found = found.with_columns(
            status=tables.named(found["schooling_status"], "schooling_status", words),
            schooling_form=tables.named(found["schooling_form"], "guarantee_word", words),
        )
    heads = ("place", "household_key", "person_key", "status", "schooling_form", "source_row")
    first = {head: words(f"guarantee_list.{head}") for head in heads}
    table = sections.table(view, words("care.children"), found, {"period": words("choice.year")} | first, ())
    return sections.show(view, words("care.children_note"), table)


def _bills(view: View) -> list[Table]:
    """Who paid so much that somebody should look: a lead and nothing more."""
    words = view.words
    found = sections.leads(view, BILLS, {}, ("period", "own_payment_cny"))
    if not found.is_empty():
        found = found.filter(pl.col("period") == found["period"].max()).reverse()
        found = found.with_columns(
            scope=pl.col("is_registered").replace_strict(
                {True: words("care.registered"), False: words("care.outside")}, return_dtype=pl.String
            )
        )
    heads = ("place", "payer_key", "scope", "own_payment_cny", "payment_bar_cny", "source_row")
    first = {"period": words("choice.year")} | {head: words(f"guarantee_list.{head}") for head in heads}
    return sections.show(view, words("care.bills_note"), sections.table(view, words("care.bills"), found, first, ()))


def _places(view: View, frames: dict[str, pl.DataFrame]) -> list[Table]:
    row = _last(view, HEALTH, frames[HEALTH], "registered_person_count")
    period = str(row.get("period", view.period[:4]))
    columns = ("insured_share", *INSURANCE[:4], *PAYMENTS[2:5], *CARE[:2])
    title, note = view.words("care.places"), view.words("care.places_note")
    return [sections.places(view, HEALTH, period, columns, page="care", title=title, note=note)]


layout.page("care", body, periods_of="kpi_register_bridge_area_month")
