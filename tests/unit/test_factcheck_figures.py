"""The lexer of figures: values, units, precision, exact offsets, and digits that are no figure."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.factcheck.figures import Date, Figure, lexemes
from pipelines.factcheck.normal import normalise
from pipelines.factcheck.numerals import chinese_number

FULL_WIDTH = str.maketrans("0123456789.%,", "０１２３４５６７８９．％，")


def figures(text: str) -> list[Figure]:
    return [one for one in lexemes(normalise(text).text) if isinstance(one, Figure)]


@pytest.mark.parametrize(
    ("text", "value", "unit", "approx"),
    [
        ("涉及1,234户。", 1234, "户", ""),
        ("涉及11 158人。", 11158, "人", ""),
        ("涉及１２３人。", 123, "人", ""),
        ("投入3.72亿元。", 372_000_000, "元", ""),
        ("投入1.08亿余元。", 108_000_000, "元", "over"),
        ("共37万余条。", 370_000, "条", "over"),
        ("共700多户。", 700, "户", "over"),
        ("近3万头。", 30_000, "头", "nearly"),
        ("约1.35万户。", 13_500, "户", "about"),
        ("30%左右。", 30, "%", "about"),
        ("不少于12次。", 12, "次", "at_least"),
        ("控制在3%以下。", 3, "%", "at_most"),
        ("占91. 5%。", Decimal("91.5"), "%", ""),
        ("标准460元/人/月。", 460, "元/人/月", ""),
        ("提高0.8个百分点。", Decimal("0.8"), "个百分点", ""),
        ("死亡率9.5‰。", Decimal("9.5"), "‰", ""),
        ("是上年的3.5倍。", Decimal("3.5"), "倍", ""),
        ("百分之五点五。", Decimal("5.5"), "%", ""),
        ("三十五户。", 35, "户", ""),
        ("两千余户。", 2000, "户", "over"),
        ("总人口43.89万，", 438_900, "人", ""),
    ],
)
def test_a_figure_has_value_unit_and_approximation(text: str, value: Decimal, unit: str, approx: str) -> None:
    (found,) = figures(text)
    assert (found.value, found.unit, found.approx) == (Decimal(value), unit, approx)


@pytest.mark.parametrize(
    "text",
    [
        "财农〔2018〕12号", "第3条规定", "“3331”工程", "“两不愁三保障”", "“八有一超”", "2018年12月29日", "近五年来",
        "电话0990-6612230", "排名前20名", "4G网络", "18/10万", "1.坚持统筹", "（三）其他",
    ],
)  # fmt: skip
def test_these_digits_are_no_figures(text: str) -> None:
    assert figures(text) == []


def test_a_date_knows_its_years() -> None:
    found = [one.years for one in lexemes(normalise("2014—2020年和2018年底").text) if isinstance(one, Date)]
    assert found == [(2014, 2020), (2018,)]


def test_a_doubled_multiplier_is_a_slip() -> None:
    assert figures("资金3.72亿万元")[0].is_slip
    assert not figures("资金3.72亿元")[0].is_slip


def test_the_structure_of_a_whole_is_one_figure() -> None:
    (found,) = figures("三次产业结构为10.0∶38.5∶51.5")
    assert found.parts == (Decimal("10.0"), Decimal("38.5"), Decimal("51.5"))


@settings(deadline=None)
@given(
    digits=st.integers(0, 10**9),
    decimals=st.integers(0, 3),
    scale=st.sampled_from(["", "万", "亿"]),
    is_grouped=st.booleans(),
    is_wide=st.booleans(),
)
def test_a_printed_number_comes_back_with_value_step_and_offsets(
    digits: int, decimals: int, scale: str, is_grouped: bool, is_wide: bool
) -> None:
    value = Decimal(digits).scaleb(-decimals)
    printed = f"{value:,f}" if is_grouped else f"{value:f}"
    shown = f"{printed}{scale}元"
    shown = shown.translate(FULL_WIDTH) if is_wide else shown
    text = f"共安排 {shown}。"
    normal = normalise(text)
    (found,) = (one for one in lexemes(normal.text) if isinstance(one, Figure))
    factor = {"": 1, "万": 10**4, "亿": 10**8}[scale]
    assert found.value == value * factor
    assert found.step == Decimal(1).scaleb(-decimals) * factor
    start, end = normal.span(found.start, found.end)
    assert text[start:end] == shown


@settings(deadline=None)
@given(
    st.text(
        alphabet="0123456789.,%‰万亿千百十元户人年月日至-—:：（）()、，。其中占比上年增长 一二两三\n\t", max_size=60
    )
)
def test_any_text_is_read_without_overlap_and_with_its_own_characters(text: str) -> None:
    normal = normalise(text)
    end = 0
    for one in lexemes(normal.text):
        assert one.start >= end
        assert one.end > one.start
        assert normal.text[one.start : one.end] == one.text
        end = one.end


@given(st.integers(1, 99_999_999))
def test_chinese_numerals_round_trip(number: int) -> None:
    assert chinese_number(in_chinese(number)) == number


def in_chinese(number: int) -> str:
    """The usual numeral, written independently of the reader."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return f"{in_chinese(high)}万{gap}{in_chinese(low) if low else ''}"
    text, is_gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, power)
        if digit:
            text += ("零" if is_gap and text else "") + "零一二三四五六七八九"[digit] + name
            is_gap = False
        else:
            is_gap = bool(text)
    return text


def test_what_is_no_numeral_is_none() -> None:
    assert chinese_number("一十百") is None
    assert chinese_number("二三") is None
