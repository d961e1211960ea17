"""Who of the registered families goes to school, and what students were paid: contents of the education bureau's lists.

Belongs here: enrolment and aid, exact where the report is exact. Does not belong here: how a department spells a cell.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, villages
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
from pipelines.simulate.county import County
from pipelines.simulate.register import NEVER, month_days, month_index
from pipelines.simulate.workforce import age_at, is_student

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

STAGES = ("学前教育", "小学", "初中", "高中阶段", "高等教育")
PROJECTS = (
    "学前教育资助", "营养改善计划", "寄宿生生活补助", "普通高中助学金", "中职助学金", "免学费", "雨露计划",
    "高校入学资助", "生源地信用助学贷款",
)  # fmt: skip
_REASONS = ("", "因病", "因残", "年幼体弱", "重度残疾", "外出务工")
PRESCHOOL, SCHOOL, LOAN = range(3)
YOUNGEST, OLDEST = 7, 15  # by year of birth: the nine classes of compulsory schooling
_YEARS = (2016, 2017, 2018, 2019, 2020)


def birth_years(county: County) -> np.ndarray:
    """Everybody's year of birth."""
    return np.asarray(county.birth_day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970)


def stages_of(county: County, person: np.ndarray, year: int) -> np.ndarray:
    """Index into ``STAGES`` in the autumn of ``year``, -1 for those who go to no school."""
    age = age_at(county, person, month_index(year, 8))
    compulsory = year - birth_years(county)[person]
    is_due = (compulsory >= YOUNGEST) & (compulsory <= OLDEST)
    stage = np.select([age < 6, age < 12, age < 15, age < 18], [0, 1, 2, 3], 4)
    stage = np.where(is_due, np.clip(stage, 1, 2), stage)
    return np.where(is_due | is_student(age, county.traits[:, person]), stage, NONE)


def _rare(order: np.ndarray, per_thousand: float, taken: int) -> np.ndarray:
    """The next places in ``order``, at least one where the share is not zero."""
    count = max(1, round(len(order) * per_thousand / 1000)) if per_thousand else 0
    return order[taken : taken + count]


def enrolment_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Pupils and students of registered households in the autumn term; a few of school age are not on the list."""
    given = calibration()["schooling"]
    snapshot = county.register.snapshots[slot.index]
    stage = stages_of(county, snapshot.person, slot.year)
    at = np.flatnonzero(stage >= 0)
    compulsory = slot.year - birth_years(county)[snapshot.person[at]]
    due = at[(compulsory >= YOUNGEST) & (compulsory <= OLDEST)]
    order = due[np.argsort(county.traits[3][snapshot.person[due]], kind="stable")]
    forms = {name: share for name, share in given["special_forms"].items() if name != "status"}
    form, taken = np.zeros(len(stage), np.int64), 0
    for number, share in enumerate([*forms.values(), given["dropped_out"][slot.year]], start=1):
        chosen = _rare(order, share, taken)
        if given["special_counts"]:  # so many, at any size of the county
            chosen = order[taken : taken + given["special_counts"].get([*forms, "辍学"][number - 1], 0)]
        form[chosen], taken = number, taken + len(chosen)
    absent = _rare(order, given["not_listed"][slot.year], taken)
    at = at[~np.isin(at, absent)]
    person, household = snapshot.person[at], snapshot.person_household[at].astype(np.int64)
    village = np.zeros(len(county.register.village), np.int64)
    village[snapshot.household] = snapshot.household_village
    place, texts = villages(), fixed_texts(county)
    form, stage, trait = form[at], stage[at], county.traits[:, person]
    grade = np.clip(slot.year - birth_years(county)[person] - np.array([3, 6, 12, 15, 18])[stage], 1, 6)
    away = form > 0
    names = ["正常", *forms, "辍学"]
    schools = [f"师宗县第{number}{name}学校（模拟）" for name in STAGES for number in range(1, 10)]
    return pl.DataFrame(
        {
            "户编号": household_numbers(household),
            "身份证号码": texts["identity"].gather(person),
            "姓名": texts["name"].gather(person),
            "学期": pl.repeat(f"{slot.year}-{slot.year + 1}学年第一学期", len(at), eager=True),
            "乡镇": choose(place.townships, village[household]),
            "学校全称": choose(schools, stage * 9 + (trait[11] * 8.999).astype(np.int64)),
            "学段": choose(STAGES, stage),
            "年级": choose([f"{number}年级" for number in range(1, 7)], grade - 1),
            "就读方式": choose(["走读", "寄宿"], (trait[7] < np.array([0, 0.3, 0.8, 0.95, 1])[stage]).astype(np.int64)),
            "不在校原因": choose(_REASONS, np.where(away, form, NONE)),
            "就学形式": choose(names, form),
            "入户劝返次数": numbers(2 + (trait[8] * 5).astype(np.int64), form == len(names) - 1),
            "是否脱贫家庭学生": yes(np.ones(len(at), bool)),
            "是否残疾生": yes(trait[2] < 0.05),
        }
    )[np.lexsort((person, village[household]))]  # fmt: skip


# --- aid -------------------------------------------------------------------------------------------------------------


def aid_counts(scale: float) -> dict[int, list[int]]:
    """Person-times by year: pre-schools, schools and colleges, loans; together the report's at scale 1."""
    given = calibration()["schooling"]
    preschool = half_even(given["preschool_person_times"]["value"], scale)
    totals = (
        preschool,
        half_even(given["aid_person_times"]["value"], scale) - preschool,
        half_even(given["loan_person_times"]["value"], scale),
    )
    shares = [given["year_share"][year] for year in _YEARS]
    parts = [apportion(shares, total) for total in totals]
    return {year: [int(part[at]) for part in parts] for at, year in enumerate(_YEARS)}


