"""Projects, assets and the money trace in Chromium: both widths and languages, the way down, one chain of money."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

QUESTIONS = {
    ("projects", "zh"): "师宗县哪些项目卡住了？",
    ("projects", "en"): "Which projects of 师宗县 are stuck?",
    ("assets", "zh"): "师宗县的资产在谁手里、有没有闲置、收益分了没有？",
    ("assets", "en"): "Who holds the assets of 师宗县, do some lie idle, was the yield distributed?",
    ("money", "zh"): "师宗县的一笔钱去了哪里、停在哪一环？",
    ("money", "en"): "Where did a sum of money of 师宗县 go, and where does it lie?",
}
HEADINGS = {
    "projects": {"zh": ("按阶段", "按项目类别"), "en": ("By stage", "By kind")},
    "assets": {"zh": ("按管理级次", "按资产类别"), "en": ("By level of management", "By class")},
    "money": {
        "zh": ("一笔钱的全程", "同月占本年支付的比重（各年）"),
        "en": ("The whole way of a sum", "Share of the year paid in this month, year by year"),
    },
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["projects", "assets", "money"])
@pytest.mark.parametrize("visitor", [1440, 390], indirect=True)
def test_the_pages_stand_at_both_widths_and_languages(
    visitor: Visitor, name: str, language: str, screenshots: Path
) -> None:
    page = visitor.open(name, lang=language)
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTIONS[name, language])
    for heading in HEADINGS[name][language]:
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= visitor.width
    page.screenshot(path=screenshots / f"{name}_{language}_{visitor.width}.png", full_page=True)
    assert visitor.strayed == []


def test_the_chain_of_a_project_goes_from_its_quotas_to_its_households(visitor: Visitor) -> None:
    page = visitor.open("money", project="XM2016-00001")
    expect(page.get_by_text("XM2016-00001：各环合计")).to_be_visible()
    expect(page.get_by_text("XM2016-00001：逐笔")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("choices", [{}, {"by": "project", "project": "XM2016-00001"}])
def test_a_click_on_a_late_quota_shows_the_way_of_its_document(visitor: Visitor, choices: dict[str, str]) -> None:
    page = visitor.open("money", **choices)
    visitor.click_row('[class*="st-key-money_unpaid_"]')
    page.wait_for_url(re.compile("document="))
    expect(page.get_by_text(re.compile("：逐笔$"))).to_be_visible()
    document = parse_qs(urlsplit(page.url).query)["document"][0]
    expect(page.get_by_text(f"{document}：逐笔")).to_be_visible()
    expect(page.get_by_role("heading", name="财政统计报表与指标、支付对照")).to_be_visible()


def test_a_township_has_its_own_projects_and_assets(visitor: Visitor) -> None:
    for name in ("projects", "assets"):
        page = visitor.open(name, area="530323102000")
        expect(page.get_by_role("heading", level=1)).to_contain_text("雄壁镇")
        assert page.get_by_test_id("stException").count() == 0
