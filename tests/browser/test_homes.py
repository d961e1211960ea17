"""The page on homes in Chromium: both widths and languages, the way down to a village, leads that conclude nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

QUESTION = {"zh": "师宗县的住房安全了吗？", "en": "Are the homes of 师宗县 safe?"}
HEADINGS = {
    "zh": (
        "鉴定等级",
        "各年危房改造（按对象类别）",
        "补助与兑付（按对象类别）",
        "住建台账与登记册对照",
        "线索（不作结论）",
    ),
    "en": (
        "Houses by grade",
        "Renovation by year and target group",
        "Subsidy and payment by target group",
        "Housing ledger against register",
        "Leads (no conclusions)",
    ),
}
CAUTION = {
    "zh": "命中只是线索，须入户核实，不是清退依据",
    "en": "A hit is a lead to be looked into on site and no ground for removal",
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("visitor", [1440, 390], indirect=True)
def test_the_page_stands_at_both_widths_and_languages(visitor: Visitor, language: str, screenshots: Path) -> None:
    page = visitor.open("homes", lang=language)
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION[language])
    for heading in HEADINGS[language]:
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(page.get_by_text(CAUTION[language])).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_test_id("stVegaLiteChart").count() >= 4
    assert page.evaluate("document.documentElement.scrollWidth") <= visitor.width
    visitor.unfold()
    page.screenshot(path=screenshots / f"homes_{language}_{visitor.width}.png", full_page=True)
    assert visitor.strayed == []


def test_the_way_down_ends_at_a_village(visitor: Visitor) -> None:
    page = visitor.open("homes", area="530323102000")
    expect(page.get_by_role("heading", level=1)).to_have_text("雄壁镇的住房安全了吗？")
    expect(page.get_by_role("heading", name="尚未安全的住房（按地区）")).to_be_visible()
    page = visitor.open("homes", area="530323102202")
    expect(page.get_by_role("heading", level=1)).to_contain_text("雨柱")
    assert page.get_by_test_id("stException").count() == 0
