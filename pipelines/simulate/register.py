"""The register of 2014–2020 as people and households that come, change and go; exact where the report is exact.

Belongs here: the state of the register, its events and its snapshots. Does not belong here: how a file shows them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipelines.simulate.households import (
    Members,
)  # fmt: skip

NEVER = 2**30
EVENT_KINDS = ("新识别", "返贫", "自然增加", "自然减少", "清退", "转入", "转出", "分户", "并户", "脱贫")
IDENTIFIED, RETURNED, PLUS, MINUS, REMOVED, MOVED_IN, MOVED_OUT, SPLIT, MERGE, EXIT = range(10)
REASONS = (
    "", "新识别", "新生儿", "婚入", "户籍迁入", "死亡", "婚出", "户籍迁出", "整户自然减少", "识别不准清退", "易地搬迁",
    "户籍分立", "户籍合并", "达到脱贫标准",
)  # fmt: skip
(
    NO_REASON, NEW_HOUSEHOLD, BIRTH, MARRIED_IN, CAME, DEATH, MARRIED_OUT, LEFT, WHOLE_DECREASE, NOT_POOR, RELOCATED,
    BOOKED_APART, BOOKED_TOGETHER, REACHED_STANDARD,
) = range(14)  # fmt: skip
_YEAR = 365.2425


def month_index(year: int, month: int) -> int:
    """Months since year 0, so that months can be compared and subtracted."""
    return year * 12 + month - 1


def month_days(month: np.ndarray | int) -> np.ndarray:
    """The first day of each month index as days since 1970-01-01."""
    months = np.asarray(month, dtype=np.int64) - 1970 * 12
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


class DeadEndError(RuntimeError):
    """The people drawn so far cannot give the counts asked for; only other draws can."""


@dataclass(frozen=True)
class Event:
    """One line of the change ledger; ``person`` and ``counterpart`` are -1 when there is none."""

    month: int
    kind: int
    household: int
    person: int
    households: int
    persons: int
    village: int
    counterpart: int
    reason: int


@dataclass(frozen=True)
class Snapshot:
    """The register at a month's end: members with their household and relation, households with their village."""

    month: int
    person: np.ndarray
    person_household: np.ndarray
    person_relation: np.ndarray
    household: np.ndarray
    household_village: np.ndarray


