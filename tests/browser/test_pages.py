"""Real Chromium on the pages of a real release: what a reader sees, clicks and downloads."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from dashboards.data import Release, current
from dashboards.export import is_hidden
from dashboards.words import load_catalogue
from pipelines.settings import Settings
from pipelines.terms import last_day
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

PAGES = ("overview", "exit", "funds", "quality", "files", "village", "forms", "policies", "social")
WITHOUT_TILES = ("village", "forms")
WIDTHS = (1440, 390)
LANGUAGES = ("zh", "en")
COUNTY = "530323000000"
ERRORS = '[data-testid="stException"], [data-testid="stAlertContentError"]'


@pytest.fixture
def release(pocket_county: Settings) -> Release:
    found = current(pocket_county.marts_dir)
    assert found is not None
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visitor", WIDTHS, indirect=True, ids=str)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_whole_and_readable(
    visitor: Visitor, release: Release, screenshots: Path, page: str, language: str
) -> None:
    opened = visitor.open(page, lang=language)
    opened.locator("canvas, svg").first.wait_for()
    visitor.unfold()
    opened.screenshot(path=screenshots / f"{page}-{language}-{visitor.width}.png")

    assert opened.locator(ERRORS).count() == 0
    question = load_catalogue(language)[f"{page}.question"].format(place="师宗县")
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
    if page not in WITHOUT_TILES:
        assert opened.locator(".xq .tile").first.evaluate("e => getComputedStyle(e).borderTopWidth") == "3px"
    assert visitor.strayed == []


@pytest.mark.parametrize("page", ["overview", "exit", "funds"])
def test_every_chart_has_marks(visitor: Visitor, page: str) -> None:
    opened = visitor.open(page)
    charts = opened.get_by_test_id("stVegaLiteChart")
    charts.first.wait_for()
    for index in range(charts.count()):
        box = charts.nth(index).bounding_box()
        assert box is not None
        assert box["width"] > 300
        assert box["height"] > 150
        marks = charts.nth(index).locator("svg.marks [role='graphics-symbol']")
        assert marks.count() > 3, "the chart is empty"


def test_clicks_lead_from_county_to_township_to_village_and_back(visitor: Visitor, release: Release) -> None:
    newest = release.rows("kpi_exit_area_year", {"area_id": COUNTY})["period"].max()
    below = release.rows("kpi_exit_area_year", {"parent_area_id": COUNTY, "period": str(newest)}, order=("area_id",))
    township = release.area(below["area_id"][0])
    assert township is not None
    opened = visitor.open("exit")
    heading = opened.get_by_role("heading", level=1)
    visitor.click_row(f".st-key-drill_exit_{COUNTY}")
    expect(heading).to_have_text(f"{township.name}脱贫了多少，还剩多少？")
    assert f"area={township.code}" in opened.url
    visitor.click_row(f".st-key-drill_exit_{township.code}")
    expect(heading).not_to_have_text(f"{township.name}脱贫了多少，还剩多少？")
    code = opened.url.split("area=")[1][:12]
    village = release.area(code)
    assert village is not None
    assert (village.level, village.parent) == ("village", township.code)
    expect(heading).to_have_text(f"{village.name}脱贫了多少，还剩多少？")
    opened.get_by_role("button", name="师宗县", exact=True).click()
    expect(heading).to_have_text("师宗县脱贫了多少，还剩多少？")
    assert "area=" not in opened.url


def test_a_copied_address_shows_the_same_view_to_somebody_else(visitor: Visitor) -> None:
    opened = visitor.open("funds", area="530323001000", lang="en", scope="all_years", group="use")
    other = Visitor(visitor.browser, visitor.address, visitor.width)
    other.page.goto(opened.url)
    other.settle()
    answers = [page.locator(".xq .answer").inner_text() for page in (opened, other.page)]
    assert answers[0] == answers[1]
    assert "丹凤街道, all budget years" in answers[0]
    other.page.close()


def test_language_and_place_go_along_through_the_menu(visitor: Visitor) -> None:
    opened = visitor.open("overview", lang="en", area="530323001000")
    opened.get_by_role("button", name="Month end", exact=True).click()
    opened.get_by_role("menuitem", name="Funds", exact=True).click()
    expect(opened.get_by_role("heading", level=1)).to_contain_text("How much money of 丹凤街道")


@pytest.mark.parametrize("number", range(1, 26))
def test_each_question_of_the_office_is_one_click_from_the_first_screen(
    visitor: Visitor, release: Release, number: int
) -> None:
    texts = load_catalogue("zh")
    # The page says what was called so in its month.
    dated = release.terms.wording("zh", last_day(release.as_of_period), release.home.code).dated
    page = texts[f"questions.q{number}.leads_to"].partition("?")[0]
    visitor.open("overview", lang="zh")
    visitor.page.locator(".xq .links a").filter(has_text=dated(texts[f"questions.q{number}.text"])).click()
    question = dated(texts[f"{page}.question"].format(place="师宗县"))
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(question)
    assert visitor.page.locator(ERRORS).count() == 0


@pytest.mark.parametrize("visitor", WIDTHS, indirect=True, ids=str)
def test_a_place_typed_into_the_search_is_one_click_away(visitor: Visitor, screenshots: Path) -> None:
    opened = visitor.open("funds", lang="zh")
    box = opened.get_by_label("搜指标、地名、文件")
    box.fill("雄壁镇")
    box.press("Enter")
    find = opened.locator(".xq .links a").first
    expect(find).to_contain_text("雄壁镇")
    opened.screenshot(path=screenshots / f"search-zh-{visitor.width}.png")
    find.click()
    expect(opened.get_by_role("heading", level=1)).to_contain_text("雄壁镇")


@pytest.mark.parametrize("page", PAGES)
def test_a_workbook_opens_and_holds_its_notes(visitor: Visitor, release: Release, tmp_path: Path, page: str) -> None:
    opened = visitor.open(page)
    with opened.expect_download() as waiting:
        opened.get_by_test_id("stDownloadButton").get_by_text("下载 Excel").click()
    target = tmp_path / "export.xlsx"
    waiting.value.save_as(target)
    assert release.release_id in waiting.value.suggested_filename
    book = openpyxl.load_workbook(target)
    notes = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert notes["发布编号"] == release.release_id
    assert notes["数据性质"].startswith("模拟数据")
    first = book[book.sheetnames[0]]
    assert "模拟数据" in first["A1"].value
    assert first.max_row > 3


def test_a_csv_export_carries_its_notes_and_the_figures_of_the_release(
    visitor: Visitor, release: Release, tmp_path: Path
) -> None:
    opened = visitor.open("exit")
    with opened.expect_download() as waiting:
        opened.get_by_test_id("stDownloadButton").get_by_text("下载 CSV").click()
    target = tmp_path / "export.zip"
    waiting.value.save_as(target)
    archive = zipfile.ZipFile(target)
    assert "说明.csv" in archive.namelist()
    rows = list(csv.reader(io.StringIO(archive.read(archive.namelist()[0]).decode("utf-8-sig"))))
    expected = release.rows("kpi_exit_area_year", {"area_id": COUNTY}, order=("period",))
    assert [row[0] for row in rows[1:]] == expected["period"].to_list()
    assert [row[1] for row in rows[1:]] == [str(value) for value in expected["exited_person_count"]]


def test_the_first_figure_on_the_page_is_the_figure_of_the_release(visitor: Visitor, release: Release) -> None:
    opened = visitor.open("exit")
    row = release.rows("kpi_exit_area_year", {"area_id": COUNTY}, order=("period",)).row(-1, named=True)
    answer = opened.locator(".xq .answer").inner_text()
    assert f"累计脱贫 {row['cumulative_exited_household_count']:,} 户" in answer
    assert f"{row['cumulative_exited_person_count']:,} 人" in answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tiles_of_the_first_screen_end_on_the_first_screen(visitor: Visitor, language: str) -> None:
    opened = visitor.open("overview", lang=language)
    tiles = opened.locator(".xq .tiles")
    box = tiles.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 900
    assert tiles.locator(".tile").count() == 11


def test_a_tile_leads_to_its_page_with_place_and_language(visitor: Visitor) -> None:
    opened = visitor.open("overview", lang="en", area="530323001000")
    opened.locator(".xq .tile a", has_text="Spend rate").click()
    expect(opened.get_by_role("heading", level=1)).to_contain_text("How much money of 丹凤街道")


def test_a_small_count_is_a_star_on_the_page_and_in_the_file(
    visitor: Visitor, release: Release, pocket_county: Settings, tmp_path: Path
) -> None:
    protected = current(pocket_county.marts_dir, 4)
    assert protected is not None
    villages = release.rows("kpi_exit_area_year", {"area_level": "village"}, order=("area_id", "period"))
    column = "exited_person_count"
    code = villages.filter(villages[column].is_between(1, 3))["area_id"][0]
    expected = protected.rows("kpi_exit_area_year", {"area_id": code}, order=("period",))
    hidden = is_hidden(expected, column).to_list()
    assert any(hidden)
    opened = visitor.open("exit", area=code)
    expect(opened.get_by_text("*：涉及人或户的数不足 4", exact=False).first).to_be_visible()
    with opened.expect_download() as waiting:
        opened.get_by_test_id("stDownloadButton").get_by_text("下载 CSV").click()
    target = tmp_path / "export.zip"
    waiting.value.save_as(target)
    archive = zipfile.ZipFile(target)
    rows = list(csv.reader(io.StringIO(archive.read(archive.namelist()[0]).decode("utf-8-sig"))))
    shown = ["*" if flag else str(value) for flag, value in zip(hidden, expected[column].to_list(), strict=True)]
    assert [row[1] for row in rows[1:]] == shown
    assert "不足 4" in archive.read("说明.csv").decode("utf-8-sig")
