"""Printed figures beside computed ones: filled into a build, at a known size, at an unknown one, for a real office."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.checking.comparison import COMPARISON, county_scale, fill_comparison
from pipelines.settings import Settings

HEAD = (
    "place,period,indicator,area_level,value,unit,printed_digits,sentence_ref,computable,model,column,filter,scaling,"
    "natural_change,note\n"
)
LIST = HEAD + (
    "yiyuan,2021-03,villages,county,140,个,0,导言,yes,kpi_x,village_count,period = '2020',none,,\n"
    "yiyuan,2021-03,people,county,33902,人,0,导言,yes,kpi_x,person_count,period = '2020',total,,\n"
    "yiyuan,2021-03,money,county,11.35,亿元,2,导言,yes,kpi_x,paid_cny,period = '2020',money,,\n"
    "yiyuan,2021-03,share,county,21.5,%,1,导言,yes,kpi_x,x_share,period = '2020',none,,\n"
    "yiyuan,2021-03,later,county,7,个,0,导言,yes,kpi_x,village_count,period = '2021',none,,\n"
    "yiyuan,2021-03,meetings,county,6,次,0,导言,unavailable,,,,,,Meetings stay out\n"
    "duan,2018,villages,county,147,个,0,导言,yes,kpi_x,village_count,period = '2020',none,,\n"
)
SHELL = """
    create schema marts;
    create table marts.kpi_published_vs_computed (
        method_version varchar, place varchar, period varchar, indicator varchar, area_level varchar, unit_name varchar,
        sentence_ref varchar, availability varchar, agreement varchar, mart_name varchar, mart_column varchar,
        mart_filter varchar, note varchar, printed_digits integer, county_scale double, printed_value decimal(30, 10),
        expected_value decimal(30, 10), computed_value decimal(30, 10), difference_value decimal(30, 10),
        tolerance_value decimal(30, 10)
    );
    insert into marts.kpi_published_vs_computed (method_version, place) values ('1', 'duan');
