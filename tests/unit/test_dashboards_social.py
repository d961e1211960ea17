"""The pages on policies and social protection without a browser: both languages, by right, and without their tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import data, single_households
from dashboards.small_cells import people
from dashboards.words import Language, Words, load_catalogue
from pipelines.files import read_yaml
from pipelines.settings import get_settings
from tests.browser.fixture_release import RELEASE, build_marts
from tests.unit.dbt_county import Built, build
from tests.unit.test_dbt_social import JANUARY, _county

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
TABLES = (
    "kpi_social_area_month",
    "kpi_policy_coverage_area_year",
    "fct_policy_lead",
    "fct_payment_lead",
    "dim_policy_rule",
    "kpi_insurance_area_year",
    "dim_period_term",
)
PAGES = ("policies", "social")
MODELS = APP.parents[1] / "dbt_project" / "models" / "marts"
COVERAGE = "kpi_policy_coverage_area_year"
FIGURES = (
    *(f"{name}_count" for name in ("eligible", "covered", "without", "receiving", "without_right")),
    *("other_receiving_count", "unknown_count", "unknown_receiving_count", "covered_share"),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("pages"), JANUARY)


@pytest.fixture
def marts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("XIANQING_HOUSEHOLD_PAGES", raising=False)
    get_settings.cache_clear()
    yield build_marts(tmp_path / "marts")
    get_settings.cache_clear()


def add_tables(marts: Path, built: Built) -> None:
    folder = marts / RELEASE
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(built.database), read_only=True) as connection:
        for table in TABLES:
            connection.sql(f"select * from marts.{table}").write_parquet(str(folder / f"{table}.parquet"))
            manifest["tables"][table] = {"file": f"{table}.parquet", "sha256": "0", "row_count": 0, "sums": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def open_page(page: str, language: str = "zh") -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["lang"] = language
    app.run()
    app.switch_page(f"views/{page}.py")
    app.query_params["lang"] = language
    app.run()
    assert [error.message for error in app.exception] == []
    return app


def text_of(app: AppTest) -> str:
    blocks = [re.sub(r"<style>.*?</style>", "", block.proto.body, flags=re.DOTALL) for block in app.html]
    return re.sub(r"<[^>]+>", " ", "\n".join(blocks))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_answers_its_question(marts: Path, built: Built, page: str, language: Language) -> None:
    add_tables(marts, built)
    words, text = load_catalogue(language), text_of(open_page(page, language))
    assert words[f"{page}.question"].format(place="师宗县") in text
    assert single_households.notice(Words(language)) in text
    assert words[f"{page}.remark"] in text


@pytest.mark.parametrize("page", PAGES)
def test_leads_one_by_one_need_the_right(marts: Path, built: Built, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    add_tables(marts, built)
    closed = open_page(page)
    monkeypatch.setenv("XIANQING_HOUSEHOLD_PAGES", "1")
    get_settings.cache_clear()
    opened = open_page(page)
    assert len(opened.dataframe) == len(closed.dataframe) + 1
    notice = single_households.notice(Words("zh"))
    assert notice in text_of(closed)
    assert notice not in text_of(opened)


@pytest.mark.parametrize("page", PAGES)
def test_a_release_without_the_tables_says_so(marts: Path, page: str) -> None:
    assert marts.is_dir()
    assert load_catalogue("zh")[f"{page}.none"].format(place="师宗县") in text_of(open_page(page))


def test_the_rules_shown_are_those_of_the_place_and_the_year(marts: Path, built: Built) -> None:
    add_tables(marts, built)
    words = load_catalogue("zh")
    (rules,) = [table.value for table in open_page("policies").dataframe if "condition" in table.value.columns]
    shown = dict(zip(rules["group"], rules["place"], strict=True))
    assert shown[words["policies_policy.nursing_subsidy"]] == words["policies.country"]
    assert shown[words["policies_policy.industry_reward"]] == "师宗县"
    assert words["policies_policy.poverty_insurance"] not in shown  # a rule of Haikou
    for column in ("condition", "source", "confidence"):
        assert all(rules[column])


def test_small_counts_of_policies_are_hidden_like_all_counts_of_people() -> None:
    described = read_yaml(MODELS / "social" / f"{COVERAGE}.yml")["models"][0]
    cards = {column["name"]: (column.get("config") or {}).get("meta") for column in described["columns"]}
    assert set(people(cards, FIGURES)) == set(FIGURES) - {"covered_share"}


def test_a_page_names_the_office_as_it_was_called_in_the_period_shown(marts: Path, built: Built) -> None:
    before = text_of(open_page("exit"))
    assert "县乡村振兴局" in before  # a release without dated words shows what is written
    add_tables(marts, built)
    data._open.cache_clear()
    shown = text_of(open_page("exit"))
    assert "县扶贫办" in shown
    assert "县乡村振兴局" not in shown
