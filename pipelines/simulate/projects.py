"""The projects of the library, the splitting of quotas over them, and which payment belongs to which project.

Belongs here: what truly happened to each project and each quota. Does not belong here: the columns of the feeds
(``money``), the quotas and payments themselves (``funds``), the assets (``projectassets``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, shrunk, villages
from pipelines.simulate.funds import FINAL, YEARS, Payment, Quota, build_funds
from pipelines.simulate.places import per_unit

LEVELS = ("中央", "省级", "市级", "县级", "社会")
STARTED, RESERVE, APPROVED, REMOVED = range(4)
NEVER = 99_999  # a day that does not come
_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Projects:
    """The library, one array element a project; days since 1970-01-01, ``NEVER`` where it does not happen; cents."""

    kind: np.ndarray
    village: np.ndarray
    year: np.ndarray
    state: np.ndarray
    entered: np.ndarray
    approved: np.ndarray
    tendered: np.ndarray
    started: np.ndarray
    finished: np.ndarray
    accepted: np.ndarray
    handed_over: np.ndarray
    settled: np.ndarray
    removed: np.ndarray
    budget: np.ndarray  # (project, level)
    contract: np.ndarray
    paid: np.ndarray
    forms_asset: np.ndarray
    traits: np.ndarray


@dataclass(frozen=True)
class Money:
    """Splitting of quotas and payments: ``quota``, ``project``, ``cents``, ``day`` of each allocation.

    ``payment_project`` is the project of each payment, -1 for money moved to a township account.
    """

    quotas: tuple[Quota, ...]
    payments: tuple[Payment, ...]
    quota: np.ndarray
    project: np.ndarray
    cents: np.ndarray
    day: np.ndarray
    payment_project: np.ndarray


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def kinds() -> list[str]:
    """The kinds of projects in the order of the report."""
    return list(calibration()["projects"]["kinds"]["count"])


def kind_counts(scale: float) -> np.ndarray:
    """Projects carried out by kind at ``scale``, the report's parts at scale 1; the same at every scale if they do not
    shrink.
    """
    given = calibration()["projects"]["kinds"]
    return shrunk(list(given["count"].values()), scale if given.get("shrinks", True) else 1)


def project_numbers(projects: Projects) -> list[str]:
    """The library's number of each project: its year and its place in the library."""
    return [f"XM{year}-{at:05d}" for at, year in enumerate(projects.year.tolist(), 1)]


@per_unit
def build_projects(scale: float, seed: int) -> tuple[Projects, Money]:
    """All projects and the money that was split over them, up to the end of 2020."""
    quotas, payments = build_funds(scale, seed)
    rng = generator(seed, "projects", scale)
    counts = kind_counts(scale)
    kind = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    share = [calibration()["funds"]["year_share"][year] for year in YEARS]
    year = np.repeat(YEARS, apportion(share, len(kind)))
    village, money = _split(quotas, payments, year, rng)
    return _library((kind, village, year), money, scale, rng), money


