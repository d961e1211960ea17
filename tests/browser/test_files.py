"""Real Chromium on the ledger of files and on the upload page: what is read, marked, downloaded and pasted."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from dashboards.data import Release, current, status
from dashboards.ledgers import all_files
from dashboards.words import load_catalogue
from pipelines.settings import Settings
from tests.browser.conftest import Visitor
from tests.browser.test_pages import ERRORS, LANGUAGES, WIDTHS

pytestmark = pytest.mark.browser

ROWS = [["00123", "张三", "100.50"], ["00124", "李四", "200"], ["00125", "王五", "300"], ["00126", "赵六", "400"]]
HEADER = ["编号", "姓名", "补助金额"]
MARKED = (251, 232, 200)


@pytest.fixture
def release(pocket_county: Settings) -> Release:
    found = current(pocket_county.marts_dir)
    assert found is not None
    return found


def ragged_csv() -> bytes:
    """A GBK file whose third line has a cell too many."""
    lines = [",".join(HEADER), *(",".join(row) for row in ROWS)]
    lines[2] += ",多出的"
    return ("\r\n".join(lines) + "\r\n").encode("gbk")


def numeric_identities() -> bytes:
    """A workbook with a title, whose identity numbers are numbers from the second record on."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("名册")
        page.write(0, 0, "某县补助名册")
        for column, name in enumerate(["姓名", "证件号码", "补助金额（元）"]):
            page.write(1, column, name)
        for row in range(6):
            page.write(2 + row, 0, f"张三{row}")
            number = 990101198001010010 + row
            if row:
                page.write_number(2 + row, 1, number)
            else:
                page.write_string(2 + row, 1, str(number))
            page.write_number(2 + row, 2, 100 + row)
    return target.getvalue()


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


def main_text(page: Page) -> str:
    return page.locator('[data-testid="stMain"]').inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visitor", WIDTHS, indirect=True, ids=str)
def test_a_file_shows_its_ledger_and_the_chinese_text_to_its_sender(
    visitor: Visitor, release: Release, screenshots: Path, language: str
) -> None:
    deliveries = release.rows("ops_delivery").filter(pl.col("rejected_count") > 0, pl.col("is_current"))
    file = deliveries.row(0, named=True)
    opened = visitor.open("files", lang=language, file=file["receipt_id"])
    visitor.unfold()
    opened.screenshot(path=screenshots / f"files-{language}-{visitor.width}.png")
    text = main_text(opened)
    looks_whole(opened, text)
    assert file["file_name"] in text
    for name in ("row_in_count", "accepted_count", "rejected_count", "non_data_count"):
        assert f"{file[name]:,}" in text
    letter = opened.get_by_test_id("stCode").inner_text()
    # Letters go to the office under the name it has today, whatever it was called when the file came.
    today = release.terms.wording("zh", dt.datetime.now(dt.UTC).date(), release.home.code)
    assert letter.startswith(f"{today.dated(file['department_zh'])}：")
    assert f"《{file['file_name']}》" in letter
    assert "处理：" in letter
    assert "请在20" in letter
    assert "模拟数据" in letter
    masked = release.rows("ops_rejection", {"receipt_id": file["receipt_id"]})["masked_value"].drop_nulls()
    assert not [value for value in masked if "*" in value and value in letter]


def test_one_click_on_the_quality_page_opens_the_ledger_of_that_file(
    visitor: Visitor, release: Release, pocket_county: Settings
) -> None:
    newest = all_files(release, status(pocket_county.marts_dir)).row(0, named=True)
    opened = visitor.open("quality", lang="en")
    visitor.click_row(".st-key-ledger_rows")
    expect(opened.get_by_role("heading", level=1)).to_have_text(load_catalogue("en")["files.question"])
    assert f"file={newest['receipt_id']}" in opened.url
    assert "lang=en" in opened.url
    expect(opened.get_by_role("heading", level=2).nth(1)).to_have_text(newest["file_name"])


