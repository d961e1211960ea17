"""The pages on guarantees, schooling and health, and relocation: both widths and languages, down to a village."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

QUESTIONS = {
    "guarantees": {
        "zh": "师宗县的“两不愁三保障”有没有短板？",
        "en": "Is anything missing from what households of 师宗县 are guaranteed?",
    },
    "care": {
        "zh": "师宗县的孩子都在学、看病报得了吗？",
        "en": "Are the children of 师宗县 at school, and are medical costs reimbursed?",
    },
    "relocation": {
        "zh": "师宗县的搬迁户搬得出、稳得住、能就业吗？",
        "en": "Have the relocated of 师宗县 moved, stayed and found work?",
    },
}
HEADINGS = {
    "guarantees": {"zh": ("各保障项", "不达标的户（线索）", "饮水安全"), "en": ("Items", "Safe water")},
    "care": {"zh": ("义务教育与应享资助", "自付较重（线索）"), "en": ("Aid to students", "Heavy own payments (leads)")},
    "relocation": {"zh": ("就业", "安置点劳动力与岗位"), "en": ("Work", "Labour and posts of settlements")},
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("visitor", [1440, 390], indirect=True)
def test_the_pages_stand_at_both_widths_and_languages(visitor: Visitor, language: str, screenshots: Path) -> None:
    for name, questions in QUESTIONS.items():
        page = visitor.open(name, lang=language)
        expect(page.get_by_role("heading", level=1)).to_have_text(questions[language])
        for heading in HEADINGS[name][language]:
            expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert page.get_by_test_id("stException").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= visitor.width
        visitor.unfold()
        page.screenshot(path=screenshots / f"{name}_{language}_{visitor.width}.png", full_page=True)
        page.set_viewport_size({"width": visitor.width, "height": 900})
    assert visitor.strayed == []


def test_the_way_down_ends_at_a_village(visitor: Visitor) -> None:
    page = visitor.open("guarantees", area="530323102000")
    expect(page.get_by_role("heading", level=1)).to_have_text("雄壁镇的“两不愁三保障”有没有短板？")
    expect(page.get_by_role("heading", name="各地", exact=True)).to_be_visible()
    for name in QUESTIONS:
        page = visitor.open(name, area="530323102202")
        expect(page.get_by_role("heading", level=1)).to_contain_text("雨柱")
        assert page.get_by_test_id("stException").count() == 0


def test_leads_are_exported_without_names(entitled: Visitor) -> None:
    page = entitled.open("guarantees")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载 CSV（含说明文件）").click()
    with zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes())) as archive:
        files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    lists = [text for name, text in files.items() if "不达标" in name]
    assert len(lists) == 1
    assert "户编号（假名）" in lists[0].splitlines()[0]
    assert "姓名" not in lists[0]
