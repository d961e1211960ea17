"""The delivery calendar: what was due when, and what became of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipelines.contracts import load_contracts
from pipelines.modelling.calendar import Delivered, calendar_of, due_date, due_periods

REGISTER = load_contracts()["household_register"]


def delivered(period: str, arrived_at: datetime, *, version: int = 1, is_refused: bool = False) -> Delivered:
    return Delivered(f"{period}-{version}", period, version, is_refused, arrived_at)


@pytest.mark.parametrize(
    ("periods", "frequency", "as_of", "due"),
    [
        (["2018-12", "2020-01"], "monthly", "2020-02", ["2018-12", "2019-12", "2020-01", "2020-02"]),
        (["2020-01", "2020-03"], "monthly", "2020-03", ["2020-01", "2020-02", "2020-03"]),
        (["2014-12"], "yearly", "2016-12", ["2014-12", "2015-12", "2016-12"]),
        (["2020-02", "2020-07"], "event", "2020-12", ["2020-02", "2020-07"]),
        (["2020-05"], "monthly", "2020-04", []),
        ([], "monthly", "2020-12", []),
    ],
)
def test_due_periods_run_from_the_first_delivery(
    periods: list[str], frequency: str, as_of: str, due: list[str]
) -> None:
    assert due_periods(periods, frequency, as_of) == due


def test_due_dates_lie_in_the_following_month() -> None:
    day = REGISTER.calendar.due_day

    assert due_date(REGISTER, "2020-12") == date(2021, 1, day)
    assert due_date(load_contracts()["region"], "2020-01") == date(2020, 2, 29)


def test_arrived_late_refused_and_missing_are_told_apart() -> None:
    in_time, late = datetime(2020, 2, 1, tzinfo=UTC), datetime(2020, 6, 30, tzinfo=UTC)
    rows = calendar_of(
        REGISTER,
        [
            delivered("2020-01", in_time),
            delivered("2020-02", late),
            delivered("2020-03", late, is_refused=True),
            delivered("2020-05", late, is_refused=True),
            delivered("2020-05", late, version=2),
        ],
        "2020-06",
    )

    assert {row.period: row.status for row in rows} == {
        "2020-01": "arrived",
        "2020-02": "late",
        "2020-03": "refused",
        "2020-04": "missing",
        "2020-05": "late",
        "2020-06": "missing",
    }


def test_the_office_day_decides_and_not_the_utc_day() -> None:
    """The evening of the due day in UTC is already the next day in the office."""
    evening = datetime(2020, 2, REGISTER.calendar.due_day, 17, tzinfo=UTC)

    assert calendar_of(REGISTER, [delivered("2020-01", evening)], "2020-01")[0].status == "late"
