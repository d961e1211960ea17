"""What the registers of real estate, vehicles, deaths and public payroll truly hold, in canonical text form.

Belongs here: who owns, drives, died, is paid from public money. Does not belong here: what a hit means; spelling.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, generator, half_even, villages
from pipelines.simulate.columns import NONE, choose, day_texts, fixed_texts, numbers, tenths, weighted
from pipelines.simulate.county import BASE_MONTH, DEAD, County
from pipelines.simulate.register import month_days, month_index

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

VEHICLE_TYPES = ("普通二轮摩托车", "小型轿车", "小型普通客车", "轻型普通货车", "重型自卸货车", "三轮汽车")
_VEHICLE_SHARES = [0.46, 0.25, 0.12, 0.11, 0.02, 0.04]
_PLATES = ("普通摩托车", "小型汽车", "大型汽车")
_RIGHTS = ("国有建设用地使用权/房屋所有权", "宅基地使用权/房屋所有权")
_PRICES = np.array([6_000, 82_000, 56_000, 61_000, 290_000, 13_000])
_USES = ("住宅", "成套住宅", "商业服务", "车库", "仓储")
_USE_SHARES = [0.38, 0.42, 0.11, 0.06, 0.03]
_PROPERTY = ("自建房", "市场化商品房", "商业用房", "车位车库", "其他")
_STAFF = ("公务员", "事业编", "国企", "离退休", "村干部", "聘用")
_STAFF_SHARES = [0.15, 0.42, 0.06, 0.22, 0.06, 0.09]
_END_OF_2020 = month_index(2020, 12)


def _count(county: County, register: str, key: str = "value") -> int:
    return half_even(calibration()["registers"][register][key], county.scale)


def _age(county: County, person: np.ndarray, month: int) -> np.ndarray:
    return np.asarray((int(month_days(month + 1)) - county.birth_day[person]) / 365.2425)


def _adults(county: County, oldest: int) -> tuple[np.ndarray, np.ndarray]:
    """Adults of the register and other adults who live here throughout 2020."""
    people, register = county.residents, county.register
    person = np.arange(len(people.village))
    age = _age(county, person, BASE_MONTH)
    fit = (age >= 20) & (age < oldest)
    base = register.snapshots[BASE_MONTH].person.astype(np.int64)
    stays = base[fit[base] & (people.until[base] > _END_OF_2020)]
    other = fit & (people.since <= BASE_MONTH) & (people.until > _END_OF_2020) & (person >= county.registered_count)
    return stays, person[other]


def _owners(county: County, register: str, rng: np.random.Generator, oldest: int, *, repeated: float) -> np.ndarray:
    """The owner of each line; some own several. So many as the calibration says belong to registered households."""
    listed, others = _adults(county, oldest)
    total, inside = _count(county, register), _count(county, register, "registered")
    share = 1 / (1 + repeated)
    few = rng.permutation(listed)[: max(1, round(inside * share))]
    many = rng.permutation(others)[: max(1, round((total - inside) * share))]
    owners = np.concatenate(
        [few, rng.choice(few, max(0, inside - len(few))), many, rng.choice(many, max(0, total - inside - len(many)))]
    )
    return np.asarray(rng.permutation(owners)[:total])


def _since(rng: np.random.Generator, count: int, first: int, last: int) -> np.ndarray:
    """Days that lie more often in late years than in early ones."""
    start, end = int(month_days(first * 12)), int(month_days(last * 12 + 11)) + 27
    return np.asarray(start + (rng.random(count) ** 0.6 * (end - start)).astype(np.int64))


def _all(count: int) -> np.ndarray:
    return np.ones(count, bool)


@lru_cache(maxsize=1)
def _vehicles(county: County) -> tuple[pl.DataFrame, np.ndarray]:
    """Every vehicle until the end of 2020 and the day of its registration."""
    rng = generator(county.seed, "vehicles", county.scale)
    owner = _owners(county, "vehicles", rng, 70, repeated=0.12)
    count, texts, place = len(owner), fixed_texts(county), villages()
    kind = weighted(rng.random(count), _VEHICLE_SHARES)
    since = _since(rng, count, 2009, 2020)
    price = np.round(_PRICES[kind] * np.exp(rng.normal(0, 0.35, count)) / 100) * 100
    colour = rng.integers(0, 5, count)
    village = county.residents.village[owner].astype(np.int64)
    number = pl.Series(np.arange(count))
    goods = (kind >= 3) & (rng.random(count) < 0.4)
    status = weighted(rng.random(count), [0.955, 0.03, 0.015])
    brand = choose([f"模拟品牌{n}" for n in range(1, 16)], rng.integers(0, 15, count))
    frame = pl.DataFrame(
        {
            "号牌号码": "拟D" + (number * 7 + 10_000).cast(pl.String).str.zfill(6),
            "身份证明号码": texts["identity"].gather(owner),
            "所有人": texts["name"].gather(owner),
            "号牌种类": choose(_PLATES, np.select([kind == 0, kind == 4], [0, 2], 1)),
            "车辆类型": choose(VEHICLE_TYPES, kind),
            "车辆品牌": brand,
            "车辆型号": "MN" + (number % 240 + 100).cast(pl.String),
            "车身颜色": choose(["白", "黑", "银灰", "红", "蓝"], colour),
            "车辆识别代号": "SIM" + (number * 104_729 + 10**11).cast(pl.String).str.zfill(14),
            "使用性质": choose(["非营运", "货运"], goods.astype(np.int64)),
            "机动车状态": choose(["正常", "逾期未检验", "注销"], status),
            "发证机关": choose(["师宗县公安局交通警察大队（模拟）"], np.zeros(count, np.int64)),
            "手机号码": texts["phone"].gather(owner),
            "地址": choose(place.townships, village) + choose(place.short_names, village) + "（模拟）",
            "购置价格（元）": numbers(price, rng.random(count) > 0.06),
            "初次登记日期": day_texts(since, _all(count)),
            "检验有效期止": day_texts(since + 365 * 12, _all(count)),
            "强制报废期止": day_texts(since + 365 * 15, kind != 1),
        }
    )  # fmt: skip
    return frame, since


def vehicles_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per vehicle registered by the end of the slot's month."""
    frame, since = _vehicles(county)
    return frame.filter(pl.Series(since < int(month_days(slot.index + 1))))


