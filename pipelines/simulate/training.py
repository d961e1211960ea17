"""What the training ledger truly holds, in canonical text form.

Belongs here: how many person-times and courses there are when, who is in them. Does not belong here: work (``work``),
how a department spells a cell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even
from pipelines.simulate.columns import NONE, choose, day_texts, fixed_texts, numbers, weighted
from pipelines.simulate.county import County
from pipelines.simulate.register import month_days
from pipelines.simulate.workforce import age_at, labour_of

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

_SUBJECTS = ("电工", "焊工", "中式烹调", "家政服务", "砌筑工", "烤烟种植", "生猪养殖", "中药材种植", "电子商务")


def training_counts(scale: float) -> tuple[dict[int, int], list[int]]:
    """Person-times of training by year, and those of 2020 by month; together the report's at scale 1."""
    given = calibration()["training"]
    shares = {year: share for year, share in given["year_share"].items() if year != "status"}
    counts = apportion(list(shares.values()), half_even(given["person_times"]["value"], scale))
    by_year = dict(zip(shares, map(int, counts), strict=True))
    return by_year, list(map(int, apportion(given["month_weights_2020"]["values"], by_year[2020])))


def session_count(scale: float, slot: Slot) -> int:
    """Courses of the slot's year or month, in proportion to its person-times; all years together the printed number."""
    by_year, by_month = training_counts(scale)
    years = apportion(list(by_year.values()), calibration()["training"]["sessions"]["value"])
    of_year = dict(zip(by_year, map(int, years), strict=True))[slot.year]
    return of_year if slot.is_yearly else int(apportion(by_month, of_year)[slot.month - 1])


def training_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The courses of a year or month: registered persons aged 16 to 64, nobody twice in one course on one day."""
    by_year, by_month = training_counts(county.scale)
    count = by_year[slot.year] if slot.is_yearly else by_month[slot.month - 1]
    rng = generator(county.seed, "training", county.scale, slot.index, slot.is_yearly)
    snapshot = county.register.snapshots[slot.index]
    age = age_at(county, snapshot.person, slot.index)
    able = snapshot.person[(age >= 16) & (age < 65) & (labour_of(county, snapshot.person, slot.index) <= 2)]
    rounds = -(-count // len(able))
    # Everybody once before anybody twice, and on days apart.
    person = np.concatenate([rng.permutation(able) for _ in range(rounds)])[:count]
    turn = np.arange(count) // len(able)
    first, last = int(month_days(slot.first_day.year * 12 + slot.first_day.month - 1)), int(month_days(slot.index + 1))
    span = (last - first) // rounds
    day = first + turn * span + rng.integers(0, span, count)
    training: dict[str, Any] = calibration()["training"]
    given: dict[str, Any] = training["kinds"]
    kinds = list(given.values())
    kind = weighted(rng.random(count), [entry["share"] for entry in kinds])
    shortest, longest = (np.array([entry["days"][end] for entry in kinds])[kind] for end in (0, 1))
    days = shortest + (rng.random(count) * (longest - shortest + 1)).astype(np.int64)
    certified = rng.random(count) < np.array([entry["certified"] for entry in kinds])[kind]
    cost = days * np.array([entry["daily_cny"] for entry in kinds])[kind]
    subject = rng.integers(0, len(_SUBJECTS), count)
    held = np.arange(count)
    if training["sessions"] is not None:
        sessions = session_count(county.scale, slot)
        held %= sessions
        day = first + held * (last - first) // sessions
    texts = fixed_texts(county)
    order = np.lexsort((person, day))
    return pl.DataFrame(
        {
            "身份证号": texts["identity"].gather(person),
            "培训人": texts["name"].gather(person),
            "培训措施": choose(list(given), kind),
            "培训内容": choose([*_SUBJECTS, training["subject"]], np.where(kind == 0, len(_SUBJECTS), subject)),
            "培训机构": choose(
                [f"师宗县培训机构{n}（模拟）" for n in range(1, 7)],
                (subject if training["sessions"] is None else held) % 6,
            ),
            "取证情况": choose([str(entry["certificate"]) for entry in kinds], np.where(certified, kind, NONE)),
            "培训时间": numbers(days, np.ones(count, bool)),
            "培训金额": pl.Series(cost).cast(pl.String) + ".00",
            "培训日期": day_texts(day),
        }
    )[order]


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {"training": training_frame}
