"""What readers see of single households in Chromium: closed lists, hidden sentences; strayed addresses; rollbacks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dashboards import single_households
from dashboards.data import current
from dashboards.words import Language, Words
from pipelines.publishing.releases import RETIRED_FILE
from pipelines.settings import Settings, load_settings
from tests.browser.conftest import Visitor, serving
from tests.browser.fixture_release import PREVIOUS, RELEASE, build_marts

pytestmark = pytest.mark.browser

PAYERS = "fct_payment_burden_case"
LISTS = ("未办结线索", "超期无帮扶措施", "自付医疗费用较大")


def csv_files(page: Page) -> dict[str, str]:
    """The texts of the page's CSV download by the name of their file."""
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_text(re.compile("CSV")).click()
    with zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes())) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("visitor", [1440, 390], indirect=True)
def test_in_place_of_closed_lists_stands_who_may_see_them(
    visitor: Visitor, language: Language, screenshots: Path
) -> None:
    notice = single_households.notice(Words(language))
    for name, lists in {"monitoring": 3, "sample": 1}.items():
        page = visitor.open(name, lang=language)
        assert page.get_by_text(notice, exact=True).count() == lists
        assert page.evaluate("document.documentElement.scrollWidth") <= visitor.width
        visitor.unfold()
        page.screenshot(path=screenshots / f"closed_{name}_{language}_{visitor.width}.png", full_page=True)
        page.set_viewport_size({"width": visitor.width, "height": 900})


def test_a_village_counts_no_single_household_in_a_sentence(visitor: Visitor, pocket_county: Settings) -> None:
    release = current(pocket_county.marts_dir)
    assert release is not None
    payers = release.rows(PAYERS).drop_nulls("area_code").group_by("area_code").len().sort("len", "area_code")
    village = payers["area_code"][0]
    assert payers["len"][0] < 4
    page = visitor.open("monitoring", area=village)
    said = page.locator(".xq p").filter(has_text=re.compile(r"^共 .+ 条：没有线索"))
    expect(said).to_contain_text("共 * 条")
    assert not re.search(r"(?<!\d)[1-3](?!\d)", said.inner_text())
    page = visitor.open("sample", area=village)
    assert re.search(r"已脱贫在册 (\*|\d\d+|[4-9]) 户", page.locator(".xq .answer").inner_text())


def test_an_export_leaves_closed_lists_out(visitor: Visitor) -> None:
    files = csv_files(visitor.open("monitoring"))
    assert not [name for name in files if name.startswith(LISTS)]
    assert not [name for name, text in files.items() if "假名" in text.splitlines()[0]]
    assert "单户名单" in files["说明.csv"]


def test_where_household_pages_are_open_the_lists_stand_and_travel(entitled: Visitor) -> None:
    page = entitled.open("monitoring")
    assert page.get_by_text(single_households.notice(Words("zh")), exact=True).count() == 0
    files = csv_files(page)
    assert {name for name in LISTS if any(file.startswith(name) for file in files)} == set(LISTS)


@pytest.mark.parametrize("visitor", [1440, 390], indirect=True)
def test_a_place_and_a_month_that_do_not_exist_are_named(visitor: Visitor, screenshots: Path) -> None:
    page = visitor.open("exit", area="530323999999", period="1999-01")
    line = page.locator(".xq .banner")
    expect(line).to_contain_text("地区“530323999999”在本次发布中没有数据，下面显示的是师宗县")
    expect(line).to_contain_text("月份“1999-01”在本页没有数据")
    assert page.evaluate("document.documentElement.scrollWidth") <= visitor.width
    page.screenshot(path=screenshots / f"astray_{visitor.width}.png")
    page.locator(".st-key-select_township").get_by_role("combobox").click()
    page.get_by_role("option", name="雄壁镇").click()
    expect(line).not_to_contain_text("530323999999")
    expect(line).to_contain_text("月份“1999-01”在本页没有数据")


@pytest.fixture
def rolled_back(tmp_path: Path) -> Iterator[str]:
    """Dashboards of a hand-made release whose readers were sent back to the one before."""
    marts = build_marts(tmp_path / "data" / "marts")
    (marts / "current").write_text(PREVIOUS + "\n", encoding="utf-8")
    (marts / RELEASE / RETIRED_FILE).touch()
    settings = load_settings({"XIANQING_DATA_DIR": str(tmp_path / "data")})
    with serving(settings, tmp_path) as address:
        yield address


@pytest.mark.parametrize("width", [1440, 390])
def test_after_a_rollback_the_badge_says_to_which_release(
    browser: BrowserContext, rolled_back: str, width: int, screenshots: Path
) -> None:
    visitor = Visitor(browser, rolled_back, width)
    page = visitor.open("exit")
    expect(page.locator(".xq .badges")).to_contain_text(f"已回退到 {PREVIOUS}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=screenshots / f"rolled_back_{width}.png")
    assert PREVIOUS in csv_files(page)["说明.csv"]
    assert f"较新的发布 {RELEASE} 已撤下" in csv_files(page)["说明.csv"]
    page.close()
