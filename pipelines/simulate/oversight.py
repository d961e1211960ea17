"""What inspectors write down: scores of responsibility areas, supervisions, problems, decisions, doubtful payments.

Belongs here: the frames of these five ledgers. Does not belong here: ranks, lists and what is overdue (the warehouse
works them out), spelling.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, county_units, generator, half_even, villages
from pipelines.simulate.columns import NONE, choose, day_texts, fixed_texts, numbers, tenths, weighted, yuan
from pipelines.simulate.county import DEAD, County
from pipelines.simulate.helpers import cadre_numbers, last_pairing, pairings, unit_names
from pipelines.simulate.register import month_days, month_index

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

CATEGORIES = ("责任落实", "政策落实", "工作落实", "资金项目", "干部作风")
SOURCES = ("中央", "省级", "市级", "县级", "自查")
DOUBTS = ("对象已死亡", "重复领取", "互斥领取", "干部亲属", "不符合条件")
_REASONS = ("院落杂物堆放", "档案填写不全", "垃圾清运不及时", "户厕管护不到位", "政策知晓不足")
_FUNDS = ("农村低保金", "临时救助", "残疾人两项补贴", "公益性岗位补贴", "产业到户补助")
_FIRST_QUARTER = month_index(2018, 1)
_ALL_CLOSED = "2020-09-20"  # the county's campaign closed every problem by the autumn of 2020


def _day(text: str) -> int:
    return int(np.datetime64(text).astype("datetime64[D]").astype(np.int64))


def scores_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per responsibility area and item; an area keeps its quality and has better and worse months."""
    given, place = calibration()["oversight"], villages()
    items = {name: full for name, full in given["score_items"].items() if name != "status"}
    count, towns = given["responsibility_areas"]["value"], place.township_names
    weights = [place.townships.count(town) for town in towns]
    town = np.repeat(np.arange(len(towns)), apportion(weights, count))
    number = np.arange(count) - np.searchsorted(town, town)
    quality = generator(county.seed, "area quality").normal(0.87, 0.035, count)
    rng = generator(county.seed, "area scores", slot.index)
    full = np.array(list(items.values()), dtype=np.float64)
    mood = rng.normal(0, 0.012, count)
    share = np.clip((quality + mood)[:, np.newaxis] + rng.normal(0, 0.035, (count, len(full))), 0.5, 1)
    score = (np.round(share * full * 2) / 2).ravel()
    area, item = np.repeat(np.arange(count), len(full)), np.tile(np.arange(len(full)), count)
    reason = np.where(score < full[item] * 0.85, rng.integers(0, len(_REASONS), len(area)), NONE)
    names = [f"{towns[t]}第{n + 1}责任区" for t, n in zip(town, number, strict=True)]
    month = f"{slot.year}-{slot.month:02d}-01"
    return pl.DataFrame(
        {
            "责任区编号": choose([f"ZRQ-{n:02d}" for n in range(1, count + 1)], area),
            "责任区名称": choose(names, area),
            "乡镇": choose(towns, town[area]),
            "月份": choose([month], np.zeros(len(area), np.int64)),
            "评分项": choose(list(items), item),
            "满分": numbers(full[item], np.ones(len(area), bool)),
            "得分": tenths(score),
            "扣分原因": choose(_REASONS, reason),
            "评分人": choose(["模拟督查员甲", "模拟督查员乙"], area % 2),
            "area_code": choose(_town_codes(), town[area]),
        }
    )


def _town_codes() -> list[str]:
    return list(dict.fromkeys(villages().township_codes))


