"""Divisions with history: what an office sees when it counts its villages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines.areas import AreaTableError, build_areas
from pipelines.settings import Settings

HEADER = "area_code,area_level,area_name,parent_code,table_year,source,valid_from,valid_to,predecessor_code\n"
COUNTY = "990100000000,county,模拟县,,2020,own,,,\n990100100000,township,模拟镇,990100000000,2020,own,,,\n"


def areas_on(areas: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    return areas.filter(
        (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= day)),
    )


@pytest.mark.parametrize(("year", "villages"), [(2014, 110), (2020, 110), (2023, 115)])
def test_shizong_has_the_villages_of_the_report_and_of_the_codes(tmp_path: Path, year: int, villages: int) -> None:
    areas = pl.read_parquet(build_areas(Settings(data_dir=tmp_path)))
    valid = areas_on(areas, dt.date(year, 12, 31))
    assert valid.filter(area_level="village").height == villages
    assert valid.filter(area_level="township").height == 11  # ten townships and the county's own departments


def test_villages_that_explain_the_difference_are_marked_as_assumption_with_a_predecessor(tmp_path: Path) -> None:
    areas = pl.read_parquet(build_areas(Settings(data_dir=tmp_path)))
    added = areas.filter(pl.col("valid_from") >= dt.date(2021, 1, 1))
    assert added.height == 5
    assert added["is_assumption"].all()
    assert added["predecessor_code"].is_in(areas["area_code"].implode()).all()
    assert added["source"].str.starts_with("assumption").all()
    assert areas.filter(~pl.col("is_assumption"))["table_year"].unique().to_list() == [2023]


def test_every_area_below_the_province_has_its_parent(tmp_path: Path) -> None:
    areas = pl.read_parquet(build_areas(Settings(data_dir=tmp_path)))
    lower = areas.filter(pl.col("area_level") != "province")
    assert lower["parent_code"].is_in(areas["area_code"].implode()).all()


def test_village_names_are_found_as_people_write_them(tmp_path: Path) -> None:
    areas = pl.read_parquet(build_areas(Settings(data_dir=tmp_path)))
    names = dict(areas.select("area_name", "short_name").iter_rows())
    assert names["丹凤社区居民委员会"] == "丹凤社区"
    assert names["山龙村民委员会"] == "山龙村"


def test_an_office_loads_its_own_table_with_a_merged_village(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    rows = (
        "990100100201,village,甲村,990100100000,2020,own,2012-01-01,2019-12-31,\n"
        "990100100202,village,乙村,990100100000,2020,own,2020-01-01,,990100100201\n"
    )
    own.write_text(HEADER + COUNTY + rows, encoding="utf-8")
    areas = pl.read_parquet(build_areas(Settings(data_dir=tmp_path, area_table=own)))
    before = areas_on(areas, dt.date(2018, 6, 30)).filter(area_level="village")
    after = areas_on(areas, dt.date(2020, 6, 30)).filter(area_level="village")
    assert before["area_code"].to_list() == ["990100100201"]
    assert after.select("area_code", "predecessor_code").rows() == [("990100100202", "990100100201")]


def test_an_area_that_changed_its_name_keeps_both_names_with_their_dates(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    rows = (
        "990100100201,village,旧村,990100100000,2020,own,2012-01-01,2017-12-31,\n"
        "990100100201,village,新村,990100100000,2020,own,2018-01-01,,\n"
    )
    own.write_text(HEADER + COUNTY + rows, encoding="utf-8")
    areas = pl.read_parquet(build_areas(Settings(data_dir=tmp_path, area_table=own)))
    assert areas_on(areas, dt.date(2017, 1, 1)).filter(area_level="village")["area_name"].to_list() == ["旧村"]
    assert areas_on(areas, dt.date(2019, 1, 1)).filter(area_level="village")["area_name"].to_list() == ["新村"]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("99010010020,village,甲村,990100100000,2020,own,,,\n", "12 digits"),
        ("990100100201,hamlet,甲村,990100100000,2020,own,,,\n", "area_level"),
        ("990100100201,village,甲村,990100999000,2020,own,,,\n", "parent_code"),
        ("990100200000,township,乙镇,990100200000,2020,own,,,\n", "one level up .*row 4 "),
        ("990100100201,village,甲村,990100000000,2020,own,,,\n", "one level up .*row 4 "),
        ("990100200000,township,乙镇,990100100000,2020,own,,,\n", "one level up .*row 4 "),
        ("990100100201,village,甲村,,2020,own,,,\n", "one level up .*row 4 "),
        ("990100000000,county,模拟县,990100000000,2020,own,,,\n", "one level up .*row 4 "),
        ("990100100201,village,甲村,990100100000,2020,own,2020-13-01,,\n", "YYYY-MM-DD"),
    ],
)
def test_a_wrong_own_table_is_refused_with_what_to_do(tmp_path: Path, row: str, what: str) -> None:
    own = tmp_path / "own.csv"
    own.write_text(HEADER + COUNTY + row, encoding="utf-8")
    with pytest.raises(AreaTableError, match=what):
        build_areas(Settings(data_dir=tmp_path, area_table=own))


def test_a_place_without_a_shipped_table_says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(AreaTableError, match="shizong"):
        build_areas(Settings(data_dir=tmp_path, place="nowhere"))