"""


def office(folder: Path, scale: float | None) -> tuple[Settings, Path]:
    """Settings with the list above, and a build file without rows of figures."""
    (folder / "dbt" / "seeds").mkdir(parents=True)
    (folder / "dbt" / "seeds" / "published_figures.csv").write_text(LIST, encoding="utf-8")
    settings = Settings(data_dir=folder / "data", place="yiyuan", dbt_dir=folder / "dbt")
    settings.state_dir.mkdir(parents=True)
    recorded = {"place": "yiyuan", "is_synthetic": True} | ({} if scale is None else {"scale": scale})
    settings.installation_file.write_text(json.dumps(recorded), encoding="utf-8")
    build_file = folder / "build.duckdb"
    with duckdb.connect(str(build_file)) as connection:
        connection.execute(SHELL)
    return settings, build_file


def filled(
    folder: Path, figures: str, *, scale: float | None, is_synthetic: bool = True
) -> dict[str, tuple[object, ...]]:
    """Indicator → agreement, expected, computed, difference, tolerance."""
    settings, build_file = office(folder, scale)
    with duckdb.connect(str(build_file)) as connection:
        connection.execute(f"create table marts.kpi_x as {figures}")
    assert fill_comparison(settings, build_file, is_synthetic=is_synthetic)
    with duckdb.connect(str(build_file)) as connection:
        rows = connection.execute(
            "select indicator, agreement, expected_value, computed_value, difference_value, tolerance_value, place,"
            f" method_version from marts.{COMPARISON}"
        ).fetchall()
    assert {row[6:] for row in rows} == {("yiyuan", "1")}
    return {row[0]: row[1:6] for row in rows}


AT_A_TWENTIETH = (
    "select '2020' as period, 140 as village_count, 1695 as person_count, 56750000.00 as paid_cny, 0.2154 as x_share"
)


def test_a_figure_carries_the_condition_by_which_its_row_is_found(tmp_path: Path) -> None:
    filled(tmp_path, AT_A_TWENTIETH, scale=0.05)
    with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
        found = connection.execute(f"select indicator, mart_filter from marts.{COMPARISON}").fetchall()
    assert dict(found)["people"] == "period = '2020'"
    assert dict(found)["meetings"] is None


def test_at_a_known_size_everything_with_a_table_is_compared(tmp_path: Path) -> None:
    found = filled(tmp_path, AT_A_TWENTIETH, scale=0.05)
    assert {name: row[0] for name, row in found.items()} == {
        "villages": "equal",
        "people": "equal",
        "money": "equal",
        "share": "equal",
        "later": "no_row",
        "meetings": "not_computable",
    }
    # 33,902 × 0.05 = 1,695.1; the share is 0.04 points above the print, within half of its last digit.
    assert found["people"][1:] == (Decimal(1695), Decimal(1695), Decimal(0), Decimal("0.5"))
    assert found["share"][1:] == (Decimal("21.5"), Decimal("21.54"), Decimal("0.04"), Decimal("0.05"))
    assert found["money"][4] == 0


@pytest.mark.parametrize(
    ("figures", "wrong"),
    [
        (AT_A_TWENTIETH.replace("140 as", "141 as"), "villages"),
        (AT_A_TWENTIETH.replace("56750000.00", "56750000.01"), "money"),
        (AT_A_TWENTIETH.replace("0.2154", "0.2156"), "share"),
    ],
)
def test_what_differs_says_so(tmp_path: Path, figures: str, wrong: str) -> None:
    found = filled(tmp_path, figures, scale=0.05)
    assert [name for name, row in found.items() if row[0] == "differs"] == [wrong]
    assert found[wrong][3] != 0


def test_at_an_unknown_size_only_figures_without_size_are_compared(tmp_path: Path) -> None:
    found = filled(tmp_path, AT_A_TWENTIETH, scale=None)
    assert {name for name, row in found.items() if row[0] == "equal"} == {"villages", "share"}
    assert {name for name, row in found.items() if row[0] == "size_unknown"} == {"people", "money"}
    assert found["people"][1] is None


def test_a_real_office_has_size_one_and_its_money_agrees_to_the_printed_digits(tmp_path: Path) -> None:
    whole = AT_A_TWENTIETH.replace("1695 as", "33903 as").replace("56750000.00", "1134600000.00")
    found = filled(tmp_path, whole, scale=0.05, is_synthetic=False)
    assert found["money"][:2] == ("equal", Decimal("11.35"))
    assert found["people"][0] == "differs"


def test_a_missing_table_is_a_figure_without_a_row(tmp_path: Path) -> None:
    settings, build_file = office(tmp_path, 0.05)
    assert fill_comparison(settings, build_file, is_synthetic=True)
    with duckdb.connect(str(build_file)) as connection:
        found = connection.execute(f"select distinct agreement from marts.{COMPARISON} order by 1").fetchall()
    assert found == [("no_row",), ("not_computable",)]


def test_a_build_without_the_table_stays_as_it_is(tmp_path: Path) -> None:
    settings, build_file = office(tmp_path, 0.05)
    with duckdb.connect(str(build_file)) as connection:
        connection.execute(f"drop table marts.{COMPARISON}")
    assert not fill_comparison(settings, build_file, is_synthetic=True)


def test_a_view_of_the_release_before_is_filled_anew(tmp_path: Path) -> None:
    settings, build_file = office(tmp_path, 0.05)
    with duckdb.connect(str(build_file)) as connection:
        connection.execute(f"alter table marts.{COMPARISON} rename to before")
        connection.execute(f"create view marts.{COMPARISON} as select * from marts.before")
    assert fill_comparison(settings, build_file, is_synthetic=True)
    with duckdb.connect(str(build_file)) as connection:
        assert connection.execute(f"select count(*) from marts.{COMPARISON}").fetchall() == [(6,)]


def test_the_size_is_the_recorded_one_or_unknown(tmp_path: Path) -> None:
    settings, _ = office(tmp_path, 0.1)
    assert county_scale(settings, is_synthetic=True) == 0.1
    assert county_scale(settings, is_synthetic=False) == 1
    settings.installation_file.unlink()
    assert county_scale(settings, is_synthetic=True) is None
