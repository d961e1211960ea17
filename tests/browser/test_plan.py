"""The pages on exit checks, the plan and the sample in Chromium: both widths and languages, a village, a download."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from dashboards.words import load_catalogue
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

HEADINGS = {
    "exit_check": ("items", "years", "rates", "steps", "odd"),
    "plan": ("targets", "late", "years"),
    "sample": ("draw", "title_sample", "title_route", "title_strata", "mock"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("visitor", [1440, 390], indirect=True)
@pytest.mark.parametrize("name", list(HEADINGS))
def test_a_page_stands_at_both_widths_and_languages(
    visitor: Visitor, name: str, language: str, screenshots: Path
) -> None:
    words = load_catalogue(language)
    page = visitor.open(name, lang=language)
    expect(page.get_by_role("heading", level=1)).to_have_text(words[f"{name}.question"].format(place="师宗县"))
    for heading in HEADINGS[name]:
        expect(page.get_by_role("heading", name=words[f"{name}.{heading}"], exact=True).first).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= visitor.width
    visitor.unfold()
    page.screenshot(path=screenshots / f"{name}_{language}_{visitor.width}.png", full_page=True)
    assert visitor.strayed == []


def test_the_way_down_ends_at_a_village(visitor: Visitor) -> None:
    page = visitor.open("exit_check", area="530323102000")
    expect(page.get_by_role("heading", name="雄壁镇各村（社区）")).to_be_visible()
    page = visitor.open("exit_check", area="530323102202")
    expect(page.get_by_role("heading", level=1)).to_contain_text("雨柱")
    # Dates of the exit are those of the county the village lies in.
    expect(page.get_by_role("heading", name="县退出五步")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


def test_the_same_seed_downloads_the_same_households(entitled: Visitor) -> None:
    found = []
    for seed in ("3", "3", "4"):
        page = entitled.open("sample", seed=seed, size="20")
        with page.expect_download() as download:
            page.get_by_role("button", name="Excel").first.click()
        book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
        rows = list(book.worksheets[0].iter_rows(min_row=4, values_only=True))
        found.append([row[3] for row in rows])
        assert len(rows) == 20
    assert found[0] == found[1] != found[2]
