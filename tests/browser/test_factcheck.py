"""Real Chromium on the page that checks figures: paste, look at the marks, open an explanation, take the list along."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import openpyxl
import pytest
from playwright.sync_api import Page, expect

from dashboards.words import load_catalogue
from tests.browser.conftest import Visitor
from tests.browser.test_files import looks_whole, main_text
from tests.browser.test_pages import LANGUAGES, WIDTHS

pytestmark = pytest.mark.browser

TEXT = (
    "全县200个贫困村累计退出182个,占91.5%。共搬迁1720户7232人,其中,建档立卡户1358户5692人、同步搬迁户362户1540人。\n"
    "安排资金12,680万元,其中中央7,350万元,省级3,120万元,市级860万元,县级1,350万元。公示期为10天。\n"
)


def opened_page(visitor: Visitor, language: str) -> Page:
    visitor.page.goto(f"{visitor.address}/factcheck?lang={language}")
    question = load_catalogue(language)["factcheck.question"]
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(question)
    return visitor.page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visitor", WIDTHS, indirect=True, ids=str)
def test_a_pasted_text_is_marked_explained_and_exported(
    visitor: Visitor, screenshots: Path, tmp_path: Path, language: str
) -> None:
    words = load_catalogue(language)
    page = opened_page(visitor, language)
    page.get_by_role("textbox", name=words["factcheck.paste"]).fill(TEXT)
    page.get_by_role("button", name=words["factcheck.check"], exact=True).click()
    mark = page.locator(".fc summary.inconsistent")
    expect(mark).to_have_count(1)
    expect(mark).to_have_text("✗91.5%")
    explanation = page.locator(".fc details .said").first
    expect(explanation).to_be_hidden()
    mark.click()
    expect(explanation).to_be_visible()
    expect(explanation).to_contain_text("91.00%")
    expect(explanation).to_contain_text("182个")
    visitor.unfold()
    page.screenshot(path=screenshots / f"factcheck-{language}-{visitor.width}.png")
    looks_whole(page, main_text(page))
    with page.expect_download() as waiting:
        page.get_by_role("button", name=words["factcheck.xlsx"]).click()
    target = tmp_path / "list.xlsx"
    waiting.value.save_as(target)
    sheet = openpyxl.load_workbook(target).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert cells[0] == [words[f"factcheck.{name}"] for name in _columns()]
    assert [row[4:6] for row in cells[1:]] == [["91.5%", "91.00%"]]


def test_the_filter_shows_what_agrees_and_a_document_is_read_with_its_table(visitor: Visitor) -> None:
    words = load_catalogue("zh")
    page = opened_page(visitor, "zh")
    page.locator('input[type="file"]').set_input_files(
        {"name": "总结.docx", "mimeType": "application/octet-stream", "buffer": a_document()}
    )
    page.get_by_role("button", name=words["factcheck.check"], exact=True).click()
    expect(page.locator(".fc summary.inconsistent")).to_have_text(["✗710"])
    expect(page.locator(".fc summary.consistent")).to_have_count(0)
    page.get_by_role("button", name=words["checked.consistent"]).click()
    expect(page.locator(".fc summary.consistent").first).to_be_visible()


def _columns() -> tuple[str, ...]:
    return ("place", "verdict", "kind", "excerpt", "published", "recomputed", "why")


def a_document() -> bytes:
    """A paragraph and a table whose last total is wrong by ten."""
    document = docx.Document()
    document.add_paragraph("全县共排查出问题126个，已整改98个，剩余28个。")
    lines = [
        ["乡镇", "户数", "人数"],
        ["甲镇", "120", "300"],
        ["乙镇", "130", "310"],
        ["丙乡", "50", "90"],
        ["合计", "300", "710"],
    ]
    table = document.add_table(rows=len(lines), cols=3)
    for row, line in enumerate(lines):
        for column, value in enumerate(line):
            table.cell(row, column).text = value
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()
