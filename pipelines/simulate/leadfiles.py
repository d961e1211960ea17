"""What the ledgers of leads, hits, petitions, arbitration and rounds truly hold, in canonical text form.

Belongs here: the columns of these five feeds. Does not belong here: who is monitored and which cases there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, villages
from pipelines.simulate.columns import NONE, choose, day_texts, fixed_texts, numbers, place_columns, weighted
from pipelines.simulate.county import County
from pipelines.simulate.households import sizes_with_total
from pipelines.simulate.monitored import cases, home_numbers, homes, village_at
from pipelines.simulate.register import NEVER, month_days, month_index

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

SOURCES = ("农户申请", "干部排查", "部门比对", "热线")
RESULTS = ("持续关注", "不符合条件", "不属实", "纳入监测")
SCREENED, HOTLINE = 2, 3
REASONS = {
    "因病": "自付医疗费用较大", "因学": "子女就学负担重", "因残": "突发残疾", "因自然灾害": "自然灾害",
    "因意外事故": "意外事故", "因产业项目失败": "产业失败", "因务工就业不稳": "务工收入骤减", "缺劳动力": "其他",
    "因安全住房": "住房不安全", "因安全饮水": "饮水不安全", "其他": "其他",
}  # fmt: skip
OFFICES = {
    "自付医疗费用较大": "医保局", "子女就学负担重": "教育局", "突发残疾": "残联", "自然灾害": "应急局",
    "意外事故": "应急局", "产业失败": "农业农村局", "务工收入骤减": "人社局", "住房不安全": "住建局",
    "饮水不安全": "水利局", "其他": "民政局",
}  # fmt: skip
HOLDINGS = ("有车辆", "有商品房", "有经营主体", "财政供养", "死亡未销户")
HOLDING_OFFICES = ("公安局", "自然资源局", "市监局", "财政局", "公安局")
ROUND_MONTHS = (2, 6, 10)
MEETINGS = ("贫情分析会", "动态调整会", "审定会", "走访核查", "查缺补漏", "民主评议")
COMPARISON = "信息比对"
_OWN_PAYMENT = "自付医疗费用较大"


def _reasons(reason: np.ndarray) -> pl.Series:
    return choose(list(REASONS.values()), reason)


def applications_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The ledger of leads as it stands at the month's end, one row per case so far."""
    all_, found = homes(county), cases(county)
    last = int(month_days(slot.index + 1)) - 1
    at = np.flatnonzero(found.opened <= last)
    home, trait = found.home[at], found.traits[:, at]
    village = village_at(county, all_, home, slot.index)
    texts, place = fixed_texts(county), place_columns(village)
    checked = np.where(found.checked[at] <= last, found.checked[at], NEVER)
    concluded = np.where(found.concluded[at] <= last, found.concluded[at], NEVER)
    reason = _reasons(found.reason[at])
    source, result = found.source[at], np.where(concluded < NEVER, found.result[at], NONE)
    own = np.round(20_000 + trait[3] * 42_000, -2).astype(np.int64)
    has_own = (reason == _OWN_PAYMENT).to_numpy()
    measure = concluded + 3 + (trait[2] * 20).astype(np.int64)
    has_measure = (result == 3) & (measure <= last)
    notes = [
        "二次报销和救助后自付已降到范围内（模拟）",
        "收入高于范围且无返贫风险（模拟）",
        "入户核实不属实（模拟）",
        "县级审定纳入（模拟）",
    ]
    office = pl.Series([OFFICES[name] for name in reason], dtype=pl.String)
    has_number = (all_.household[home] >= 0) | ((found.spell[at] >= 0) & (concluded < NEVER))
    return pl.DataFrame(
        {
            "申请编号": "SQ" + (pl.Series(at) + 2_019_000_001).cast(pl.String),
            "乡镇": place["乡"],
            "行政村": place["村"],
            "户编号": home_numbers(county, all_, home).set(pl.Series(~has_number), None),
            "申请人姓名": texts["name"].gather(all_.head[home]),
            "身份证号": texts["identity"].gather(all_.head[home]),
            "申请日期": day_texts(found.opened[at], np.ones(len(at), bool)),
            "申请原因": reason,
            "来源": choose(SOURCES, source),
            "发现渠道": choose(["自下而上", "自上而下"], (source == SCREENED).astype(np.int64)),
            "预警部门": office.set(pl.Series(source != SCREENED), None),
            "自付金额": numbers(own, has_own),
            "核实日期": day_texts(np.where(checked < NEVER, checked, 0), checked < NEVER),
            "核实结果": choose(RESULTS, result),
            "结论说明": choose(notes, result),
            "办结日期": day_texts(np.where(concluded < NEVER, concluded, 0), concluded < NEVER),
            "帮扶落实日期": day_texts(np.where(has_measure, measure, 0), has_measure),
            "area_code": choose(villages().codes, village),
            "_长名": place["long"],
        }
    )


