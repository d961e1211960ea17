"""What the monitoring of work and the labour ledger truly hold, in canonical text form.

Belongs here: the columns of the two feeds. Does not belong here: who works when (``workforce``), the training ledger
(``training``), how it is spelled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, generator, half_even, villages
from pipelines.simulate.columns import (
    NONE,
    choose,
    day_texts,
    fixed_texts,
    household_numbers,
    months_text,
    numbers,
    weighted,
    yes,
)
from pipelines.simulate.county import County
from pipelines.simulate.register import NEVER, Snapshot, month_days, month_index
from pipelines.simulate.relocation import is_relocated
from pipelines.simulate.training import FRAMES as TRAINING_FRAMES
from pipelines.simulate.training import training_counts
from pipelines.simulate.workforce import (
    LABOUR,
    NO_WORK,
    REGIONS,
    age_at,
    is_student,
    labour_of,
    of_working_age,
    regions_at,
    workers_2020,
)

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

ENTERPRISE = "县内企业吸纳"
WORKSHOP = "师宗县扶贫车间"
WORKSHOPS = 12  # so many of the thirty employers in the county are workshops on the list of operators
CHANNELS = (ENTERPRISE, "自行外出", "亲友介绍", "劳务派遣公司组织", "东西部协作组织")
WORK_REGIONS = ("乡（镇）内", "乡（镇）外县内", "县外省内", "省外")
INDUSTRIES = ("制造业", "建筑业", "住宿和餐饮业", "居民服务业", "农林牧渔业", "批发和零售业")
TOURISM = "文化旅游业"
_PLACES = (
    ("云南省曲靖市师宗县",),
    ("云南省昆明市", "云南省曲靖市麒麟区", "云南省红河州", "云南省玉溪市"),
    ("浙江省宁波市", "广东省东莞市", "上海市宝山区", "福建省泉州市", "江苏省苏州市"),
)
_EDUCATION = ("文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上")


def employment_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per registered person aged 16 to 69, in the order of village, household and person."""
    snapshot = county.register.snapshots[slot.index]
    at = of_working_age(county, snapshot)
    at = at[np.lexsort((snapshot.person[at], snapshot.person_household[at], _village_of(county, snapshot)[at]))]
    person, household = snapshot.person[at], snapshot.person_household[at].astype(np.int64)
    region = regions_at(county, snapshot)[at]
    working = region != NO_WORK
    texts, trait = fixed_texts(county), county.traits[:, person]
    where = np.where(working, region, 0)
    channel = _channels(county)[person]
    channel = np.where(channel == 0, np.where(where == 0, 0, 1), np.where((channel == 4) & (where != 2), 3, channel))
    in_enterprise = working & ((channel == 0) | (trait[11] < 0.55))
    started, ended = _spells(county, slot)
    industry = np.where(working, (trait[10] * 5.999).astype(np.int64), NONE)
    industry[working & np.isin(person, _tourism_workers(county, slot))] = len(INDUSTRIES)
    count = len(person)
    return pl.DataFrame(
        {
            "户编号": household_numbers(household),
            "人编号": texts["member"].gather(person),
            "证件号码": texts["identity"].gather(person),
            "户类型": choose(["贫困户", "脱贫户"], (county.register.exited[household] <= slot.index).astype(np.int64)),
            "监测对象类别": choose([""], np.full(count, NONE)),
            "务工所在县": _place_names(where, trait[7], known=working),
            "务工区域": choose(WORK_REGIONS, np.where(working, _region_codes(where, trait[9]), NONE)),
            "务工企业名称": _employers(where, trait[8], known=in_enterprise),
            "所属行业": choose([*INDUSTRIES, TOURISM], industry),
            "就业渠道": choose(CHANNELS, np.where(working, channel, NONE)),
            "劳动技能": choose(LABOUR, labour_of(county, person, slot.index)),
            "家庭成员联系电话": texts["phone"].gather(person),
            "务工月收入": _wages(county, slot, person, where, known=working),
            "年度交通费补助": numbers(300 + 100 * where, working & (where > 0) & (trait[1] < 0.4)),
            "是否已务工": yes(working),
            "是否点对点输送": yes(working & (where == 2) & (channel >= 3) & (slot.index >= month_index(2020, 2))),
            "开始时间": months_text(started[person], started[person] < NEVER),
            "结束时间": months_text(ended[person], ended[person] < NEVER),
            "统计月份": months_text(np.full(count, slot.index), np.ones(count, bool)),
        }
    )


def _village_of(county: County, snapshot: Snapshot) -> np.ndarray:
    village = np.zeros(len(county.register.village), np.int64)
    village[snapshot.household] = snapshot.household_village
    found: np.ndarray = village[snapshot.person_household]
    return found


