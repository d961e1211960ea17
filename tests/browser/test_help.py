"""The pages 帮扶 and 督查整改 in Chromium: both widths and languages, the way down, the export, no name on either."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

QUESTIONS = {
    ("helpers", "zh"): "师宗县谁在帮、走访到位了吗？",
    ("helpers", "en"): "Who helps in 师宗县, and are the visits made?",
    ("rectification", "zh"): "师宗县问题改了没有，别处还有没有？",
    ("rectification", "en"): "Are the problems of 师宗县 put right, and are there more elsewhere?",
}
HEADINGS = {
    ("helpers", "zh"): ("结对与走访（逐月）", "可疑走访（按疑点）", "走访不足的干部", "可疑走访清单"),
    ("helpers", "en"): ("Pairing and visits by month", "Implausible visits by oddity", "Cadres below duty"),
    ("rectification", "zh"): (
        "问题类别",
        "要盯住的问题",
        "责任区排名",
        "督查与红黑榜",
        "民生资金疑点与追回",
        "奖惩与问责",
    ),
    ("rectification", "en"): ("Problems by category", "Problems to watch", "Ranking of responsibility areas"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["helpers", "rectification"])
@pytest.mark.parametrize("visitor", [1440, 390], indirect=True)
def test_the_pages_stand_at_both_widths_and_languages(
    visitor: Visitor, name: str, language: str, screenshots: Path
) -> None:
    page = visitor.open(name, lang=language)
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTIONS[name, language])
    for heading in HEADINGS[name, language]:
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_test_id("stVegaLiteChart").count() >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= visitor.width
    visitor.unfold()
    page.screenshot(path=screenshots / f"{name}_{language}_{visitor.width}.png", full_page=True)
    assert visitor.strayed == []


@pytest.mark.parametrize(
    ("name", "question"),
    [("helpers", "雄壁镇谁在帮、走访到位了吗？"), ("rectification", "雄壁镇问题改了没有，别处还有没有？")],
)
def test_the_way_down_ends_at_a_village(visitor: Visitor, name: str, question: str) -> None:
    page = visitor.open(name, area="530323102000")
    expect(page.get_by_role("heading", level=1)).to_have_text(question)
    expect(page.get_by_role("heading", name="雄壁镇各村（社区）")).to_be_visible()
    page = visitor.open(name, area="530323102202")
    expect(page.get_by_role("heading", level=1)).to_contain_text("雨柱")
    assert page.get_by_test_id("stException").count() == 0


def test_the_answer_names_the_month_that_has_visits(visitor: Visitor) -> None:
    page = visitor.open("helpers")
    expect(page.get_by_text("走访率 9", exact=False).first).to_be_visible()
    with page.expect_download() as held:
        page.get_by_role("button", name="下载 Excel（含说明页）").click()
    assert held.value.suggested_filename.endswith(".xlsx")
