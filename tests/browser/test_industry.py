"""The pages on industry and small loans in Chromium: both widths and languages, and the way down to a village."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

QUESTIONS = {
    "industry": {
        "zh": "师宗县的产业带动了谁，奖补和分红到户了吗？",
        "en": "Whom does industry take along in 师宗县, and do rewards and dividends reach households?",
    },
    "loans": {
        "zh": "师宗县的小额贷款哪些快到期、哪些逾期了？",
        "en": "Which small loans of 师宗县 fall due soon, which are overdue?",
    },
}
HEADINGS = {
    "industry": {"zh": ("产业奖补", "村级集体经济"), "en": ("Industry rewards", "Villages' collective economy")},
    "loans": {"zh": ("逾期贷款", "各地贷款"), "en": ("Overdue loans", "Loans by place")},
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
        page.screenshot(path=screenshots / f"{name}_{language}_{visitor.width}.png", full_page=True)


def test_the_way_down_ends_at_a_village(visitor: Visitor) -> None:
    for name in QUESTIONS:
        page = visitor.open(name, area="530323102202")
        expect(page.get_by_role("heading", level=1)).to_contain_text("雨柱")
        assert page.get_by_test_id("stException").count() == 0
