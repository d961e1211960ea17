"""Real Chromium on the page of incomes: both widths and languages, the choices, the way down, the export."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from dashboards.data import Release, current
from dashboards.words import Words, load_catalogue
from pipelines.settings import Settings
from tests.browser.conftest import Visitor
from tests.browser.test_pages import ERRORS, LANGUAGES, WIDTHS

pytestmark = pytest.mark.browser

ALL = {"group_type": "all", "group_id": "all"}
HEADINGS = ("sources", "change", "lorenz", "lines", "modes", "places", "behind")


@pytest.fixture
def release(pocket_county: Settings) -> Release:
    found = current(pocket_county.marts_dir, pocket_county.small_cell)
    assert found is not None
    return found


def main_text(page: Page) -> str:
    return page.locator('[data-testid="stMain"]').inner_text()


def looks_whole(page: Page, text: str) -> None:
    """No error box, no key of the catalogue, no placeholder, nothing wider than the window."""
    assert page.locator(ERRORS).count() == 0
    assert not re.search(r"\bNone\b|\bNaN\b|\bundefined\b|�|\d\.\d{5,}|\{\w+\}", text)
    assert not [key for key in load_catalogue("zh") if re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", text)]
    widths = page.evaluate(
        """[document.documentElement, document.querySelector('[data-testid=stMain]')]
           .map(element => element.scrollWidth - element.clientWidth)"""
    )
    assert widths == [0, 0], "the page scrolls sideways"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visitor", WIDTHS, indirect=True, ids=str)
def test_the_page_answers_with_the_figures_of_the_mart_and_says_within_the_register(
    visitor: Visitor, release: Release, screenshots: Path, language: str
) -> None:
    words = load_catalogue(language)
    opened = visitor.open("income", lang=language, year="2019")
    visitor.unfold()
    opened.screenshot(path=screenshots / f"income-{language}-{visitor.width}.png")
    text = main_text(opened)
    looks_whole(opened, text)
    key = {"area_id": release.home.code, "period": "2019"} | ALL
    row = release.first("kpi_income_area_year", key)
    assert f"{row['mean_per_head_cny']:,.2f}" in text
    assert Words("zh" if language == "zh" else "en").count(row["below_person_count"]) in text
    assert f"{row['gini_index']:.3f}" in text
    assert "13,048" in text
    for name in HEADINGS:
        heading = opened.get_by_role("heading", name=words[f"income.{name}"], exact=True)
        expect(heading).to_be_visible()
    within = "建档立卡口径内" if language == "zh" else "within the register"
    titles = [words[f"income.{name}"] for name in HEADINGS if name != "modes"]
    assert all(within in title for title in titles)
    assert "贫困发生率" not in re.sub(r"不是贫困发生率", "", text)
    charts = opened.get_by_test_id("stVegaLiteChart").count()
    assert charts == 4 + len(release.children(release.home.code)) - without_incomes(release)


def without_incomes(release: Release) -> int:
    """Places below the county without households on the register, such as its own units: they have no small chart."""
    rows = release.rows("kpi_income_area_year", {"parent_area_id": release.home.code} | ALL)
    with_charts = rows.filter(pl.col("mean_per_head_cny").is_not_null())["area_id"].n_unique()
    return len(release.children(release.home.code)) - with_charts


def test_the_order_of_the_places_follows_the_choice_and_a_click_goes_down(visitor: Visitor, release: Release) -> None:
    opened = visitor.open("income", lang="en", year="2019", rank="mean_per_head_cny", level="village")
    villages = release.rows("kpi_income_area_year", {"area_level": "village", "period": "2019"} | ALL)
    poorest = villages.drop_nulls("mean_per_head_cny").sort("mean_per_head_cny").row(0, named=True)
    visitor.click_row('[class*="st-key-drill_income_village"]')
    expect(opened.get_by_role("heading", level=1)).to_contain_text(poorest["area_name"])
    assert f"area={poorest['area_id']}" in opened.url


def test_a_year_without_incomes_says_so_and_is_not_zero(visitor: Visitor, release: Release) -> None:
    opened = visitor.open("income", lang="en", year="2014")
    expected = load_catalogue("en")["income.no_data"].format(place=release.home.name, year="2014")
    assert expected in main_text(opened)
    assert opened.locator(ERRORS).count() == 0


def test_the_export_holds_the_tables_and_the_definitions(visitor: Visitor, tmp_path: Path) -> None:
    opened = visitor.open("income", lang="zh", year="2019")
    with opened.expect_download() as waiting:
        opened.get_by_role("button", name=load_catalogue("zh")["export.csv"]).click()
    target = tmp_path / "income.zip"
    waiting.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    assert len(texts) >= 7
    everything = "\n".join(texts.values())
    assert "1 − 2 × 洛伦兹曲线下面积" in everything
    assert "监测收入线" in everything
    assert "模拟数据" in everything