def test_a_click_in_the_list_changes_the_file_below(
    visitor: Visitor, release: Release, pocket_county: Settings
) -> None:
    files = all_files(release, status(pocket_county.marts_dir)).filter(pl.col("verdict") == "accepted_with_rejects")
    opened = visitor.open("files", verdict="accepted_with_rejects")
    for row in (1, 3):
        clicked = files.row(row, named=True)
        visitor.click_row('[class*="st-key-files_"]', row)
        opened.wait_for_url(f"**file={clicked['receipt_id']}**")
        expect(opened.get_by_role("heading", level=2).nth(1)).to_have_text(clicked["file_name"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visitor", WIDTHS, indirect=True, ids=str)
def test_a_broken_text_file_is_read_marked_and_downloaded_as_it_is(
    visitor: Visitor, screenshots: Path, tmp_path: Path, language: str
) -> None:
    words = load_catalogue(language)
    opened = upload(visitor, language, "补助名册.csv", ragged_csv())
    expect(opened.get_by_role("button", name=words["inspect.csv"])).to_be_visible()
    visitor.unfold()
    opened.screenshot(path=screenshots / f"inspect-csv-{language}-{visitor.width}.png")
    text = main_text(opened)
    looks_whole(opened, text)
    assert words["format.csv"] in text
    assert re.search(r"gb18030|gbk", text, re.IGNORECASE)
    assert has_marks(opened), "no cell has the colour of a doubt"
    with opened.expect_download() as waiting:
        opened.get_by_role("button", name=words["inspect.csv"]).click()
    assert waiting.value.suggested_filename == "补助名册.csv"
    target = tmp_path / "clean.csv"
    waiting.value.save_as(target)
    rows = list(csv.reader(io.StringIO(target.read_bytes().decode("utf-8"))))
    assert rows[0] == HEADER
    assert [row for row in rows[1:] if row[0] != "00124"] == [ROWS[0], *ROWS[2:]]
    assert "多出的" not in {cell for row in rows for cell in row[:2]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visitor", WIDTHS, indirect=True, ids=str)
def test_a_workbook_with_numeric_identities_is_marked_and_downloaded_as_text(
    visitor: Visitor, screenshots: Path, tmp_path: Path, language: str
) -> None:
    words = load_catalogue(language)
    opened = upload(visitor, language, "名册.xlsx", numeric_identities())
    expect(opened.get_by_role("button", name=words["inspect.xlsx"])).to_be_visible()
    visitor.unfold()
    opened.screenshot(path=screenshots / f"inspect-xlsx-{language}-{visitor.width}.png")
    text = main_text(opened)
    looks_whole(opened, text)
    assert words["format.xlsx"] in text
    assert has_marks(opened)
    with opened.expect_download() as waiting:
        opened.get_by_role("button", name=words["inspect.download_doubts"]).click()
    target = tmp_path / "doubts.csv"
    waiting.value.save_as(target)
    doubts = list(csv.reader(io.StringIO(target.read_bytes().decode("utf-8-sig"))))[1:]
    kind = words["doubt.numeric_identity"]
    assert {(row[1], row[2][0]) for row in doubts if kind in row[0]} >= {(str(row), "B") for row in range(4, 9)}
    with opened.expect_download() as waiting:
        opened.get_by_role("button", name=words["inspect.xlsx"]).click()
    target = tmp_path / "clean.xlsx"
    waiting.value.save_as(target)
    page = openpyxl.load_workbook(target).worksheets[0]
    assert page["A2"].value == "张三0"
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}


def upload(visitor: Visitor, language: str, name: str, content: bytes) -> Page:
    """Open the page without a release's downloads to wait for, and give it a file."""
    visitor.page.goto(f"{visitor.address}/inspect?lang={language}")
    question = load_catalogue(language)["inspect.question"]
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(question)
    visitor.page.locator('input[type="file"]').set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    visitor.page.locator(".st-key-cells_1 canvas").first.wait_for()
    visitor.settle()
    return visitor.page


def has_marks(page: Page) -> bool:
    """True when the table, which is drawn on a canvas, has pixels in the colour of a doubtful cell."""
    return bool(
        page.locator(".st-key-cells_1 canvas").first.evaluate(
            """(canvas, [r, g, b]) => {
              const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
              let found = 0;
              for (let at = 0; at < pixels.length; at += 4)
                if (Math.abs(pixels[at] - r) + Math.abs(pixels[at + 1] - g) + Math.abs(pixels[at + 2] - b) < 6) found++;
              return found > 200;
            }""",
            list(MARKED),
        )
    )
