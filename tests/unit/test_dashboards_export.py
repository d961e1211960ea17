"""Exports: notes travel along, numbers stay numbers, nothing is evaluated."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from dashboards import data, export, tables
from dashboards.layout import View
from dashboards.words import Language, Words
from tests.browser.fixture_release import build_marts

FRAME = pl.DataFrame({"area": ["=1+1", "@cmd", "丹凤街道"], "paid": [1234.5, None, -3.0]})
SHEET = export.Sheet(
    "资金/汇总", FRAME, (export.Column("area", "地区"), export.Column("paid", "已付（元）", "#,##0.00"))
)
NOTES = export.Notes("说明", ("项目", "内容"), (("发布编号", "r1"), ("已付", "口径：付到最终收款人")))


@pytest.fixture
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(export.to_xlsx([SHEET], NOTES, "模拟数据")))


def test_a_workbook_has_its_notes_and_its_mark(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["资金 汇总", "说明"]
    assert "模拟数据" in str(book["资金 汇总"]["A1"].value)
    assert [cell.value for cell in book["说明"]["B"]] == ["内容", "r1", "口径：付到最终收款人"]


def test_a_workbook_evaluates_no_text_and_keeps_numbers(book: openpyxl.Workbook) -> None:
    page = book["资金 汇总"]
    assert [(cell.value, cell.data_type) for cell in page["A"][3:]] == [("=1+1", "s"), ("@cmd", "s"), ("丹凤街道", "s")]
    assert [cell.value for cell in page["B"][3:]] == [1234.5, "—", -3]
    assert page["B4"].number_format == "#,##0.00"


def test_csv_files_open_in_office_programs_and_hold_no_formula() -> None:
    archive = zipfile.ZipFile(io.BytesIO(export.to_csv_zip([SHEET], NOTES, "模拟数据")))
    assert archive.namelist() == ["资金 汇总.csv", "说明.csv"]
    raw = archive.read("资金 汇总.csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows == [["地区", "已付（元）"], ["'=1+1", "1234.50"], ["'@cmd", "—"], ["丹凤街道", "-3.00"]]
    assert "模拟数据" in archive.read("说明.csv").decode("utf-8-sig")


@pytest.mark.parametrize(
    ("form", "value", "written"),
    [
        ("0.00%", 0.9304456661310069, "93.04"),
        ("0.00%", -0.002, "-0.20"),
        ("#,##0", 1414.0, "1414"),
        ("General", 1414.0, "1414"),
        ("General", 21.608771929824563, "21.6087719298246"),
        ("General", 2020, "2020"),
        ("0.00%", "*", "*"),
    ],
)
def test_a_csv_file_says_per_cent_in_per_cent_and_a_count_without_decimals(
    form: str, value: object, written: str
) -> None:
    sheet = export.Sheet("t", pl.DataFrame({"a": [value]}), (export.Column("a", "a", form),))
    assert export.to_csv(sheet).decode("utf-8-sig").splitlines() == ["a", written]


@pytest.mark.parametrize("text", ["=A1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_every_start_of_a_formula_is_guarded(text: str) -> None:
    assert export.guarded(text) == "'" + text


def test_numbers_are_not_guarded() -> None:
    assert export.guarded(-3) == -3


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "县公安局《户籍人口》2020-11"), ("en", "Public security bureau: Residents 2020-11")],
)
def test_the_notes_name_what_is_outstanding_by_its_title(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language, said: str
) -> None:
    release = data.current(build_marts(tmp_path / "marts"))
    assert release is not None
    view = View(release, Words(language), release.home, release.as_of_period)
    made: list[Any] = []
    monkeypatch.setattr(tables.st, "download_button", lambda *texts, **_: made.append(texts[1]))
    monkeypatch.setattr(export, "to_xlsx", lambda _sheets, notes, _mark: dict(notes.rows))
    tables.downloads(view, "funds", [], [])
    assert made[0]()[view.words("notes.late")] == said
