"""Which function gives the true content of which feed.

Belongs here: the list of feeds and their frames. Does not belong here: any content.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from pipelines.simulate.collective import FRAMES as COLLECTIVE_FRAMES
from pipelines.simulate.county import County
from pipelines.simulate.exitchecks import FRAMES as EXIT_CHECK_FRAMES
from pipelines.simulate.funds import payment_frame, quota_frame
from pipelines.simulate.guarantees import FRAMES as GUARANTEE_FRAMES
from pipelines.simulate.helpers import FRAMES as HELPER_FRAMES
from pipelines.simulate.homes import FRAMES as HOME_FRAMES
from pipelines.simulate.householdframe import changes_frame, household_frame
from pipelines.simulate.incomes import FRAMES as INCOME_FRAMES
from pipelines.simulate.industry import FRAMES as INDUSTRY_FRAMES
from pipelines.simulate.money import FRAMES as MONEY_FRAMES
from pipelines.simulate.money import payment_links
from pipelines.simulate.monitoring import FRAMES as MONITORING_FRAMES
from pipelines.simulate.otherframes import region_frame, residents_frame
from pipelines.simulate.oversight import FRAMES as OVERSIGHT_FRAMES
from pipelines.simulate.personframe import person_frame
from pipelines.simulate.planning import FRAMES as PLAN_FRAMES
from pipelines.simulate.register import month_days, month_index
from pipelines.simulate.sales import FRAMES as SALES_FRAMES
from pipelines.simulate.social import FRAMES as SOCIAL_FRAMES
from pipelines.simulate.visiting import FRAMES as VISIT_FRAMES
from pipelines.simulate.work import FRAMES as WORK_FRAMES


@dataclass(frozen=True)
class Slot:
    """A period of a feed: its year, its month, and whether the file holds the whole year."""

    year: int
    month: int
    is_yearly: bool

    @property
    def index(self) -> int:
        """The month counted from year 0, as the register counts."""
        return month_index(self.year, self.month)

    @property
    def first_day(self) -> dt.date:
        """The first day of what the file covers."""
        return dt.date(self.year, 1 if self.is_yearly else self.month, 1)

    @property
    def last_day(self) -> dt.date:
        """The last day of the month."""
        return dt.date(1970, 1, 1) + dt.timedelta(days=int(month_days(self.index + 1)) - 1)


Frame = Callable[[County, Slot], pl.DataFrame]

# A frame has one column of text per header of its feed in ``headers.csv``, and ``area_code``, ``_长名`` for feeds
# whose rows name a village.
FRAMES: dict[str, Frame] = {
    "person_register": lambda county, slot: person_frame(county, county.register.snapshots[slot.index]),
    "household_register": lambda county, slot: household_frame(county, county.register.snapshots[slot.index]),
    "register_changes": lambda county, slot: changes_frame(county, slot.index),
    "residents": lambda county, slot: residents_frame(county, slot.index),
    "fund_quota": lambda county, slot: quota_frame(county.scale, county.seed, slot.year, slot.month),
    "fund_payment": lambda county, slot: payment_frame(
        county.scale, county.seed, slot.first_day, slot.last_day, payment_links(county)
    ),
    "region": lambda county, slot: region_frame(county, slot.year),
    **GUARANTEE_FRAMES,
    **HOME_FRAMES,
    **INCOME_FRAMES,
    **MONEY_FRAMES,
    **MONITORING_FRAMES,
    **SOCIAL_FRAMES,
    **EXIT_CHECK_FRAMES,
    **PLAN_FRAMES,
    **INDUSTRY_FRAMES,
    **SALES_FRAMES,
    **COLLECTIVE_FRAMES,
    **WORK_FRAMES,
    **HELPER_FRAMES,
    **VISIT_FRAMES,
    **OVERSIGHT_FRAMES,
}