def _split(
    quotas: tuple[Quota, ...], payments: tuple[Payment, ...], year: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, Money]:
    """Which projects a quota is split over, and the village of each project: in the township that gets the money."""
    at = {quota.quota_id: index for index, quota in enumerate(quotas)}
    paid_quota = np.array([at[payment.quota.quota_id] for payment in payments])
    paid_cents = np.array([payment.cents for payment in payments])
    paid_day = np.array([day_number(payment.day) for payment in payments])
    is_final = np.array([payment.payee_type == FINAL for payment in payments])
    finals = np.bincount(paid_quota[is_final], minlength=len(quotas))
    slots = np.repeat(np.arange(len(quotas)), np.clip(np.minimum(finals, rng.integers(1, 4, len(quotas))), 1, None))
    slots = rng.permutation(slots)
    village, slot_project = _places(quotas, slots, year, rng)
    # A project stands once under a quota however many slots it drew.
    pairs = np.unique(np.stack([slots, slot_project], axis=1), axis=0)
    quota, project = pairs[:, 0], pairs[:, 1]
    first = np.searchsorted(quota, np.arange(len(quotas)))
    width = np.bincount(quota, minlength=len(quotas))
    number = np.zeros(len(payments), np.int64)
    order = np.flatnonzero(is_final)
    by_quota = order[np.lexsort((paid_day[order], paid_quota[order]))]
    run = np.concatenate([[0], np.cumsum(finals)])
    number[by_quota] = np.arange(len(by_quota)) - run[paid_quota[by_quota]]
    allocation = first[paid_quota] + number % width[paid_quota]
    cents = np.bincount(allocation[is_final], paid_cents[is_final], minlength=len(quota)).astype(np.int64)
    first_paid = np.full(len(quota), NEVER)
    np.minimum.at(first_paid, allocation[is_final], paid_day[is_final])
    rest = np.array([each.cents for each in quotas]) - np.bincount(quota, cents, minlength=len(quotas)).astype(np.int64)
    given = calibration()["projects"]
    quota_year = np.array([each.year for each in quotas])
    not_split = np.array([given["unsplit_share"][each] for each in quota_year.tolist()])
    kept = np.where(rng.random(len(quotas)) < not_split, rest * 6 // 10, 0)
    cents[first] += rest - kept
    issued = np.array([day_number(each.issued) for each in quotas])[quota]
    late = rng.random(len(quota)) < given["split_late_share"]
    day = issued + np.where(late, rng.integers(32, 110, len(quota)), rng.integers(2, 29, len(quota)))
    money = Money(
        quotas, payments, quota, project, cents, np.minimum(day, first_paid),
        np.where(is_final, project[allocation], -1),
    )  # fmt: skip
    return village, money


def _places(
    quotas: tuple[Quota, ...], slots: np.ndarray, year: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Village of each project, and the project of each slot: of the same year, of the receiving township if any."""
    place = villages()
    towns = {name: index for index, name in enumerate(place.township_names)}
    town_of_village = np.array([towns[name] for name in place.townships])
    receiver = np.array([towns.get(quota.receiver, -1) for quota in quotas])[slots]
    slot_year = np.array([quota.year for quota in quotas])[slots]
    town = rng.integers(0, len(towns), len(year))
    chosen = np.zeros(len(slots), np.int64)
    for each in YEARS:
        mine, open_ = np.flatnonzero(year == each), np.flatnonzero(slot_year == each)
        opening = open_[: len(mine)]
        chosen[opening] = mine[: len(opening)]
        town[mine[: len(opening)]] = np.where(
            receiver[opening] >= 0, receiver[opening], rng.integers(0, len(towns), len(opening))
        )
        for number in range(-1, len(towns)):
            rest = open_[len(mine) :][receiver[open_[len(mine) :]] == number]
            pool = mine[town[mine] == number]
            pool = pool if len(pool) else mine
            chosen[rest] = pool[rng.integers(0, len(pool), len(rest))]
    village = np.zeros(len(year), np.int64)
    for number in range(len(towns)):
        here, there = np.flatnonzero(town == number), np.flatnonzero(town_of_village == number)
        village[here] = there[rng.integers(0, len(there), len(here))]
    return village, chosen


def _library(
    begun_ones: tuple[np.ndarray, np.ndarray, np.ndarray], money: Money, scale: float, rng: np.random.Generator
) -> Projects:
    """The projects with money (kind, village, year), followed by those that wait or were taken out."""
    kind, village, year = begun_ones
    given = calibration()["projects"]
    done, waiting = len(kind), given["waiting"]
    extra = {name: max(1, half_even(waiting[name], scale)) for name in ("reserve", "approved", "removed")}
    more = sum(extra.values())
    state = np.concatenate([np.zeros(done), np.repeat([RESERVE, APPROVED, REMOVED], list(extra.values()))]).astype(int)
    later = np.select([state[done:] == RESERVE, state[done:] == APPROVED], [2021, 2020], rng.integers(2018, 2021, more))
    year = np.concatenate([year, later])
    weights = kind_counts(1) / kind_counts(1).sum()
    kind = np.concatenate([kind, rng.choice(len(weights), more, p=weights)])
    village = np.concatenate([village, rng.integers(0, len(villages().codes), more)])
    traits = rng.random((10, len(kind)))
    days = _days(state, year, money, traits, done)
    budget = np.zeros((len(kind), len(LEVELS)), np.int64)
    level = np.array([LEVELS.index(q.level) if q.level in LEVELS else 4 for q in money.quotas])[money.quota]
    np.add.at(budget, (money.project, level), money.cents)
    wished = (np.exp(rng.normal(0.0, 0.8, more)) * 30_000_000).astype(np.int64) // 100_000 * 100_000
    budget[done:, 0] = np.maximum(wished, 1_000_000)
    paid = np.zeros(len(kind), np.int64)
    linked = money.payment_project >= 0
    np.add.at(paid, money.payment_project[linked], np.array([p.cents for p in money.payments])[linked])
    contract = paid + ((budget.sum(axis=1) - paid) * traits[8]).astype(np.int64)
    without = [kinds().index(name) for name in given["no_asset_kinds"]]
    forms = ~np.isin(kind, without)
    stuck = given["stuck_share"]
    begun = state == STARTED
    finished = np.where(begun & (traits[4] >= stuck["implementation"]), days["finished"], NEVER)
    accepted = np.where((finished < NEVER) & (traits[5] >= stuck["completed"]), days["accepted"], NEVER)
    handed = np.where((accepted < NEVER) & forms & (traits[6] >= stuck["asset"]), days["handed_over"], NEVER)
    settled = np.where((accepted < NEVER) & (traits[7] >= stuck["settlement"]), days["settled"], NEVER)
    approved = np.where(begun | (state == APPROVED), days["approved"], NEVER)
    return Projects(
        kind, village, year, state, days["entered"], approved, np.where(begun, days["tendered"], NEVER),
        np.where(begun, days["started"], NEVER), finished, accepted, handed, settled,
        np.where(state == REMOVED, days["removed"], NEVER), budget, contract, paid, forms, traits,
    )  # fmt: skip


def _days(state: np.ndarray, year: np.ndarray, money: Money, traits: np.ndarray, done: int) -> dict[str, np.ndarray]:
    """The days of each step; payments follow the start, and nothing starts after 2020."""
    last = day_number(dt.date(2020, 12, 31))
    january = np.array([day_number(dt.date(each, 1, 1)) for each in range(2015, 2022)])
    january = january[year - 2015]
    entered = january - 10 - (traits[0] * 80).astype(int)
    split, paid = np.full(len(state), NEVER), np.full(len(state), NEVER)
    np.minimum.at(split, money.project, money.day)
    linked = money.payment_project >= 0
    days = np.array([day_number(payment.day) for payment in money.payments])
    np.minimum.at(paid, money.payment_project[linked], days[linked])
    split[done:] = january[done:] + 60 + (traits[1][done:] * 200).astype(int)
    paid[done:] = last
    approved = np.maximum(entered + 12, split - 1 - (traits[1] * 24).astype(int))
    started = np.minimum(np.maximum(approved + 5, paid - 4 - (traits[2] * 60).astype(int)), last)
    finished = started + 40 + (traits[3] * 220).astype(int)
    accepted = finished + 7 + (traits[8] * 45).astype(int)
    return {
        "entered": entered,
        "approved": approved,
        "tendered": np.maximum(approved, started - 3 - (traits[9] * 20).astype(int)),
        "started": started,
        "finished": finished,
        "accepted": accepted,
        "handed_over": accepted + 10 + (traits[9] * 70).astype(int),
        "settled": accepted + 5 + (traits[0] * 55).astype(int),
        "removed": january + 30 + (traits[4] * 270).astype(int),
    }
