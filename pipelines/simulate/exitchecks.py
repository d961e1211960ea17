"""What the exit check-lists and the results of assessments truly hold, in canonical text form.

Belongs here: items checked for households, villages, townships and the county, and rates found by assessors. Does not
belong here: who exits when (``register``), how a department spells a cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, exits_at, generator, half_even, villages
from pipelines.simulate.columns import NONE, choose, day_texts, household_numbers, yes
from pipelines.simulate.county import County
from pipelines.simulate.presentation import headers_of
from pipelines.simulate.register import month_days, month_index

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

_LISTS = {
    "户": "贫困户退出标准（两不愁三保障）",
    "村": "贫困村退出标准",
    "乡": "贫困乡镇退出标准",
    "县": "贫困县退出标准",
}
_COLUMNS = tuple(header.name for header in headers_of("exit_checks"))
_ASSESSED = tuple(header.name for header in headers_of("third_party_assessment"))


def exiting_households(county: County, year: int) -> tuple[np.ndarray, np.ndarray]:
    """Households that exit in a year and are in the register of its December, and the villages they live in then."""
    snapshot = county.register.snapshots[month_index(year, 12)]
    exits = county.register.exited[snapshot.household] // 12 == year
    return snapshot.household[exits].astype(np.int64), snapshot.household_village[exits].astype(np.int64)


def exit_check_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The check-lists of a year: households, villages, townships and the county; what failed was checked again."""
    parts = [_household_checks(county, slot.year), _area_checks(slot.year)]
    return pl.concat([part for part in parts if part.height])


def _household_checks(county: County, year: int) -> pl.DataFrame:
    given = calibration()["exit_checks"]
    household, village = exiting_households(county, year)
    order = np.lexsort((household, village))
    household, village = household[order], village[order]
    items = [item for item in given["household_items"] if item != "饮水安全有保障" or year >= given["water_since"]]
    rng = generator(county.seed, "exit checks", county.scale, year)
    count = len(household)
    first_day = month_days(county.register.exited[household]) - 28
    day = first_day + rng.integers(0, 12, count)
    line = given["income_line_cny"][year]
    income = np.round(line * (1.02 + 1.1 * rng.random(count) ** 1.6), 2)
    income = np.where(rng.random(count) < given["wrong_value_share"], np.round(line * 0.96, 2), income)
    rows = np.repeat(np.arange(count), len(items))
    item = np.tile(np.arange(len(items)), count)
    failed = rng.random(len(rows)) < given["first_fails_share"]
    signed, spot = rng.random(count) >= given["unsigned_share"], rng.random(count) < given["spot_checked_share"]
    # A failed item stands twice: failed in the village, passed in the township.
    again = np.concatenate([np.arange(len(rows)), np.flatnonzero(failed)])
    at_village = np.concatenate([np.zeros(len(rows), bool), np.ones(int(failed.sum()), bool)])
    again = again[np.lexsort((~at_village, again))]
    at_village = failed[again] & (np.concatenate([[True], again[1:] != again[:-1]]))
    who, what = rows[again], item[again]
    checked = np.where(at_village, day[who] - 10, day[who])
    value = pl.Series(income[who]).round(2).cast(pl.String)
    value = value.set(pl.Series((what != 0) | at_village), None)
    place = villages()
    return pl.DataFrame(
        {
            "对象级别": pl.repeat("户", len(who), eager=True),
            "户编号": household_numbers(household[who]),
            "行政区划代码": choose(place.codes, village[who]),
            "年度": pl.repeat(str(year), len(who), eager=True),
            "标准名称": pl.repeat(_LISTS["户"], len(who), eager=True),
            "指标项": choose(items, what),
            "指标值": value,
            "是否达标": yes(~at_village),
            "核验级别": choose(["乡镇级", "村级"], at_village.astype(np.int64)),
            "核验单位": choose(place.townships, village[who])
            + choose(["验收组", "村民小组评议组"], at_village.astype(np.int64)),
            "核验日期": day_texts(checked),
            "公示开始日期": day_texts(checked + 3).set(pl.Series(at_village), None),
            "公示结束日期": day_texts(checked + 10).set(pl.Series(at_village), None),
            "是否签字认可": choose(["否", "是"], np.where(at_village, NONE, signed[who].astype(np.int64))),
            "抽查标识": yes(spot[who] & ~at_village),
        }
    ).select(_COLUMNS)