def screening_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The hits of one round: those that opened cases since the last round, and possessions of registered people."""
    all_, found = homes(county), cases(county)
    start = int(month_days(slot.index - 3))
    last = int(month_days(slot.index + 1)) - 1
    rng = generator(county.seed, "screening", county.scale, slot.index)
    ours = np.flatnonzero((found.source == SCREENED) & (found.opened >= start) & (found.opened <= last))
    kinds = list(dict.fromkeys(REASONS.values()))
    reason_at = np.array([kinds.index(name) for name in REASONS.values()])
    total = max(12, half_even(calibration()["leads"]["screening_hits_a_round"]["value"], county.scale))
    extra = max(6, total - len(ours))
    member = rng.permutation(county.register.snapshots[slot.index].person)[:extra].astype(np.int64)
    is_risk = rng.random(len(member)) < 0.12
    doubt = np.where(
        is_risk,
        rng.integers(0, len(kinds), len(member)),
        len(kinds) + weighted(rng.random(len(member)), [0.42, 0.16, 0.2, 0.14, 0.08]),
    )
    person = np.concatenate([all_.head[found.home[ours]], member])
    doubt = np.concatenate([reason_at[found.reason[ours]], doubt])
    from_ledger = np.arange(len(person)) < len(ours)
    # A person comes once per kind of doubt: the first line stands.
    _, first = np.unique(person * 100 + doubt, return_index=True)
    first = np.sort(first)
    person, doubt, from_ledger = person[first], doubt[first], from_ledger[first]
    count = len(person)
    back = np.full(count, last - 24) + rng.integers(0, 6, count)
    back = np.where(from_ledger, np.concatenate([found.opened[ours], back])[first], back)
    traits = rng.random((4, count))
    is_checked = from_ledger | (traits[0] < 0.86)
    checked = np.minimum(back + 1 + (traits[1] * 15).astype(np.int64), last)
    result = np.where(from_ledger, 0, weighted(traits[2], [0.22, 0.08, 0.7]))
    holding = doubt >= len(kinds)
    # Confirmed risks become a lead, but for a few that were forgotten; possessions are kept or lead to a removal.
    other = np.where(holding, np.where(traits[3] < 0.1, 3, 0), 0)
    handling = np.where(from_ledger, 1, np.where(result == 2, 0, other))
    names = [*kinds, *HOLDINGS]
    offices = [*(OFFICES[name] for name in kinds), *HOLDING_OFFICES]
    texts = fixed_texts(county)
    event = back - 30 - (traits[1] * 900).astype(np.int64)
    return pl.DataFrame(
        {
            "轮次编号": pl.repeat(round_number(slot.year, slot.month), count, eager=True),
            "反馈部门": choose(offices, doubt),
            "证件号码": texts["identity"].gather(person),
            "疑点类型": choose(names, doubt),
            "疑点内容": choose(["名下有登记信息（模拟）", "业务系统预警（模拟）"], (~holding).astype(np.int64)),
            "疑点发生日期": day_texts(event, traits[3] < 0.9),
            "反馈日期": day_texts(back, np.ones(count, bool)),
            "核查结果": choose(["属实", "部分属实", "不属实"], np.where(is_checked, result, NONE)),
            "处理意见": choose(["保留", "转为线索", "更正信息", "清退"], np.where(is_checked, handling, NONE)),
            "核查日期": day_texts(np.where(is_checked, checked, 0), is_checked),
        }
    )


def round_number(year: int, month: int) -> str:
    """The number of a comparison round.

    >>> round_number(2020, 6)
    'BD2020-06'
    """
    return f"BD{year}-{month:02d}"


def petitions_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The petitions of the year so far, in the order of their days."""
    all_, found = homes(county), cases(county)
    first, last = int(month_days(month_index(slot.year, 1))), int(month_days(slot.index + 1)) - 1
    year_end = int(month_days(month_index(slot.year + 1, 1))) - 1
    rng = generator(county.seed, "petitions", county.scale, slot.year)
    ours = np.flatnonzero((found.source == HOTLINE) & (found.opened >= first) & (found.opened <= year_end))
    count = max(8, half_even(calibration()["leads"]["petitions_a_year"]["value"], county.scale))
    home = np.concatenate([found.home[ours], rng.integers(0, len(all_.head), count)])
    accepted = np.concatenate([found.opened[ours], first + rng.integers(0, year_end - first, count)])
    order = np.argsort(accepted, kind="stable")
    is_ours = np.concatenate([np.ones(len(ours), bool), np.zeros(count, bool)])[order]
    home, accepted = home[order], accepted[order]
    traits = rng.random((5, len(home)))
    closed = accepted + 4 + (traits[0] * 40).astype(np.int64)
    shown = accepted <= last
    closed = np.where((closed <= last) & (traits[1] < 0.98), closed, NEVER)
    matter = np.where(is_ours, 1, weighted(traits[2], [0.2, 0.14, 0.22, 0.14, 0.08, 0.07, 0.15]))
    outcome = np.where(is_ours, 0, weighted(traits[3], [0.34, 0.16, 0.42, 0.08]))
    matters = ["识别退出", "困难求助", "资金发放", "住房", "饮水", "干部作风", "其他"]
    offices = ["县乡村振兴局", "乡镇人民政府", "县财政局", "县住建局", "县水利局", "县纪委监委", "乡镇人民政府"]
    township = [villages().townships[each] for each in all_.village[home]]
    numbered = (all_.household[home] >= 0) & (is_ours | (traits[4] < 0.5))
    frame = pl.DataFrame(
        {
            "受理编号": f"XF{slot.year}" + (pl.Series(np.arange(len(home))) + 1).cast(pl.String).str.zfill(5),
            "受理日期": day_texts(accepted, np.ones(len(home), bool)),
            "渠道": choose(["12317", "12345", "信访", "督查接访"], (traits[1] * 3.999).astype(np.int64)),
            "乡镇": pl.Series(township, dtype=pl.String),
            "涉及户编号": home_numbers(county, all_, home).set(pl.Series(~numbered), None),
            "事项类别": choose(matters, matter),
            "承办单位": choose(offices, matter),
            "办结日期": day_texts(np.where(closed < NEVER, closed, 0), closed < NEVER),
            "办理结果": choose(["属实已整改", "部分属实", "不属实", "转办"], np.where(closed < NEVER, outcome, NONE)),
            "area_code": choose(villages().township_codes, all_.village[home]),
        }
    )
    return frame.filter(pl.Series(shown))


