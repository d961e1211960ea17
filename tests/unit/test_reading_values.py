"""One value at a time: dates, months, numbers, money, codes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading import values
from pipelines.reading.values import CENT, Problem

BAD_NUMBER, BAD_DATE = Problem("bad_number"), Problem("bad_date")
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
cents = st.integers(-(10**13), 10**13).map(lambda n: Decimal(n).scaleb(-2))


@given(days)
def test_every_written_form_of_a_day_is_that_day(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    forms = (f"{y}{m:02d}{d:02d}", f"{y}-{m:02d}-{d:02d}", f"{y}.{m}.{d}", f"{y}/{m}/{d}", f"{y}年{m}月{d}日")
    assert {values.parse_date(form) for form in forms} == {day}


@pytest.mark.parametrize(
    "text",
    ["24/1/5", "2024年13月", "2024-02-30", "1899-12-30", "20241301", "43983", "腊月初八", "2020-06", "2020-06-30x", ""],
)
def test_what_is_no_calendar_day_is_refused(text: str) -> None:
    assert values.parse_date(text) == BAD_DATE


def test_a_time_of_day_is_cut_off() -> None:
    assert values.parse_date("2020-06-30 13:05:09") == date(2020, 6, 30)


@given(days)
def test_a_month_is_its_first_day(day: date) -> None:
    y, m = day.year, day.month
    forms = (f"{y}{m:02d}", f"{y}-{m:02d}", f"{y}.{m:02d}", f"{y}年{m}月", day.isoformat())
    assert {values.parse_month(form) for form in forms} == {day.replace(day=1)}


def test_a_month_from_a_number_with_a_fraction_is_refused() -> None:
    assert values.parse_month("2019.1", from_number=True) == BAD_DATE
    assert values.parse_month("2019.1") == date(2019, 1, 1)


@given(cents)
def test_money_written_with_and_without_separators_is_exact(amount: Decimal) -> None:
    assert values.parse_decimal(f"{amount:f}", unit="元", places=CENT) == amount
    assert values.parse_decimal(f"{amount:,.2f}", unit="元", places=CENT) == amount


@given(st.integers(0, 10**13))
def test_ten_thousands_become_yuan_exactly(cents_count: int) -> None:
    yuan = Decimal(cents_count).scaleb(-2)
    assert values.parse_decimal(f"{yuan.scaleb(-4):f}", unit="万元", places=CENT) == yuan


@given(st.integers(0, 10**11))
def test_money_from_a_numeric_cell_is_the_cent_that_was_meant(cents_count: int) -> None:
    meant = Decimal(cents_count).scaleb(-2)
    cell = float(meant.scaleb(-4))
    assert values.parse_decimal(repr(cell), unit="万元", places=CENT, from_number=True) == meant


@pytest.mark.parametrize(
    "text",
    ["无", "/", "-", "是", "1,23.4", "12,34", "1234,50", "(100)", "12%", "约80", "1e5", "--1", "1.2.3", "1,2345", "５"],
)
def test_a_text_that_is_no_number_is_refused(text: str) -> None:
    assert values.parse_decimal(text, unit="元", places=CENT) == BAD_NUMBER


@pytest.mark.parametrize(
    ("text", "unit", "yuan"),
    [
        ("1.2万", "元", Decimal("12000.00")),
        ("1.2万元", "元", Decimal("12000.00")),
        ("1.2万元", "万元", Decimal("12000.00")),
        ("500元", "万元", Decimal("500.00")),
        ("11.35亿元", "万元", Decimal("1135000000.00")),
        ("1.2万", "万元", BAD_NUMBER),
        ("1.2万", None, BAD_NUMBER),
        ("0.001", "元", BAD_NUMBER),
    ],
)
def test_a_unit_inside_the_value_is_taken_only_when_it_is_clear(
    text: str, unit: str | None, yuan: Decimal | Problem
) -> None:
    assert values.parse_decimal(text, unit=unit, places=CENT) == yuan


def test_a_fraction_of_a_cent_in_a_numeric_cell_is_refused_unless_it_is_binary_dust() -> None:
    assert values.parse_decimal("0.005", unit="元", places=CENT, from_number=True) == BAD_NUMBER
    assert values.parse_decimal(repr(0.1 + 0.2), unit="元", places=CENT, from_number=True) == Decimal("0.30")


@pytest.mark.parametrize(("text", "value"), [("是", True), ("1", True), ("Y", True), ("否", False), ("0", False)])
def test_yes_and_no(text: str, value: bool) -> None:
    assert values.parse_boolean(text) is value


@pytest.mark.parametrize("text", ["有", "无", "√", "2", "是否", "true", "y"])
def test_an_unclear_answer_is_no_boolean(text: str) -> None:
    assert values.parse_boolean(text) == Problem("unknown_code")


def test_several_codes_are_kept_in_order_once_each() -> None:
    parse = values.codes_parser({"健康": "健康", "02": "长期慢性病", "残疾": "残疾"})
    assert parse("残疾，02、残疾") == "残疾;长期慢性病"
    assert parse("残疾;不详") == Problem("unknown_code")


@given(st.text(alphabet="　 \u00a0\u200b０１２ＡＢ甲乙-", max_size=12))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = values.clean_text(text)
    assert values.clean_text(once) == once
    assert once == once.strip()


def test_integers_keep_to_their_range() -> None:
    assert values.parse_integer("1,234") == 1234
    assert values.parse_integer("3.0") == 3
    assert values.parse_integer("3.5") == BAD_NUMBER
    assert values.parse_integer("99999999999") == Problem("out_of_range")


def test_a_number_of_sixteen_digits_has_lost_digits() -> None:
    assert values.check_text("5.3032319900101e+17", from_number=True) == Problem("numeric_identity")
    assert values.check_text("1234567890123456", from_number=True) == Problem("numeric_identity")
    assert values.check_text("13800000000", from_number=True) == "13800000000"
