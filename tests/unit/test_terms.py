"""Words that change with time, on both sides of their dates, by region, in texts, cards, codes and letters."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest

from dashboards import tables
from dashboards.cards import Cards
from dashboards.codes import word_of
from dashboards.words import LANGUAGES, Language, Words, load_catalogue
from pipelines.files import read_yaml
from pipelines.settings import Settings
from pipelines.terms import Terms, last_day, terms_of_project

DBT = Settings().dbt_dir
TERMS = terms_of_project(DBT)
SHIZONG, HAIKOU = "530323000000", "460100000000"


def words(period: str, area: str = HAIKOU, language: Language = "zh") -> Words:
    return Words(language).shown(TERMS, period, area)


@pytest.mark.parametrize(
    ("period", "office"),
    [
        ("2020-12", "县扶贫办"),
        ("2021-01", "县扶贫办"),  # the day counts: the month ends before 25 February
        ("2021-02", "县乡村振兴局"),
        ("2023-12", "县乡村振兴局"),
        ("2024-01", "县农业农村局"),
        ("2020", "县扶贫办"),
        ("2021", "县乡村振兴局"),
    ],
)
def test_an_office_has_the_name_of_its_time(period: str, office: str) -> None:
    assert words(period).dated("县乡村振兴局") == office


def test_the_rule_of_the_place_wins() -> None:
    # Shizong signed its report of March 2021 as the poverty office still.
    assert words("2021-03", HAIKOU).dated("县乡村振兴局") == "县乡村振兴局"
    assert words("2021-03", "530323001001").dated("县乡村振兴局") == "县扶贫办"
    assert words("2021-06", SHIZONG).dated("县乡村振兴局") == "县乡村振兴局"


@pytest.mark.parametrize(
    ("text", "until", "since"),
    [
        ("参与脱贫户", "参与贫困户", "参与脱贫户"),
        ("受益脱贫户数", "受益贫困户数", "受益脱贫户数"),
        ("产品台账填报的带动脱贫人口数", "产品台账填报的带动贫困人口数", "产品台账填报的带动脱贫人口数"),
        ("建档立卡贫困户", "建档立卡贫困户", "脱贫户"),
        ("财政扶贫资金统计报表", "财政扶贫资金统计报表", "财政衔接推进乡村振兴补助资金统计报表"),
        ("扶贫小额信贷台账", "扶贫小额信贷台账", "脱贫人口小额信贷台账"),
        ("扶贫车间", "扶贫车间", "就业帮扶车间"),
        ("贫困村", "贫困村", "脱贫村"),
        # History keeps its words: exits are of poor households and villages whenever they are shown.
        ("当年脱贫户数", "当年脱贫户数", "当年脱贫户数"),
        ("累计出列贫困村数", "累计出列贫困村数", "累计出列贫困村数"),
        ("剩余贫困人口 ÷ 农村户籍人口", "剩余贫困人口 ÷ 农村户籍人口", "剩余贫困人口 ÷ 农村户籍人口"),
        ("脱贫不稳定户", "脱贫不稳定户", "脱贫不稳定户"),
    ],
)
def test_households_villages_and_funds_change_at_the_end_of_2020(text: str, until: str, since: str) -> None:
    assert (words("2020-12").dated(text), words("2021-01").dated(text)) == (until, since)


def test_english_keeps_its_capital_letters() -> None:
    before, after = (words(period, language="en") for period in ("2020-12", "2021-03"))
    assert before.dated("Formerly poor households that benefit") == "Poor households that benefit"
    assert before.dated("County rural revitalisation office") == "County poverty alleviation office"
    assert after.dated("Formerly poor households that benefit") == "Formerly poor households that benefit"
    assert after.dated("Poor village") == "Formerly poor village"


def test_texts_codes_and_cards_take_the_same_words() -> None:
    owner = {"zh": "县乡村振兴局", "en": "County rural revitalisation office"}
    content = {"kpi": {"a_count": {"card": {"title": {"zh": "参与脱贫户"}, "owner": owner}}}}
    for period, office, household in (("2020-12", "县扶贫办", "参与贫困户"), ("2021-12", "县乡村振兴局", "参与脱贫户")):
        shown = words(period)
        card = Cards(content, shown).card("kpi", "a_count")
        assert (card.title, card.owner) == (household, office)
        assert office in shown("overview_feed.income_register")
        assert word_of("department_zh", "县乡村振兴局", shown) == office
    assert Words("zh")("overview_feed.income_register").count("乡村振兴局") == 1


def test_a_release_without_these_words_shows_what_is_written() -> None:
    assert Words("zh").shown(Terms(), "2020-12", SHIZONG).dated("县乡村振兴局") == "县乡村振兴局"


def test_the_end_of_a_period() -> None:
    assert (last_day("2020-02"), last_day("2020")) == (dt.date(2020, 2, 29), dt.date(2020, 12, 31))


def test_the_time_line_of_each_word_has_no_overlap() -> None:
    for one in TERMS.terms:
        for other in TERMS.terms:
            same = (one.language, one.written, one.region) == (other.language, other.written, other.region)
            if same and one.valid_from < other.valid_from:
                assert one.valid_to is not None
                assert one.valid_to < other.valid_from


def texts() -> str:
    """All that catalogues, cards and contracts say."""
    cards = "\n".join(path.read_text(encoding="utf-8") for path in (DBT / "models" / "marts").rglob("*.yml"))
    contracts = "\n".join(path.read_text(encoding="utf-8") for path in Settings().contracts_dir.glob("*.yml"))
    return "\n".join(
        [*(text for language in LANGUAGES for text in load_catalogue(language).values()), cards, contracts]
    )


def test_every_word_of_the_seed_is_written_somewhere() -> None:
    said = texts().lower()
    assert {one.written for one in TERMS.terms if one.written.lower() not in said} == set()


# Where these words stand for the history of exits, or inside a proper name: they are the same whatever period is shown.
HISTORY = re.compile(
    "剩余贫困户|剩余贫困人口|列入贫困村|出列贫困村|贫困村出列率|不再有贫困村|未脱贫户|含已脱贫人口"
    "|(?:历年|当年|累计)脱贫户数|^脱贫户数$|^脱贫人口|脱贫户与出列"
)


def test_no_catalogue_or_card_says_a_dated_word_that_the_seed_does_not_know() -> None:
    written = [one.written for one in TERMS.terms if one.language == "zh" and not one.is_whole]
    known = re.compile("|".join(map(re.escape, sorted(written, key=len, reverse=True))))
    whole = {one.written for one in TERMS.terms if one.is_whole}
    said = list(load_catalogue("zh").values())
    for path in (DBT / "models" / "marts").rglob("*.yml"):
        for column in read_yaml(path)["models"][0]["columns"]:
            card = ((column.get("config") or {}).get("meta") or {}).get("card") or {}
            said += [value["zh"] for value in card.values() if isinstance(value, dict) and value.get("zh")]
    rest = {text: HISTORY.sub("", known.sub("", text)) for text in said if text not in whole}
    dated = re.compile("贫困户|脱贫户|扶贫资金|衔接资金|扶贫办|乡村振兴局|贫困村|脱贫村|扶贫车间|脱贫人口|贫困人口")
    assert {text for text, left in rest.items() if dated.search(left)} == set()


@pytest.mark.parametrize(("period", "office"), [("2020-12", "县扶贫办"), ("2021-03", "县乡村振兴局")])
def test_a_table_names_senders_as_the_sentence_beside_it(period: str, office: str) -> None:
    rows = pl.DataFrame(
        {"department_zh": ["县乡村振兴局", "县公安局", None], "feed_title_zh": ["务工月监测", "户籍", "-"]}
    )
    shown = tables.of_senders(rows, words(period))
    assert shown["department_zh"].to_list() == [office, "县公安局", None]
    assert shown["feed_title_zh"].to_list() == ["务工月监测", "户籍", "-"]
