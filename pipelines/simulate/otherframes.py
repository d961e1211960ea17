"""What the police's and the civil affairs bureau's files truly hold, in canonical text form.

Belongs here: the columns of residents and of divisions. Does not belong here: how a department spells them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, villages
from pipelines.simulate.columns import choose, day_texts, fixed_texts, weighted
from pipelines.simulate.county import ACTIVE, DEAD, County
from pipelines.simulate.households import HEAD, RELATIONS, SON_WIFE, SPOUSE
from pipelines.simulate.register import month_days

_NONE = -1
_STATUS = ("正常", "迁出", "死亡注销")


@lru_cache(maxsize=1)
def _fixed_columns(county: County) -> pl.DataFrame:
    """The columns of the police file that do not change from month to month, for everybody."""
    texts, people, place = fixed_texts(county), county.residents, villages()
    given = calibration()["residents"]["rural_share_by_area"]
    village = people.village.astype(np.int64)
    trait = county.traits
    age = (int(month_days(2020 * 12)) - county.birth_day) / 365.2425
    is_rural = trait[3] < np.where(place.is_urban[village], given["urban"], given["rural"])
    married = np.isin(people.relation, (SPOUSE, SON_WIFE)) | ((people.relation == HEAD) & (trait[4] < 0.8))
    marital = np.where(age < 20, 0, np.where(married, np.where((age > 68) & (trait[5] < 0.4), 2, 1), 0))
    schooling = np.where(age < 7, _NONE, np.where(age < 13, 1, weighted(trait[1], [0.1, 0.4, 0.35, 0.1, 0.05])))
    house = (people.household.astype(np.int64) * 31) % 200 + 1
    township = choose(place.townships, village)
    return pl.DataFrame(
        {
            "姓名": texts["name"],
            "公民身份号码": texts["identity"],
            "曾用名": choose([""], np.full(len(village), _NONE)),
            "性别": texts["sex"],
            "民族": texts["ethnic"],
            "出生日期": texts["birth"],
            "户号": (pl.Series(people.household.astype(np.int64)) + 990_323_000_000).cast(pl.String),
            "与户主关系": choose(RELATIONS, people.relation.astype(np.int64)),
            "户别": choose(["城镇", "农村"], is_rural.astype(np.int64)),
            "文化程度": choose(["文盲或半文盲", "小学", "初中", "高中", "大专"], schooling),
            "婚姻状况": choose(["未婚", "已婚", "丧偶"], marital),
            "所属派出所": township.str.slice(0, 2) + "派出所",
            "乡镇街道": township,
            "行政村社区": choose(place.short_names, village),
            "户籍地址": township + choose(place.short_names, village) + pl.Series(house).cast(pl.String) + "号（模拟）",
            "area_code": choose(place.codes, village),
            "_长名": choose(place.long_names, village),
        }
    )


@lru_cache(maxsize=1)
def _order(county: County) -> np.ndarray:
    people = county.residents
    return np.lexsort((people.relation, people.household, people.village))


def residents_frame(county: County, month: int) -> pl.DataFrame:
    """Everybody registered with the police by the end of ``month`` of 2020, with those cancelled since January."""
    people = county.residents
    order = _order(county)
    order = order[people.since[order] <= month]
    ended = people.until[order] <= month
    status = np.where(ended, people.ending[order], ACTIVE)
    came = people.has_come[order] & ~ended
    event_month = np.where(ended, people.until[order], np.where(came, people.since[order], 24000))
    birth = county.birth_day[order].astype(np.int64)
    born = people.is_born[order] & ~ended
    days = month_days(event_month) + county.identity[order].astype("U6").astype(np.int64) % 27
    days = np.where(born, birth, np.minimum(days, month_days(month + 1) - 1))
    known = ended | came
    reason = np.where(ended, np.where(status == DEAD, 2, 3), np.where(born, 0, np.where(came, 1, _NONE)))
    last_day = day_texts(np.array([int(month_days(month + 1)) - 1]))[0]
    changed = day_texts(np.where(known, days, 0))
    fixed = _fixed_columns(county)[order]
    area = fixed.select("area_code", "_长名")
    frame: pl.DataFrame = fixed.drop("area_code", "_长名").with_columns(
        choose(_STATUS, status).alias("人员状态"),
        choose(["出生", "迁入", "死亡", "迁出"], reason).alias("变动原因"),
        changed.set(pl.Series(~known), None).alias("变动日期"),
        pl.lit(last_day).alias("数据截止日期"),
        area["area_code"],
        area["_长名"],
    )
    return frame


def _within(ceiling: np.ndarray, weights: np.ndarray, total: int) -> np.ndarray:
    """``total`` apportioned by weight, nowhere more than the ceiling."""
    values = np.minimum(apportion(weights, total), ceiling)
    return np.asarray(values + apportion(ceiling - values, total - int(values.sum())))


def region_frame(county: County, year: int) -> pl.DataFrame:
    """County, townships and villages with their frozen populations, as known at the end of ``year``."""
    place, given = villages(), calibration()
    rng = generator(0, "region")
    population, part_of_country = given["population"], given["villages"]["part_of_country"]
    total = apportion(place.resident_weight, half_even(population["total"]["value"], county.scale))
    rural_weight = total * np.where(place.is_urban, 0.35, 1.0) * rng.uniform(0.95, 1.0, len(total))
    rural = _within(total, rural_weight, half_even(population["rural_registered"]["value"], county.scale))
    minority = _within(total, total * place.minority_share, half_even(population["minority"]["value"], county.scale))
    groups = apportion(np.ones(len(total)), population["groups"]["value"])
    area = apportion(rng.uniform(0.5, 2, len(total)), round(population["land_area_km2"]["value"] * 100)) / 100
    rows: list[dict[str, str | None]] = []

    def row(code: str, parent: str, names: tuple[str | None, str | None], pick: np.ndarray, **more: str | None) -> None:
        rows.append(
            {
                "行政区划代码": code, "乡镇名称": names[0], "村名称": names[1], "曾用名": None,
                "是否脱贫村": more.get("exited_village"), "是否重点帮扶村": more.get("key_village"), "年度": str(year),
                "上级区划代码": parent, "有效期起": "2013-01-01", "有效期止": None, "继任区划代码": None,
                "国土面积（平方公里）": f"{area[pick].sum():.2f}".rstrip("0").rstrip("."),
                "总户籍人口": str(total[pick].sum()), "农村户籍人口": str(rural[pick].sum()),
                "分母口径": population["denominator_definition"], "少数民族人口": str(minority[pick].sum()),
                "村民小组数": str(groups[pick].sum()), "贫困属性": more.get("listed"),
                "退出年度": more.get("exit_year"), "批准退出日期": more.get("approved"), "东中西部": part_of_country,
                "area_code": code, "_长名": names[1],
            }
        )  # fmt: skip

    codes = given["place"]
    exit_ = given["villages"]["county_exit"]
    attribute = given["villages"]["county_attribute"]
    known = exit_["year"] is not None and year >= exit_["approved"].year
    everything = np.ones(len(total), bool)
    row(codes["county_code"], codes["prefecture_code"], (None, None), everything, listed=attribute,
        exit_year=str(exit_["year"]) if known else None,
        approved=str(exit_["approved"]) if known else None)  # fmt: skip
    townships = np.array(place.townships)
    listed_towns = given["villages"]["listed_townships"]
    for name in place.township_names:
        here = townships == name
        left = listed_towns.get(name)
        row(place.township_codes[int(np.argmax(here))], codes["county_code"], (name, None), here,
            listed="贫困乡镇" if left else "非贫困乡镇",
            exit_year=str(left) if left and left <= year else None)  # fmt: skip
    for at, code in enumerate(place.codes):
        listed = bool(place.is_listed[at])
        left = int(place.exit_years[at])
        gone = listed and left <= year
        one = np.zeros(len(total), bool)
        one[at] = True
        row(code, place.township_codes[at], (place.townships[at], place.short_names[at]), one,
            listed="贫困村" if listed else "非贫困村", exit_year=str(left) if gone else None,
            exited_village="是" if gone else "否", key_village="否")  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None).cast(pl.String)