@lru_cache(maxsize=1)
def _estates(county: County) -> tuple[pl.DataFrame, np.ndarray]:
    """Every unit with its holders until the end of 2020, and the day of registration; a fifth is held jointly."""
    rng = generator(county.seed, "real estate", county.scale)
    owner = _owners(county, "real_estate", rng, 75, repeated=0.15)
    count, texts, place = len(owner), fixed_texts(county), villages()
    unit = np.arange(count)
    joint = np.zeros(count, bool)
    joint[1::5] = owner[1::5] != owner[0::5][: len(owner[1::5])]
    unit[joint] -= 1  # every fifth line but one shares the unit of the line before it
    shared = np.isin(unit, unit[joint])

    def of_unit(values: np.ndarray) -> np.ndarray:
        return np.asarray(values[unit])

    use = of_unit(weighted(rng.random(count), _USE_SHARES))
    since = of_unit(_since(rng, count, 2008, 2020))
    area = of_unit(np.array([110, 98, 45, 14, 160])[use] * np.exp(rng.normal(0, 0.3, count)))
    village = county.residents.village[owner][unit].astype(np.int64)
    in_town = of_unit((use > 0) | (rng.random(count) < 0.1))
    town = np.where(place.is_urban)[0]
    village = np.where(in_town, town[unit % len(town)], village)
    number = pl.Series(unit)
    location = (
        choose(place.townships, village) + choose(place.short_names, village) + (number % 400 + 1).cast(pl.String)
    )
    property_ = np.where(use == 0, np.where(of_unit(rng.random(count)) < 0.9, 0, 1), np.array([0, 1, 2, 3, 4])[use])
    contract = (property_ == 1) & of_unit(rng.random(count) < 0.8)
    frame = pl.DataFrame(
        {
            "不动产单元号": choose(place.codes, village) + "GB" + number.cast(pl.String).str.zfill(6) + "F00010001",
            "权利人证件号码": texts["identity"].gather(owner),
            "权利人": texts["name"].gather(owner),
            "共有情况": choose(["单独所有", "共同共有"], shared.astype(np.int64)),
            "坐落": location + "号（模拟）",
            "权利类型": choose(_RIGHTS, (use == 0).astype(np.int64)),
            "权利性质": choose(["出让/市场化商品房", "批准拨用/自建房"], (property_ == 0).astype(np.int64)),
            "用途": choose(_USES, use),
            "使用期限": choose(["70年", "40年"], np.where(use == 0, NONE, (use == 2).astype(np.int64))),
            "不动产权号": "拟" + (pl.Series(np.arange(count)) + 20_200_000_000).cast(pl.String),
            "房屋性质": choose(_PROPERTY, property_),
            "房屋结构": choose(["混合", "钢筋混凝土", "砖木"], np.where(use == 0, unit % 3, unit % 2)),
            "面积": tenths(area),
            "登记时间": day_texts(since, _all(count)),
            "网签备案时间": day_texts(since - 40, contract),
        }
    )  # fmt: skip
    return frame, since


def real_estate_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per unit and right holder, of units registered by the end of the slot's month."""
    frame, since = _estates(county)
    return frame.filter(pl.Series(since < int(month_days(slot.index + 1))))


