"""One place on one page: which figures of which subject tell a village, township or county, and its own lists.

Belongs here: the choice of figures and the newest value of each. Does not belong here: drawing (``views/village.py``).
A table that the release lacks is left out; a figure that was not reported is a dash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dashboards.data import Area, Release, Row
from dashboards.export import is_hidden

ALL: Mapping[str, str] = {"group_type": "all", "group_id": "all"}


@dataclass(frozen=True)
class Subject:
    """Some figures of one KPI table, with the group they are taken of."""

    name: str
    model: str
    columns: tuple[str, ...]
    group: Mapping[str, str] | None = None


@dataclass(frozen=True)
class List:
    """Single things of a village: a table with ``area_code``, its columns, and the flag of the rows that count."""

    name: str
    table: str
    columns: tuple[str, ...]
    only: str | None = None


SUBJECTS: tuple[Subject, ...] = (
    Subject(
        "register",
        "kpi_register_bridge_area_month",
        ("closing_household_count", "closing_person_count"),
        {"group_type": "population", "group_id": "registered"},
    ),
    Subject("exit", "kpi_exit_area_year", ("exited_household_count", "exited_person_count", "remaining_person_count")),
    Subject("monitoring", "kpi_monitoring_area_month", ("closing_household_count", "new_household_count",
                                                        "eliminated_household_count")),
    Subject("income", "kpi_income_area_year", ("mean_per_head_cny", "median_per_head_cny",
                                               "falling_household_count")),
    Subject("homes", "kpi_housing_area_year", ("graded_house_count", "renovated_house_count", "not_yet_safe_count")),
    Subject("work", "kpi_employment_area_month", ("working_person_count", "working_share",
                                                  "zero_employment_household_count")),
    Subject("guarantees", "kpi_guarantee_area_year", ("met_household_count", "not_met_household_count", "met_share")),
    Subject("education", "kpi_education_area_year", ("school_age_count", "enrolled_share", "not_in_school_count")),
    Subject("health", "kpi_health_area_year", ("insured_share", "reimbursed_share", "chronic_signed_share")),
    Subject("water", "kpi_water_area_year", ("safe_water_share", "tap_water_share")),
    Subject("relocation", "kpi_relocation_area_month", ("moved_household_count", "area_per_head_m2", "working_share")),
    Subject("services", "kpi_village_service_area_year", ("hard_road_group_share", "tap_water_share",
                                                          "complete_village_count")),
    Subject("social", "kpi_social_area_month", ("dibao_household_count", "dibao_person_count", "tekun_person_count")),
    Subject("industry", "kpi_industry_area_year", ("participating_household_count", "linked_household_count",
                                                   "reward_missing_household_count")),
    Subject("collective", "kpi_collective_area_year", ("income_cny", "distributed_share")),
    Subject("loans", "kpi_loan_area_month", ("outstanding_loan_count", "outstanding_cny", "overdue_loan_count")),
    Subject("help", "kpi_help_area_month", ("visit_rate_share", "unseen_household_count", "team_count")),
    Subject("projects", "kpi_project_area_month", ("project_count", "budget_cny", "stuck_count")),
    Subject("assets", "kpi_asset_area_year", ("asset_count", "original_value_cny", "idle_count")),
    Subject("problems", "kpi_problem_area_month", ("found_count", "open_count", "overdue_count")),
)  # fmt: skip
LISTS: tuple[List, ...] = (
    List("problems", "fct_problem", ("problem_id", "problem_item", "found_date", "due_date", "problem_state")),
    List("projects", "fct_project", ("project_id", "project_name", "project_stage", "budget_cny", "paid_final_cny",
                                     "stage_days")),
    List("assets", "fct_asset", ("asset_id", "asset_name", "asset_class", "management_level", "use_state",
                                 "original_value_cny"), "is_year_end"),
    List("monitored", "fct_monitoring", ("household_key", "monitoring_class", "risk", "recognised_date",
                                         "first_measure_date", "eliminated_month")),
)  # fmt: skip


def newest(release: Release, subject: Subject, column: str, area: Area, period: str) -> tuple[str, Row]:
    """The newest period up to ``period`` in which the figure is known for the place, and that row.

    A small count that is hidden is known. An empty row when none is; the period is then the one asked for.
    """
    columns = release.columns(subject.model)
    if column not in columns:
        return period, {}
    group = {name: value for name, value in (subject.group or ALL).items() if name in columns}
    rows = release.rows(subject.model, {"area_id": area.code} | group)
    told = rows.filter((pl.col("period") <= period) & (pl.col(column).is_not_null() | is_hidden(rows, column)))
    if told.is_empty():
        return period, {}
    month = str(told["period"].max())
    return month, release.first(subject.model, {"area_id": area.code, "period": month} | group)


def at(release: Release, subject: Subject, area: Area | None, period: str) -> Row:
    """The row of another place for the same period; empty without one."""
    if area is None:
        return {}
    columns = release.columns(subject.model)
    group = {name: value for name, value in (subject.group or ALL).items() if name in columns}
    return release.first(subject.model, {"area_id": area.code, "period": period} | group)


def listed(release: Release, wanted: List, area: Area, columns: Sequence[str]) -> pl.DataFrame:
    """The rows of a village's list, of their newest account when the table has one."""
    rows = release.rows(wanted.table, {"area_code": area.code})
    if wanted.only in columns:
        rows = rows.filter(pl.col(str(wanted.only)))
    if "calendar_year" in columns and rows.height:
        rows = rows.filter(pl.col("calendar_year") == pl.col("calendar_year").max())
    return rows.select(name for name in wanted.columns if name in columns)
