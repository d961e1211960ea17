"""The first visitor of a fresh server, who comes by a copied link and not through the first screen."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from pipelines.settings import Settings
from tests.browser.conftest import Visitor, serving

pytestmark = pytest.mark.browser


def test_a_copied_link_opens_with_the_menu_on_a_fresh_server(
    browser: BrowserContext, pocket_county: Settings, tmp_path: Path
) -> None:
    with serving(pocket_county, tmp_path) as address:
        visitor = Visitor(browser, address, 1440)
        opened = visitor.open("funds")
        for task in ("今日", "月末", "检查", "研究", "数据"):
            expect(opened.get_by_test_id("stTopNavSection").filter(has_text=task)).to_be_visible()
        visitor.page.close()


def test_the_first_screen_answers_to_its_name_too(
    browser: BrowserContext, pocket_county: Settings, tmp_path: Path
) -> None:
    with serving(pocket_county, tmp_path) as address:
        visitor = Visitor(browser, address, 1440)
        visitor.page.goto(f"{address}/overview")
        visitor.settle()
        expect(visitor.page.get_by_text("Page not found")).to_have_count(0)
        by_name = visitor.page.locator("h1").inner_text()
        assert by_name == visitor.open("overview").locator("h1").inner_text()
        visitor.page.close()


def test_a_page_that_there_is_not_is_said_in_the_readers_words_above_the_first_screen(
    browser: BrowserContext, pocket_county: Settings, tmp_path: Path
) -> None:
    with serving(pocket_county, tmp_path) as address:
        visitor = Visitor(browser, address, 1440)
        page = visitor.page
        for language, said in (
            ("zh", "没有名为“fundz”的页面，下面是首页"),
            ("en", "There is no page “fundz”; this is the"),
        ):
            visitor.open("fundz", lang=language)
            expect(page.get_by_text(said)).to_be_visible()
            expect(page.get_by_role("dialog")).to_have_count(0)
        by_address = page.locator("h1").inner_text()
        assert by_address == visitor.open("overview", lang="en").locator("h1").inner_text()
        expect(page.get_by_text("There is no page")).to_have_count(0)
        visitor.open("fundz", lang="en")
        page.get_by_test_id("stTopNavSection").filter(has_text="Month end").click()
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Funds").click()
        page.wait_for_url("**/funds**")
        visitor.settle()
        expect(page.locator("h1")).not_to_have_text(by_address)
        expect(page.get_by_text("There is no page")).to_have_count(0)
        assert visitor.strayed == []
        page.close()


@pytest.mark.parametrize(("typed", "name"), [("收入", "收入"), ("收入/", "收入")])
def test_a_name_that_a_chinese_reader_would_type_is_said_in_his_words_too(
    visitor: Visitor, typed: str, name: str
) -> None:
    page = visitor.open(typed)
    expect(page.get_by_text(f"没有名为“{name}”的页面，下面是首页")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_text("English").first.click()
    visitor.settle()
    expect(page.get_by_text(f"There is no page “{name}”")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_a_page_asks_of_another_machine_is_heard_and_refused(visitor: Visitor) -> None:
    opened = visitor.open("overview")
    assert visitor.strayed == []
    asked = "url => fetch(url, {mode: 'no-cors'}).then(() => 'answered', () => 'refused')"
    for url in ("http://elsewhere.example/font.woff2", "http://192.0.2.1/map.json"):
        assert opened.evaluate(asked, url) == "refused"
        assert visitor.strayed.pop() == url