@dataclass
class Register:
    """Everybody who was ever registered. Arrays grow; an element never changes its index."""

    rng: np.random.Generator
    household: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    relation: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int8))
    sex: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int8))
    birth_day: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    added: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    added_reason: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int8))
    removed: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    removed_reason: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int8))
    origin: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    village: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int16))
    recognised: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    exited: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    gone: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    parent: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    events: list[Event] = field(default_factory=list)
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    log_from: int = NEVER

    # --- state -----------------------------------------------------------------------------------------------------

    @property
    def is_member(self) -> np.ndarray:
        """True for persons in the register now."""
        return np.asarray(self.removed == NEVER)

    def size(self) -> np.ndarray:
        """Members per household now."""
        counts: np.ndarray = np.bincount(self.household[self.is_member], minlength=len(self.village))
        return counts

    def active(self, *, exited: bool) -> np.ndarray:
        """Households in the register now that have, or have not, left poverty."""
        return np.flatnonzero((self.gone == NEVER) & ((self.exited < NEVER) == exited))

    def persons_in(self, households: np.ndarray) -> int:
        """Members of these households now."""
        return int(self.size()[households].sum())

    def log(self, event: Event) -> None:
        """Put a line in the ledger, once the ledger is kept."""
        if event.month >= self.log_from:
            self.events.append(event)

    def take_snapshot(self, month: int) -> None:
        """Keep the register as of the end of ``month``; raises RuntimeError for a household without members."""
        if (self.size()[self.gone == NEVER] == 0).any():
            raise RuntimeError("a registered household has no member left")
        person = np.flatnonzero(self.is_member)
        household = np.flatnonzero(self.gone == NEVER)
        self.snapshots[month] = Snapshot(
            month, person.astype(np.int32), self.household[person].copy(), self.relation[person].copy(),
            household.astype(np.int32), self.village[household].copy(),
        )  # fmt: skip

    # --- coming ----------------------------------------------------------------------------------------------------

    def add_households(self, members: Members, villages: np.ndarray, month: int, reason: int) -> np.ndarray:
        """Register new households; returns their numbers."""
        start = len(self.village)
        count = len(villages)
        self.village = np.concatenate([self.village, villages.astype(np.int16)])
        self.recognised = np.concatenate([self.recognised, np.full(count, month, np.int32)])
        self.exited = np.concatenate([self.exited, np.full(count, NEVER, np.int32)])
        self.gone = np.concatenate([self.gone, np.full(count, NEVER, np.int32)])
        self.parent = np.concatenate([self.parent, np.arange(start, start + count, dtype=np.int32)])
        registered = Members(members.household + start, members.relation, members.sex, members.birth_day)
        self.add_persons(registered, month, reason)
        return np.arange(start, start + count)

    def add_persons(self, members: Members, month: np.ndarray | int, reason: np.ndarray | int) -> np.ndarray:
        """Register persons in existing households; returns their numbers."""
        count = len(members.household)
        start = len(self.household)
        self.household = np.concatenate([self.household, members.household.astype(np.int32)])
        self.origin = np.concatenate([self.origin, members.household.astype(np.int32)])
        self.relation = np.concatenate([self.relation, members.relation.astype(np.int8)])
        self.sex = np.concatenate([self.sex, members.sex.astype(np.int8)])
        self.birth_day = np.concatenate([self.birth_day, members.birth_day.astype(np.int32)])
        self.added = np.concatenate([self.added, np.broadcast_to(month, count).astype(np.int32)])
        self.added_reason = np.concatenate([self.added_reason, np.broadcast_to(reason, count).astype(np.int8)])
        self.removed = np.concatenate([self.removed, np.full(count, NEVER, np.int32)])
        self.removed_reason = np.concatenate([self.removed_reason, np.zeros(count, np.int8)])
        return np.arange(start, start + count)

    # --- exit ------------------------------------------------------------------------------------------------------

    def exit(self, households: np.ndarray, month: int) -> None:
        """These households leave poverty at the end of ``month``."""
        size = self.size()
        self.exited[households] = month
        for household in households if month >= self.log_from else ():
            self.log(
                Event(month, EXIT, int(household), -1, 1, int(size[household]), int(self.village[household]), -1,
                      REACHED_STANDARD)
            )  # fmt: skip

    def pick(self, pool: np.ndarray, count: int, persons: int) -> np.ndarray:
        """``count`` households of ``pool`` with exactly ``persons`` members; DeadEndError when none are found."""
        size = self.size()[pool]
        order = self.rng.permutation(len(pool))
        chosen = np.zeros(len(pool), bool)
        chosen[order[:count]] = True
        distance = abs(persons - int(size[chosen].sum()))
        for _ in range(500 + 5 * distance):
            gap = persons - int(size[chosen].sum())
            if gap == 0:
                return np.asarray(pool[chosen])
            leaving, coming = self._exchange(size, chosen, gap)
            chosen[leaving], chosen[coming] = False, True
        raise DeadEndError(f"no {count} households with {persons} persons among {len(pool)}")

    def _exchange(self, size: np.ndarray, chosen: np.ndarray, gap: int) -> tuple[int, int]:
        """A chosen household and one to take its place, nearer to the goal by one person if there is such a pair.

        A pair at random where there is none: sizes may be too few to get nearer in one exchange.
        """
        inside, outside = np.flatnonzero(chosen), np.flatnonzero(~chosen)
        if len(inside) == 0 or len(outside) == 0:
            raise DeadEndError(f"{gap} persons are left over and no household could be exchanged")
        step = 1 if gap > 0 else -1
        inside = inside[np.isin(size[inside] + step, size[outside])] if self.rng.random() < 0.9 else inside
        if len(inside) == 0:
            return int(self.rng.choice(np.flatnonzero(chosen))), int(self.rng.choice(outside))
        leaving = int(self.rng.choice(inside))
        fitting = outside[size[outside] == size[leaving] + step]
        return leaving, int(self.rng.choice(fitting if len(fitting) else outside))

    def count_members(self, mask: np.ndarray) -> np.ndarray:
        """Members inside ``mask`` per household."""
        return np.asarray(np.bincount(self.household[mask & self.is_member], minlength=len(self.village)))