def _tourism_workers(county: County, slot: Slot) -> np.ndarray:
    """Who works in tourism in 2020, one of a household: as many as a report prints, at work near home in December."""
    given = calibration()["work"]["tourism_households"]
    if given is None or slot.year < 2020:
        return np.zeros(0, np.int64)
    december = county.register.snapshots[month_index(2020, 12)]
    near = np.flatnonzero(regions_at(county, december) == 0)
    near = near[np.argsort(county.traits[3][december.person[near]], kind="stable")]
    first = np.sort(np.unique(december.person_household[near], return_index=True)[1])
    count = half_even(given["value"], county.scale)
    if len(first) < count:
        raise ValueError(f"{count} households with work in tourism are needed and {len(first)} could have it")
    found: np.ndarray = december.person[near[first[:count]]]
    return found


def _channels(county: County) -> np.ndarray:
    """Index into ``CHANNELS`` of everybody; of the workers of 2020 in the county exactly so many are in enterprises."""
    given = calibration()["work"]
    rng = generator(county.seed, "work channels", county.scale)
    count = len(county.register.household)
    organised = rng.random(count) < given["organised_share"]
    channel = np.where(organised, 3 + (rng.random(count) < 0.4), 1 + (rng.random(count) < 0.45))
    workers = workers_2020(county)
    near = workers.person[workers.last_region == 0]
    hired = rng.permutation(near)[: half_even(given["county_enterprise_workers"]["value"], county.scale)]
    channel[hired] = 0
    return channel


def _region_codes(where: np.ndarray, trait: np.ndarray) -> np.ndarray:
    return np.where(where == 0, (trait > 0.6).astype(np.int64), where + 1)


def _place_names(where: np.ndarray, trait: np.ndarray, *, known: np.ndarray) -> pl.Series:
    names = [name for places in _PLACES for name in places]
    first = np.cumsum([0, *(len(places) for places in _PLACES[:-1])])
    sizes = np.array([len(places) for places in _PLACES])
    return choose(names, np.where(known, first[where] + (trait * 0.999 * sizes[where]).astype(np.int64), NONE))


def _employers(where: np.ndarray, trait: np.ndarray, *, known: np.ndarray) -> pl.Series:
    names = [f"{place}企业{number}（模拟）" for place in ("县内", "省内", "省外") for number in range(1, 31)]
    names[:WORKSHOPS] = [f"{WORKSHOP}{number}（模拟）" for number in range(1, WORKSHOPS + 1)]
    return choose(names, np.where(known, where * 30 + (trait * 29.999).astype(np.int64), NONE))


def _spells(county: County, slot: Slot) -> tuple[np.ndarray, np.ndarray]:
    """First month of this year's latest spell of work, and its last where it is over; ``NEVER`` without one."""
    count = len(county.register.household)
    started, ended = np.full(count, NEVER, np.int64), np.full(count, NEVER, np.int64)
    january = month_index(slot.year, 1)
    if slot.year < 2020:
        snapshot = county.register.snapshots[slot.index]
        worker = snapshot.person[regions_at(county, snapshot) != NO_WORK]
        started[worker] = january + (county.traits[0][worker] * 9).astype(np.int64)
        return started, ended
    workers = workers_2020(county)
    works = workers.region[:, : slot.month] != NO_WORK
    has = works.any(axis=1)
    last = slot.month - 1 - np.argmax(works[:, ::-1], axis=1)
    # The spell begins after the last month without work before its end.
    idle = ~works & (np.arange(slot.month) < last[:, np.newaxis])
    first = np.where(idle.any(axis=1), slot.month - np.argmax(idle[:, ::-1], axis=1), 0)
    started[workers.person[has]] = january + first[has]
    over = has & (last < slot.month - 1)
    ended[workers.person[over]] = january + last[over]
    return started, ended


def _wages(county: County, slot: Slot, person: np.ndarray, where: np.ndarray, *, known: np.ndarray) -> pl.Series:
    """Wages in yuan by region, in steps of fifty, with the mistakes of life: 万元, 0, a digit too many, nothing."""
    given: dict[str, Any] = calibration()["work"]
    wages, wrong = given["wages_cny"], given["wrong_wages"]
    own = generator(county.seed, "wages", county.scale).normal(0, wages["spread"], len(county.register.household))
    middle = np.array([wages[region] for region in REGIONS])[where] * (1 + 0.04 * (slot.year - 2020))
    rng = generator(county.seed, "wages", county.scale, slot.index)
    amount = np.clip(middle * np.exp(own[person] + rng.normal(0, 0.03, len(person))), 900, 12000)
    yuan = (np.round(amount / 50) * 50).astype(np.int64)
    shares = [wrong[kind] / 1000 for kind in ("ten_thousands", "zero", "too_large", "missing")]
    mistake = weighted(rng.random(len(person)), [*shares, 1 - sum(shares)])
    found = pl.Series(np.select([mistake == 1, mistake == 2], [0, yuan * 10 + 50_000], yuan)).cast(pl.String)
    in_ten_thousands = (pl.Series(yuan) / 10_000).round(2).cast(pl.String)  # a third decimal is no amount in yuan
    found = found.zip_with(pl.Series(mistake != 0), in_ten_thousands)
    return found.set(pl.Series(~known | (mistake == 3)), None)


