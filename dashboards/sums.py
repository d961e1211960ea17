"""What a reader can work out from the columns of one table: sums inside a row, from period to period, and bases.

Belongs here: which columns of which mart make up which. Does not belong here: what is hidden for it
(``small_cells.py``), numerators and denominators (they stand on the KPI cards).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import NamedTuple

# What a reader can add up inside one row: a total and its parts.
SUMS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "kpi_exit_area_year": tuple(
        (f"listed_{unit}_count", (f"cumulative_exited_{unit}_count", f"remaining_{unit}_count"))
        for unit in ("household", "person")
    ),
    "kpi_employment_area_month": (
        (
            "working_person_count",
            tuple(f"working_{place}_count" for place in ("county", "province", "outside", "other")),
        ),
        ("working_person_count", ("previous_year_working_count", "working_growth_count")),
        ("started_worker_count", ("new_worker_count", "returned_worker_count")),
        (
            "cumulative_worker_count",
            tuple(f"cumulative_{place}_count" for place in ("county", "province", "outside", "other")),
        ),
        (
            "cumulative_worker_count",
            tuple(f"worked_{months}_count" for months in ("1_to_3", "4_to_6", "7_to_9", "10_to_12")),
        ),
        ("public_post_count", ("cleaner_post_count", "ranger_post_count", "other_post_count")),
        ("cumulative_worker_count", ("planned_started_count", "unplanned_started_count")),
        ("ledger_employed_count", ("ledger_working_count", "ledger_difference_count")),
    ),
    # In the row of all groups: one number under two names.
    "kpi_income_area_year": (("all_register_household_count", ("register_household_count",)),),
    "kpi_help_area_month": (
        ("registered_household_count", ("seen_household_count", "unseen_household_count")),
        ("registered_household_count", ("paired_household_count", "unpaired_household_count")),
    ),
    "kpi_light_area_month": (
        (
            "all_household_count",
            tuple(f"{light}_household_count" for light in ("red", "yellow", "green", "unreported")),
        ),
    ),
    "kpi_lead_area_month": (
        (
            "lead_household_count",
            tuple(
                f"{scope}_household_count" for scope in ("before_exit", "after_exit", "unknown_date", "still_listed")
            ),
        ),
    ),
    "kpi_exit_check_area_year": (("checked_household_count", ("passed_household_count", "failed_household_count")),),
    "kpi_assessment_area_year": (("sample_count", ("problem_count", "hit_count")),),
    "kpi_policy_coverage_area_year": (
        ("eligible_count", ("covered_count", "without_count")),
        (
            "receiving_count",
            ("covered_count", "without_right_count", "other_receiving_count", "unknown_receiving_count"),
        ),
    ),
    "kpi_social_area_month": (
        ("disability_subsidy_count", ("living_subsidy_count", "nursing_subsidy_count")),
        ("care_person_count", ("care_group_count", "care_post_count")),
    ),
    "kpi_housing_area_year": (
        ("disagreeing_house_count", ("register_only_count", "ledger_only_count")),
        ("graded_house_count", tuple(f"grade_{grade}_count" for grade in "abcd")),
        ("dangerous_house_count", ("grade_c_count", "grade_d_count")),
        ("dangerous_house_count", ("renovated_house_count", "not_yet_safe_count")),
        (
            "renovated_house_count",
            tuple(f"renovated_{target}_count" for target in ("registered", "priority", "outside", "other")),
        ),
    ),
    # Counts of listed rows, added up on the page (``place_counts.py``).
    "fct_monitoring_measure": (
        (
            "open_household_count",
            tuple(f"{state}_household_count" for state in ("overdue", "not_due", "late", "measured")),
        ),
    ),
    "fct_payment_burden_case": (
        (
            "listed_household_count",
            tuple(f"{state}_household_count" for state in ("never_opened", "opened", "concluded", "recognised")),
        ),
    ),
    "kpi_guarantee_area_year": (
        (
            "listed_household_count",
            tuple(f"{status}_household_count" for status in ("met", "not_met", "not_reported")),
        ),
    ),
    "kpi_water_area_year": (
        (
            "listed_household_count",
            tuple(f"{status}_household_count" for status in ("safe", "unsafe", "not_on_water_list")),
        ),
    ),
    "kpi_education_area_year": (
        ("school_age_count", ("enrolled_count", "not_in_school_count", "not_on_school_list_count")),
    ),
    "kpi_health_area_year": (
        ("registered_person_count", ("insured_count", "not_insured_count", "not_on_insurance_list_count")),
    ),
    "kpi_relocation_area_month": (
        *(
            (f"moved_{unit}_count", tuple(f"{part}_{unit}_count" for part in parts))
            for unit in ("household", "person")
            for parts in (("registered", "synchronous"), ("settled", "scattered"))
        ),
        ("labour_person_count", ("working_person_count", "without_work_person_count")),
    ),
}
# The same from one period to the next: a total, its parts in the same period, its parts in the period before.
STEPS: Mapping[str, tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]] = {
    "kpi_exit_area_year": tuple(
        (f"sum_of_yearly_exits_{unit}_count", (f"exited_{unit}_count",), (f"sum_of_yearly_exits_{unit}_count",))
        for unit in ("household", "person")
    ),
    "kpi_register_bridge_area_month": tuple(
        (f"opening_{unit}_count", (), (f"closing_{unit}_count",)) for unit in ("household", "person")
    ),
    "kpi_education_area_year": tuple(
        (
            f"cumulative_{kind}_person_time_count",
            (f"{kind}_person_time_count",),
            (f"cumulative_{kind}_person_time_count",),
        )
        for kind in ("aid", "loan")
    ),
    "kpi_monitoring_area_month": tuple(
        (f"opening_{unit}_count", (), (f"closing_{unit}_count",)) for unit in ("household", "person")
    ),
    "kpi_employment_area_month": (("opening_working_count", (), ("working_person_count",)),),
}
# Stocks, and the movements between them with their direction, in or out. Stocks other than 0 are not hidden for the
# sake of movements: a monthly stock that comes and goes would be of no use (see the decision). What a bridge cannot
# explain stands with the stocks, since a sign beside it says when it is 0, and so do moves between villages, since
# everybody knows that they are 0 for the county.
_IN, _OUT = 1, -1
BRIDGES: Mapping[str, tuple[tuple[tuple[str, ...], Mapping[str, int]], ...]] = {
    "kpi_register_bridge_area_month": tuple(
        (
            tuple(f"{stock}_{unit}_count" for stock in ("opening", "closing", "unexplained")),
            {
                f"{move}_{unit}_count": way
                for way, moves in (
                    (_IN, ("identified", "returned", "natural_plus", "transfer_in", "split")),
                    (_OUT, ("natural_minus", "removed_in_error", "transfer_out", "merge", "exited")),
                )
                for move in moves
            },
        )
        for unit in ("household", "person")
    ),
    "kpi_monitoring_area_month": tuple(
        (
            tuple(f"{stock}_{unit}_count" for stock in ("opening", "closing")),
            {
                f"{move}_{unit}_count": way
                for way, moves in ((_IN, ("new", "returned")), (_OUT, ("eliminated", "natural", "removed")))
                for move in moves
            },
        )
        for unit in ("household", "person")
    ),
    "kpi_employment_area_month": (
        (
            ("opening_working_count", "working_person_count", "moved_worker_count"),
            {"started_worker_count": _IN, "stopped_worker_count": _OUT},
        ),
    ),
    # Every mean of a row falls with the households whose incomes it is made of: of a whole county, for two without a
    # row. So the register's number goes beside those two, which no mean is made of.
    "kpi_income_area_year": (
        (("household_count",), {"register_household_count": _IN, "without_income_row_household_count": _OUT}),
    ),
    # Two offices that count the same houses: what only one of them says makes up their difference. With the sum of
    # what only one says, each of the two follows as well.
    "kpi_housing_area_year": tuple(
        (("register_dangerous_count", "ledger_unsafe_count"), moves)
        for moves in (
            {"register_only_count": _IN, "ledger_only_count": _OUT},
            {"disagreeing_house_count": _OUT, "register_only_count": _IN},
            {"disagreeing_house_count": _IN, "ledger_only_count": _OUT},
        )
    ),
}


def _there(model: str) -> tuple[tuple[str, str], ...]:
    """Nobody goes where nobody was, and nobody came where nobody is."""
    return tuple(
        (stocks[0 if way == _OUT else 1], move) for stocks, moves in BRIDGES[model] for move, way in moves.items()
    )


def _both(*names: str) -> tuple[tuple[str, str], ...]:
    """The same in households and in persons."""
    return tuple(
        pair for name in names for pair in permutations((f"{name}_household_count", f"{name}_person_count"), 2)
    )


# There is none of the second without one of the first, so a 0 of the first is one of the second. Births and deaths move
# persons without their household, and households that split or merge move nobody.
NONE_WITHOUT: Mapping[str, tuple[tuple[str, str], ...]] = {
    "kpi_monitoring_area_month": (
        *_there("kpi_monitoring_area_month"),
        *_both("opening", "new", "returned", "eliminated", "natural", "removed", "closing"),
    ),
    "kpi_register_bridge_area_month": (
        *_there("kpi_register_bridge_area_month"),
        *_both("opening", "identified", "returned", "transfer_in"),
        *_both("removed_in_error", "transfer_out", "exited", "closing"),
        ("natural_plus_person_count", "natural_plus_household_count"),
        ("natural_minus_person_count", "natural_minus_household_count"),
    ),
    "kpi_employment_area_month": (
        *_there("kpi_employment_area_month"),
        ("started_worker_count", "new_worker_count"),
        ("started_worker_count", "returned_worker_count"),
        ("monitored_person_count", "working_person_count"),
        ("cumulative_worker_count", "working_person_count"),
        ("working_person_count", "working_labour_force_count"),
        ("labour_force_count", "working_labour_force_count"),
    ),
    "kpi_housing_area_year": (
        ("register_dangerous_count", "register_only_count"),
        ("ledger_unsafe_count", "ledger_only_count"),
    ),
}


class Within(NamedTuple):
    """Two groups, the first of which holds all of the second: what it has none of, the second has none of.

    But for the columns whose names begin with one of ``of_one``: only one of the groups has such movements. Those that
    begin with one of ``same`` are the same in both.
    """

    groups: tuple[str, str]
    of_one: tuple[str, ...]
    same: tuple[str, ...]


WITHIN: Mapping[str, Within] = {
    "kpi_register_bridge_area_month": Within(
        ("registered", "unexited"), of_one=("returned", "exited", "unexplained"), same=("identified",)
    )
}
# Parts of another count whose rest is no column, beside the numerators of shares on the cards: what is left counts too.
PARTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "kpi_employment_area_month": (("zero_employment_wanting_household_count", "zero_employment_household_count"),),
    "kpi_relocation_area_month": (
        ("moved_in_household_count", "moved_household_count"),
        ("measured_household_count", "registered_household_count"),
        ("measured_person_count", "registered_person_count"),
        ("above_area_bar_count", "measured_household_count"),
        ("labour_household_count", "moved_household_count"),
        ("zero_employment_household_count", "labour_household_count"),
        ("not_eligible_household_count", "moved_household_count"),
        ("to_check_household_count", "moved_household_count"),
    ),
}
NOT_A_PART = frozenset({"working_growth_count"})
"""Numerators of shares that are no part of their denominator."""
# Columns that count the same as a column of another table, or nearly, by place and period: hidden where that one is.
SAME: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "kpi_exit_check_area_year": {
        f"{what}_household_count": ("kpi_exit_area_year", "exited_household_count")
        for what in ("due", "checked", "complete", "passed")
    },
}
# Whose figures a row's means, medians and indices are made of, where the card names no denominator of its own.
BASES: Mapping[str, tuple[str, str]] = {
    "kpi_income_area_year": ("kpi_income_area_year", "household_count"),
    "kpi_income_line_area_year": ("kpi_income_line_area_year", "household_count"),
    "kpi_income_lorenz_area_year": ("kpi_income_area_year", "household_count"),
    "kpi_income_source_area_year": ("kpi_income_area_year", "household_count"),
}
# What else falls with a hidden count: means of those counted, and their cost or number.
FROM: Mapping[str, Mapping[str, str]] = {
    "kpi_loan_area_month": {
        f"{name}_{what}": f"{name}_household_count"
        for name in ("outstanding", "due_soon", "overdue", "extended", "renewal", "no_use", "passed_on")
        for what in ("loan_count", "cny")
    },
    "kpi_employment_area_month": {
        "mean_wage_cny": "reported_wage_count",
        "median_wage_cny": "reported_wage_count",
        "training_cost_cny": "training_person_time_count",
    },
    "kpi_education_area_year": {"aid_cny": "aid_person_time_count", "loan_cny": "loan_person_time_count"},
    "kpi_relocation_area_month": {"area_per_head_m2": "measured_household_count"},
    "kpi_housing_area_year": {"mean_subsidy_cny": "subsidised_house_count", "area_per_head_m2": "measured_area_count"},
    "kpi_lead_area_month": {"hit_count": "lead_household_count"},
    "kpi_assessment_area_year": {"lower_bound": "hit_count", "upper_bound": "hit_count"},
    "kpi_social_area_month": {
        "dibao_month_cny": "dibao_person_count",
        "tekun_month_cny": "tekun_person_count",
        "disability_paid_cny": "disability_subsidy_count",
        "aid_cny": "aid_time_count",
        "registered_aid_cny": "registered_aid_time_count",
        "cumulative_registered_aid_cny": "cumulative_registered_aid_time_count",
    },
}
# Lists whose rows are part of their county's row of a mart: the list, and of what column of the mart each column is a
# part. With those in no settlement (the scattered, who work too) they add up; that rest is hidden like a row of the
# list. A settlement's people are counted where they live now, those of a township where they came from: no sum of its
# own.
LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "kpi_relocation_area_month": (
        "fct_settlement",
        {
            "household_count": "settled_household_count",
            "person_count": "settled_person_count",
            "labour_person_count": "labour_person_count",
            "working_person_count": "working_person_count",
            "without_work_person_count": "without_work_person_count",
            "zero_employment_household_count": "zero_employment_household_count",
        },
    ),
}

NOT_OF_PEOPLE = ("rural_", "prefecture_", "province_", "line_")
"""How columns begin that repeat a published figure or a line: no household of the row stands behind them."""
