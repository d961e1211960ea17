"""Water of households and services of villages, and the frames of all feeds on what households are guaranteed.

Belongs here: the water bureau's list by household, the list of services by village, FRAMES. Does not belong here:
movers (``relocation``), pupils (``schooling``), patients (``care``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, villages
from pipelines.simulate.care import (
    expected_care,
    family_doctor_frame,
    insurance_frame,
    major_illness_frame,
    reimbursement_frame,
)
from pipelines.simulate.columns import NONE, choose, day_texts, household_numbers, numbers, tenths, weighted, yes
from pipelines.simulate.county import County
from pipelines.simulate.register import month_days, month_index
from pipelines.simulate.relocation import expected_relocation, relocation_frame, settlement_frame
from pipelines.simulate.schooling import aid_frame, enrolment_frame, expected_schooling

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

_SUPPLY = ("自来水", "集中供水", "水窖", "山泉水")


def water_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per registered household; who has no safe water by the register has none here, and a few more."""
    given, snapshot = calibration()["services"], county.register.snapshots[slot.index]
    household = snapshot.household.astype(np.int64)
    order = np.lexsort((household, snapshot.household_village))
    household, village = household[order], snapshot.household_village[order].astype(np.int64)
    draw = generator(county.seed, "water").random((5, len(county.register.village)))[:, household]
    trait = county.household_traits[:, household]
    exited = county.register.exited[household] <= slot.index
    unsafe = ~exited & (trait[9] <= 0.25 * (1 - (slot.year - 2013) / 7))
    unsafe |= draw[0] < given["unsafe_water_share"][slot.year]
    supply = weighted(draw[1], [0.9, 0.06, 0.025, 0.015])
    solved = np.minimum(2016 + (draw[2] * 5).astype(np.int64), slot.year)
    day = month_days(np.full(len(household), month_index(slot.year, 9))).astype(np.int64) + (draw[3] * 80).astype(
        np.int64
    )
    short = unsafe & (draw[4] < 0.7)
    grades = ("达标", "基本达标", "不达标")
    always = np.ones(len(household), bool)
    return pl.DataFrame(
        {
            "所属贫困户": household_numbers(household),
            "供水方式": choose(_SUPPLY, supply),
            "未达标原因": choose(["季节性缺水", "水质不达标"], np.where(unsafe, (~short).astype(np.int64), NONE)),
            "解决措施": choose(["新建蓄水池", "更换水源"], np.where(unsafe, (~short).astype(np.int64), NONE)),
            "水量评价": choose(grades, np.where(short, 2, (draw[4] > 0.9).astype(np.int64))),
            "水质评价": choose(grades, np.where(unsafe & ~short, 2, 0)),
            "用水方便程度": choose(grades, (draw[3] > 0.93).astype(np.int64)),
            "供水保证率": choose(grades, np.where(short, 2, (draw[2] > 0.95).astype(np.int64))),
            "供水工程名称": choose([f"{name}供水工程（模拟）" for name in villages().short_names], village),
            "解决年份": numbers(solved, ~unsafe),
            "是否自来水入户": yes(supply == 0),
            "饮水是否安全": yes(~unsafe),
            "评价日期": day_texts(day, always),
        }
    )


def village_services_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per village; totals of 2020 are the report's, the year before lacks a little of each."""
    given, place = calibration()["services"], villages()
    count = len(place.codes)
    draw = generator(county.seed, "services").random((4, count))
    part = 1.0 if slot.year == 2020 else 0.96
    weight = np.where(place.is_urban, 0.7, 1.0) * (0.6 + 0.8 * draw[0])
    groups = apportion(weight, given["groups"]["value"])
    roads = groups if slot.year == 2020 else groups - (draw[1] < 0.12)
    kilometres = apportion(weight * np.where(place.is_urban, 0.3, 1.0), given["road_km"]["value"] * 10)

    def shared(name: str, *, scaled: bool) -> np.ndarray:
        total = given[name]["value"]
        total = half_even(total, county.scale) if scaled else total
        return apportion(weight, total) if slot.year == 2020 else np.floor(apportion(weight, total) * part)

    toilets = given["public_toilets"]["value"]
    points = (np.argsort(np.argsort(draw[2])) < given["ecommerce_points"]["value"] * part).astype(np.int64)
    always = np.ones(count, bool)
    level = np.where(np.arange(count) % 2 == 0, 1.0, -1.0) * 8 * draw[3]
    tap = np.clip(given["tap_water_percent"][slot.year] + level, 0, 100)
    central = np.clip(given["central_supply_percent"][slot.year] + level, 0, 100)
    late = slot.year < 2020
    return pl.DataFrame(
        {
            "行政区划代码": pl.Series(list(place.codes)),
            "村民小组数": numbers(groups, always),
            "通硬化路小组数": numbers(roads, always),
            "卫生户厕数": numbers(shared("sanitary_toilets", scaled=True), always),
            "广播电视户户通户数": numbers(shared("broadcast_households", scaled=True), always),
            "村级活动场所数": numbers(groups, always),
            "电商服务点数": numbers(points, always),
            "无害化公厕数": numbers(1 + (np.argsort(np.argsort(draw[0])) < toilets - count), always),
            "年度": pl.repeat(str(slot.year), count, eager=True),
            "道路硬化里程（公里）": tenths(kilometres / 10),
            "自来水普及率": tenths(tap),
            "集中供水率": tenths(central),
            "通动力电": yes(always),
            "通光纤": yes(~(late & (draw[1] > 0.97))),
            "4G覆盖": yes(~(late & (draw[2] > 0.95))),
            "垃圾收运": yes(~(late & (draw[0] > 0.93))),
            "area_code": pl.Series(list(place.codes)),
        }
    )


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "relocation": relocation_frame,
    "settlements": settlement_frame,
    "education_enrolment": enrolment_frame,
    "education_aid": aid_frame,
    "medical_insurance": insurance_frame,
    "medical_reimbursement": reimbursement_frame,
    "major_illness": major_illness_frame,
    "family_doctor": family_doctor_frame,
    "water_safety": water_frame,
    "village_services": village_services_frame,
}


def expected_guarantees(county: County) -> dict[str, Any]:
    """What a correct warehouse finds in the files of all years."""
    return {
        "relocation": expected_relocation(county),
        "schooling": expected_schooling(county.scale),
        "care": expected_care(county),
    }
