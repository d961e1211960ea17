"""The first screen: what each tile says with its feed, without it, and with a figure that is too small to be shown."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import get_settings
from tests.browser.fixture_release import COUNTY, RELEASE, build_marts
from tests.unit.test_dashboards_pages import open_page

WORK, HOMES, LEADS = "kpi_employment_area_month", "kpi_housing_area_year", "kpi_lead_area_month"


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield build_marts(tmp_path / "marts") / RELEASE
    get_settings.cache_clear()


def add(folder: Path, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Put one more table into a release, each row one of the county's."""
    key: dict[str, object] = {"method_version": "1", "area_level": "county", "area_id": COUNTY, "area_name": "师宗县"}
    key |= {"parent_area_id": "530300000000", "group_type": "all", "group_id": "all"}
    pl.DataFrame([key | dict(row) for row in rows]).write_parquet(folder / f"{table}.parquet")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"][table] = {"file": f"{table}.parquet"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def tiles(**choices: str) -> dict[str, str]:
    """The tiles of the first screen, name to everything said on it, and their links under "href"."""
    bodies = [block.proto.body for block in open_page("overview", **choices).html]
    shown = next(body for body in bodies if 'class="tiles"' in body)
    found = {}
    for tile in shown.split('<div class="tile">')[1:]:
        name, said = re.sub(r'<span class="help".*?</span></span>', "", tile).split('<div class="value">')
        links = " ".join(re.findall(r'href="[^"]*"', name))
        found[re.sub(r"<[^>]+>", "", name)] = f"{links} " + re.sub(r"<[^>]+>", " ", said)
    return found


def test_a_feed_that_is_not_there_is_named_and_breaks_nothing(released: Path) -> None:
    said = tiles()
    assert len(said) == 11
    for name, feed in {
        "监测对象（户）": "防返贫监测对象信息",
        "超期未核查的线索": "比对核查反馈",
        "停滞的项目": "项目库与进度",
        "务工人数": "务工月监测",
        "收入下降户": "收入信息",
        "住房尚未安全": "农村危房改造台账",
    }.items():
        assert "— " in said[name]
        assert f"尚未接入：{feed}" in said[name]


def test_the_stock_says_what_came_in_and_out_and_the_month_before(released: Path) -> None:
    said = tiles()["在册建档立卡人口"]
    assert "306 人" in said
    assert "自然增加+6" in said
    assert "上月：300 人（+6 人）" in said


def test_who_has_to_be_called_stands_on_the_tile_of_late_feeds(released: Path) -> None:
    assert "县公安局：《户籍人口》未到" in tiles()["没有按时到的资料（该找谁）"]


def test_a_figure_has_its_period_its_last_value_its_change_and_a_way_to_its_page(released: Path) -> None:
    months = (("2020-10", 500, 0.5), ("2020-11", 520, 0.52))
    add(released, WORK, [{"period": p, "working_person_count": n, "working_share": s} for p, n, s in months])
    homes = [{"period": y, "not_yet_safe_count": n, "made_safe_share": 0.9} for y, n in (("2019", 40), ("2020", None))]
    add(released, HOMES, homes)
    said = tiles(area=COUNTY)
    assert "520 人" in said["务工人数"]
    assert "上月：500 人（+20 人）" in said["务工人数"]
    assert 'href="work?' in said["务工人数"]
    assert f"area={COUNTY}" in said["务工人数"]
    assert "40 户" in said["住房尚未安全（2019年）"]


def test_a_figure_that_is_too_small_takes_its_change_with_it(released: Path) -> None:
    rows = [{"period": p, "working_person_count": n} for p, n in (("2020-10", 500), ("2020-11", 3))]
    add(released, WORK, [row | {"working_growth_count": 1} for row in rows])
    said = tiles()["务工人数"]
    assert "上月：500 人（*）" in said
    assert "3 人" not in said
    assert "497" not in said


def test_leads_are_counted_by_what_they_say_and_not_by_an_age_that_nobody_reports(released: Path) -> None:
    row = {"lead_household_count": 24, "before_exit_household_count": 18, "after_exit_household_count": 6}
    add(released, LEADS, [row | {"period": "2020-11"}])
    said = tiles()["待核实的线索"]
    assert "24 户" in said
    assert "脱贫前已有：18 户" in said
    assert "按时长：—" in said