def aid_cents(scale: float) -> dict[int, list[int]]:
    """Cents by year and kind, as ``aid_counts``, in proportion to the person-times."""
    given, counts = calibration()["schooling"], aid_counts(scale)
    preschool = half_even(given["preschool_ten_thousand_cny"]["value"] * 1_000_000, scale)
    totals = (
        preschool,
        half_even(given["aid_ten_thousand_cny"]["value"] * 1_000_000, scale) - preschool,
        half_even(given["loan_ten_thousand_cny"]["value"] * 1_000_000, scale),
    )
    parts = [apportion([counts[year][kind] for year in _YEARS], total) for kind, total in enumerate(totals)]
    return {year: [int(part[at]) for part in parts] for at, year in enumerate(_YEARS)}


@lru_cache(maxsize=1)
def _recipients(county: County) -> tuple[np.ndarray, np.ndarray]:
    """Who can be paid: the register's people first, then others of the county; and a fixed draw for each."""
    people = county.residents
    person = np.arange(len(county.birth_day))
    lasting = (people.since == 0) & (people.until == NEVER)
    registered = (person < county.registered_count) & (county.register.removed[: county.registered_count] == NEVER)[
        np.minimum(person, county.registered_count - 1)
    ]
    draw = generator(county.seed, "aid", county.scale).random(len(person))
    pool = person[registered | (lasting & (person >= county.registered_count))]
    return pool[np.lexsort((draw[pool], pool >= county.registered_count))], draw