def arbitration_frame(county: County, _slot: Slot) -> pl.DataFrame:
    """Every case of arbitration, all of them from 2016 to 2019, in the order of their days."""
    given, all_ = calibration()["identification"], homes(county)
    households = half_even(given["arbitration_households"]["value"], county.scale)
    persons = half_even(given["arbitration_persons"]["value"], county.scale)
    rng = generator(county.seed, "arbitration", county.scale)
    sizes = sizes_with_total(households, persons, rng)
    registered = np.flatnonzero(all_.household >= 0)
    others = np.flatnonzero(all_.household < 0)
    taken = rng.random(households) < 0.46
    home = np.where(taken, rng.permutation(registered)[:households], rng.permutation(others)[:households])
    accepted = int(month_days(month_index(2016, 6))) + np.sort(rng.integers(0, 3 * 365 + 150, households))
    ruled = accepted + 5 + rng.integers(0, 25, households)
    dispute = weighted(rng.random(households), [0.7, 0.16, 0.08, 0.06])
    ruling = np.where(dispute == 0, np.where(taken, 0, 1), np.where(taken, 3, 2))
    texts, everybody = fixed_texts(county), np.ones(households, bool)
    village = all_.village[home]
    return pl.DataFrame(
        {
            "案件编号": [f"ZC{at:05d}" for at in range(1, households + 1)],
            "受理级次": choose(["县级", "乡级"], (rng.random(households) < 0.8).astype(np.int64)),
            "户主姓名": texts["name"].gather(all_.head[home]),
            "证件号码": texts["identity"].gather(all_.head[home]),
            "乡镇": choose(villages().townships, village),
            "家庭人口数": numbers(sizes, everybody),
            "争议类型": choose(["是否纳入", "是否退出", "家庭人口", "收入认定"], dispute),
            "举证情况": choose(["本人陈述、村组证明、入户影像（模拟）"], np.zeros(households, np.int64)),
            "受理日期": day_texts(accepted, everybody),
            "裁决日期": day_texts(ruled, everybody),
            "裁决结果": choose(["纳入", "不纳入", "维持", "更正"], ruling),
            "area_code": choose(villages().township_codes, village),
        }
    )


