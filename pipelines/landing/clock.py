"""Is the clock believable: nothing lands under a wrong one, for arrival times are compared with each other (F53).

Belongs here: the sanity of now, of a file's own time, and of a period against now. Does not belong here: business
dates, which come from a file's content.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pipelines.contracts import Text
from pipelines.errors import ToldError
from pipelines.landing.receipts import Receipt

BUILD_YEAR = 2025  # this program did not exist before
LIFE_YEARS = 40
TOLERANCE = timedelta(hours=26)  # every time zone of the world, and an hour


class ClockError(ToldError):
    """The system clock stands wrong: nothing was landed."""


def now_utc() -> datetime:
    """The moment of the system clock."""
    return datetime.now(UTC)


def check_clock(now: datetime, known: Sequence[Receipt]) -> None:
    """Raise ClockError when ``now`` lies before this program, decades after it, or before a file that has arrived."""
    if not BUILD_YEAR <= now.year <= BUILD_YEAR + LIFE_YEARS:
        raise ClockError(
            f"系统时钟显示 {now:%Y-%m-%d %H:%M} UTC，显然有误（世界时，北京时间减 8 小时），未接收任何文件。"
            "请校准时钟（并开启自动对时），再重新接收。",
            f"The system clock says {now:%Y-%m-%d %H:%M} UTC, which cannot be: nothing was landed. Set the clock (and "
            "switch on time synchronisation), then land the files again.",
        )
    newest = max((one.arrived_at for one in known), default=None)
    if newest is not None and newest > now + TOLERANCE:
        raise ClockError(
            f"系统时钟显示 {now:%Y-%m-%d %H:%M} UTC，但已有文件的到达时间为 "
            f"{newest:%Y-%m-%d %H:%M} UTC（世界时，北京时间减 8 小时），未接收任何文件。请校准时钟，再重新接收。",
            f"The system clock says {now:%Y-%m-%d %H:%M} UTC, but a file arrived at {newest:%Y-%m-%d %H:%M} UTC "
            "already: nothing was landed. Set the clock, then land the files again.",
        )


def believable(moment: datetime, now: datetime) -> datetime:
    """A file's own time as its arrival, ``now`` when it lies in the future or before there were such files."""
    return moment if datetime(1990, 1, 1, tzinfo=UTC) <= moment <= now + TOLERANCE else now


def period_problem(period: str, now: datetime) -> tuple[Text, Text] | None:
    """Why a period cannot be yet, with what to do; None for a month that has begun."""
    if period <= f"{now + TOLERANCE:%Y-%m}" or period == f"{now.year}-12":
        return None
    return (
        Text(
            zh=f"文件的期间{period}尚未开始（系统日期{now:%Y-%m-%d}）：期间标注或系统时钟有误。",
            en=f"The file's period {period} has not begun (the system's date is {now:%Y-%m-%d}): the period or the "
            "clock is wrong.",
        ),
        Text(
            zh="请核对文件中的期间和本机时钟；确认期间无误的，用 --period 指明后重新登记。",
            en="Check the period in the file and this machine's clock; if it is right, name it with --period.",
        ),
    )
