"""The page that compares with printed figures, in Chromium: widths, languages, the filter, the download."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from playwright.sync_api import expect

from dashboards.words import load_catalogue
from tests.browser.conftest import Visitor
from tests.conftest import PocketCounty

pytestmark = pytest.mark.browser


def table_of(pocket: PocketCounty) -> pl.DataFrame:
    release = pocket.settings.pointer_file.read_text(encoding="utf-8").strip()
    return pl.read_parquet(pocket.settings.marts_dir / release / "kpi_published_vs_computed.parquet")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("visitor", [1440, 390], indirect=True)
def test_the_page_answers_and_says_what_agreement_does_not_prove(
    visitor: Visitor, pocket: PocketCounty, language: str, screenshots: Path
) -> None:
    words, table = load_catalogue(language), table_of(pocket)
    page = visitor.open("published", lang=language)
    expect(page.get_by_role("heading", level=1)).to_have_text(words["published.question"])
    expect(page.get_by_text(words["published.calibrated"])).to_be_visible()
    equal = table.filter(pl.col("agreement") == "equal").height
    assert equal >= 100
    tile = page.locator(".tile").filter(has_text=words["published_agreement.equal"]).first
    expect(tile.locator(".value")).to_have_text(str(equal))
    assert page.get_by_test_id("stException").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= visitor.width
    visitor.unfold()
    page.screenshot(path=screenshots / f"published_{language}_{visitor.width}.png", full_page=True)
    assert visitor.strayed == []


def test_the_chosen_result_is_what_is_downloaded(visitor: Visitor, pocket: PocketCounty) -> None:
    table = table_of(pocket)
    page = visitor.open("published", result="not_computable")
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").first.click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    rows = [row for row in book.worksheets[0].iter_rows(min_row=4, values_only=True) if row[0]]
    assert len(rows) == table.filter(pl.col("agreement") == "not_computable").height
    assert {row[1] for row in rows} == {load_catalogue("zh")["published_agreement.not_computable"]}
    assert all(row[9] for row in rows), "a figure without the section of the report"
