"""Identity numbers: form, check digit, what they say; pseudonyms."""

from __future__ import annotations

import hmac
import secrets
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from pipelines.reading import pseudonyms as remembering
from pipelines.reading.identity import has_right_check_digit, judge_identities
from pipelines.reading.pseudonyms import pseudonyms
from pipelines.reading.reasons import CODES

bodies = st.tuples(
    st.integers(990101, 990999), st.dates(date(1920, 1, 1), date(2020, 12, 31)), st.integers(0, 999)
).map(lambda parts: f"{parts[0]}{parts[1]:%Y%m%d}{parts[2]:03d}")


def whole(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


def judge(text: str, *, from_number: bool = False, allow_synthetic: bool = True) -> tuple[str | None, str | None]:
    judged = judge_identities(
        pl.Series([text], dtype=pl.String), pl.Series([from_number]), allow_synthetic=allow_synthetic
    )
    problem = judged.problem[0]
    return judged.number[0], None if problem is None else CODES[problem]


@settings(deadline=None)
@given(st.lists(bodies, min_size=1, max_size=20))
def test_the_check_digit_agrees_with_the_reference(many: list[str]) -> None:
    numbers = [whole(body) for body in many]
    assert has_right_check_digit(pl.Series(numbers)).all()
    wrong = [number[:17] + ("0" if number[17] != "0" else "1") for number in numbers]
    assert not has_right_check_digit(pl.Series(wrong)).any()


@settings(deadline=None)
@given(bodies)
def test_a_sound_number_is_taken_and_tells_birth_and_sex(body: str) -> None:
    judged = judge_identities(pl.Series([whole(body)]), pl.Series([False]), allow_synthetic=True)
    assert judged.number[0] == whole(body)
    assert judged.birth[0].strftime("%Y%m%d") == body[6:14]
    assert judged.is_female[0] == (int(body[16]) % 2 == 0)
    assert not judged.is_unknown_area[0]


@settings(deadline=None)
@given(bodies, st.sampled_from(["lower", "apostrophe", "blanks", "certificate"]))
def test_harmless_spellings_are_the_same_number(body: str, spelling: str) -> None:
    number = whole(body)
    text = {
        "lower": number.lower(),
        "apostrophe": f"'{number}",
        "blanks": f"{number[:6]} {number[6:14]} {number[14:]}",
        "certificate": f"{number}44",
    }[spelling]
    assert judge(text) == (number, None)


@settings(deadline=None)
@given(bodies)
def test_a_number_from_a_numeric_cell_is_refused_even_with_a_right_check_digit(body: str) -> None:
    assert judge(whole(body), from_number=True) == (None, "numeric_identity")


NUMBER = whole("99010119900101001")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5.30323E+17", "numeric_identity"),
        (NUMBER[:6] + NUMBER[8:17], "identity_length"),
        (NUMBER[:17], "identity_length"),
        (NUMBER[:10] + "O" + NUMBER[11:], "pattern_mismatch"),
        (NUMBER[:17] + ("1" if NUMBER[17] != "1" else "2"), "bad_check_digit"),
        (whole("99010119901301001"), "identity_birth_mismatch"),
    ],
)
def test_each_damage_has_its_reason(text: str, reason: str) -> None:
    assert judge(text) == (None, reason)


def test_synthetic_prefixes_are_refused_by_a_real_installation() -> None:
    assert judge(NUMBER, allow_synthetic=False) == (None, "pattern_mismatch")
    real = whole("53032319900101001")
    assert judge(real, allow_synthetic=False) == (real, None)


def test_an_unknown_area_is_remarked_and_accepted() -> None:
    judged = judge_identities(pl.Series([whole("78010119900101001")]), pl.Series([False]), allow_synthetic=True)
    assert judged.problem[0] is None
    assert judged.is_unknown_area[0]


def test_pseudonyms_depend_on_key_domain_and_value_only() -> None:
    one = pseudonyms(["5303"], key=b"k" * 32, domain="person")
    assert one == pseudonyms(["5303"], key=b"k" * 32, domain="person")
    assert len(one[0]) == 32
    others = [
        pseudonyms(["5303"], key=b"k" * 32, domain="household"),
        pseudonyms(["5303"], key=b"j" * 32, domain="person"),
        pseudonyms(["5304"], key=b"k" * 32, domain="person"),
    ]
    assert one not in others


def test_pseudonyms_that_are_remembered_are_those_of_a_fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    key = secrets.token_bytes(32)
    everyone = [f"{number:018d}" for number in range(40)]
    base = hmac.new(key, b"person\0", "sha256")

    def alone(value: str) -> str:
        digest = base.copy()
        digest.update(value.encode())
        return digest.hexdigest()[:32]

    monkeypatch.setattr(remembering, "MOST_REMEMBERED", 15)  # every third list drops what is known
    for asked in (everyone[:10], everyone[5:15], everyone[::-1], everyone[:1] * 3, []):
        assert pseudonyms(asked, key=key, domain="person") == [alone(value) for value in asked]
        kept = remembering._known
        assert sum(map(len, kept.values())) <= 15
