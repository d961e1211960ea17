"""Cards: a value is shown with the unit and decimals of its card, a change with its sign."""

import pytest

from dashboards.cards import Cards
from dashboards.words import HIDDEN_VALUE, Words

CONTENT = {
    "kpi": {
        "person_count": {
            "description_zh": "在册人数。",
            "description_en": "Persons on the register.",
            "card": {
                "title": {"zh": "在册人口", "en": "Registered persons"},
                "unit": {"zh": "人", "en": "persons"},
                "definition": {"zh": "名册上的人数", "en": "Persons on the register"},
                "source": {"zh": "名册", "en": "Register"},
                "caveat": None,
                "decimals": 0,
                "format": "count",
                "owner": {"zh": "县乡村振兴局", "en": "Bureau"},
            },
        },
        "rate_share": {"description_zh": "x", "description_en": "x", "card": {"decimals": 1, "format": "share"}},
        "paid_cny": {"description_zh": "已付金额。按月。", "description_en": "Amount paid. By month.", "card": None},
    }
}


def test_a_count_carries_its_unit_in_the_language_of_the_page() -> None:
    chinese, english = (Cards(CONTENT, Words(language)).card("kpi", "person_count") for language in ("zh", "en"))
    assert chinese.show(17568, Words("zh")) == "17,568 人"
    assert english.show(17568, Words("en")) == "17,568 persons"
    assert chinese.show(None, Words("zh")) == "—"


def test_a_share_has_the_decimals_of_its_card_and_changes_in_points() -> None:
    card = Cards(CONTENT, Words("zh")).card("kpi", "rate_share")
    assert card.show(0.93126, Words("zh")) == "93.1%"
    assert card.difference(0.95, 0.93, Words("zh")) == "+2.0 个百分点"
    assert card.difference(0.93, 0.95, Words("zh")) == "−2.0 个百分点"


@pytest.mark.parametrize(("now", "before"), [(None, 1), (1, None), (None, None)])
def test_a_change_from_or_to_nothing_is_no_change(now: int | None, before: int | None) -> None:
    assert Cards(CONTENT, Words("zh")).card("kpi", "person_count").difference(now, before, Words("zh")) is None


def test_no_change_is_said_in_words() -> None:
    assert Cards(CONTENT, Words("zh")).card("kpi", "person_count").difference(3, 3, Words("zh")) == "持平"


def test_a_change_from_a_hidden_number_is_hidden_with_it() -> None:
    words = Words("zh")
    card = Cards(CONTENT, words).card("kpi", "person_count")
    assert (card.show(HIDDEN_VALUE, words), card.difference(10, HIDDEN_VALUE, words)) == ("*", "*")


def test_a_column_without_a_card_is_shown_under_its_description() -> None:
    card = Cards(CONTENT, Words("en")).card("kpi", "paid_cny")
    assert (card.title, card.form, card.definition) == ("Amount paid", "cny", "Amount paid. By month.")


def test_a_column_that_the_release_does_not_describe_is_an_error() -> None:
    with pytest.raises(KeyError):
        Cards(CONTENT, Words("zh")).card("kpi", "unknown_count")


@pytest.mark.parametrize(
    ("zh", "en", "heads"),
    [
        ("类别：operating 经营性、public 公益性。", "Class: operating or public.", ("类别", "Class")),
        ("村代码；不在册为空。", "Village code; null outside it.", ("村代码", "Village code")),
        ("纯收入 = 收入 − 支出。", "Stage. By dates.", ("纯收入", "Stage")),
        ("补助金额（元），空为不涉及资金。", "Amount, null where none is.", ("补助金额（元）", "Amount")),
    ],
)  # fmt: skip
def test_a_column_without_a_title_is_called_as_its_description_begins(zh: str, en: str, heads: tuple[str, str]) -> None:
    content = {"kpi": {"c": {"description_zh": zh, "description_en": en, "card": None}}}
    assert tuple(Cards(content, Words(language)).card("kpi", "c").title for language in ("zh", "en")) == heads
