"""What the register of households and its ledger of changes truly hold, in canonical text form.

Belongs here: the columns of households and of changes. Does not belong here: how a department spells them.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.assistance import in_register_flags
from pipelines.simulate.calibration import calibration, generator, half_even, villages
from pipelines.simulate.columns import (
    NONE,
    choose,
    day_texts,
    fixed_texts,
    household_numbers,
    numbers,
    place_columns,
    tenths,
    weighted,
    yes,
)
from pipelines.simulate.county import County
from pipelines.simulate.households import HEAD
from pipelines.simulate.identity import yyyymmdd
from pipelines.simulate.policies import without_policies
from pipelines.simulate.register import EVENT_KINDS, REASONS, REMOVED, Snapshot, month_days, month_index
from pipelines.simulate.relocation import is_relocated


def household_frame(county: County, snapshot: Snapshot) -> pl.DataFrame:
    """One row per registered household of the snapshot, in the order of village and household."""
    register, texts = county.register, fixed_texts(county)
    order = np.lexsort((snapshot.household, snapshot.household_village))
    household = snapshot.household[order].astype(np.int64)
    village = snapshot.household_village[order].astype(np.int64)
    place = place_columns(village)
    count = len(household)
    size = np.bincount(snapshot.person_household, minlength=len(register.village))[household]
    head_of = np.zeros(len(register.village), np.int64)
    is_head = snapshot.person_relation == HEAD
    head_of[snapshot.person_household[is_head]] = snapshot.person[is_head]
    head = head_of[household]
    trait = county.household_traits[:, household]
    parent_trait = county.household_traits[:, register.parent[household]]
    exited = register.exited[household] <= snapshot.month
    no_policies = without_policies(county)[household]
    year = snapshot.month // 12
    progress = (year - 2013) / 7
    causes = ["因病", "因残", "因学", "因灾", "缺土地", "缺住房", "缺技术", "缺劳力", "缺资金", "自身发展动力不足"]
    cause = weighted(parent_trait[3], [0.2, 0.07, 0.12, 0.02, 0.04, 0.05, 0.2, 0.12, 0.12, 0.06])
    ill = calibration()["households_by_cause"]["因病"]
    if ill is not None:
        is_ill = np.isin(household, _ill_households(county, half_even(ill["value"], county.scale)))
        cause = np.where(is_ill, 0, np.where(cause == 0, causes.index("缺技术"), cause))
    second = (cause + 1 + (parent_trait[4] * 8).astype(np.int64)) % 10
    modes = calibration()["support_modes"]["shares"]
    danger = (parent_trait[5] < 0.3 * (1 - progress)) & ~exited
    none = choose([""], np.full(count, NONE))
    on_dibao = in_register_flags(county, snapshot.person, snapshot.month)[0]
    has_dibao = np.isin(household, snapshot.person_household[on_dibao])
    columns = {
        "乡": place["乡"],
        "村": place["村"],
        "自然村": choose([f"第{n}组" for n in range(1, 9)], (parent_trait[1] * 8).astype(np.int64)),
        "户编号": household_numbers(household),
        "户主姓名": texts["name"].gather(head),
        "户主证件号码": texts["identity"].gather(head),
        "年度": pl.repeat(str(year), count, eager=True),
        "户类型": choose(["贫困户", "脱贫户", "脱贫不享受政策户"], exited.astype(np.int64) + (exited & no_policies)),
        "脱贫属性": choose(["未脱贫", "已脱贫"], exited.astype(np.int64)),
        "脱贫年度": numbers(register.exited[household] // 12, exited),
        "返贫年度": none,
        "识别年度": numbers(register.recognised[household] // 12, np.ones(count, bool)),
        "识别标准": choose(["国家标准", "省定标准"], (parent_trait[2] > 0.96).astype(np.int64)),
        "贫困户属性": choose(["一般贫困户", "低保贫困户"], has_dibao.astype(np.int64)),
        "主要致贫原因": choose(causes, cause),
        "其他致贫原因": choose(causes, np.where(parent_trait[4] < 0.6, second, NONE)),
        "主要增收方式": choose(list(modes), weighted(parent_trait[6], list(modes.values()))),
        "年度家庭人口数": numbers(size, np.ones(count, bool)),
        "当前家庭人口数": numbers(size, np.ones(count, bool)),
        "是否军烈属": yes(trait[7] > 0.994),
        "开户银行": pl.repeat("师宗县农村信用合作联社（模拟）", count, eager=True),
        "银行卡号": "9999000" + (pl.Series(household) * 104729 % 10**12).cast(pl.String).str.zfill(12),
        "是否危房户": yes(danger),
        "危房等级": choose(["C级", "D级", "A级", "B级"], np.where(danger, (trait[8] > 0.6) * 1, 2 + (trait[8] > 0.5))),
        "住房面积": tenths(20 + size * 11 + trait[8] * 60),
        "是否解决安全饮用水": yes(exited | (trait[9] > 0.25 * (1 - progress))),
        "饮水是否困难": yes(~exited & (trait[9] < 0.1 * (1 - progress))),
        "是否有卫生厕所": yes(trait[10] < 0.45 + 0.5 * progress),
        "卫生厕所是否能正常使用": yes(trait[10] < 0.43 + 0.5 * progress),
        "是否通生活用电": yes(np.ones(count, bool)),
        "是否通生产用电": yes(trait[11] < 0.6 + 0.38 * progress),
        "是否通广播电视": yes(trait[11] < 0.8 + 0.19 * progress),
        "入户路类型": choose(
            ["泥土路", "砂石路", "水泥路", "沥青路"],
            weighted(parent_trait[7] * 0.999, [0.3 * (1 - progress), 0.1, 0.85 - 0.3 * (1 - progress), 0.05]),
        ),
        "与村主干路距离": tenths(parent_trait[8] ** 3 * 6),
        "主要燃料类型": choose(["柴草", "煤炭", "清洁能源"], weighted(parent_trait[9], [0.45, 0.15, 0.40])),
        "耕地面积（亩）": tenths(1 + parent_trait[10] * 12),
        "有效灌溉面积（亩）": tenths(parent_trait[10] * parent_trait[9] * 6),
        "林地面积（亩）": tenths(parent_trait[11] ** 2 * 30),
        "退耕还林面积（亩）": tenths((parent_trait[11] > 0.6) * parent_trait[10] * 4),
        "林果面积（亩）": tenths((parent_trait[9] > 0.7) * parent_trait[10] * 3),
        "牧草地面积": tenths(np.zeros(count)),
        "水面面积": tenths((parent_trait[8] > 0.95) * parent_trait[10]),
        "是否加入农民专业合作社": yes(parent_trait[6] > 0.4 * (1 - progress)),
        "是否有龙头企业带动": yes(parent_trait[6] > 0.55),
        "是否有创业致富带头人带动": yes(parent_trait[6] > 0.85),
        "到户产业帮扶类型": choose(["种植业", "养殖业", "种植业;养殖业"], (parent_trait[5] * 2.999).astype(np.int64)),
        "是否易地搬迁户": yes(is_relocated(county, household)),
        "家庭住址": place["乡"] + place["村"] + "（模拟）",
        "减少原因（整户）": none,
        "减少时间（整户）": none,
    }
    columns["area_code"] = choose(villages().codes, village)
    columns["_长名"] = place["long"]
    return pl.DataFrame(columns)


def _ill_households(county: County, count: int) -> np.ndarray:
    """The households that are poor by illness, so many in the register of December 2020; the same in every file."""
    listed = county.register.snapshots[month_index(2020, 12)].household.astype(np.int64)
    order = np.argsort(county.household_traits[3, county.register.parent[listed]], kind="stable")
    return np.asarray(listed[order[:count]])


def changes_frame(county: County, month: int) -> pl.DataFrame:
    """The ledger of one month of 2020, in the order of the days."""
    events = [event for event in county.register.events if event.month == month]
    rng = generator(county.seed, "changes", county.scale, month)
    codes = villages().codes
    first, last = int(month_days(month)), int(month_days(month + 1)) - 1
    # A birth is booked on its day at the earliest, so that nobody is in the ledger before being born.
    earliest = [max(first, int(county.birth_day[e.person]) if e.person >= 0 else first) for e in events]
    days = np.array([int(rng.integers(day, last + 1)) for day in earliest], dtype=np.int64)
    order = np.argsort(days, kind="stable")
    # The two lines of a transfer share the day of the first.
    for at, event in enumerate(events):
        if EVENT_KINDS[event.kind] == "转入":
            days[at] = days[at - 1]
    order = np.argsort(days, kind="stable")
    events = [events[at] for at in order]
    month_number = int(yyyymmdd(np.array([first]))[0] // 100)
    members = fixed_texts(county)["member"]
    person = np.array([event.person for event in events], dtype=np.int64)
    villages_ = np.array([event.village for event in events], dtype=np.int64)
    kinds = np.array([event.kind for event in events], dtype=np.int64)
    return pl.DataFrame(
        {
            "变动编号": [f"BD{month_number}{at:06d}" for at in range(1, len(events) + 1)],
            "户编号": household_numbers(np.array([event.household for event in events], dtype=np.int64)),
            "人口编号": members.gather(np.maximum(person, 0)).set(pl.Series(person < 0), None),
            "变动类型": choose(EVENT_KINDS, kinds),
            "变动原因": choose(REASONS, np.array([event.reason for event in events], dtype=np.int64)),
            "变动日期": day_texts(days[order]),
            "涉及户数": [str(event.households) for event in events],
            "涉及人数": [str(event.persons) for event in events],
            "对方区划代码": choose(codes, np.array([event.counterpart for event in events], dtype=np.int64)),
            "审批单位": choose(["县扶贫开发办公室", "乡镇人民政府"], (kinds != REMOVED).astype(np.int64)),
            "行政区划代码": choose(codes, villages_),
            "area_code": choose(codes, villages_),
        },
        schema_overrides={"变动编号": pl.String, "涉及户数": pl.String, "涉及人数": pl.String},
    )
