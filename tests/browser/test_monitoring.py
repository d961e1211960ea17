"""The page on monitoring in Chromium: both widths and languages, the way down, leads without a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

QUESTION = {
    "zh": "师宗县谁在监测，谁快要返贫，哪一步超期？",
    "en": "Who is monitored in 师宗县, who may fall back, and which step is overdue?",
}
HEADINGS = {
    "zh": ("全部农户的红黄绿灯", "各环节与时限", "线索办理（一上一下）", "预警规则的转化", "未办结线索（逐条）"),
    "en": (
        "Lights of all rural households",
        "Steps and their limits",
        "Handling of leads",
        "Conversion by rule",
        "Open leads one by one",
    ),
}
CAUTION = {"zh": "是认定，不是规则命中", "en": "a decision and not the hit of a rule"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("visitor", [1440, 390], indirect=True)
def test_the_page_stands_at_both_widths_and_languages(visitor: Visitor, language: str, screenshots: Path) -> None:
    page = visitor.open("monitoring", lang=language)
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION[language])
    for heading in HEADINGS[language]:
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(page.get_by_text(CAUTION[language]).first).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= visitor.width
    visitor.unfold()
    page.screenshot(path=screenshots / f"monitoring_{language}_{visitor.width}.png", full_page=True)
    assert visitor.strayed == []


def test_the_way_down_ends_at_a_village(visitor: Visitor) -> None:
    page = visitor.open("monitoring", area="530323102000")
    expect(page.get_by_role("heading", level=1)).to_contain_text("雄壁镇")
    expect(page.get_by_role("heading", name="各地在册监测对象、灯色与超期线索")).to_be_visible()
    page = visitor.open("monitoring", area="530323102202")
    expect(page.get_by_role("heading", level=1)).to_contain_text("雨柱")
    assert page.get_by_test_id("stException").count() == 0
