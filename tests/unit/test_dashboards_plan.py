"""The pages on exit checks, the plan and the sample without their feeds: they say so, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.words import load_catalogue
from pipelines.settings import get_settings
from tests.browser.fixture_release import build_marts
from tests.unit.test_dashboards_pages import open_page, text_of

PAGES = ("exit_check", "plan", "sample")


@pytest.fixture(autouse=True)
def _release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    build_marts(tmp_path / "marts")
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_its_feed_says_so_and_breaks_nothing(page: str, language: str) -> None:
    text = text_of(open_page(page, lang=language))
    words = load_catalogue(language)
    assert words[f"{page}.question"].format(place="师宗县") in text
    assert words[f"{page}.none"].format(place="师宗县") in text
