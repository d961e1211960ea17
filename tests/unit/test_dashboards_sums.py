"""The sums that small cells are hidden by: those the marts themselves hold, and hidden cells that follow from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards import small_cells
from dashboards.sums import BRIDGES, STEPS, SUMS
from pipelines.files import read_yaml

SMALL = 4
MARTS = Path(__file__).parents[2] / "dbt_project" / "models" / "marts"
SIDE = r"\w+(?: [+-] \w+)*"
EMPLOYMENT, HOUSING, INCOME = "kpi_employment_area_month", "kpi_housing_area_year", "kpi_income_area_year"
REGISTER = "kpi_register_bridge_area_month"


@cache
def models() -> dict[str, Mapping[str, Any]]:
    files = [read_yaml(path) for path in sorted(MARTS.rglob("kpi_*.yml"))]
    return {model["name"]: model for file in files for model in file["models"]}


def cards(model: Mapping[str, Any]) -> dict[str, Any]:
    return {one["name"]: (one.get("config") or {}).get("meta") or {} for one in model["columns"]}


def equalities(model: Mapping[str, Any]) -> dict[frozenset[str], dict[str, int]]:
    """Each equality of people that a test of the mart holds it to: its columns, and each with its sign on one side."""
    counted = small_cells.people(cards(model), [one["name"] for one in model["columns"]])
    tests = [one["holds"] for one in model.get("data_tests") or () if isinstance(one, dict) and "holds" in one]
    found = [each for test in tests for each in re.findall(f"({SIDE}) = ({SIDE})", test["arguments"]["expression"])]
    signed = [
        {
            name: side * (-1 if sign == "-" else 1)
            for side, terms in zip((1, -1), sides, strict=True)
            for sign, name in re.findall(r"([+-]?) ?([a-z]\w*)", terms)
        }
        for sides in found
    ]
    return {frozenset(each): each for each in signed if set(each) <= set(counted)}


def known(model: str) -> set[frozenset[str]]:
    sums = {frozenset({total, *parts}) for total, parts in SUMS.get(model, ())}
    steps = {frozenset({total, *now, *before}) for total, now, before in STEPS.get(model, ())}
    return sums | steps | {frozenset({*stocks, *moves}) for stocks, moves in BRIDGES.get(model, ())}


def test_every_equality_of_people_that_a_mart_is_tested_for_is_one_that_small_cells_are_hidden_by() -> None:
    held = {name: equalities(model) for name, model in models().items()}
    assert {EMPLOYMENT, HOUSING, INCOME} <= {name for name, found in held.items() if found}
    missing = {name: left for name, found in held.items() if (left := sorted(map(sorted, set(found) - known(name))))}
    assert missing == {}


def test_movements_go_the_way_that_the_equalities_of_the_marts_say() -> None:
    held, compared = {name: equalities(model) for name, model in models().items()}, set()
    for model, bridges in BRIDGES.items():
        for stocks, moves in bridges:
            if (signs := held[model].get(frozenset({*stocks, *moves}))) is not None:
                compared.add(model)
                assert len({signs[name] * way for name, way in moves.items()}) == 1, (model, signs)
    assert compared == set(BRIDGES)


def row(model: str, counts: Mapping[str, int]) -> dict[str, int | None]:
    """One place without neighbours: its counts as they are shown."""
    key = {"area_id": "V", "parent_area_id": "T", "period": "2020", "group_type": "all", "group_id": "all"}
    shown = small_cells.hide(model, pl.DataFrame([key | counts]), {model: cards(models()[model])}, SMALL, {})
    return {name: shown[name][0] for name in counts}


LEDGER = ("ledger_employed_count", "ledger_working_count", "ledger_difference_count")


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((40, 38, 2), (40, None, None)),
        ((2, 40, -38), (None, 40, None)),
        ((40, 2, 38), (40, None, None)),
        ((38, 40, -2), (38, 40, -2)),
    ],
)
def test_workers_of_the_ledger_do_not_follow_from_those_of_the_monitoring_and_their_difference(
    counts: tuple[int, ...], shown: tuple[int | None, ...]
) -> None:
    assert tuple(row(EMPLOYMENT, dict(zip(LEDGER, counts, strict=True))).values()) == shown


INCOMES = (
    "household_count",
    "without_income_row_household_count",
    "register_household_count",
    "all_register_household_count",
)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [((38, 2, 40, 40), (38, None, None, None)), ((3, 37, 40, 40), (None, None, 40, 40)), ((40, 0, 40, 40),) * 2],
)
def test_households_without_an_income_row_do_not_follow_and_the_means_of_those_with_one_stay(
    counts: tuple[int, ...], shown: tuple[int | None, ...]
) -> None:
    assert tuple(row(INCOME, dict(zip(INCOMES, counts, strict=True))).values()) == shown


def both_groups(registered: Mapping[str, int], unexited: Mapping[str, int]) -> dict[str, set[str]]:
    """One place of the register: which movements of households are hidden, by group."""
    (stocks, moves), _ = BRIDGES[REGISTER]
    key = {"area_id": "V", "parent_area_id": "T", "period": "2020-06", "group_type": "population"}
    rows = [
        key
        | {"group_id": group}
        | dict.fromkeys((*stocks, *moves), 0)
        | {f"{n}_household_count": v for n, v in of.items()}
        for group, of in (("registered", registered), ("unexited", unexited))
    ]
    shown = small_cells.hide(REGISTER, pl.DataFrame(rows), {REGISTER: cards(models()[REGISTER])}, SMALL, {})
    return {
        row["group_id"]: {name.removesuffix("_household_count") for name in moves if row[name] is None}
        for row in shown.to_dicts()
    }


def test_who_was_identified_follows_from_neither_group_of_the_register() -> None:
    hidden = both_groups(
        {"opening": 100, "identified": 5, "natural_minus": 2, "closing": 103},
        {"opening": 60, "identified": 5, "exited": 30, "closing": 35},
    )
    assert hidden == {"registered": {"identified", "natural_minus"}, "unexited": {"identified", "exited"}}


def test_a_nought_of_all_registered_says_nothing_of_the_unexited() -> None:
    hidden = both_groups({"opening": 100, "closing": 100}, {"opening": 60, "exited": 2, "closing": 58})
    assert {"exited", "natural_minus", "transfer_in"} <= hidden["unexited"]
    assert hidden["unexited"] - {"exited", "returned"} <= hidden["registered"]


def test_nobody_stopped_working_where_nobody_worked() -> None:
    """Two who began to work would follow from nobody who stopped, and that from nobody who worked the month before."""
    names = ("opening_working_count", "started_worker_count", "stopped_worker_count", "moved_worker_count")
    shown = row(EMPLOYMENT, dict(zip(names, (0, 2, 0, 6), strict=True)) | {"working_person_count": 8})
    assert (shown["opening_working_count"], shown["started_worker_count"], shown["stopped_worker_count"]) == (None,) * 3


HOUSES = ("register_dangerous_count", "ledger_unsafe_count", "register_only_count", "ledger_only_count")
DISAGREEING = "disagreeing_house_count"


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        # Small itself: one of what only one office says goes with it.
        ((2, 20, 0, 18), {"register_dangerous_count", "ledger_only_count", DISAGREEING}),
        # 20 - 25 and 9 would say 2 and 7: the sum of both goes too.
        ((20, 25, 2, 7), {"register_only_count", "ledger_only_count", DISAGREEING}),
        ((20, 18, 2, 0), {"register_only_count", "ledger_only_count", DISAGREEING}),
        ((20, 25, 5, 10), set()),
        ((20, 20, 0, 0), set()),
    ],
)
def test_houses_that_only_one_office_calls_dangerous_do_not_follow_from_those_of_both(
    counts: tuple[int, ...], hidden: set[str]
) -> None:
    shown = row(HOUSING, dict(zip(HOUSES, counts, strict=True)) | {DISAGREEING: counts[2] + counts[3]})
    assert {name for name, value in shown.items() if value is None} == hidden


@pytest.mark.parametrize(("wanting", "shown"), [(29, None), (27, None), (26, 26), (30, 30)])
def test_nearly_all_households_with_nobody_at_work_wanting_it_is_not_shown(wanting: int, shown: int | None) -> None:
    counts = {"zero_employment_household_count": 30, "zero_employment_wanting_household_count": wanting}
    assert row(EMPLOYMENT, counts) == counts | {"zero_employment_wanting_household_count": shown}