def deaths_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The deaths reported for a month, some by two offices with different dates."""
    people = county.residents
    dead = np.flatnonzero((people.ending == DEAD) & (people.until == slot.index) & (people.since < slot.index))
    given: dict[str, Any] = calibration()["registers"]["deaths"]
    rng = generator(county.seed, "deaths", county.scale, slot.index)
    first = int(month_days(slot.index))
    died = first + rng.integers(0, int(month_days(slot.index + 1)) - first, len(dead))
    born = county.birth_day[dead].astype(np.int64)
    died = np.maximum(died, born)
    again = rng.random(len(dead)) < given["second_source_share"]
    burnt = rng.random(len(dead)) < given["funeral_share"]
    person = np.concatenate([dead, dead[again]])
    second = np.concatenate([np.zeros(len(dead), bool), np.ones(int(again.sum()), bool)])
    office = np.where(second, 1 + (rng.random(len(person)) < 0.35), 0)
    # The second office often writes another day, never one of another month.
    day = np.concatenate([died, died[again]])
    day = np.where(
        second, np.maximum(day - rng.integers(0, 4, len(day)), np.maximum(first, county.birth_day[person])), day
    )
    cremated = np.concatenate([burnt, burnt[again]])
    last = int(month_days(slot.index + 1)) - 1
    place, texts, count = villages(), fixed_texts(county), len(person)
    village = people.village[person].astype(np.int64)
    causes = ["心脑血管疾病", "肿瘤", "呼吸系统疾病", "意外", "其他"]
    cause = np.where(office == 0, NONE, (county.traits[3][person] * 4.999).astype(np.int64))
    frame = pl.DataFrame(
        {
            "逝者证件号": texts["identity"].gather(person),
            "逝者姓名": texts["name"].gather(person),
            "逝者性别": texts["sex"].gather(person),
            "逝者户籍地址": choose(place.townships, village) + choose(place.short_names, village) + "（模拟）",
            "死亡原因": choose(causes, cause),
            "数据来源": choose(["公安户籍", "殡仪馆", "医疗机构"], office),
            "年龄": numbers(_age(county, person, slot.index), _all(count)),
            "死亡日期": day_texts(day, _all(count)),
            "火化日期": day_texts(np.minimum(day + 2, last), cremated & (office < 2)),
            "户口注销日期": day_texts(np.minimum(day + 9, last), office == 0),
        }
    )  # fmt: skip
    return frame[rng.permutation(count)] if count else frame


@lru_cache(maxsize=1)
def _staff(county: County) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Everybody on the payroll at some time of 2020, the month of joining and, where there is one, of leaving."""
    rng = generator(county.seed, "payroll", county.scale)
    listed, others = _adults(county, 80)
    inside, total = _count(county, "public_payroll", "registered"), _count(county, "public_payroll")
    person = rng.permutation(
        np.concatenate([rng.permutation(listed)[:inside], rng.permutation(others)[: total - inside]])
    )
    count, age = len(person), _age(county, person, BASE_MONTH)
    kind = np.where(age > 60, 3, weighted(rng.random(count), _STAFF_SHARES))
    kind = np.where((age < 50) & (kind == 3), 1, kind)
    joined = BASE_MONTH - (rng.random(count) * np.maximum(1, age - 20) * 12).astype(np.int64)
    fresh = rng.random(count) < 0.03
    joined = np.where(fresh, BASE_MONTH + rng.integers(1, 13, count), joined)
    left = np.where(~fresh & (rng.random(count) < 0.025), BASE_MONTH + rng.integers(1, 13, count), 2**30)
    texts = fixed_texts(county)
    employer = rng.integers(1, 121, count)
    frame = pl.DataFrame(
        {
            "身份证号": texts["identity"].gather(person),
            "姓名": texts["name"].gather(person),
            "单位": choose([f"师宗县第{n}单位（模拟）" for n in range(1, 121)], employer - 1),
            "人员类别": choose(_STAFF, kind),
            "职务": choose(["科员", "主任", "教师", "医师", "职工"], rng.integers(0, 5, count)),
            "与公职人员关系": choose(["本人"], np.zeros(count, np.int64)),
            "财政供养起始时间": day_texts(month_days(joined), _all(count)),
        }
    )  # fmt: skip
    return frame, joined, left


def payroll_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The payroll at the slot's end as 在册, 新增 and 退出: who joined or left since the quarter before."""
    frame, joined, left = _staff(county)
    here = joined <= slot.index
    since = slot.index - 3
    gone = left <= slot.index
    kept = here & (~gone | (left > since))
    change = np.where(gone, 2, (joined > since).astype(np.int64))
    shown = frame.with_columns(choose(["在册", "新增", "退出"], change).alias("变动类型"))
    order = np.flatnonzero(kept)
    return shown[order[np.argsort(change[order], kind="stable")]]


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "real_estate": real_estate_frame,
    "vehicles": vehicles_frame,
    "deaths": deaths_frame,
    "public_payroll": payroll_frame,
}
