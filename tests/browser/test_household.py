"""The page of one household in Chromium: closed until it is switched on, recorded before it shows anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from dashboards import openings
from pipelines.settings import Settings
from tests.browser.conftest import Visitor

VILLAGE = "530323102202"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("visitor", [1440, 390], indirect=True)
def test_the_page_is_closed_by_default(visitor: Visitor, language: str) -> None:
    said = {"zh": "默认关闭", "en": "closed, the default"}[language]
    page = visitor.page
    page.goto(f"{visitor.address}/household?lang={language}&area={VILLAGE}")
    expect(page.locator(".xq .answer")).to_contain_text(said)
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_test_id("stDataFrame").count() == 0


@pytest.fixture
def switched_on(pocket_county: Settings, open_address: str) -> Iterator[str]:
    """Dashboards with the switch on; their record of openings is removed afterwards."""
    record = pocket_county.state_dir / openings.FILE
    record.unlink(missing_ok=True)
    yield open_address
    record.unlink(missing_ok=True)


def test_a_household_opens_after_a_reason_that_is_recorded(
    switched_on: str, browser: BrowserContext, pocket_county: Settings, screenshots: Path
) -> None:
    visitor = Visitor(browser, switched_on, 1440)
    page = visitor.page
    page.goto(f"{switched_on}/household?area={VILLAGE}")
    visitor.click_row(f".st-key-households_{VILLAGE}")
    expect(page.locator(".xq .answer")).to_contain_text("请选用途")
    assert not (pocket_county.state_dir / openings.FILE).exists()
    page.get_by_role("button", name="检查核实").click()
    expect(page.locator(".xq .answer")).to_contain_text("检查核实，已记录")
    visitor.settle()
    visitor.unfold()
    page.screenshot(path=screenshots / "household-zh-1440.png")
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_test_id("stDataFrame").count() >= 3
    key = page.url.split("household=")[1].split("&")[0]
    [line] = openings.recorded(pocket_county.state_dir, key)
    assert line["reason"] == "check"
    copied = Visitor(browser, switched_on, 390)
    copied.page.goto(page.url)
    expect(copied.page.locator(".xq .answer")).to_contain_text("请选用途")
    for one in (visitor, copied):
        one.page.close()
