"""What the plan of work, the ledger of public-welfare posts and the register of firms truly hold.

Belongs here: the columns of the three feeds. Does not belong here: who works or holds a post (``workforce``), spelling.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, generator, half_even, villages
from pipelines.simulate.columns import NONE, choose, day_texts, fixed_texts, household_numbers, weighted, yes, yuan
from pipelines.simulate.county import BASE_MONTH, County
from pipelines.simulate.register import month_days, month_index
from pipelines.simulate.workforce import NO_POST, POSTS, age_at, labour_of, of_working_age, posts_at, workers_2020

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

REGIONS = ("乡（镇）内", "乡（镇）外县内", "县外省内", "省外")
NEEDS = ("就业信息", "技能培训", "劳务输出", "无")
KINDS = (*POSTS, "水管员")
OFFICES = ("县住房和城乡建设局", "县林业和草原局", "县水务局")
ENTITY_TYPES = ("个体工商户", "农民专业合作社", "有限责任公司", "个人独资企业")
ENTITY_STATUS = ("存续", "注销", "吊销")
_PLACES = ("云南省曲靖市师宗县", "云南省曲靖市师宗县", "云南省昆明市", "浙江省宁波市")


def plan_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per registered person who is able to work: planned or not, where to, by whom found."""
    given: dict[str, Any] = calibration()["work_plan"]
    snapshot = county.register.snapshots[slot.index]
    at = of_working_age(county, snapshot)
    at = at[labour_of(county, snapshot.person[at], slot.index) <= 2]
    person, household = snapshot.person[at], snapshot.person_household[at].astype(np.int64)
    last = np.full(len(county.register.household), NONE)
    workers = workers_2020(county)
    last[workers.person] = workers.last_region
    draw = generator(county.seed, "work plan", county.scale).random((3, len(last)))[:, person]
    works = last[person] >= 0
    late = given["late_share"] if slot.month < 7 else 0.0
    planned = np.where(works, draw[0] < given["of_workers_share"] - late, draw[0] < given["of_others_share"])
    region = np.where(works, np.where(last[person] == 0, (draw[1] > 0.6) * 1, last[person] + 1), (draw[1] * 4) // 1)
    region = np.where(planned, region, NONE).astype(np.int64)
    shares = [share for name, share in given["platforms"].items() if name != "status"]
    platform = np.where(planned, weighted(draw[2], shares), NONE)
    exited = county.register.exited[household] <= slot.index
    return pl.DataFrame(
        {
            "户编号": household_numbers(household),
            "人编号": fixed_texts(county)["member"].gather(person),
            "户类型": choose(["贫困户", "脱贫户"], exited.astype(np.int64)),
            "计划务工所在县": choose(_PLACES, region),
            "计划务工区域": choose(REGIONS, region),
            "对接服务平台": choose([name for name in given["platforms"] if name != "status"], platform),
            "就业服务需求": choose(NEEDS, (draw[1] * 3.999).astype(np.int64)),
            "是否计划务工": yes(planned),
        }
    )[np.lexsort((person, household))]


def posts_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The holders of posts as the register has them, second posts of a few, and some who left."""
    given: dict[str, Any] = calibration()["post_ledger"]
    snapshot = county.register.snapshots[slot.index]
    person = snapshot.person.astype(np.int64)
    kind = posts_at(county, person, slot.index)
    village_of = np.zeros(len(county.register.village), np.int64)
    village_of[snapshot.household] = snapshot.household_village
    trait = county.traits[:, person]
    holder = np.flatnonzero(kind != NO_POST)
    second = holder[(kind[holder] == 0) & (trait[9][holder] < given["double_share"]["value"])]
    able = (kind == NO_POST) & (age_at(county, person, slot.index) > 40) & (trait[9] > 0.5)
    gone = np.flatnonzero(able)[: round(len(holder) * given["left_share"]["value"])]
    at = np.concatenate([holder, second, gone])
    kinds = np.concatenate([kind[holder], np.full(len(second), 2), np.zeros(len(gone), np.int64)])
    left = np.repeat([False, True], [len(holder) + len(second), len(gone)])
    hired = month_days(month_index(2016, 1) + 12 * (trait[8][at] * 3).astype(np.int64))
    ended = hired + 365 + (trait[11][at] * 300).astype(np.int64)
    village = village_of[snapshot.person_household[at]]
    monthly = [given["monthly_cny"][name] for name in KINDS]
    texts, place = fixed_texts(county), villages()
    return pl.DataFrame(
        {
            "身份证号": texts["identity"].gather(person[at]),
            "户编号": household_numbers(snapshot.person_household[at]),
            "姓名": texts["name"].gather(person[at]),
            "乡镇": choose(place.townships, village),
            "行政村": choose(place.short_names, village),
            "岗位类别": choose(KINDS, kinds),
            "开发部门": choose(OFFICES, kinds),
            "在岗状态": choose(["在岗", "离岗"], left.astype(np.int64)),
            "月补贴（元）": choose(monthly, kinds),
            "聘用开始日期": day_texts(hired, np.ones(len(at), bool)),
            "聘用结束日期": day_texts(ended, left),
            "area_code": choose(place.codes, village),
            "_长名": choose(place.long_names, village),
        }
    )[np.lexsort((person[at], kinds, village))]


@lru_cache(maxsize=1)
def _entities(county: County) -> tuple[pl.DataFrame, np.ndarray]:
    """Every firm and self-employed person until the end of 2020, and the day of founding."""
    given, people = calibration()["entity_register"], county.residents
    rng = generator(county.seed, "entities", county.scale)
    everybody = np.arange(len(people.village))
    age = age_at(county, everybody, BASE_MONTH)
    fit = (age >= 20) & (age < 66)
    base = county.register.snapshots[BASE_MONTH].person.astype(np.int64)
    inside = rng.permutation(base[fit[base]])[: half_even(given["registered"]["value"], county.scale)]
    other = everybody[fit & (people.since <= BASE_MONTH) & (everybody >= county.registered_count)]
    owner = rng.permutation(
        np.concatenate([inside, rng.choice(other, half_even(given["total"]["value"], county.scale) - len(inside))])
    )
    count = len(owner)
    kind = weighted(rng.random(count), [0.8, 0.06, 0.12, 0.02])
    start, end = int(month_days(month_index(2006, 1))), int(month_days(month_index(2021, 1)))
    founded = start + (rng.random(count) ** 0.6 * (end - start)).astype(np.int64)
    capital = np.round(np.array([4, 90, 160, 30])[kind] * np.exp(rng.normal(0, 0.8, count))) * 1_000_000
    village = people.village[owner].astype(np.int64)
    place, texts, number = villages(), fixed_texts(county), pl.Series(np.arange(count))
    known = np.ones(count, bool)
    scope = rng.integers(0, 5, count)
    frame = pl.DataFrame(
        {
            "统一社会信用代码": f"拟92{calibration()['place']['county_code'][:6]}MA"
            + (number * 13 + 1_000_000).cast(pl.String),
            "企业名称": "师宗县模拟" + number.cast(pl.String) + choose(["经营部", "合作社", "有限公司", "厂"], kind),
            "法定代表人": texts["name"].gather(owner),
            "法定代表人证件号码": texts["identity"].gather(owner),
            "企业类型": choose(ENTITY_TYPES, kind),
            "登记状态": choose(ENTITY_STATUS, weighted(rng.random(count), [0.87, 0.1, 0.03])),
            "登记机关": choose(["师宗县市场监督管理局（模拟）"], np.zeros(count, np.int64)),
            "注册地址": choose(place.townships, village) + choose(place.short_names, village) + "（模拟）",
            "经营范围": choose(["日用品零售", "餐饮服务", "种植养殖", "建筑施工", "货物运输"], scope),
            "行业": choose(["批发和零售业", "住宿和餐饮业", "农林牧渔业", "建筑业", "交通运输业"], scope),
            "注册资本": yuan(capital.astype(np.int64), known),
            "成立日期": day_texts(founded, known),
            "核准日期": day_texts(founded, known),
        }
    )
    return frame, founded


def entities_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per entity founded by the end of the slot's month."""
    frame, founded = _entities(county)
    return frame.filter(pl.Series(founded < int(month_days(slot.index + 1))))


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "employment_plan": plan_frame,
    "public_posts": posts_frame,
    "business_entities": entities_frame,
}
