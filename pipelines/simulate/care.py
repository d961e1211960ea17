"""Insurance, settled costs, major and chronic illness: contents of the insurance and health bureaus' lists.

Belongs here: who is insured, what was paid, who is under care. Does not belong here: how a department spells a cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, generator, half_even, villages
from pipelines.simulate.columns import NONE, choose, day_texts, fixed_texts, numbers, weighted, yes, yuan
from pipelines.simulate.county import BASE_MONTH, County
from pipelines.simulate.register import NEVER, month_days, month_index
from pipelines.simulate.workforce import age_at

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

CHRONIC = ("高血压", "糖尿病", "严重精神障碍", "肺结核")
_ILLNESSES = (
    "食管癌", "胃癌", "结肠癌", "直肠癌", "终末期肾病", "儿童白血病", "儿童先天性心脏病", "肺癌", "肝癌",
    "乳腺癌", "宫颈癌", "急性心肌梗死", "白内障", "尘肺", "神经母细胞瘤", "儿童淋巴瘤", "骨肉瘤", "血友病",
    "地中海贫血", "唇腭裂", "尿道下裂", "耐多药结核病", "脑卒中", "慢性阻塞性肺气肿", "艾滋病机会性感染",
    "膀胱癌", "卵巢癌", "肾癌", "重性精神疾病", "风湿性心脏病", "儿童苯丙酮尿症", "儿童血管瘤",
    "再生障碍性贫血", "强直性脊柱炎", "系统性红斑狼疮", "肝硬化",
)  # fmt: skip
_DISEASES = ("肺炎", "骨折", "阑尾炎", "冠心病", "脑梗死", "慢性支气管炎", "胆囊结石", "分娩")
_HOSPITALS = ("县人民医院（模拟）", "乡镇卫生院（模拟）", "市级医院（模拟）")
_INPATIENT, _CHRONIC_VISIT = 0, 1


def insurance_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The county's list for the slot's year: registered persons, and the others who are insured."""
    given, people = calibration()["care"], county.residents
    snapshot = county.register.snapshots[slot.index]
    outside = np.arange(county.registered_count, len(county.birth_day))
    here = (people.since[outside] <= slot.index) & (people.until[outside] > slot.index)
    others = outside[here & (county.traits[7][outside] < given["others_insured_share"]["value"])]
    registered = snapshot.person.astype(np.int64)
    order = np.argsort(county.traits[10][registered], kind="stable")
    count = round(len(registered) * given["registered_uninsured_share"][slot.year])
    uninsured = np.zeros(len(registered), bool)
    uninsured[order[:count]] = True
    listed = np.ones(len(registered), bool)
    listed[order[: count // 4]] = False  # some of them are on no list at all
    person = np.concatenate([registered[listed], others])
    without = np.concatenate([uninsured[listed], np.zeros(len(others), bool)])
    is_ours = person < county.registered_count
    trait = county.traits[:, person]
    support = np.zeros(len(person), bool)
    own = county.register.parent[county.register.household[np.where(is_ours, person, 0)]]
    support[is_ours] = (county.household_traits[0][own] < 0.17)[is_ours]
    employee = trait[6] >= 0.985
    full = support & ~employee
    premium = np.where(employee, 3600, given["premium_cny"][slot.year]) * 100
    subsidy = np.where(full, premium, np.where(is_ours & ~employee, given["subsidy_cny"][slot.year] * 100, 0))
    day = month_days(np.full(len(person), month_index(slot.year - 1, 10))).astype(np.int64)
    day = day + (trait[4] * 80).astype(np.int64)
    known = ~without
    texts = fixed_texts(county)
    return pl.DataFrame(
        {
            "身份证号": texts["identity"].gather(person),
            "姓名": texts["name"].gather(person),
            "险种": choose(["城乡居民", "城镇职工"], employee.astype(np.int64)),
            "参保状态": choose(["已参保", "代缴", "未参保"], np.where(without, 2, full.astype(np.int64))),
            "缴费档次": choose(["普通", "特殊群体"], np.where(known, full.astype(np.int64), NONE)),
            "参保年度": pl.repeat(str(slot.year), len(person), eager=True),
            "金额": yuan(premium, known),
            "资助金额": yuan(subsidy, known & is_ours),
            "缴费时间": day_texts(day, known),
        }
    )


def reimbursement_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Settlements since the file before: in-patients and chronic visits of the register, large bills of others."""
    given, people = calibration()["care"], county.residents
    months = 12 if slot.is_yearly else 6
    rng = generator(county.seed, "settlements of care", county.scale, slot.index)
    registered = county.register.snapshots[slot.index].person.astype(np.int64)
    outside = np.arange(county.registered_count, len(county.birth_day))
    outside = outside[(people.since[outside] == 0) & (people.until[outside] == NEVER)]
    shares = (given["inpatient_share"]["value"], given["chronic_visit_share"]["value"])
    drawn = [rng.random(len(registered)) < share * months / 12 for share in shares]
    large = rng.random(len(outside)) < given["others_large_bill_share"]["value"] * months / 12
    person = np.concatenate([registered[drawn[0]], registered[drawn[1]], outside[large]])
    ours = person < county.registered_count
    kind = np.concatenate([np.zeros(drawn[0].sum()), np.ones(drawn[1].sum()), np.zeros(large.sum())]).astype(np.int64)
    count = len(person)
    draw = rng.random((8, count))
    total = np.where(kind == _INPATIENT, 5500 * np.exp(rng.normal(0, 0.8, count)), 60 + 500 * draw[0])
    heavy = (kind == _INPATIENT) & (~ours | (draw[1] < given["heavy_bill_share"]["value"]))
    total = np.where(heavy, 70_000 + 90_000 * draw[2], total)
    cents = np.round(total * 100).astype(np.int64)
    scope = np.round(cents * np.where(heavy, 0.72 + 0.1 * draw[3], 0.92 + 0.07 * draw[3])).astype(np.int64)
    referred = (draw[4] < given["referred_share"]["value"]) & (kind == _INPATIENT)
    below = draw[5] < given["below_bar_share"][slot.year]
    rate = np.select(
        [~ours, kind == _CHRONIC_VISIT, ~referred, below],
        [0.6 + 0.08 * draw[6], 0.8 + 0.06 * draw[6], 0.55 + 0.2 * draw[6], 0.84 + 0.05 * draw[6]],
        0.9 + 0.05 * draw[6],
    )
    paid = np.minimum(np.ceil(scope * rate).astype(np.int64), scope)
    basic = paid * 3 // 4
    serious = np.where(scope > 1_500_000, paid // 8, 0)
    assistance = np.where(ours, paid // 10, 0)
    rest = paid - basic - serious - assistance
    first = month_index(slot.year, slot.month) - months + 1
    day = month_days(np.full(count, first)).astype(np.int64) + (draw[7] * (months * 30 - 25)).astype(np.int64)
    stay = np.where(kind == _INPATIENT, 3 + (draw[6] * 12).astype(np.int64), 0)
    own_village = county.register.village[county.register.household[np.where(ours, person, 0)]]
    village = np.where(ours, own_village, people.village[person]).astype(np.int64)
    place, texts, always = villages(), fixed_texts(county), np.ones(count, bool)
    order = np.lexsort((person, day))
    names = [*_DISEASES, *CHRONIC[:2], _ILLNESSES[7]]
    illness = np.where(heavy, len(names) - 1, np.where(kind == 1, 8 + (draw[3] > 0.7), draw[3] * 7.999)).astype(int)
    return pl.DataFrame(
        {
            "身份证号": texts["identity"].gather(person),
            "姓名": texts["name"].gather(person),
            "参保乡镇": choose(place.townships, village),
            "参保村": choose(place.short_names, village),
            "就医类型": choose(["住院", "门诊慢特病"], kind),
            "疾病名称": choose(names, illness),
            "医疗机构": choose(_HOSPITALS, np.where(heavy, 2, kind)),
            "医疗费总额": yuan(cents, always),
            "政策范围内费用": yuan(scope, always),
            "基本医保支付": yuan(basic, always),
            "大病报销金额": yuan(serious, always),
            "健康扶贫政策内报销": yuan(np.where(ours, 0, rest), always),
            "健康扶贫政策外报销": yuan(np.zeros(count, np.int64), always),
            "医疗救助": yuan(assistance, always),
            "财政兜底": yuan(np.where(ours, rest, 0), always),
            "定点机构承担": yuan(np.zeros(count, np.int64), always),
            "个人自付": yuan(cents - paid, always),
            "是否规范转诊": choose(["否", "是"], np.where(kind == _INPATIENT, referred.astype(np.int64), NONE)),
            "入院时间": day_texts(day, always),
            "出院时间": day_texts(day + stay, always),
            "结算日期": day_texts(day + stay, always),
            "area_code": choose(place.codes, village),
            "_长名": choose(place.long_names, village),
        }
    )[order].unique(["身份证号", "就医类型", "入院时间", "结算日期"], keep="first", maintain_order=True)  # fmt: skip


def _patients(county: County, trait: int, count: int, youngest: int, households: int | None = None) -> np.ndarray:
    """The same persons in every file: in the register throughout 2020, those with the smallest trait.

    ``households``: how many households they live in, where the report says so; one or two of each.
    """
    register = county.register
    base = register.snapshots[BASE_MONTH].person
    lasting = base[(register.removed[base] == NEVER) & ~np.isin(base, county.dead_but_registered)]
    able = lasting[age_at(county, lasting, BASE_MONTH) >= youngest]
    if len(able) < count:
        raise ValueError(f"{count} patients are needed and {len(able)} could be")
    order = able[np.argsort(county.traits[trait][able], kind="stable")]
    if households is None:
        return np.sort(order[:count])
    of = county.register.household[order]
    first = np.sort(np.unique(of, return_index=True)[1])[:households]
    second = np.setdiff1d(np.flatnonzero(np.isin(of, of[first])), first)
    second = second[np.unique(of[second], return_index=True)[1]][: count - households]
    if len(first) + len(second) < count:
        raise ValueError(f"{count} patients do not fit into {households} households")
    return np.sort(order[np.concatenate([first, second])])


def major_illness_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Registered persons with a major illness; in the year before a few fewer, and a few not treated yet."""
    given = calibration()["care"]
    asked = given["major_illness_persons"]
    homes = half_even(asked["households"], county.scale) if "households" in asked else None
    person = _patients(county, 9, half_even(asked["value"], county.scale), 0, homes)
    draw = generator(county.seed, "illnesses", county.scale).random((3, len(person)))
    illness = np.arange(len(person)) % given["major_illness_kinds"]["value"]
    early = slot.year < 2020
    waits = early & (draw[0] < 0.012)
    day = month_days(np.full(len(person), month_index(2016, 1))).astype(np.int64) + (draw[1] * 1400).astype(np.int64)
    kept = ~(early & (draw[0] > 0.95))
    texts = fixed_texts(county)
    frame = pl.DataFrame(
        {
            "身份证号": texts["identity"].gather(person),
            "姓名": texts["name"].gather(person),
            "病种": choose(_ILLNESSES, illness),
            "救治状态": choose(["治疗中", "已治愈", "未治疗"], np.where(waits, 2, (draw[2] > 0.8).astype(np.int64))),
            "救治医院": choose(["县人民医院（模拟）", "市级医院（模拟）"], (draw[2] > 0.6).astype(np.int64)),
            "是否签约": yes(~waits),
            "确诊日期": day_texts(day, np.ones(len(day), bool)),
        }
    )
    return frame.filter(pl.Series(kept))


def _chronic(county: County) -> tuple[np.ndarray, np.ndarray]:
    """Chronic patients and the index of the illness: by kind, or so many persons and households with one each."""
    given = calibration()["care"]
    together = given["chronic_together"]
    if together:
        count, homes = (half_even(together[name], county.scale) for name in ("persons", "households"))
        person = _patients(county, 8, count, 18, homes)
        return person, weighted(county.traits[1][person], [0.7, 0.16, 0.12, 0.02])
    counts = [half_even(given["chronic_persons"][name], county.scale) for name in CHRONIC]
    rules = ((8, 35), (1, 30), (4, 18), (7, 16))
    parts = [_patients(county, trait, count, age) for count, (trait, age) in zip(counts, rules, strict=True)]
    return np.concatenate(parts), np.repeat(np.arange(len(parts)), counts)


def family_doctor_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Registered persons under chronic care, one row per illness, with team, contract and visits."""
    given = calibration()["care"]
    person, kind = _chronic(county)
    draw = generator(county.seed, "chronic", county.scale).random((3, len(person)))
    teams, of = given["teams"]["value"], given["teams"].get("of", "")
    if given["chronic_together"]:  # few patients: their teams shrink with them
        teams = max(1, half_even(teams, county.scale))
    signed = month_days(np.full(len(person), month_index(2017, 3))).astype(np.int64) + (draw[0] * 900).astype(np.int64)
    last = int(month_days(slot.index + 1)) - 1
    kept = (slot.year == 2020) | (draw[1] > 0.04)
    order = np.argsort(np.arange(len(person)) % teams, kind="stable")
    texts = fixed_texts(county)
    frame = pl.DataFrame(
        {
            "身份证号": texts["identity"].gather(person),
            "姓名": texts["name"].gather(person),
            "慢病类型": choose(CHRONIC, kind),
            "签约团队": choose(
                [f"{of}第{n}签约团队（模拟）" for n in range(1, teams + 1)], np.arange(len(person)) % teams
            ),
            "签约日期": day_texts(signed, np.ones(len(signed), bool)),
            "履约次数": numbers(4 + weighted(draw[2], [0.7, 0.2, 0.1]), np.ones(len(person), bool)),
            "最近随访日期": day_texts(last - (draw[1] * 80).astype(np.int64), np.ones(len(person), bool)),
        }
    )
    listed = frame[order].filter(pl.Series(kept[order]))
    if not given["all_registered_signed"]:
        return listed
    return pl.concat([listed, _contracts_of_others(county, slot, person, teams)])


def _contracts_of_others(county: County, slot: Slot, patients: np.ndarray, teams: int) -> pl.DataFrame:
    """A contract, without a chronic illness, of every registered person who is no patient."""
    of = calibration()["care"]["teams"].get("of", "")
    registered = county.register.snapshots[slot.index].person.astype(np.int64)
    person = np.setdiff1d(registered, patients)
    draw, all_ = county.traits[:, person], np.ones(len(person), bool)
    signed = month_days(np.full(len(person), month_index(2017, 3))).astype(np.int64) + (draw[4] * 600).astype(np.int64)
    last = int(month_days(slot.index + 1)) - 1
    texts = fixed_texts(county)
    return pl.DataFrame(
        {
            "身份证号": texts["identity"].gather(person),
            "姓名": texts["name"].gather(person),
            "慢病类型": choose(CHRONIC, np.full(len(person), NONE)),
            "签约团队": choose([f"{of}第{n}签约团队（模拟）" for n in range(1, teams + 1)], person % teams),
            "签约日期": day_texts(np.maximum(signed, county.birth_day[person]), all_),
            "履约次数": numbers(1 + (draw[1] < 0.3), all_),
            "最近随访日期": day_texts(last - (draw[7] * 80).astype(np.int64), all_),
        }
    )


def expected_care(county: County) -> dict[str, Any]:
    """Patients that a correct warehouse finds in the lists of 2020."""
    given = calibration()["care"]
    chronic = {name: half_even(given["chronic_persons"][name], county.scale) for name in CHRONIC}
    return {"major_illness": half_even(given["major_illness_persons"]["value"], county.scale), "chronic": chronic}
