"""The search: what is found, in which order, where it leads; and the menu by task."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from dashboards import navigation, searching
from dashboards.data import Release, current
from dashboards.words import Words
from pipelines.settings import PROJECT_DIR, get_settings
from pipelines.terms import terms_of_project
from tests.browser.fixture_release import RELEASE, build_marts
from tests.unit.test_dashboards_pages import open_page, text_of

APP = Path(__file__).resolve().parents[2] / "dashboards"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    found = current(build_marts(tmp_path_factory.mktemp("search") / "marts"))
    assert found is not None
    return found


def found(release: Release | None, typed: str, language: str = "zh") -> list[searching.Find]:
    return searching.find(release, Words(language), typed, navigation.names())  # type: ignore[arg-type]


def test_a_village_is_found_by_part_of_its_name_and_leads_to_its_own_figures(release: Release) -> None:
    places = [one for one in found(release, "雨柱") if one.kind == "place"]
    assert [one.text for one in places] == ["雨柱村民委员会"]
    assert places[0].query == {"area": "530323102202"}
    assert "雄壁镇" in places[0].note


def test_a_figure_leads_to_the_page_that_shows_it(release: Release) -> None:
    figures = {one.text: one.page for one in found(release, "支出率") if one.kind == "figure"}
    assert set(figures.values()) == {"funds"}
    english = [one.page for one in found(release, "spend rate", "en") if one.kind == "figure"]
    assert "funds" in english


def test_all_words_must_match_and_the_nearest_stands_first(release: Release) -> None:
    assert found(release, "雨柱 丹凤") == []
    titles = [one.text for one in found(release, "丹凤") if one.kind == "place"]
    assert titles == ["丹凤街道", "丹凤社区居民委员会", "文笔社区居民委员会"], "the last only lies in that place"


def test_a_file_is_found_by_its_name_and_opens_as_the_chosen_one(release: Release) -> None:
    deliveries = release.rows("ops_delivery")
    name, receipt = deliveries.select("file_name", "receipt_id").row(0)
    documents = {one.query["file"]: one for one in found(release, name.lower()) if one.kind == "document"}
    assert documents[receipt].page == "files"


def test_without_a_release_pages_are_still_found() -> None:
    assert {one.kind for one in found(None, "资金")} <= {"page", "question"}
    assert "funds" in [one.page for one in found(None, "资金")]


@pytest.mark.parametrize("typed", ["", "   ", "没有这样的东西"])
def test_nothing_is_found_for_nothing(release: Release, typed: str) -> None:
    assert found(release, typed) == []


def test_every_page_has_one_place_in_the_menu() -> None:
    written = {path.stem for path in (APP / "views").glob("*.py")}
    listed = list(navigation.names())
    assert len(listed) == len(set(listed))
    assert set(listed) == written


def test_questions_lead_to_pages_that_exist() -> None:
    words = Words("zh")
    for number in searching.question_numbers(words):
        page, _ = searching.target_of(words(f"questions.q{number}.leads_to"))
        assert page in navigation.names(), f"question {number} leads to {page}"


def test_what_is_found_speaks_of_its_period_and_is_found_by_both_words(release: Release) -> None:
    terms = terms_of_project(PROJECT_DIR / "dbt_project")
    for period, said in (("2020-12", "贫困人口在哪里务工"), ("2021-06", "脱贫人口在哪里务工")):
        words = Words("zh").shown(terms, period, release.home.code)
        for typed in ("脱贫人口在哪里务工", said):
            finds = searching.find(release, words, typed, navigation.names())
            assert [said in one.text for one in finds if one.kind == "question"] == [True], (period, typed)


def test_the_page_of_finds_speaks_of_the_month_from_which_a_reader_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    folder = build_marts(tmp_path / "marts") / RELEASE
    seed = PROJECT_DIR / "dbt_project" / "seeds" / "period_terms.csv"
    duckdb.sql(f"from '{seed}'").write_parquet(str(folder / "dim_period_term.parquet"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"]["dim_period_term"] = {"file": "dim_period_term.parquet"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    try:
        for choices in ({}, {"period": "2020-06"}, {"period": "2099-01"}):
            text = text_of(open_page("search", q="在哪里务工", **choices))
            assert "贫困人口在哪里务工" in text
            assert "脱贫人口在哪里务工" not in text
    finally:
        get_settings.cache_clear()
