"""Runs the register from 2014 to December 2020 so that every calibrated count comes out exactly.

Belongs here: which changes happen when, and how many. Does not belong here: how one change works (``register``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipelines.simulate.calibration import (
    EXIT_YEARS,
    LARGEST_SCALE,
    SMALLEST_SCALE,
    Exits,
    apportion,
    calibration,
    exits_at,
    generator,
    half_even,
    villages,
)  # fmt: skip
from pipelines.simulate.households import compose, sizes_with_total
from pipelines.simulate.register import (
    NEW_HOUSEHOLD,
    NO_REASON,
    NOT_POOR,
    WHOLE_DECREASE,
    DeadEndError,
    Register,
    month_days,
    month_index,
)  # fmt: skip
from pipelines.simulate.registerchanges import gain_persons, lose_households, lose_persons, merge, split, transfer

FIRST_LEDGER_MONTH = month_index(2020, 1)
_MOST_ATTEMPTS = 25
# Whole-household decreases, merges and transfers that occur at least, however small the county.
_AT_LEAST = {
    month_index(2020, 3): (1, 0, 1),
    month_index(2020, 5): (1, 1, 0),
    month_index(2020, 8): (0, 1, 1),
}


@dataclass(frozen=True)
class _YearPlan:
    """What a year before 2020 holds for households that have not left poverty."""

    year: int
    identified: int
    removed: int
    decreased: int
    persons_before_exit: int


def build_register(scale: float, seed: int) -> Register:
    """The register from the first listing to December 2020.

    ``scale`` lies between 0.01 and 3; at 1 the counts are the report's. Raises ValueError outside.
    """
    if not SMALLEST_SCALE <= scale <= LARGEST_SCALE:
        raise ValueError(f"scale {scale} is not between {SMALLEST_SCALE} and {LARGEST_SCALE:g}")
    for attempt in range(_MOST_ATTEMPTS):
        try:
            return _attempt(scale, generator(seed, "register", scale, attempt))
        except DeadEndError:
            # A county of a few hundred people may hold no household of the one size that is left over: draw again.
            continue
    raise RuntimeError(f"no register at scale {scale} was found in {_MOST_ATTEMPTS} attempts with seed {seed}")


def _attempt(scale: float, rng: np.random.Generator) -> Register:
    exits = exits_at(scale)
    register = Register(rng, log_from=FIRST_LEDGER_MONTH)
    start_households, start_persons, years = _plan_before_exit(exits, scale)
    register_villages(register, start_households, start_persons, month_index(2014, 1), NO_REASON)
    nets = _net_changes(exits, register.rng)
    for plan in years:
        _run_year(register, plan, exits, nets.get(plan.year, (0, 0)))
        register.take_snapshot(month_index(plan.year, 12))
    _run_2020(register, exits, nets, scale)
    return register


def register_villages(register: Register, households: int, persons: int, month: int, reason: int) -> None:
    """Register new households spread over the villages by weight."""
    sizes = sizes_with_total(households, persons, register.rng)
    members = compose(sizes, int(month_days(month)), register.rng)
    per_village = apportion(villages().register_weight, households)
    spread = register.rng.permutation(np.repeat(np.arange(len(per_village)), per_village))
    register.add_households(members, spread, month, reason)


def _plan_before_exit(exits: Exits, scale: float) -> tuple[int, int, list[_YearPlan]]:
    """Counts at the first listing and per year, reckoned back from an empty pool at the end of 2020."""
    given = calibration()["before_exit"]
    households, persons = exits.households[2020], exits.persons[2020]
    plans: list[_YearPlan] = []
    for year in reversed(EXIT_YEARS[:-1]):
        identified = half_even(given["identified_households"].get(year, 0), scale)
        removed = half_even(given["removed_in_error_households"].get(year, 0), scale)
        decreased = half_even(given["whole_household_decrease"].get(year, 0), scale)
        households += exits.households[year]
        persons += exits.persons[year]
        plans.append(_YearPlan(year, identified, removed, decreased, persons))
        growth = round(persons * (given["yearly_plus_share"] - given["yearly_minus_share"]))
        households += removed + decreased - identified
        persons += round(removed * given["expected_removed_size"] + decreased * given["expected_decrease_size"])
        persons -= round(identified * given["identified_household_size"]) + growth
    return households, persons, plans[::-1]


def _net_changes(exits: Exits, rng: np.random.Generator) -> dict[int, tuple[int, int]]:
    """Net households and persons after exit per step: years 2015–2019, then months of 2020 to the printed one."""
    year, _, last = calibration()["exits"]["net_change_after_exit"]["until"].partition("-")
    steps = [*EXIT_YEARS[1:-1], *range(FIRST_LEDGER_MONTH, month_index(int(year), int(last)) + 1)]
    noise = calibration()["after_exit"]["net_noise_share"]
    exited = np.cumsum([exits.persons[year] for year in EXIT_YEARS])
    spread = np.array([*(exited[:5] * noise), *np.full(len(steps) - 5, exited[-1] * noise / 4)])
    columns = []
    for total, width in ((exits.net_households, spread / 8), (exits.net_persons, spread)):
        raw = np.round(rng.normal(0, 1, len(steps)) * width).astype(np.int64)
        gap = total - int(raw.sum())
        raw += np.sign(gap) * apportion([1.0] * len(steps), abs(gap))
        columns.append(raw)
    return {step: (int(h), int(p)) for step, h, p in zip(steps, *columns, strict=True)}


def _run_year(register: Register, plan: _YearPlan, exits: Exits, net: tuple[int, int]) -> None:
    given = calibration()["before_exit"]
    rng = register.rng
    first = month_index(plan.year, 1)

    def months(count: int) -> np.ndarray:
        return first + rng.integers(0, 12, count)

    _change_exited(register, net, first, months, None)
    if plan.identified:
        persons = round(plan.identified * given["identified_household_size"])
        register_villages(register, plan.identified, persons, first + 8, NEW_HOUSEHOLD)
    pool = register.active(exited=False)
    pool = pool[register.recognised[pool] <= first]
    gone, _ = lose_households(register, plan.removed, pool, months(plan.removed), NOT_POOR, small=False)
    pool = np.setdiff1d(pool, gone)
    gone, _ = lose_households(register, plan.decreased, pool, months(plan.decreased), WHOLE_DECREASE, small=True)
    pool = np.setdiff1d(pool, gone)
    here = register.persons_in(register.active(exited=False))
    minus = max(round(here * given["yearly_minus_share"]), here - plan.persons_before_exit)
    while minus > 0:
        touched = lose_persons(register, minus, pool, months(minus))
        minus -= len(touched)
        if len(touched) == 0:
            raise DeadEndError(f"nobody is left who could leave the register in {plan.year}")
    plus = plan.persons_before_exit - register.persons_in(register.active(exited=False))
    while plus > 0:
        joining = min(plus, len(pool))
        gain_persons(register, joining, pool, months(joining))
        plus -= joining
    leaving = register.pick(register.active(exited=False), exits.households[plan.year], exits.persons[plan.year])
    register.exit(leaving, month_index(plan.year, 12))


def _change_exited(
    register: Register, net: tuple[int, int], month: int, months: Callable[[int], np.ndarray], share: float | None
) -> None:
    """Natural change of households that left poverty, netting to ``net`` households and persons.

    ``months`` draws the months of so many changes; ``share`` is a month's part of the year of 2020, None for a whole
    year before it, in which nobody moves between villages.
    """
    given = calibration()["after_exit"]
    pool = register.active(exited=True)
    if len(pool) == 0:
        return
    rate = 1.0 if share is None else share
    least = _AT_LEAST.get(month, (0, 0, 0))
    decrease = max(round(len(pool) * given["whole_household_decrease_share"] * rate), least[0])
    merges = max(round(len(pool) * given["merge_share"] * rate), least[1])
    transfers = 0 if share is None else max(round(len(pool) * given["transfer_share"] * rate), least[2])
    decrease = max(decrease, -net[0] - merges)
    gone, persons_gone = lose_households(register, decrease, pool, months(decrease), WHOLE_DECREASE, small=True)
    pool = np.setdiff1d(pool, gone)
    merged = merge(register, merges, pool, month)
    pool = np.setdiff1d(pool, merged)
    parted = split(register, net[0] + decrease + len(merged) // 2, pool, month)
    pool = np.setdiff1d(pool, parted)
    pool = np.setdiff1d(pool, transfer(register, transfers, pool, month, len(villages().codes)))
    minus = max(round(register.persons_in(pool) * given["yearly_minus_share"] * rate), -net[1] - persons_gone)
    touched = lose_persons(register, minus, pool, months(minus))
    plus = net[1] + persons_gone + len(touched)
    gain_persons(register, plus, np.setdiff1d(pool, touched), months(plus))


def _run_2020(register: Register, exits: Exits, nets: dict[int, tuple[int, int]], scale: float) -> None:
    given = calibration()["after_exit"]
    unexited = calibration()["before_exit"]["unexited_events_2020"]
    planned = {kind: max(1, half_even(count, scale)) for kind, count in unexited.items()}
    weights = calibration()["exits"]["month_weights_2020"]["values"]
    leaving = apportion(weights, exits.households[2020])
    lost = 0
    for number, share in enumerate(given["month_weights"], start=1):
        month = month_index(2020, number)
        net = nets.get(month) or _free_net(register)

        def months(count: int, at: int = month) -> np.ndarray:
            return np.full(count, at)

        _change_exited(register, net, month, months, share)
        pool = register.active(exited=False)
        if number == 1:
            lost = len(lose_persons(register, planned["minus"], pool, months(planned["minus"])))
        elif number == 2:
            gain_persons(register, lost, pool, months(lost))
        elif number == 4 and len(pool) >= 2:
            pool = np.setdiff1d(pool, transfer(register, planned["transfer"], pool, month, len(villages().codes)))
        elif number == 5 and len(pool) >= 20:
            pool = _split_and_merge(register, pool, month)
        if number == 10:
            register.exit(register.active(exited=False), month)
        elif leaving[number - 1]:
            count = min(int(leaving[number - 1]), len(pool))
            register.exit(register.rng.choice(pool, count, replace=False), month)
        register.take_snapshot(month)


def _split_and_merge(register: Register, pool: np.ndarray, month: int) -> np.ndarray:
    """One merge and, if it took place, one split among households not yet out of poverty; returns the untouched."""
    merged = merge(register, 1, pool, month)
    pool = np.setdiff1d(pool, merged)
    return np.setdiff1d(pool, split(register, len(merged) // 2, pool, month))


def _free_net(register: Register) -> tuple[int, int]:
    """After the month of the printed register the net change is nobody's figure; none where that is the year's end."""
    if not calibration()["exits"]["net_change_after_exit"]["is_free_afterwards"]:
        return 0, 0
    persons = register.persons_in(register.active(exited=True))
    return int(register.rng.integers(-1, 2)), int(np.round(register.rng.normal(0, persons * 0.0003)))