def ledger_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The labour force of the register as human resources see it, with some people outside the register."""
    given = calibration()["work"]
    snapshot = county.register.snapshots[slot.index]
    rng = generator(county.seed, "labour ledger", county.scale, slot.index)
    labour = labour_of(county, snapshot.person, slot.index)
    able = labour <= 2
    registered = snapshot.person[able].astype(np.int64)
    people = county.residents
    outside = np.arange(county.registered_count, len(county.birth_day))
    age = age_at(county, outside, slot.index)
    here = (people.since[outside] <= slot.index) & (people.until[outside] > slot.index)
    fit = outside[here & (age >= 18) & (age < 60) & ~villages().is_urban[people.village[outside]]]
    others = fit[np.argsort(county.traits[4][fit], kind="stable")]
    others = others[: round(len(registered) * given["ledger_other_share"])]
    person = np.concatenate([registered, others])
    region = np.concatenate([regions_at(county, snapshot)[able], np.where(county.traits[5][others] < 0.6, 0, NO_WORK)])
    flips = rng.random(len(person)) < given["ledger_disagrees_share"]
    employed = (region != NO_WORK) ^ flips
    where = np.where(region == NO_WORK, 0, region)
    trait, texts = county.traits[:, person], fixed_texts(county)
    age = age_at(county, person, slot.index)
    status = np.where(employed, np.where(trait[3] < 0.06, 1, 0), 2)
    wish = weighted(trait[2], [0.72, 0.06, 0.22])
    if given["all_who_want_work"]:
        wish = np.where(employed, wish, 2)
    place = villages()
    village = np.concatenate([_village_of(county, snapshot)[able], people.village[others].astype(np.int64)])
    order = np.lexsort((person, village))
    month = np.full(len(person), slot.index)
    start = month_days(slot.index - 1 - (trait[11] * 9).astype(np.int64)).astype(np.int32)
    count = len(person)
    relocated = np.concatenate([_relocated(county, snapshot)[able], np.zeros(len(others), bool)])
    frame = pl.DataFrame(
        {
            "身份证号": texts["identity"].gather(person),
            "劳动力姓名": texts["name"].gather(person),
            "所属区域": choose(place.townships, village),
            "性别": texts["sex"].gather(person),
            "劳动力电话": texts["phone"].gather(person),
            "文化程度": choose(_EDUCATION, weighted(trait[1], [0.06, 0.36, 0.42, 0.1, 0.04, 0.02])),
            "就业创业状态": choose(["已就业", "自主创业", "未就业"], status),
            "就创业意愿": choose(["有就业意愿", "有创业意愿", "无意愿"], wish),
            "劳动能力": choose(LABOUR, np.concatenate([labour[able], np.zeros(len(others), np.int64)])),
            "培训教育状态": choose(["已培训", "未培训"], (trait[8] > 0.55).astype(np.int64)),
            "培训教育意愿": choose(["愿意", "不愿意"], (trait[9] > 0.6).astype(np.int64)),
            "上学状态": choose(["未上学", "在校"], is_student(age, trait).astype(np.int64)),
            "安置点名称": choose([""], np.full(count, NONE)),
            "备注": choose([""], np.full(count, NONE)),
            "就业地点": _place_names(where, trait[7], known=employed),
            "就业区域": choose(WORK_REGIONS, np.where(employed, _region_codes(where, trait[9]), NONE)),
            "是否残疾人": yes(trait[2] < 0.05),
            "易地扶贫搬迁": yes(relocated),
            "是否新增转移就业": yes(employed & (trait[11] < 0.1)),
            "就业开始时间": day_texts(start, employed),
            "登记月份": months_text(month, np.ones(count, bool)),
        }
    )  # fmt: skip
    return frame[order]


def _relocated(county: County, snapshot: Snapshot) -> np.ndarray:
    """As the register of households has it: True for members of relocated households."""
    return is_relocated(county, snapshot.person_household)


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "employment_done": employment_frame,
    "labour_ledger": ledger_frame,
    **TRAINING_FRAMES,
}


def expected_work(county: County, months: int) -> dict[str, Any]:
    """What a correct warehouse finds about work when the files of so many months of 2020 were written."""
    by_year, by_month = training_counts(county.scale)
    workers = workers_2020(county)
    works = workers.region[:, :months] != NO_WORK
    seen = works.any(axis=1)
    last = months - 1 - np.argmax(works[:, ::-1], axis=1)
    regions = np.bincount(workers.region[np.arange(len(last)), last][seen], minlength=len(REGIONS))
    return {
        "as_of": f"2020-{months:02d}",
        "workers_of_the_year": {name: int(regions[at]) for at, name in enumerate(REGIONS)},
        "working_by_month": {f"2020-{at + 1:02d}": int(works[:, at].sum()) for at in range(months)},
        "training_person_times": sum(by_year[year] for year in by_year if year < 2020) + sum(by_month[:months]),
    }
