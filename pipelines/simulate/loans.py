"""What the ledger of small loans truly holds: who borrowed when, how much, for what, and how it ended.

Belongs here: the loans of 2016–2020, exact in number of households and amount. Does not belong here: spelling, damage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even
from pipelines.simulate.columns import (
    NONE,
    choose,
    day_texts,
    fixed_texts,
    household_numbers,
    numbers,
    weighted,
    yes,
    yuan,
)
from pipelines.simulate.county import BASE_MONTH, County
from pipelines.simulate.households import HEAD
from pipelines.simulate.register import month_days, month_index

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

BANKS = ("师宗县农村信用合作联社（模拟）", "邮储银行师宗县支行（模拟）", "农业银行师宗县支行（模拟）")
PURPOSES = ("烤烟种植", "养猪", "养牛", "中药材种植", "水果种植", "经营小卖部")
RATES = ("4.35", "4.75", "3.85")
STATUS = ("正常", "逾期", "展期", "结清")
USES = ("户贷户用", "户贷企用", "户贷合营")
_STEP_CENTS = 100_000  # loans are multiples of a thousand yuan, but for one with what is left over
_HALF_YEAR = 180


@dataclass(frozen=True)
class Loans:
    """Every loan until the end of 2020; days count from 1970-01-01, money is in cents.

    ``due`` is the day agreed first, ``due_last`` the day after an extension, ``settled`` the day of the last payment.
    """

    person: np.ndarray
    household: np.ndarray
    cents: np.ndarray
    started: np.ndarray
    term: np.ndarray
    due: np.ndarray
    due_last: np.ndarray
    settled: np.ndarray
    traits: np.ndarray


@lru_cache(maxsize=1)
def loans(county: County) -> Loans:
    """First loans of as many households as the report says, then renewals of some; the sum is the report's."""
    given: dict[str, Any] = calibration()["small_loans"]
    rng = generator(county.seed, "loans", county.scale)
    base = county.register.snapshots[BASE_MONTH]
    heads = np.flatnonzero(base.person_relation == HEAD)
    picked = rng.permutation(heads)[: half_even(given["households"]["value"], county.scale)]
    person, household = base.person[picked].astype(np.int64), base.person_household[picked].astype(np.int64)
    years = [year for year in given["year_share"] if year != "status"]
    year = np.repeat(years, apportion([given["year_share"][each] for each in years], len(person)))
    january = month_days(year * 12)
    started = january + (rng.random(len(person)) * np.where(year == 2020, 320, 360)).astype(np.int64)
    terms = [term for term in given["term_share"] if term != "status"]
    term = np.array(terms)[weighted(rng.random(len(person)), [given["term_share"][each] for each in terms])]
    due = started + term * 365 // 12
    last = int(month_days(month_index(2020, 12)))
    wanted = half_even(given["renewed"]["value"], county.scale)
    again = rng.permutation(np.flatnonzero(due < last - 30))[:wanted]
    restarted = due[again] + 1 + rng.integers(0, 20, len(again))
    person, household = np.concatenate([person, person[again]]), np.concatenate([household, household[again]])
    started = np.concatenate([started, restarted])
    term = np.concatenate([term, np.full(len(again), given["renewed_months"])])
    # Renewed more than once where there are more renewals than loans that fell due: chains of short loans.
    newest = np.arange(len(person) - len(again), len(person))
    while (missing := wanted - (len(person) - len(picked))) > 0:
        due = started + term * 365 // 12
        newest = newest[due[newest] < last - 30][:missing]
        if len(newest) == 0:
            raise ValueError(f"{wanted} renewals do not fit behind {len(picked)} loans")
        again = np.concatenate([again, newest])
        start, size = due[newest] + 1 + rng.integers(0, 20, len(newest)), len(person)
        person, household = np.concatenate([person, person[newest]]), np.concatenate([household, household[newest]])
        started = np.concatenate([started, start])
        term = np.concatenate([term, np.full(len(newest), given["renewed_months"])])
        newest = np.arange(size, len(person))
    due = started + term * 365 // 12
    traits = rng.random((8, len(person)))
    ends = np.full(len(person), 3)
    free = ~np.isin(np.arange(len(person)), again)
    shares = [given["overdue_share"], given["extended_share"], given["early_share"]]
    ends[free] = weighted(traits[0][free], [*shares, 1 - sum(shares)])
    due_last = np.where(ends == 1, due + _HALF_YEAR, due)
    days = (traits[1] * 12).astype(np.int64)
    late = due + 40 + (traits[1] * 700).astype(np.int64)
    settled = np.select([ends == 0, ends == 2], [late, due - (term * (3 + traits[1] * 12)).astype(np.int64)], due_last)
    settled = np.where(ends % 2 == 1, settled - days, settled)
    weight = np.array([0.75, 1.0, 1.2])[weighted(traits[2], [0.25, 0.45, 0.3])]
    total = half_even(given["amount_cny"]["value"] * 100, county.scale)
    cents = apportion(weight, total // _STEP_CENTS) * _STEP_CENTS
    cents[0] += total - int(cents.sum())
    return Loans(person, household, cents, started, term, due, due_last, settled, traits)


def loans_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The ledger at the slot's end: all loans granted so far with what is still owed."""
    given, all_ = calibration()["small_loans"], loans(county)
    today = int(month_days(slot.index + 1)) - 1
    at = np.flatnonzero(all_.started <= today)
    person, traits, cents = all_.person[at], all_.traits[:, at], all_.cents[at]
    is_settled = all_.settled[at] <= today
    is_extended = (all_.due_last[at] > all_.due[at]) & (all_.due[at] - 30 <= today)
    due = np.where(is_extended, all_.due_last[at], all_.due[at])
    is_overdue = ~is_settled & (due <= today)
    half = (traits[3] < 0.1) & (all_.started[at] + all_.term[at] * 15 <= today)
    balance = np.where(is_settled, 0, np.where(half, cents // 2 // _STEP_CENTS * _STEP_CENTS, cents))
    status = np.select([is_settled, is_overdue, is_extended], [3, 1, 2], 0)
    status = np.where((traits[4] < given["wrong_status_share"]) & is_overdue, 0, status)
    silent, to_firm = given["no_use_share"], given["to_firm_share"]
    use = np.select([traits[5] < silent, traits[5] < silent + to_firm, traits[5] > 0.99], [NONE, 1, 2], 0)
    rate = at % len(RATES)
    days = np.minimum(today, due) - all_.started[at]
    subsidy = cents * np.array([435, 475, 385])[rate] // 10_000 * np.maximum(days, 0) // 365
    known, texts = np.ones(len(at), bool), fixed_texts(county)
    compensated = is_overdue & (due + _HALF_YEAR < today) & (traits[6] < 0.3)
    account = "9999002" + (pl.Series(person) * 6007 % 10**12).cast(pl.String).str.zfill(12)
    return pl.DataFrame(
        {
            "借据编号": "JD" + (pl.Series(at) + 2_016_000_000).cast(pl.String),
            "所属贫困户": household_numbers(all_.household[at]),
            "借款人身份证号": texts["identity"].gather(person),
            "借款人": texts["name"].gather(person),
            "承贷机构名称": choose(BANKS, weighted(traits[7], [0.72, 0.18, 0.1])),
            "银行账号": account,
            "贷款用途": choose(PURPOSES, np.where(use == NONE, NONE, (traits[6] * 5.999).astype(np.int64))),
            "使用方式": choose(USES, use),
            "状态": choose(STATUS, status),
            "贷款期限(月)": numbers(all_.term[at], known),
            "执行年利率(%)": choose(RATES, rate),
            "贷款金额(元)": yuan(cents, known),
            "贷款余额": yuan(balance, known),
            "应贴息金额(元)": yuan(subsidy, known),
            "年增加收入(元)": numbers(1000 + traits[1] * 60 // 1 * 100, use >= 0),
            "风险补偿金额": yuan(np.where(compensated, balance // 2, 0), known),
            "是否贴息": yes(traits[2] < 0.98),
            "贷款起始日": day_texts(all_.started[at], known),
            "贷款结束日": day_texts(due, known),
        }
    )


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {"small_loans": loans_frame}
