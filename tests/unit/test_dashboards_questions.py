"""Pages that answer an office's questions, without a browser: the lists on a hand-made county, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.single_households import KEYS, SWITCH
from dashboards.single_households import notice as notice_of
from dashboards.words import Language, Words, load_catalogue
from pipelines.settings import get_settings
from tests.browser.fixture_release import RELEASE, build_marts
from tests.unit.dbt_county import EAST, Built, build
from tests.unit.test_dbt_questions import FEBRUARY, JANUARY, _county

LISTING = (
    *("monitoring", "helpers", "care", "guarantees", "relocation", "industry", "loans", "exit_check"),
    *("village", "social", "policies"),
)
APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("pages"), FEBRUARY)


@pytest.fixture
def marts(tmp_path: Path, built: Built, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A release with every table of the hand-made county that it does not hold by itself."""
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("XIANQING_HOUSEHOLD_PAGES", raising=False)
    get_settings.cache_clear()
    marts = build_marts(tmp_path / "marts")
    folder = marts / RELEASE
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(built.database), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
        for (table,) in tables:
            if table in manifest["tables"]:
                continue
            connection.sql(f"select * from marts.{table}").write_parquet(str(folder / f"{table}.parquet"))
            manifest["tables"][table] = {"file": f"{table}.parquet", "sha256": "0", "row_count": 0, "sums": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    yield marts
    get_settings.cache_clear()


@pytest.fixture
def entitled(marts: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same release where household pages are open."""
    monkeypatch.setenv("XIANQING_HOUSEHOLD_PAGES", "1")
    get_settings.cache_clear()
    return marts


@pytest.fixture
def unhidden(entitled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Household pages open and every count shown."""
    monkeypatch.setenv("XIANQING_SMALL_CELL", "0")
    get_settings.cache_clear()
    return entitled


def open_page(page: str, language: str = "zh", **choices: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    chosen = choices | {"lang": language}
    for name, value in chosen.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(f"views/{page}.py")
    for name, value in chosen.items():
        app.query_params[name] = value
    app.run()
    assert [error.message for error in app.exception] == []
    return app


def text_of(app: AppTest) -> str:
    blocks = [re.sub(r"<style>.*?</style>", "", block.proto.body, flags=re.DOTALL) for block in app.html]
    return re.sub(r"<[^>]+>", " ", "\n".join([*blocks, *(element.value for element in app.text)]))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_problems_of_visits_are_listed_with_what_followed(entitled: Path, language: str) -> None:
    app, words = open_page("helpers", language), load_catalogue(language)  # type: ignore[arg-type]
    counts = {"yesterday": 2, "yesterday_open": 1, "week": 3, "week_open": 2, "open": 4}
    assert words["visit_problems.count"].format(**counts) in text_of(app)
    rows = app.dataframe[0].value
    assert rows["when"].to_list() == [
        words[f"visit_problems.{when}"] for when in ("yesterday", "week", "earlier", "earlier")
    ]
    assert rows["follow_up"].to_list() == [
        words[f"visit_follow_up.{what}"] for what in ("nothing", "measure", "lead", "nothing")
    ]
    assert rows["open_days"].to_list() == [1, 6, 7, 8]


def test_a_village_sees_only_its_own_problems(entitled: Path) -> None:
    app = open_page("helpers", area=EAST)
    assert app.dataframe[0].value["household_key"].to_list() == ["a"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_payers_stand_with_their_lead_and_its_conclusion(unhidden: Path, language: str) -> None:
    app, words = open_page("monitoring", language), load_catalogue(language)  # type: ignore[arg-type]
    counts = {"all": 5, "never_opened": 1, "opened": 2, "concluded": 1, "recognised": 1}
    assert words["payment_cases.count"].format(**counts) in text_of(app)
    [rows] = [table.value for table in app.dataframe if "case_state" in table.value.columns]
    assert rows["payer_key"].to_list() == ["c", "a", "py", "px", "b"]
    concluded = rows.iloc[3]
    assert concluded["conclusion"] == words["lead_conclusion.conditions_not_met"]
    assert concluded["concluded_by"] == words["payment_case_office.screening_applications"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_payments_in_doubt_stand_with_their_sums_and_by_right_one_by_one(
    marts: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = load_catalogue(language)  # type: ignore[arg-type]
    closed = open_page("social", language)
    [kinds] = [table.value for table in closed.dataframe if "found_cny" in table.value.columns]
    assert kinds["kind"].to_list()[-1] == words["wrong_payment_kind.all"]
    assert kinds["open_count"].to_list() == [2, 2, 0, 1, 1, 0, 6]
    assert not [table for table in closed.dataframe if "case_state" in table.value.columns]
    monkeypatch.setenv("XIANQING_HOUSEHOLD_PAGES", "1")
    get_settings.cache_clear()
    [cases] = [table.value for table in open_page("social", language).dataframe if "case_state" in table.value.columns]
    assert cases["case_state"].to_list()[:5] == [words["wrong_payment_state.open"]] * 5
    assert cases["paid_cny"].to_list()[0] == 1045


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_calendar_says_each_state_in_a_word_and_leads_to_the_files(marts: Path, language: str) -> None:
    app, words = open_page("quality", language), load_catalogue(language)  # type: ignore[arg-type]
    text = text_of(app)
    for state, shape in (("incomplete", "◐"), ("missing", "□")):
        assert f"{shape} {words[f'board_state.{state}']}" in text
    pages = "\n".join(block.proto.body for block in app.html)
    files, letters = (re.findall(rf'href="({page})[?]([^"]*)"', pages) for page in ("files", "quality"))
    assert any("department=finance" in query and f"filed={JANUARY}" in query for _, query in files)
    assert any("department=finance" in query for _, query in letters)
    rows = next(table.value for table in app.dataframe if "resent_count" in table.value.columns)
    assert rows["state"].to_list()[0].startswith("□")


def test_what_did_not_come_is_asked_for_in_a_text(marts: Path) -> None:
    app = open_page("quality", department="finance")
    [text] = [element.value for element in app.code if "还没有收到" in element.value]
    assert "1. 资金指标（2020年2月），应于2020年3月5日前报送" in text
    assert text.endswith("都是虚构的")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_monitored_without_a_measure_stand_with_who_says_so(unhidden: Path, language: str) -> None:
    app, words = open_page("monitoring", language), load_catalogue(language)  # type: ignore[arg-type]
    counts = {"all": 7, "overdue": 2, "not_due": 1, "late": 2, "measured": 2, "claimed": 1}
    assert words["first_measures.count"].format(**counts) in text_of(app)
    [rows] = [table.value for table in app.dataframe if "truth_feed" in table.value.columns]
    assert rows["household_key"].to_list() == ["f", "b"]
    assert rows["truth_feed"].to_list() == [words["monitoring_measure_truth.household_measures"]] * 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sentences_hide_what_the_tables_beside_them_hide(marts: Path, language: Language) -> None:
    text, words = text_of(open_page("monitoring", language)), load_catalogue(language)
    measures = dict.fromkeys(("overdue", "not_due", "late", "measured", "claimed"), "*")
    assert words["first_measures.count"].format(all=7, **measures) in text
    payers = dict.fromkeys(("never_opened", "opened", "concluded", "recognised"), "*")
    assert words["payment_cases.count"].format(all=5, **payers) in text


@pytest.mark.parametrize("page", LISTING)
def test_no_page_lists_single_households_while_they_are_closed(marts: Path, page: str) -> None:
    app = open_page(page, area=EAST)
    assert not [table.value for table in app.dataframe if not KEYS.isdisjoint(table.value.columns)]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", ["monitoring", "helpers"])
def test_in_place_of_a_closed_list_stands_who_may_see_it(
    marts: Path, page: str, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = notice_of(Words(language))
    closed = open_page(page, language)
    assert notice in text_of(closed)
    assert SWITCH in notice
    monkeypatch.setenv("XIANQING_HOUSEHOLD_PAGES", "1")
    get_settings.cache_clear()
    opened = open_page(page, language)
    assert notice not in text_of(opened)
    lists = [table for table in opened.dataframe if not KEYS.isdisjoint(table.value.columns)]
    assert len(lists) >= 1
    assert len(opened.dataframe) == len(closed.dataframe) + len(lists)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tests_of_water_and_cases_stand_on_the_page_of_guarantees(marts: Path, language: str) -> None:
    app, words = open_page("guarantees", language), load_catalogue(language)  # type: ignore[arg-type]
    assert words["guarantees.records_absent"].format(what=words["service_record.works"]) in text_of(app)
    [rows] = [table.value for table in app.dataframe if "record" in table.value.columns]
    assert rows["record_count"].to_list() == [3, 1, 2, 1, 1]
