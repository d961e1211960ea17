"""What the register of monitored households and the round of all rural households truly hold, in canonical text form.

Belongs here: the columns of these two feeds and the list of this subject's frames. Does not belong here: who is
monitored (``monitored``), the files of leads and rounds (``leadfiles``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, generator, half_even, villages
from pipelines.simulate.columns import (
    NONE,
    choose,
    day_texts,
    fixed_texts,
    months_text,
    numbers,
    place_columns,
    weighted,
    yes,
)
from pipelines.simulate.county import County
from pipelines.simulate.leadfiles import FRAMES as LEAD_FRAMES
from pipelines.simulate.monitored import NATURAL, UNSTABLE, Spells, cases, home_numbers, homes, spells, village_at
from pipelines.simulate.register import NEVER, month_days, month_index

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

CLASSES = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
WAYS = ("帮扶消除", "自然消除")


def _known(days: np.ndarray, last: int) -> np.ndarray:
    return np.asarray(days <= last)


def monitoring_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per recognition so far, in the order of village and day."""
    all_, found = homes(county), spells(county)
    village = village_at(county, all_, found.home, slot.index)
    at = np.flatnonzero(found.month <= slot.index)
    at = at[np.lexsort((found.recognised[at], village[at]))]
    one = Spells(*(getattr(found, name)[..., at] for name in Spells.__dataclass_fields__))
    village, last = village[at], int(month_days(slot.index + 1)) - 1
    texts, place, trait = fixed_texts(county), place_columns(village), one.traits
    head, size = all_.head[one.home], all_.size[one.home]
    risks = [name for name in calibration()["monitoring"]["risks"] if name != "status"]
    everybody = np.ones(len(at), bool)
    is_natural = one.way == NATURAL
    ended = one.ended_month <= slot.index
    income = np.round(3000 + trait[8] * 2900).astype(np.int64)
    own = np.where(one.risk == 0, np.round(trait[3] * 26000, -2), np.round(trait[3] * 3000, -2)).astype(np.int64)
    given = calibration()["monitoring"]
    paused = (trait[2] > 1 - given["paused_share"]["value"]) & (one.recognised + 45 <= last) & ~ended
    removed = _known(one.removed, last)
    # Assessed by the end of June and of December; the last assessment stays in the register.
    evaluated = np.zeros(len(at), np.int64)
    for half in (month_index(2019, 12), month_index(2020, 6), month_index(2020, 12)):
        day = int(month_days(half)) + 19
        evaluated = np.where((one.recognised < day) & (day <= last) & (one.ended_month > half), day, evaluated)
    assessed = evaluated > 0
    return pl.DataFrame(
        {
            "乡": place["乡"],
            "村": place["村"],
            "户编号": home_numbers(county, all_, one.home),
            "户主姓名": texts["name"].gather(head),
            "户主证件号码": texts["identity"].gather(head),
            "监测对象类别": choose(CLASSES, one.kind),
            "是否脱贫户": yes(one.kind == UNSTABLE),
            "整户无劳动能力兜底保障户": yes(one.no_labour),
            "家庭人口数": numbers(size, everybody),
            "致贫/返贫风险1": choose(risks, one.risk),
            "致贫/返贫风险2": choose(risks, np.where(trait[8] < 0.3, (one.risk + 3) % len(risks), NONE)),
            "人均纯收入（元）": numbers(income, everybody),
            "理赔收入": numbers(own // 5, everybody),
            "合规自付支出": numbers(own, everybody),
            "纳入监测对象收入参考范围": numbers(income - (own - own // 5) // size, everybody),
            "识别监测时间": months_text(one.month, everybody),
            "线索日期": day_texts(one.lead, everybody),
            "公示开始日期": day_texts(one.notice_start, everybody),
            "公示结束日期": day_texts(one.notice_end, everybody),
            "认定日期": day_texts(one.recognised, everybody),
            "首项措施落实日期": day_texts(
                np.where(_known(one.measure, last), one.measure, 0), _known(one.measure, last)
            ),
            "风险是否已消除": yes(ended),
            "消除监测时间": months_text(one.ended_month, ended),
            "风险消除方式": choose(WAYS, np.where(ended, one.way, NONE)),
            "风险消除后家庭人均纯收入": numbers(7000 + np.round(trait[6] * 6000), ended & ~is_natural),
            "歇帮状态": yes(paused),
            "歇帮开始日期": day_texts(one.recognised + 45, paused),
            "歇帮结束日期": day_texts(one.recognised + 105, paused & (one.recognised + 105 <= last)),
            "清退日期": day_texts(np.where(removed, one.removed, 0), removed),
            "清退原因": choose(["隐瞒家庭情况", "识别不准"], np.where(removed, (trait[4] > 0.6) * 1, NONE)),
            "追回帮扶资金": numbers(np.where(trait[4] > 0.6, 0, np.round(500 + trait[5] * 4000, -2)), removed),
            "成效评估日期": day_texts(evaluated, assessed),
            "成效评估结果": choose(
                ["稳定", "基本稳定", "不稳定"], np.where(assessed, weighted(trait[7], [0.6, 0.32, 0.08]), NONE)
            ),
            "area_code": choose(villages().codes, village),
            "_长名": place["long"],
        }
    )


def rural_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per rural household that the cadres of its village saw in this round, by village and head."""
    all_, found, ledger = homes(county), spells(county), cases(county)
    given = calibration()["leads"]
    rng = generator(county.seed, "round of villages", county.scale)
    count = len(all_.head)
    traits = rng.random((6, count))
    forgotten = (all_.household >= 0) & (traits[0] < given["not_on_list_share"]["value"])
    loose = np.zeros(count, bool)
    unqueued = np.setdiff1d(np.arange(count), np.concatenate([ledger.home, found.home]))
    loose[rng.permutation(unqueued)[: max(1, half_even(given["unqueued_yellow"]["value"], county.scale))]] = True
    last = int(month_days(slot.index + 1)) - 1
    surveyed = last - (generator(county.seed, "survey days", slot.index).random(count) * 50).astype(np.int64)
    red, yellow = np.zeros(count, bool), np.zeros(count, bool)
    on = surveyed[found.home]
    over = np.where(found.ended_month < NEVER, month_days(np.minimum(found.ended_month, 30000)), NEVER)
    red[found.home[(found.recognised <= on) & (np.minimum(over, found.removed) > on)]] = True
    on = surveyed[ledger.home]
    yellow[ledger.home[(ledger.opened <= on) & (ledger.concluded > on) & (ledger.traits[5] < 0.8)]] = True
    light = np.where(red, 2, np.where(yellow | loose, 1, 0))
    gone = np.where(all_.household >= 0, county.register.gone[np.maximum(all_.household, 0)], NEVER)
    gone = np.minimum(gone, np.where(all_.size == 1, county.residents.until[all_.head], NEVER))
    at = np.flatnonzero(~forgotten & (gone > slot.index))
    village = village_at(county, all_, np.arange(count), slot.index)
    at = at[np.lexsort((all_.head[at], village[at]))]
    texts, place = fixed_texts(county), place_columns(village[at])
    risks = [name for name in calibration()["monitoring"]["risks"] if name != "status"]
    others = np.select([traits[1] < 0.06, traits[1] < 0.072], [2, 3], 4)
    kind = np.where(all_.household >= 0, 0, np.where(red, 1, others))
    tenth = pl.Series((np.clip(np.exp(9.15 + 0.45 * _normal(traits[2])), 2500, 60000) / 10).astype(np.int64) * 10)
    police = pl.Series(county.residents.household[all_.head[at]].astype(np.int64)) + 990_323_000_000
    return pl.DataFrame(
        {
            "户籍户号": police.cast(pl.String),
            "户编号": home_numbers(county, all_, at).set(pl.Series((all_.household[at] < 0) & ~red[at]), None),
            "户主姓名": texts["name"].gather(all_.head[at]),
            "户主证件号码": texts["identity"].gather(all_.head[at]),
            "乡镇": place["乡"],
            "行政村": place["村"],
            "自然村": choose([f"第{n}组" for n in range(1, 9)], (traits[3][at] * 8).astype(np.int64)),
            "农户类别": choose(["脱贫户", "监测户", "低保户", "特困户", "一般农户"], kind[at]),
            "常住人口数": numbers(all_.size[at], np.ones(len(at), bool)),
            "排查日期": day_texts(surveyed[at], np.ones(len(at), bool)),
            "排查人": choose([f"排查员{n}（模拟）" for n in range(1, 41)], (traits[4][at] * 40).astype(np.int64)),
            "家庭人均收入估计": tenth.gather(at).cast(pl.String),
            "三保障和饮水问题": choose(["无"], np.zeros(len(at), np.int64)),
            "风险类别": choose(risks, np.where(light[at] > 0, (traits[5][at] * len(risks)).astype(np.int64), NONE)),
            "研判结果": choose(["绿", "黄", "红"], light[at]),
            "area_code": choose(villages().codes, village[at]),
            "_长名": place["long"],
        }
    )


def _normal(uniform: np.ndarray) -> np.ndarray:
    """Nearly normal values from uniform ones (a logistic curve of the same spread)."""
    inside = np.clip(uniform, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)) / 1.7)


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "monitoring_register": monitoring_frame,
    "rural_households": rural_frame,
    **LEAD_FRAMES,
}
