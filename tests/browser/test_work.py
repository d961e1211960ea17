"""Real Chromium on the page on work: what a reader sees, chooses and takes home."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from dashboards.data import Release, current
from dashboards.words import load_catalogue
from pipelines.settings import Settings
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

WORK, COUNTY = "kpi_employment_area_month", "530323000000"
ERRORS = '[data-testid="stException"], [data-testid="stAlertContentError"]'


@pytest.fixture
def release(pocket_county: Settings) -> Release:
    found = current(pocket_county.marts_dir)
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("visitor", [1440, 390], indirect=True, ids=str)
def test_the_page_opens_whole_and_readable(
    visitor: Visitor, release: Release, screenshots: Path, language: str
) -> None:
    opened = visitor.open("work", lang=language)
    opened.locator("canvas, svg").first.wait_for()
    visitor.unfold()
    opened.screenshot(path=screenshots / f"work-{language}-{visitor.width}.png")

    assert opened.locator(ERRORS).count() == 0
    question = load_catalogue(language)["work.question"].format(place="师宗县")
    expect(opened.get_by_role("heading", level=1)).to_have_text(question)
    text = opened.locator('[data-testid="stMain"]').inner_text()
    assert "模拟数据" in text
    assert release.release_id in text
    assert not re.search(r"\bNone\b|\bNaN\b|\bundefined\b|�|\d\.\d{5,}", text)
    widths = opened.evaluate(
        """[document.documentElement, document.querySelector('[data-testid=stMain]')]
           .map(element => element.scrollWidth - element.clientWidth)"""
    )
    assert widths == [0, 0], "the page scrolls sideways"
    assert visitor.strayed == []


def test_every_chart_has_marks_and_every_township_its_panel(visitor: Visitor, release: Release) -> None:
    opened = visitor.open("work")
    charts = opened.get_by_test_id("stVegaLiteChart")
    charts.first.wait_for()
    visitor.unfold()
    places = [area for area in release.children(COUNTY) if release.rows(WORK, {"area_id": area.code}).height]
    assert charts.count() == len(places) + 4
    for index in range(charts.count()):
        assert charts.nth(index).locator("svg.marks [role='graphics-symbol']").count() > 2, "the chart is empty"


def test_the_answer_says_what_the_release_says(visitor: Visitor, release: Release) -> None:
    row = release.first(WORK, {"area_id": COUNTY, "period": release.as_of_period, "group_type": "all"})
    answer = visitor.open("work").locator(".xq .answer").inner_text()
    for column in ("working_person_count", "working_outside_count", "cumulative_worker_count"):
        assert f" {row[column]:,} 人" in answer, column
    assert f" {row['zero_employment_household_count']:,} 户" in answer


def test_a_click_leads_to_the_township_with_its_own_households_without_work(visitor: Visitor, release: Release) -> None:
    wanted = {"parent_area_id": COUNTY, "period": release.as_of_period, "group_type": "all"}
    township = release.area(release.rows(WORK, wanted, order=("area_id",))["area_id"][0])
    assert township is not None
    opened = visitor.open("work")
    visitor.click_row(f".st-key-drill_work_{COUNTY}")
    expect(opened.get_by_role("heading", level=1)).to_have_text(f"{township.name}的就业去了哪里？")
    row = release.first(WORK, {"area_id": township.code, "period": release.as_of_period, "group_type": "all"})
    shown = row["zero_employment_household_count"]
    expect(opened.locator(".xq .answer")).to_contain_text("*" if 0 < shown < 5 else f" {shown:,} 户")


def test_the_chosen_group_stands_in_the_address(visitor: Visitor) -> None:
    opened = visitor.open("work", group="sex")
    expect(opened.get_by_role("radio", name="性别")).to_be_checked()
    opened.get_by_role("radio", name="年龄组").click()
    opened.wait_for_url("**group=age_group**")


def test_a_village_without_children_and_a_year_with_one_list_are_shown(visitor: Visitor, release: Release) -> None:
    rows = release.rows(WORK, {"area_level": "village", "period": "2018-12", "group_type": "all"}, order=("area_id",))
    village = release.area(rows["area_id"][0])
    assert village is not None
    opened = visitor.open("work", area=village.code, period="2018-12")
    assert opened.locator(ERRORS).count() == 0
    expect(opened.get_by_role("heading", level=1)).to_have_text(f"{village.name}的就业去了哪里？")
    assert "None" not in opened.locator('[data-testid="stMain"]').inner_text()


def test_the_workbook_holds_the_bridge_as_the_release_has_it(
    visitor: Visitor, release: Release, tmp_path: Path
) -> None:
    opened = visitor.open("work")
    with opened.expect_download() as waiting:
        opened.get_by_test_id("stDownloadButton").get_by_text("下载 Excel").click()
    target = tmp_path / "export.xlsx"
    waiting.value.save_as(target)
    book = openpyxl.load_workbook(target)
    assert {"各月务工去向", "务工月收入", "技能培训", "公益性岗位", "说明"} <= set(book.sheetnames)
    sheet = next(book[name] for name in book.sheetnames if name.startswith("务工人数增减"))
    rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[0] == release.as_of_period]
    truth = release.first(WORK, {"area_id": COUNTY, "period": release.as_of_period, "group_type": "all"})
    assert rows[0][1] == truth["opening_working_count"]
    assert rows[0][6] == truth["working_person_count"]