def rounds_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Rounds since 2016: meetings by year and township, gap checks one by one, comparisons one by one."""
    given = calibration()["identification"]
    towns = villages().township_names
    shares = {year: share for year, share in given["year_share"].items() if isinstance(year, int)}
    keys = (
        "analysis_meetings",
        "adjustment_meetings",
        "approval_meetings",
        "visits",
        "gap_checks",
        "democratic_reviews",
    )
    rows: list[dict[str, str | None]] = []

    def row(number: str, kind: str, place: str, days: tuple[str, str], **counts: int) -> None:
        fixed = {"轮次编号": number, "轮次类别": kind, "开始日期": days[0], "结束日期": days[1], "组织范围": place}
        blank = dict.fromkeys(("会议或走访次数", "参与部门数", "比对记录数", "应用结果数", "新识别户数", "剔除户数"))
        rows.append({**fixed, **blank, **{name: str(value) for name, value in counts.items()}})

    for kind, key in zip(MEETINGS, keys, strict=True):
        value = given[key]["value"]
        total = half_even(value, county.scale) if key == "visits" else value
        by_year = apportion(list(shares.values()), total)
        for year, of_year in zip(shares, by_year, strict=True):
            days = (f"{year}-01-05", f"{year}-12-20")
            places = ("师宗县",) if key in ("approval_meetings", "gap_checks") else towns
            parts = apportion(np.ones(len(places)), int(of_year))
            for at, (place, part) in enumerate(zip(places, parts, strict=True), 1):
                row(f"{MEETINGS.index(kind) + 1}{year}-{at:02d}", kind, place, days, 会议或走访次数=int(part))
    counts = {year: count for year, count in given["comparison_rounds"].items() if isinstance(year, int)}
    number = sum(counts.values())
    records = apportion(np.arange(number) + 10, half_even(given["compared_records"]["value"], county.scale))
    applied = apportion(np.arange(number) + 10, half_even(given["applied_results"]["value"], county.scale))
    months = {3: (3, 6, 10), 4: (2, 5, 8, 11), 5: (1, 3, 6, 9, 11)}
    at = 0
    for year, count in counts.items():
        for month in (2, 4, 6, 10) if year == 2020 else months[count]:
            days = (f"{year}-{month:02d}-03", f"{year}-{month:02d}-26")
            counted = {
                "比对记录数": int(records[at]),
                "应用结果数": int(applied[at]),
                "参与部门数": given["departments"]["value"],
            }
            row(round_number(year, month), COMPARISON, "师宗县", days, 会议或走访次数=1, **counted)
            at += 1
    frame = pl.DataFrame(rows, infer_schema_length=None).cast(pl.String)
    frame = frame.filter(pl.col("开始日期").str.slice(0, 4).cast(pl.Int64) <= slot.year)
    codes = dict(zip(villages().townships, villages().township_codes, strict=True))
    codes["师宗县"] = calibration()["place"]["county_code"]
    return frame.with_columns(pl.col("组织范围").replace_strict(codes, return_dtype=pl.String).alias("area_code"))


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "identification_rounds": rounds_frame,
    "screening_results": screening_frame,
    "arbitration_cases": arbitration_frame,
    "screening_applications": applications_frame,
    "petitions": petitions_frame,
}