def supervision_frame(county: County, slot: Slot) -> pl.DataFrame:
    """A general supervision of every township each quarter since 2018, and special ones of departments."""
    towns = villages().township_names
    quarters = np.arange(_FIRST_QUARTER, last_pairing() + 3, 3)
    rng = generator(county.seed, "supervision")
    width = len(towns) + 3
    last_ = int(month_days(slot.index + 1)) - 1
    day = np.repeat(month_days(quarters).astype(np.int64) + 20, width) + rng.integers(0, 20, len(quarters) * width)
    unit = np.tile(np.arange(width), len(quarters))
    is_town = unit < len(towns)
    score = np.round(np.clip(rng.normal(88, 4, len(day)), 60, 99) * 2) / 2
    found = np.round(rng.gamma(3, 3, len(day))).astype(np.int64)
    kind = np.where(is_town, np.where(unit % 3 == 0, 2, 0), 1 + 3 * (rng.random(len(day)) < 0.3))
    level = np.where(is_town, 3, weighted(rng.random(len(day)), [0.05, 0.15, 0.3, 0.5]))
    quarter = np.repeat(np.arange(len(quarters)), width)
    shown = day <= last_
    everyone = np.ones(int(shown.sum()), bool)
    codes = [*_town_codes(), county_units()]
    where = np.where(is_town, unit, len(towns))[shown]
    names = [*(f"{town}" for town in towns), *(f"县直部门{n}（模拟）" for n in (1, 2, 3))]
    order = np.arange(len(day))[shown]
    letters = calibration()["oversight"].get("letters")
    if letters is None:
        advice = choose([f"JY-{n:03d}" for n in quarters], np.where(found > 8, quarter, NONE)[shown])
    else:
        # Where the report counts letters, those with the most problems got one each.
        rank = np.empty(len(found), np.int64)
        rank[np.argsort(-found, kind="stable")] = np.arange(len(found))
        numbered = [f"JY-{n:03d}" for n in range(1, letters["value"] + 1)]
        advice = choose(numbered, np.where(rank < letters["value"], rank, NONE)[shown])
    return pl.DataFrame(
        {
            "督查编号": "DC" + pl.Series(order + 1_000_001).cast(pl.String).str.slice(1),
            "督查级别": choose(["中央", "省级", "市级", "县级"], level[shown]),
            "督查方式": choose(["综合", "专项", "暗访", "巡察", "审计"], kind[shown]),
            "开始日期": day_texts(day[shown], everyone),
            "结束日期": day_texts(day[shown] + 4, day[shown] + 4 <= last_),
            "被督查单位": choose(names, unit[shown]),
            "行政区划代码": choose(codes, where),
            "督导建议书编号": advice,
            "发现问题数": numbers(found[shown], everyone),
            "考评得分": tenths(score[shown]).set(pl.Series(~is_town[shown]), None),
            "area_code": choose(codes, where),
        }
    )  # fmt: skip


@lru_cache(maxsize=1)
def _problems(county: County) -> dict[str, np.ndarray]:
    """Every problem since 2018 with its days; all closed by the autumn of 2020, some came back in between."""
    given: dict[str, Any] = calibration()["oversight"]
    count = max(given["problems"].get("at_least", 80), half_even(given["problems"]["value"], county.scale))
    rng = generator(county.seed, "problems", county.scale)
    end, begin = _day("2020-07-31"), _day("2018-03-01")
    found = np.sort(begin + (rng.random(count) * (end - begin)).astype(np.int64))
    items = [given["problem_items"][name] for name in CATEGORIES]
    item = np.concatenate([np.arange(sum(items)), rng.integers(0, sum(items), count - sum(items))])
    due = found + rng.choice([30, 60, 90], count)
    done = found + 10 + (rng.gamma(3, 14, count)).astype(np.int64)
    closed = np.minimum(done + rng.integers(3, 25, count), _day(_ALL_CLOSED))
    done = np.minimum(done, closed - 1)
    came_back = (rng.random(count) < given["came_back_share"]["value"]) & (closed < _day("2020-06-01"))
    rechecked = np.where(came_back | (rng.random(count) < 0.4), closed + rng.integers(20, 60, count), NONE)
    village = np.where(rng.random(count) < 0.82, rng.integers(0, len(villages().codes), count), NONE)
    return {
        "found": found, "due": due, "done": done, "closed": closed, "came_back": came_back, "rechecked": rechecked,
        "item": rng.permutation(item), "village": village, "traits": rng.random((5, count)),
    }  # fmt: skip


