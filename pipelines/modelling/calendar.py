"""Which delivery was due when, and whether it came: a table, not an impression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from pipelines.contracts import Contract

OFFICE_TIME = timezone(timedelta(hours=8), "UTC+8")
DueStatus = Literal["arrived", "late", "refused", "missing"]


@dataclass(frozen=True)
class Delivered:
    """One landed delivery of a feed, as far as the calendar cares."""

    receipt_id: str
    period: str
    version: int
    is_refused: bool
    arrived_at: datetime


@dataclass(frozen=True)
class DueDelivery:
    """One feed in one period that was due."""

    feed: str
    period: str
    due_date: date
    status: DueStatus
    arrived_at: datetime | None
    receipt_id: str | None


def next_month(period: str) -> str:
    """The month after.

    >>> next_month("2019-12")
    '2020-01'
    """
    year, month = int(period[:4]), int(period[5:])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def due_periods(periods: Sequence[str], frequency: str, as_of_period: str) -> list[str]:
    """The periods that were due up to ``as_of_period``, from the feed's first one on.

    A monthly feed may begin with yearly snapshots (period December): until its first other month only those are due.
    An event feed is never due: what came is listed.

    >>> due_periods(["2018-12", "2019-12", "2020-01"], "monthly", "2020-03")
    ['2018-12', '2019-12', '2020-01', '2020-02', '2020-03']
    """
    known = sorted({period for period in periods if period <= as_of_period})
    if not known or frequency == "event":
        return known
    first_month = next((period for period in known if not period.endswith("-12")), None)
    due = []
    period = known[0]
    while period <= as_of_period:
        is_monthly = frequency == "monthly" and first_month is not None and period >= first_month
        if is_monthly or period.endswith("-12"):
            due.append(period)
        period = next_month(period)
    return sorted(set(due) | set(known))


def due_date(contract: Contract, period: str) -> date:
    """The contract's ``due_day`` in the month after the period."""
    following = next_month(period)
    first = date(int(following[:4]), int(following[5:]), 1)
    last_day = (date.fromisoformat(f"{next_month(following)}-01") - timedelta(days=1)).day
    return first.replace(day=min(contract.calendar.due_day, last_day))


def calendar_of(contract: Contract, delivered: Sequence[Delivered], as_of_period: str) -> list[DueDelivery]:
    """Every due delivery of one feed with what became of it."""
    rows = []
    for period in due_periods([one.period for one in delivered], contract.calendar.frequency, as_of_period):
        in_slot = sorted((one for one in delivered if one.period == period), key=lambda one: one.version)
        accepted = [one for one in in_slot if not one.is_refused]
        due = due_date(contract, period)
        shown = next(iter(accepted or in_slot), None)
        status: DueStatus = "missing"
        if accepted:
            status = "late" if accepted[0].arrived_at.astimezone(OFFICE_TIME).date() > due else "arrived"
        elif in_slot:
            status = "refused"
        rows.append(
            DueDelivery(
                contract.feed,
                period,
                due,
                status,
                shown.arrived_at if shown else None,
                shown.receipt_id if shown else None,
            )
        )
    return rows