def _payments(county: County, year: int, kind: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Person, term (0 spring, 1 autumn) and project of ``count`` payments of one kind: everybody once, then again."""
    pool, draw = _recipients(county)
    stage = stages_of(county, pool, year)
    share = calibration()["schooling"]["entitled_without_aid_share"]["value"]
    wanted = {PRESCHOOL: stage == 0, SCHOOL: stage >= 1, LOAN: stage == 4}[kind] & (draw[pool] >= share)
    person, stage = pool[wanted], stage[wanted]
    if kind == SCHOOL:
        odd = (draw[person] * 1000).astype(np.int64) % 2
        first = np.select([stage <= 2, stage == 3], [1 + odd, 3 + odd], 6)
        second = np.select([stage <= 2, stage == 3], [2 - odd, 5], 7)
        rounds = [(1, first), (0, first), (1, second), (0, second)]
    else:
        rounds = [(1, np.full(len(person), 0 if kind == PRESCHOOL else 8)), (0, np.zeros(len(person), np.int64))]
    if count > len(rounds) * len(person):
        raise ValueError(f"{count} payments of kind {kind} do not fit {len(person)} students")
    people = np.concatenate([person] * len(rounds))[:count]
    terms = np.concatenate([np.full(len(person), term) for term, _ in rounds])[:count]
    projects = np.concatenate([project for _, project in rounds])[:count]
    return people, terms, projects


def aid_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The payments of a year, in the order of the days; money adds up to the printed sums exactly."""
    counts, cents = aid_counts(county.scale)[slot.year], aid_cents(county.scale)[slot.year]
    rates = np.array([150, 420, 600, 1000, 1000, 800, 1500, 2500, 7000])
    parts: list[tuple[np.ndarray, ...]] = []
    for kind, (count, total) in enumerate(zip(counts, cents, strict=True)):
        person, term, project = _payments(county, slot.year, kind, count)
        money = apportion(rates[project] * (0.9 + 0.2 * _recipients(county)[1][person]), total // 100) * 100
        money[:1] += total - int(money.sum())
        parts.append((person, term, project, money))
    person, term, project, money = (np.concatenate(column) for column in zip(*parts, strict=True))
    texts, place, people = fixed_texts(county), villages(), county.residents
    registered = person < county.registered_count
    household = np.where(registered, _households(county)[np.where(registered, person, 0)], 0)
    village = np.where(registered, county.register.village[household], people.village[person]).astype(np.int64)
    start = month_days(np.where(term == 1, month_index(slot.year, 10), month_index(slot.year, 4))).astype(np.int64)
    day = start + (_recipients(county)[1][person] * 50).astype(np.int64)
    terms = [f"{slot.year - 1}-{slot.year}学年第二学期", f"{slot.year}-{slot.year + 1}学年第一学期"]
    order = np.lexsort((project, person, day))
    named = registered & (county.traits[9][person] < 0.9)
    columns: dict[str, Any] = {
        "户编号": household_numbers(household).set(pl.Series(~named), None),
        "身份证号": texts["identity"].gather(person),
        "学生姓名": texts["name"].gather(person),
        "户籍乡镇": choose(place.townships, village),
        "户籍村": choose(place.short_names, village),
        "学年学期": choose(terms, term.astype(np.int64)),
        "学段": choose(STAGES, stages_of(county, person, slot.year)),
        "就读学校": choose(["县内学校（模拟）", "县外学校（模拟）"], weighted(county.traits[11][person], [0.8, 0.2])),
        "资助项目": choose(PROJECTS, project.astype(np.int64)),
        "资助金额（元）": yuan(money, np.ones(len(money), bool)),
        "发放日期": day_texts(day, np.ones(len(day), bool)),
        "area_code": choose(place.codes, village),
        "_长名": choose(place.long_names, village),
    }
    return pl.DataFrame(columns)[order]


def _households(county: County) -> np.ndarray:
    return np.asarray(county.register.household.astype(np.int64))


def expected_schooling(scale: float) -> dict[str, Any]:
    """Person-times and yuan of five years: all aid but the loans, pre-schools, loans."""
    counts, cents = aid_counts(scale), aid_cents(scale)
    times = [sum(counts[year][kind] for year in _YEARS) for kind in range(3)]
    money = [sum(cents[year][kind] for year in _YEARS) for kind in range(3)]
    return {
        "aid_person_times": times[PRESCHOOL] + times[SCHOOL],
        "preschool_person_times": times[PRESCHOOL],
        "loan_person_times": times[LOAN],
        "aid_cny": f"{(money[PRESCHOOL] + money[SCHOOL]) / 100:.2f}",
        "preschool_cny": f"{money[PRESCHOOL] / 100:.2f}",
        "loan_cny": f"{money[LOAN] / 100:.2f}",
    }
