"""What the register of villages and the statistics bureau's table truly hold, in canonical text form.

Belongs here: figures of villages that follow from the registers of the same county, and figures as published. Does not
belong here: incomes of households (``incomes``), spelling, damage.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, generator, half_even, villages
from pipelines.simulate.columns import choose, numbers, yes
from pipelines.simulate.county import County
from pipelines.simulate.householdframe import household_frame
from pipelines.simulate.otherframes import region_frame
from pipelines.simulate.personframe import person_frame
from pipelines.simulate.register import month_index

STATISTICS_SOURCE = {
    "printed": "师宗县2016年至2020年脱贫攻坚工作总结报告（2021-03-04）",
    "derived": "由公布的增速推算（模拟）",
    "synthetic": "统计公报（模拟数据）",
}


def _village_draws() -> np.ndarray:
    return generator(0, "village register").random((6, len(villages().codes)))


def collective_incomes(year: int) -> np.ndarray:
    """Yuan that each village's own economy earned in ``year``, as its register has it."""
    return np.asarray(
        np.round(calibration()["village_register"]["collective_income_mean"][year] * (0.5 + _village_draws()[0]), 2)
    )


def village_frame(county: County, year: int) -> pl.DataFrame:
    """One row per village: its counts of registered households and persons are those of December's register."""
    place, given = villages(), calibration()["village_register"]
    count = len(place.codes)
    snapshot = county.register.snapshots[month_index(year, 12)]
    homes, people = household_frame(county, snapshot), person_frame(county, snapshot)

    def by_village(frame: pl.DataFrame, *chosen: pl.Expr) -> np.ndarray:
        found = frame.filter(*chosen).group_by("area_code").len()
        order = pl.DataFrame({"area_code": list(place.codes)})
        joined = order.join(found, on="area_code", how="left", maintain_order="left")
        return np.asarray(joined["len"].fill_null(0).to_numpy(), dtype=np.int64)

    divisions = region_frame(county, year).filter(pl.col("行政区划代码").is_in(list(place.codes)))
    population = divisions["总户籍人口"].cast(pl.Int64).to_numpy()
    rural = divisions["农村户籍人口"].cast(pl.Int64).to_numpy()
    register_homes = by_village(homes)
    register_people = by_village(people)
    households = np.maximum(np.round(population / given["household_size"]).astype(np.int64), register_homes)
    is_poor = pl.col("脱贫属性") == "未脱贫"
    poor_homes = homes.filter(is_poor)["户编号"].implode()
    remaining = by_village(homes, is_poor)
    remaining_people = by_village(people, pl.col("户编号").is_in(poor_homes))
    unsafe_water = by_village(homes, pl.col("是否解决安全饮用水") == "否")
    danger = by_village(homes, pl.col("是否危房户") == "是")
    exits = place.exit_years
    left = place.is_listed & (exits <= year) & (exits > 0)
    fixed = _village_draws()
    collective = collective_incomes(year)
    rural_income = float(next(r["value"] for r in calibration()["statistics"][year] if r["unit"] == "元"))
    known = np.ones(count, bool)
    dibao = pl.col("是否享受低保") == "农村低保"
    dibao_homes = people.filter(dibao)["户编号"].unique().implode()
    # Hundredths of a per cent, half up, in whole numbers.
    incidence = np.where(rural > 0, (remaining_people * 20_000 + rural) // np.maximum(2 * rural, 1), 0)
    school_age = np.round(population * 0.115).astype(np.int64)
    columns = {
        "行政区划代码": choose(place.codes, np.arange(count)),
        "乡": choose(place.townships, np.arange(count)),
        "行政村": choose(place.short_names, np.arange(count)),
        "村类别": choose(["非贫困村", "贫困村"], place.is_listed.astype(np.int64)),
        "年度": pl.repeat(str(year), count, eager=True),
        "出列年度": numbers(exits, left),
        "总户数": numbers(households, known),
        "总人口数": numbers(population, known),
        "农业户籍人口数": numbers(rural, known),
        "农民人均纯收入（元）": _two_decimals(np.round(rural_income * (0.8 + 0.4 * fixed[1])) * 100),
        "村级集体经济收入（万元）": _two_decimals(collective * 100),
        "村小学（个数）": numbers((fixed[2] < 0.6).astype(np.int64), known),
        "参加城乡居民基本养老保险人数": numbers(np.round(population * 0.62), known),
        "行政村卫生室个数": numbers(np.ones(count), known),
        "行政村公共卫生厕所个数": numbers(1 + (fixed[3] * 3), known),
        "行政村执业（助理）医师（人）": numbers(1 + (fixed[4] * 2), known),
        "行政村生产生活垃圾集中堆放点个数（个）": numbers(2 + (fixed[5] * 5), known),
        "行政村文化（图书）室个数 （个）": numbers(np.ones(count), known),
        "低保户数": numbers(by_village(homes, pl.col("户编号").is_in(dibao_homes)), known),
        "低保人口数": numbers(by_village(people, dibao), known),
        "特困供养人口数": numbers(by_village(people, pl.col("是否特困供养人员") == "农村特困"), known),
        "残疾人口数": numbers(by_village(people, pl.col("健康状况").str.contains("残疾")), known),
        "未实现饮水安全户数": numbers(unsafe_water, known),
        "危房户数": numbers(danger, known),
        "脱贫户数": numbers(register_homes - remaining, known),
        "剩余贫困户数": numbers(remaining, known),
        "剩余贫困人口数": numbers(remaining_people, known),
        "贫困发生率": _two_decimals(incidence),
        "通生活用电户数": numbers(households, known),
        "有住房保障的达标户数": numbers(households - danger, known),
        "有安全饮水户数": numbers(households - unsafe_water, known),
        "适龄儿童少年应接受义务教育人数": numbers(school_age, known),
        "未接受义务教育人数": numbers(np.zeros(count), known),
        "实际参保人数": numbers(np.maximum(np.round(population * 0.985), register_people), known),
        "特色产业覆盖率(%)": _two_decimals(np.round((0.45 + 0.1 * (year - 2016) + 0.1 * fixed[2]) * 100) * 100),
        "是否出列": yes(left),
        "是否通客运班车": yes(fixed[3] < 0.7 + 0.06 * (year - 2016)),
        "到乡镇是否通沥青（水泥）路": yes(known),
        "area_code": choose(place.codes, np.arange(count)),
        "_长名": choose(place.long_names, np.arange(count)),
    }
    return pl.DataFrame(columns)


def _two_decimals(hundredths: np.ndarray) -> pl.Series:
    whole, rest = np.divmod(np.round(hundredths).astype(np.int64), 100)
    return pl.Series(whole).cast(pl.String) + "." + pl.Series(rest).cast(pl.String).str.zfill(2)


def scaled(value: str, unit: str, scaling: str, scale: float) -> str:
    """A published figure in a county of this scale, in its unit; people are whole.

    >>> scaled("43.89", "万人", "total", 0.05), scaled("151.8", "亿元", "money", 0.5), scaled("9.2", "%", "none", 0.5)
    ('2.1945', '75.90', '9.2')
    """
    factor = {"万人": 10_000}.get(unit, 1)
    if scaling == "total":
        return str(Decimal(half_even(float(Decimal(value) * factor), scale)) / factor)
    return str(Decimal(value) * Decimal(str(scale))) if scaling == "money" else value


def statistics_frame(scale: float, year: int) -> pl.DataFrame:
    """The published figures of a year, for the county and the divisions above it."""
    place = calibration()["place"]
    codes = {place["county"]: place["county_code"], place["prefecture"]: place["prefecture_code"]}
    rows = [
        {
            "区域": row["area"],
            "指标名称": row["indicator"],
            "单位": row["unit"],
            "来源文件": STATISTICS_SOURCE[row["status"]],
            "年度": str(year),
            "数值": scaled(row["value"], row["unit"], row["scaling"], scale),
            "area_code": codes.get(row["area"], f"{place['county_code'][:2]}0000000000"),
        }
        for row in calibration()["statistics"][year]
    ]
    return pl.DataFrame(rows)