def _area_checks(year: int) -> pl.DataFrame:
    """Villages and townships that leave the list in the year, and the county in its year of exit."""
    given, place = calibration()["exit_checks"], villages()
    rng = generator(0, "exit checks of areas", year)
    rows: list[dict[str, str | None]] = []

    def add(level: str, code: str, items: list[str], values: list[str | None], by: tuple[str, str, dt.date]) -> None:
        grade, office, day = by
        for name, value in zip(items, values, strict=True):
            rows.append(
                dict(zip(_COLUMNS, (
                    level, None, code, str(year), _LISTS[level], name, value, "是", grade, office, str(day),
                    str(day + dt.timedelta(days=2)), str(day + dt.timedelta(days=9)), None, "否",
                ), strict=True))
            )  # fmt: skip

    for index in np.flatnonzero(place.is_listed & (place.exit_years == year)):
        day = dt.date(year, 11, 10) + dt.timedelta(days=int(rng.integers(0, 25)))
        names = given["village_items"]
        between = [None] * (len(names) - 2)
        values: list[str | None] = [f"{rng.uniform(0.2, 2.9):.2f}", *between, f"{rng.uniform(2, 9):.2f}"]
        add("村", place.codes[index], names, values, ("县级", "师宗县退出验收组", day))
    towns = calibration()["villages"]["listed_townships"]
    codes = dict(zip(place.townships, place.township_codes, strict=True))
    for name in (town for town, left in towns.items() if left == year):
        add("乡", codes[name], given["township_items"], [f"{rng.uniform(0.4, 2.9):.2f}", "100"],
            ("县级", "师宗县退出验收组", dt.date(year, 12, 8)))  # fmt: skip
    if year == calibration()["villages"]["county_exit"]["year"]:
        code = calibration()["place"]["county_code"]
        add("县", code, given["county_items"], [str(value) for value in given["county_values"]],
            ("市级", "曲靖市扶贫开发领导小组", dt.date(year, 12, 19)))  # fmt: skip
    return pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String))


def assessment_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The assessments of a year: the steps of the county's exit, the special assessment, our own mocks by village."""
    given = calibration()["assessments"]
    rows = [
        _assessed(step, ("结论", None), (None, None), "通过")
        for step in given["steps"]
        if step["from"].year == slot.year and step["kind"] != "专项评估"
    ]
    special = next(step for step in given["steps"] if step["kind"] == "专项评估")
    if special["from"].year == slot.year:
        rows += _special(county, special)
    if slot.year in given["mock"]:
        rows += _mock(county, slot.year, given["mock"][slot.year])
    return pl.DataFrame(rows, schema=dict.fromkeys(_ASSESSED, pl.String))


def _assessed(
    step: dict[str, Any], asked: tuple[str, str | None], counts: tuple[int | None, int | None], result: str,
    place: tuple[str, str] | None = None,
) -> dict[str, str | None]:  # fmt: skip
    county = calibration()["place"]
    (measure, method), (code, name) = asked, place or (county["county_code"], county["county"])
    sample, problems = (None if count is None else str(count) for count in counts)
    title = f"{step['from'].year}年师宗县{step['kind']}"
    cells = (title, step["kind"], step["level"], step["office"], str(step["from"]), str(step["to"]), code, name)
    return dict(zip(_ASSESSED, (*cells, measure, method, sample, problems, result), strict=True))


def _rate(problems: int, sample: int) -> str:
    return f"{100 * problems / sample:.2f}" if sample else "0.00"


def _special(county: County, step: dict[str, Any]) -> list[dict[str, str | None]]:
    given = calibration()["assessments"]["special"]
    exits = exits_at(county.scale)
    remaining = exits.persons[2019] + exits.persons[2020]
    population = half_even(calibration()["population"]["rural_registered"]["value"], county.scale)
    missed, wrong, asked = (max(20, half_even(given[key], county.scale)) for key in
                            ("missed_sample", "wrong_sample", "asked_sample"))  # fmt: skip
    against = half_even(given["disagreeing"], county.scale)
    return [
        _assessed(step, ("漏评率", "抽样"), (missed, 0), "0.00"),
        _assessed(step, ("错退率", "抽样"), (wrong, 0), "0.00"),
        _assessed(step, ("综合贫困发生率", "全面"), (population, remaining), _rate(remaining, population)),
        _assessed(step, ("群众认可度", "抽样"), (asked, against), _rate(asked - against, asked)),
    ]


def _mock(county: County, year: int, given: dict[str, Any]) -> list[dict[str, str | None]]:
    place = villages()
    rng = generator(county.seed, "mock assessment", county.scale, year)
    step = {
        "kind": "模拟考核",
        "level": "县级",
        "office": "师宗县脱贫攻坚指挥部",
        "from": given["day"],
        "to": given["day"],
    }
    rows = []
    for measure, sample, share in (
        ("漏评率", "missed_sample", "missed"),
        ("错退率", "wrong_sample", "wrong"),
        ("群众认可度", "asked_sample", "disagreeing"),
    ):
        counts = apportion(place.resident_weight, half_even(given[sample], county.scale))
        found = rng.binomial(counts, given[share])
        for at in np.flatnonzero(counts):
            drawn, problems = int(counts[at]), int(found[at])
            good = drawn - problems if measure == "群众认可度" else problems
            rows.append(
                _assessed(step, (measure, "抽样"), (drawn, problems), _rate(good, drawn),
                          (place.codes[at], place.short_names[at]))
            )  # fmt: skip
    return rows


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "exit_checks": exit_check_frame,
    "third_party_assessment": assessment_frame,
}
