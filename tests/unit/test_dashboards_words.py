"""Words and formats: both catalogues are complete, and figures read as people write them."""

import re
import string
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboards import codes, head
from dashboards.words import HIDDEN_VALUE, LANGUAGES, NO_BREAK, Language, Words, load_catalogue
from pipelines.gates.models import BRIDGE, bridge_gate, dbt_gate
from pipelines.modelling.nodes import NodeResult
from tests.unit.test_gates import build_with_bridge

DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    chinese, english = (load_catalogue(language) for language in LANGUAGES)
    assert set(chinese) == set(english)
    assert len(chinese) > 150


def test_both_languages_fill_the_same_placeholders() -> None:
    chinese, english = (load_catalogue(language) for language in LANGUAGES)
    assert {key: placeholders(text) for key, text in chinese.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


def test_every_key_named_in_the_code_is_in_the_catalogue() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in DASHBOARDS.rglob("*.py"))
    named = set(re.findall(r'(?:words|chinese)\(\s*"([a-z_.]+)"', source))
    assert len(named) > 60
    assert named <= set(load_catalogue("zh"))


def test_an_unknown_key_is_an_error_and_not_a_word_on_the_page() -> None:
    with pytest.raises(KeyError):
        Words("zh")("no.such_key")


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (None, "—", "—"),
        (0, "0.00 元", "CNY 0.00"),
        (9999.5, "9,999.50 元", "CNY 9,999.50"),
        (123_456, "12.35 万元", "CNY 123,456.00"),
        (1_135_000_000, "11.35 亿元", "CNY 1,135.00 m"),
        (-20_000, "−2.00 万元", "CNY −20,000.00"),
    ],
)
def test_money_is_written_as_people_write_it(value: float | None, chinese: str, english: str) -> None:
    shown = (Words("zh").money(value), Words("en").money(value))
    assert tuple(text.replace(NO_BREAK, " ") for text in shown) == (chinese, english)
    assert " " not in "".join(shown)


def test_null_zero_and_hidden_numbers_stay_apart() -> None:
    words = Words("zh")
    assert [words.count(value) for value in (None, 0, HIDDEN_VALUE, 3, 17568)] == ["—", "0", "*", "3", "17,568"]
    assert (words.share(None), words.share(0.0), words.share(0.9998)) == ("—", "0.00%", "99.98%")


def test_months_follow_the_language() -> None:
    assert (Words("zh").month("2020-10"), Words("en").month("2020-10")) == ("2020年10月", "October 2020")
    assert (Words("zh").month("2018"), Words("en").month("2018"), Words("zh").month(None)) == ("2018年", "2018", "—")


def test_a_code_value_without_a_word_is_shown_as_it_is() -> None:
    assert (Words("en").name("level", "中央"), Words("en").name("level", "新口径")) == ("Central", "新口径")


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("师宗县", "师宗县", "师宗县"),
        ("曲靖市（本库1县：师宗县）", "曲靖市（本库1县：师宗县）", "曲靖市 (1 county held here: 师宗县)"),
        ("曲靖市（本库2县）", "曲靖市（本库2县）", "曲靖市 (2 counties held here)"),
    ],
)
def test_what_is_said_around_a_place_s_name_is_in_the_page_s_language(name: str, zh: str, en: str) -> None:
    assert (Words("zh").place(name), Words("en").place(name)) == (zh, en)


def test_what_departments_write_has_its_english_label_from_the_contracts() -> None:
    words = Words("en")
    assert words.name("project_kind", "产业类") == "industry"
    assert words.name("any_prefix", "缺劳动力") == "lack of labour"
    # 省级 is called differently by two lists: only the column's own list can tell.
    assert (words.name("any_prefix", "省级"), words.name("source_level", "省级")) == ("省级", "provincial")
    assert Words("zh").name("project_kind", "产业类") == "产业类"


@pytest.mark.parametrize(
    ("language", "expected"), [("zh", ["在学", "原样", None, "低保"]), ("en", ["At school", "原样", None, "Dibao"])]
)
def test_codes_in_tables_are_shown_in_words_by_their_column(language: Language, expected: list[str | None]) -> None:
    columns = {"schooling_status": ["enrolled", "原样", None], "benefit": ["dibao", None, None], "person_key": ["open"]}
    frame = pl.DataFrame({name: (values * 3)[:3] for name, values in columns.items()})
    shown = codes.in_words(frame, frame.columns, Words(language))
    assert [*shown["schooling_status"], shown["benefit"][0]] == expected
    assert shown["person_key"].to_list() == ["open"] * 3


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", "重报后变少（fund_payment_2020_01.csv）；模型与测试：有提示（1 项）：3 行不符合"),
        ("en", "came again with less (fund_payment_2020_01.csv); Models and their tests: 1 warnings: 3 rows"),
    ],
)
def test_names_of_tests_are_taken_out_of_what_gates_say_and_file_names_stay(language: Language, expected: str) -> None:
    gate = {
        "zh": "模型与测试：有提示（1 项）：assert_parts_sum test：3 行不符合",
        "en": "Models and their tests: 1 warnings: assert_parts_sum test: 3 rows",
    }
    less = {
        "zh": "重报后变少（fund_payment_2020_01.csv）",
        "en": "came again with less (fund_payment_2020_01.csv)",
    }
    words = Words(language)
    separator = words("list.separator")
    assert head.reasons({"reasons": [less, gate]}, words) == expected.replace("；", separator).replace("; ", separator)


@pytest.mark.parametrize("language", LANGUAGES)
def test_gates_of_tests_are_known_by_the_titles_they_have(tmp_path: Path, language: Language) -> None:
    """The page knows them by the words that the gates themselves begin with, which stand in another package."""
    node = NodeResult("test.x", "assert_parts_sum", "test", "warned", 2, 0.1, "Got 2 results", "model.small.model")
    build_file = build_with_bridge(tmp_path / "build.duckdb", is_balanced=True, rejected=0)
    with duckdb.connect(str(build_file)) as connection:
        connection.execute(f"drop table marts.{BRIDGE}")
    for name, gate in {"assert_parts_sum": dbt_gate([node], {"model": 5}), BRIDGE: bridge_gate(build_file)}.items():
        reason = {"zh": gate.zh, "en": gate.en}
        assert name in reason[language]
        assert name not in head.reasons({"reasons": [reason]}, Words(language))


def test_a_gate_names_no_receipt_and_no_column() -> None:
    said = "有提示（1 项）：assets-2019-12-459b4953537b total original_value_cny：《台账.csv》第 3 行合计 7"
    assert head.without_receipts(said) == "有提示（1 项）：《台账.csv》第 3 行合计 7"
    assert head.without_receipts("2 warnings: dibao-2020-0123456789ab rows: 5 rows") == "2 warnings: 5 rows"