def rectification_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The ledger at the end of the slot's month: what is closed by then has its date, proof and new status."""
    given, place, all_ = calibration()["oversight"], villages(), _problems(county)
    last = int(month_days(slot.index + 1)) - 1
    at = np.flatnonzero(all_["found"] <= last)
    found, due, done, closed = (all_[name][at] for name in ("found", "due", "done", "closed"))
    village, traits, item = all_["village"][at], all_["traits"][:, at], all_["item"][at]
    sizes = [given["problem_items"][name] for name in CATEGORIES]
    category = np.repeat(np.arange(len(CATEGORIES)), sizes)[item]
    rechecked = (all_["rechecked"][at] != NONE) & (all_["rechecked"][at] <= last)
    # A problem that came back is open again until it is closed a second time, sixty days after the recheck.
    back = rechecked & all_["came_back"][at]
    second = np.minimum(all_["rechecked"][at] + 45, _day(_ALL_CLOSED))
    final = np.where(back, second, closed)
    is_done, is_closed = done <= last, final <= last
    status = np.select([is_closed, back, is_done & (closed > last)], [3, 1, 2], np.where(found + 5 > last, 0, 1))
    codes = [*place.codes, county_units()]
    where = np.where(village == NONE, len(place.codes), village)
    # Each problem comes from the quarter's supervision of its township, a department's from that of a department.
    towns = place.township_names
    town = np.array([*(towns.index(name) for name in place.townships), len(towns)])[where]
    supervision = np.maximum(0, (found - _day("2018-01-25")) // 92) * (len(towns) + 3) + town
    proof = is_closed & (traits[1] >= given["without_proof_share"]["value"])
    everyone = np.ones(len(at), bool)
    return pl.DataFrame(
        {
            "问题编号": "WT-" + pl.Series(at + 100_001).cast(pl.String).str.slice(1),
            "来源": choose(SOURCES, weighted(traits[0], [0.06, 0.14, 0.2, 0.35, 0.25])),
            "交办批次": choose([f"第{n}批" for n in range(1, 13)], (found - _day("2018-03-01")) // 80),
            "关联督查编号": "DC" + pl.Series(1_000_001 + supervision).cast(pl.String).str.slice(1),
            "问题类别": choose(CATEGORIES, category),
            "问题子项": choose([f"{CATEGORIES[c]}{n + 1:02d}" for c, n in _items(sizes)], item),
            "问题描述": choose([f"{CATEGORIES[c]}方面存在第{n + 1}类问题（模拟）" for c, n in _items(sizes)], item),
            "责任单位": choose([*place.townships, "县直部门（模拟）"], where),
            "所在乡镇": choose([*place.townships, "县本级"], where),
            "行政区划代码": choose(codes, where),
            "涉及户数": numbers(traits[2] * 12, everyone),
            "发现日期": day_texts(found, everyone),
            "整改时限": day_texts(due, everyone),
            "整改措施": choose(["限期整改、举一反三"], np.zeros(len(at), np.int64)),
            "完成日期": day_texts(done, is_done),
            "验收人": choose(["模拟验收员丙"], np.where(is_closed, 0, NONE)),
            "销号日期": day_texts(final, is_closed),
            "销号佐证": choose(["现场照片与验收表", "会议纪要", "资金凭证"], np.where(proof, traits[3] * 2.99, NONE)),
            "复查日期": day_texts(all_["rechecked"][at], rechecked),
            "复查结果": choose(["通过", "反弹"], np.where(rechecked, back.astype(np.int64), NONE)),
            "状态": choose(["检视", "整改中", "待验收", "已销号"], status),
            "area_code": choose(codes, where),
        }
    )  # fmt: skip


def _items(sizes: list[int]) -> list[tuple[int, int]]:
    return [(category, number) for category, size in enumerate(sizes) for number in range(size)]


def decisions_frame(county: County, slot: Slot) -> pl.DataFrame:
    """All decisions since 2017: commended cadres, red and black lists of townships, interviews."""
    given, towns = calibration()["oversight"], villages().township_names
    if "decisions" in given:
        return _counted_decisions(county, slot, given["decisions"])
    commended = given["commended"]["value"]
    kinds = np.concatenate(
        [np.zeros(commended, np.int64), np.tile([1, 1, 1, 2, 2, 2], 12), np.full(14, 3), np.full(6, 4)]
    )
    count = len(kinds)
    rng = generator(county.seed, "decisions")
    begin = _day("2018-03-25")
    quarter = begin + np.repeat(np.arange(12) * 91, 6)
    days = np.concatenate(
        [_day("2017-07-01") + np.sort(rng.integers(0, 1150, commended)), quarter, begin + rng.integers(0, 900, 20)]
    )
    town = np.concatenate(
        [
            np.full(commended, NONE),
            np.concatenate([rng.permutation(len(towns))[:6] for _ in range(12)]),
            np.full(20, NONE),
        ]
    )
    person = pairings(county).cadre[np.arange(count) * 3 % len(pairings(county).cadre)]
    names = fixed_texts(county)["name"].gather(person).zip_with(pl.Series(town == NONE), choose(towns, town))
    at = np.flatnonzero(days <= int(month_days(slot.index + 1)) - 1)
    frame = pl.DataFrame(
        {
            "决定编号": "JD-" + pl.Series(np.arange(count) + 10_001).cast(pl.String).str.slice(1),
            "对象类别": choose(["个人", "乡镇"], (town != NONE).astype(np.int64)),
            "对象名称": names,
            "职务": choose(["科员", "主任"], np.where(town == NONE, person % 2, NONE)),
            "所在单位": unit_names(np.where(town == NONE, person * 31 % 135, NONE)),
            "奖惩方式": choose(["表彰", "红榜", "黑榜", "约谈", "通报批评"], kinds),
            "事由": choose(["扶贫标兵", "季度督查考评前三", "季度督查考评后三", "走访不到位", "整改不力"], kinds),
            "决定日期": day_texts(days, np.ones(count, bool)),
            "关联督查编号": choose([""], np.full(count, NONE)),
            "奖励金额": yuan(np.full(count, 100_000), kinds == 0),
        }
    )  # fmt: skip
    return frame[at]


def _counted_decisions(county: County, slot: Slot, counted: list[dict[str, Any]]) -> pl.DataFrame:
    """The decisions that a report counts, kind by kind; days are invented within the half year before it."""
    each = [entry for entry in counted for _ in range(entry["count"])]
    count, everyone = len(each), np.ones(len(each), bool)
    rng = generator(county.seed, "counted decisions")
    days = _day("2017-07-01") + np.sort(rng.integers(0, 180, count))
    index = np.arange(count)
    is_person = np.array([entry["object"] == "个人" for entry in each], dtype=bool)
    people = pairings(county).cadre
    person = people[index * 3 % len(people)]
    units = unit_names(index % 135)
    frame = pl.DataFrame(
        {
            "决定编号": "JD-" + pl.Series(index + 10_001).cast(pl.String).str.slice(1),
            "对象类别": choose([entry["object"] for entry in each], index),
            "对象名称": fixed_texts(county)["name"].gather(person).zip_with(pl.Series(is_person), units),
            "职务": choose([entry.get("position") or "" for entry in each], np.where(is_person, index, NONE)),
            "所在单位": units,
            "奖惩方式": choose([entry["kind"] for entry in each], index),
            "事由": choose([entry["reason"] for entry in each], index),
            "决定日期": day_texts(days, everyone),
            "关联督查编号": choose([""], np.full(count, NONE)),
            "奖励金额": yuan(np.zeros(count, np.int64), ~everyone),
        }
    )
    return frame.filter(pl.Series(days <= int(month_days(slot.index + 1)) - 1))


def doubts_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Doubtful payments of livelihood funds: after a death, twice, excluding, to relatives of cadres, not entitled."""
    given: dict[str, Any] = calibration()["oversight"]["doubts"]
    rng = generator(county.seed, "doubts", county.scale)
    people, end = county.residents, int(month_days(slot.index + 1)) - 1
    counts = [max(3, half_even(given[name], county.scale)) for name in DOUBTS]
    kind = np.repeat(np.arange(len(DOUBTS)), counts)
    count = len(kind)
    # The dead of the police file; relatives live in the household of a paired cadre. Nobody is paid before being born.
    born = county.birth_day < _day("2018-01-01")
    dead = np.flatnonzero(born & (people.ending == DEAD) & (people.until <= month_index(2020, 6)))
    cadre = np.unique(pairings(county).cadre)
    others = np.flatnonzero(born & (people.ending != DEAD) & (people.since <= month_index(2018, 1)))
    home = np.isin(people.household, people.household[cadre])
    relatives = np.setdiff1d(np.flatnonzero(born & home & (people.ending != DEAD)), cadre)
    pools = {0: dead, 3: relatives}
    person = np.concatenate([rng.choice(pools.get(k, others), n) for k, n in enumerate(counts)]).astype(np.int64)
    by_home = cadre[np.argsort(people.household[cadre], kind="stable")]
    near = by_home[np.clip(np.searchsorted(people.household[by_home], people.household[person]), 0, len(by_home) - 1)]
    paid = _day("2018-06-01") + rng.integers(0, 880, count)
    death = month_days(people.until[person]).astype(np.int64)
    paid = np.where(kind == 0, death + 20 + rng.integers(0, 60, count), paid)
    cents = (10 + rng.integers(0, 60, count)) * 1_000
    traits = rng.random((3, count))
    true_ = traits[0] < 0.62
    finished = paid + 60 + rng.integers(0, 90, count)
    is_finished = finished <= end
    status = np.where(is_finished, np.where(traits[1] < 0.94, 2, 3), (traits[1] < 0.4).astype(np.int64))
    is_concluded = is_finished & (status == 2)
    recovered = is_concluded & true_ & (traits[2] < 0.85)
    amount = np.where(traits[2] < 0.7, cents, cents // 2)
    shown = np.flatnonzero(paid + 15 <= end)
    place, texts = villages(), fixed_texts(county)
    village = people.village[person].astype(np.int64)
    frame = pl.DataFrame(
        {
            "疑点编号": "YD" + pl.Series(np.arange(count) + 1_000_001).cast(pl.String).str.slice(1),
            "资金名称": choose(_FUNDS, person % len(_FUNDS)),
            "发放周期": choose(["按月", "按季", "半年", "按年"], person % 4),
            "领取人姓名": texts["name"].gather(person),
            "领取人证件号码": texts["identity"].gather(person),
            "乡镇": choose(place.townships, village),
            "行政村": choose(place.short_names, village),
            "发放金额": yuan(cents, np.ones(count, bool)),
            "发放时间": day_texts(paid, np.ones(count, bool)),
            "疑点类型": choose(DOUBTS, kind),
            "关联干部编号": cadre_numbers(near).set(pl.Series(kind != 3), None),
            "核查状态": choose(["办理中", "已提交", "审核通过", "审核不通过"], status),
            "核查结果": choose(["属实", "不属实"], np.where(is_concluded, (~true_).astype(np.int64), NONE)),
            "追回金额": yuan(amount, recovered),
            "追回日期": day_texts(finished, recovered),
            "area_code": choose(place.codes, village),
            "_长名": choose(place.long_names, village),
        }
    )  # fmt: skip
    return frame[shown]


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "area_scores": scores_frame,
    "supervision": supervision_frame,
    "rectification": rectification_frame,
    "accountability": decisions_frame,
    "livelihood_inspection": doubts_frame,
}
