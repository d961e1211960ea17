"""What the ledger of the villages' own economy truly holds.

Belongs here: which project of which village earned, cost and handed out how much, and who joined it. Does not belong
here: what the register of villages says of it (``villagestatistics``), how a department spells a cell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, villages
from pipelines.simulate.columns import choose, numbers, yuan
from pipelines.simulate.county import County
from pipelines.simulate.register import month_index
from pipelines.simulate.villagestatistics import collective_incomes

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

COLLECTIVE_MODES = ("光伏", "入股分红", "土地流转", "产业经营", "车间出租")


def printed_collective_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per project where the report counts the projects, who joined them and what they brought in all."""
    given, place = calibration()["collective_projects"], villages()
    mode = np.repeat([COLLECTIVE_MODES.index(name) for name in given["projects"]], list(given["projects"].values()))
    count = len(mode)
    village = np.flatnonzero(place.is_listed)[np.arange(count) % int(place.is_listed.sum())]
    weight = 1 + (np.arange(count) * 7 % 5) / 4
    joined = {name: apportion(weight, half_even(total, county.scale)) for name, total in given["joined"].items()}
    surplus = apportion(weight, half_even(given["yield_cny"] * 100, county.scale))
    cost = (surplus * given["cost_share"]["value"]).astype(np.int64)
    handed = (surplus * given["distributed_share"]["value"]).astype(np.int64)
    return _collective_rows(slot, (village, mode), joined, (surplus + cost, cost, surplus, handed))


def collective_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per village and project of its own economy; most villages' sums are those of their register."""
    given, place = calibration()["collective_projects"], villages()
    if given["projects"]:
        return printed_collective_frame(county, slot)
    rng = generator(0, "collective", slot.year)
    income = np.round(collective_incomes(slot.year) * 100).astype(np.int64)
    differs = rng.random(len(income)) < given["other_than_register_share"]["value"]
    income = np.where(differs, income * 9 // 10, income)
    projects = 1 + (rng.random(len(income)) * 2.6).astype(np.int64)
    village = np.repeat(np.arange(len(income)), projects)
    turn = np.arange(len(village)) - np.repeat(np.cumsum(projects) - projects, projects)
    share = income[village] // projects[village]
    cents = np.where(turn == 0, income[village] - share * (projects[village] - 1), share)
    cost = (cents * given["cost_share"]["value"] * rng.uniform(0.6, 1.4, len(cents))).astype(np.int64)
    surplus = cents - cost
    handed = (surplus * given["distributed_share"]["value"] * (rng.random(len(cents)) < 0.85)).astype(np.int64)
    mode = (village + turn * 2) % len(COLLECTIVE_MODES)
    poor = np.bincount(
        county.register.snapshots[month_index(slot.year, 12)].household_village, minlength=len(place.codes)
    )
    joined_poor = poor[village] // (2 * projects[village])
    joined = joined_poor * 3 + half_even(60, county.scale)
    people = {
        "households": joined,
        "persons": joined * 4,
        "poor_households": joined_poor,
        "poor_persons": joined_poor * 4,
    }
    return _collective_rows(slot, (village, mode), people, (cents, cost, surplus, handed))


def _collective_rows(
    slot: Slot, projects: tuple[np.ndarray, np.ndarray], joined: dict[str, np.ndarray], money: tuple[np.ndarray, ...]
) -> pl.DataFrame:
    """The ledger's columns; ``projects`` are village and mode, ``money`` income, cost, yield, distributed in cents."""
    (village, mode), place = projects, villages()
    known = np.ones(len(village), bool)
    names = [f"村级{name}项目" for name in COLLECTIVE_MODES]
    return pl.DataFrame(
        {
            "行政区划代码": choose(place.codes, village),
            "项目名称": choose(names, mode),
            "经营方式": choose(COLLECTIVE_MODES, mode),
            "合作社名称": choose(place.short_names, village) + "集体经济合作社（模拟）",
            "年度": numbers(np.full(len(village), slot.year), known),
            "参与农户数": numbers(joined["households"], known),
            "参与人口数": numbers(joined["persons"], known),
            "参与脱贫户数": numbers(joined["poor_households"], known),
            "参与脱贫人口数": numbers(joined["poor_persons"], known),
            "年收入（万元）": yuan(money[0], known),
            "年支出（万元）": yuan(money[1], known),
            "收益金额（万元）": yuan(money[2], known),
            "分配到户金额（万元）": yuan(money[3], known),
            "area_code": choose(place.codes, village),
        }
    )


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {"collective_economy": collective_frame}
