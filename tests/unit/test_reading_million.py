"""A million damaged identity numbers and a million sound ones: what is always caught, and what mathematics lets pass.

The classes and their expectations are those of docs/identity-numbers.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from pipelines.contracts import Field
from pipelines.reading.fields import JudgedField, clean_column, judge_field
from pipelines.reading.identity import CHECK_CHARACTERS, WEIGHTS
from pipelines.reading.reasons import CODE_NUMBER
from pipelines.reading.tables import Column, Kind

FIELD = Field(name="person_key", header="证件号码", type="identity", required=True)
CHUNK = 100_000
Digits = np.ndarray


def make_bodies(count: int, seed: int, *, areas: tuple[int, int] = (990_101, 990_999)) -> Digits:
    """Seventeen digits each: a synthetic area, a day, a sequence number; as an array of digits."""
    random = np.random.default_rng(seed)
    first = np.datetime64("1920-01-01")
    days = first + random.integers(0, 36_500, count).astype("timedelta64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    months = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    number = random.integers(areas[0], areas[1] + 1, count) * 10**11
    number += (years * 10_000 + months * 100 + day) * 1000 + random.integers(0, 1000, count)
    return number[:, None] // 10 ** np.arange(16, -1, -1) % 10


def check_values(bodies: Digits) -> np.ndarray:
    """The place of the check character in ``10X98765432`` as what it stands for: 0 to 10."""
    return (12 - bodies @ WEIGHTS.astype(np.int64) % 11) % 11


def as_bytes(bodies: Digits, last: np.ndarray | None = None) -> np.ndarray:
    """Eighteen ASCII codes each, with the right check character unless ``last`` gives others."""
    checks = CHECK_CHARACTERS[bodies @ WEIGHTS.astype(np.int64) % 11] if last is None else last
    return np.concatenate([(bodies + ord("0")).astype(np.uint8), checks[:, None].astype(np.uint8)], axis=1)


def to_series(codes: np.ndarray) -> pl.Series:
    """Rows of ASCII codes as text."""
    return pl.Series(np.ascontiguousarray(codes).view(f"S{codes.shape[1]}").ravel().astype(str), dtype=pl.String)


def judge(texts: pl.Series, *, kind: Kind = Kind.TEXT) -> JudgedField:
    kinds = None if kind is Kind.TEXT else pl.repeat(int(kind), len(texts), dtype=pl.Int8, eager=True)
    return judge_field(
        FIELD,
        clean_column(Column(texts, kinds)),
        unit=None,
        code_lists={},
        latest=date(2020, 12, 31),
        allow_synthetic=True,
    )


def accepted(texts: pl.Series, *, kind: Kind = Kind.TEXT) -> int:
    """How many were taken, judged in chunks."""
    return sum(
        int(judge(texts.slice(at, CHUNK), kind=kind).problem.is_null().sum()) for at in range(0, len(texts), CHUNK)
    )


def whole_numbers(count: int, seed: int) -> np.ndarray:
    bodies = make_bodies(count, seed)
    digits = bodies[check_values(bodies) < 10]
    return (digits @ 10 ** np.arange(16, -1, -1)) * 10 + check_values(digits)


def as_cell(numbers: np.ndarray) -> pl.Series:
    """Numbers as a spreadsheet's cell is told as text: exact below 1e15, else as a double's shortest text."""
    return pl.Series([str(int(value)) if value < 1e15 else repr(float(value)) for value in numbers], dtype=pl.String)


def rounded(numbers: np.ndarray) -> pl.Series:
    return pl.Series((numbers + 500) // 1000 * 1000).cast(pl.String)


def cut_short(numbers: np.ndarray) -> pl.Series:
    return pl.Series(numbers // 1000 * 1000).cast(pl.String)


def float_tail(numbers: np.ndarray) -> pl.Series:
    return pl.Series(numbers.astype(np.float64).astype(np.int64)).cast(pl.String)


def exponent(numbers: np.ndarray) -> pl.Series:
    return pl.Series([f"{value:.5E}" for value in numbers.astype(np.float64).tolist()], dtype=pl.String)


def as_they_are(numbers: np.ndarray) -> pl.Series:
    """Right to the last digit, also the check digit, and yet from a numeric cell."""
    return pl.Series(numbers).cast(pl.String)


@pytest.mark.parametrize("damage", [rounded, cut_short, float_tail, exponent, as_cell, as_they_are])
def test_f21_none_of_a_numeric_cell_is_accepted_whatever_its_digits(damage: Callable[[np.ndarray], pl.Series]) -> None:
    texts = damage(whole_numbers(80_000, seed=1))
    judged = judge(texts, kind=Kind.NUMBER)
    assert judged.problem.unique().to_list() == [CODE_NUMBER["numeric_identity"]]
    assert judged.value.is_null().all()
    assert len(texts) > 70_000


@pytest.mark.parametrize("form", ["{:.5E}", "{:.2E}", "{:.5e}", "{:.14E}", "{:.17E}", "{!r}"])
def test_f21_exponent_text_is_recognised_in_a_text_cell_too(form: str) -> None:
    texts = pl.Series([form.format(value) for value in whole_numbers(10_000, seed=2).astype(np.float64).tolist()])
    assert judge(texts).problem.unique().to_list() == [CODE_NUMBER["numeric_identity"]]


@pytest.mark.parametrize("share", [0.03, 0.5, 1.0])
def test_f21_rounding_that_became_text_is_seen_by_the_column(share: float) -> None:
    """One check character in eleven fits 000, but sound numbers that end so all have the right one."""
    numbers = whole_numbers(60_000, seed=3)
    damaged = int(len(numbers) * share)
    texts = pl.concat([cut_short(numbers[:damaged]), as_they_are(numbers[damaged:])])
    judged = judge(texts)
    ends = texts.str.ends_with("000")
    assert (judged.problem.filter(ends) == CODE_NUMBER["numeric_identity"]).all()
    assert judged.problem.filter(~ends).null_count() == int((~ends).sum())


def test_a_few_rounded_numbers_among_sound_ones_pass_by_chance_alone() -> None:
    """While most that end in 000 are sound ones, one in eleven of the rounded is taken and no sound one refused."""
    numbers = whole_numbers(100_000, seed=16)
    damaged = 60
    lost = numbers[:damaged] // 1000 * 1000
    fitting = int((check_values(lost[:, None] // 10 ** np.arange(17, 0, -1) % 10) == 0).sum())
    taken = accepted(pl.concat([cut_short(numbers[:damaged]), as_they_are(numbers[damaged:])]))
    assert taken == fitting + len(numbers) - damaged


def test_sound_numbers_that_end_in_000_are_never_refused() -> None:
    numbers = whole_numbers(200_000, seed=17)
    ending = numbers[numbers % 1000 == 0]
    assert len(ending) > 100
    assert accepted(as_they_are(ending)) == len(ending)


def test_a_wrong_check_character_is_always_caught() -> None:
    bodies = make_bodies(20_000, seed=4)
    right = CHECK_CHARACTERS[bodies @ WEIGHTS.astype(np.int64) % 11]
    for character in CHECK_CHARACTERS:
        wrong = bodies[right != character]
        texts = to_series(as_bytes(wrong, np.full(len(wrong), character)))
        problems = judge(texts).problem
        is_rounded = texts.str.ends_with("000")
        assert problems.filter(~is_rounded).unique().to_list() == [CODE_NUMBER["bad_check_digit"]]
        assert problems.null_count() == 0


def test_any_single_wrong_digit_is_always_caught() -> None:
    """The weights are powers of two modulo 11, no difference of two digits is a multiple of 11."""
    codes = as_bytes(make_bodies(1_200, seed=5))
    random = np.random.default_rng(6)
    for place in range(17):
        damaged = codes.copy()
        old = damaged[:, place] - ord("0")
        damaged[:, place] = (old + random.integers(1, 10, len(damaged))) % 10 + ord("0")
        assert accepted(to_series(damaged)) == 0


def test_transposed_neighbours_are_always_caught_unless_equal() -> None:
    """Neighbouring weights differ by their own value, so only equal digits may change places unseen."""
    bodies = make_bodies(8_000, seed=7)
    codes = as_bytes(bodies)
    for place in range(16):
        differ = codes[:, place] != codes[:, place + 1]
        damaged = codes.copy()
        damaged[:, [place, place + 1]] = damaged[:, [place + 1, place]]
        assert accepted(to_series(damaged[differ])) == 0
        assert accepted(to_series(damaged[~differ])) == int((~differ).sum())


def test_the_check_character_changed_with_its_neighbour_is_caught() -> None:
    codes = as_bytes(make_bodies(100_000, seed=8))
    differ = codes[:, 16] != codes[:, 17]
    damaged = codes[differ]
    damaged[:, [16, 17]] = damaged[:, [17, 16]]
    assert accepted(to_series(damaged)) == 0


def test_two_wrong_digits_pass_in_one_case_of_ten_at_most() -> None:
    """Two errors may cancel; what the rule lets through is exactly what is taken."""
    bodies = make_bodies(100_000, seed=9)
    random = np.random.default_rng(10)
    rows = np.arange(len(bodies))
    damaged = bodies.copy()
    damaged[rows, 16] = (damaged[rows, 16] + random.integers(1, 10, len(bodies))) % 10
    damaged[rows, 14] = (damaged[rows, 14] + random.integers(1, 10, len(bodies))) % 10
    right = CHECK_CHARACTERS[bodies @ WEIGHTS.astype(np.int64) % 11]
    passes = CHECK_CHARACTERS[damaged @ WEIGHTS.astype(np.int64) % 11] == right
    passing = int(passes.sum())
    texts = to_series(as_bytes(damaged, right))
    is_rounded = texts.str.ends_with("000")
    assert accepted(texts) == passing - int((is_rounded & pl.Series(passes)).sum())
    assert 0.08 < passing / len(bodies) < 0.12


@pytest.mark.parametrize("change", ["dropped", "doubled", "added"])
def test_a_dropped_or_doubled_digit_is_always_caught_by_the_length(change: str) -> None:
    codes = as_bytes(make_bodies(5_000, seed=11))
    for place in range(18):
        cells = {
            "dropped": np.delete(codes, place, axis=1),
            "doubled": np.insert(codes, place, codes[:, place], axis=1),
            "added": np.insert(codes, place, ord("7"), axis=1),
        }[change]
        judged = judge(to_series(cells))
        assert judged.problem.unique().to_list() == [CODE_NUMBER["identity_length"]]


LOOK_ALIKES = {"0": "OoОοD〇", "1": "lI|і", "5": "S", "8": "B", "2": "Z", "6": "б", "X": "×Хх✕Ⅹ*xХ"}
HARMLESS = {"X": "x"}


def test_look_alike_characters_are_refused_or_were_the_same_character() -> None:
    """Latin O, l, I, S, B, Cyrillic О and Х, Greek ο, ×: refused, never guessed. A lower-case x is the X."""
    texts = to_series(as_bytes(make_bodies(10_000, seed=12)))
    for right, alikes in LOOK_ALIKES.items():
        holding = texts.filter(texts.str.contains(right, literal=True))
        for alike in dict.fromkeys(alikes):
            damaged = holding.str.replace(right, alike, literal=True, n=1)
            expected = len(damaged) if alike in HARMLESS.get(right, "") else 0
            assert accepted(damaged) == expected, (right, alike)


def full_width(text: pl.Series) -> pl.Series:
    plain = "0123456789X"
    return text.str.replace_many(list(plain), [chr(ord(each) + 0xFEE0) for each in plain])


SPELLINGS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "plain": lambda text: text,
    "lower-case x": lambda text: text.str.to_lowercase(),
    "apostrophe": lambda text: "'" + text,
    "outer blanks": lambda text: " " + text + "\u3000",
    "groups": lambda text: text.str.replace(r"^(.{6})(.{8})", "$1 $2 "),
    "full width": full_width,
    "zero-width": lambda text: "\u200b" + text + "\ufeff",
    "certificate of disability": lambda text: text + "43",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_f23_a_million_sound_numbers_none_is_refused(spelling: str) -> None:
    texts = to_series(as_bytes(make_bodies(100_000, seed=13)))
    judged = judge(SPELLINGS[spelling](texts))
    assert judged.problem.null_count() == len(texts)
    assert (judged.value == texts).all()
    assert judged.is_unknown_area is not None
    assert not judged.is_unknown_area.any()


@pytest.mark.parametrize("areas", [(100_000, 109_999), (160_000, 209_999), (780_000, 809_999), (840_000, 989_999)])
def test_an_unknown_area_is_a_remark_and_no_reason_to_refuse(areas: tuple[int, int]) -> None:
    texts = to_series(as_bytes(make_bodies(50_000, seed=14, areas=areas)))
    judged = judge(texts)
    assert judged.problem.null_count() == len(texts)
    assert judged.is_unknown_area is not None
    assert judged.is_unknown_area.all()


def test_f23_fifteen_digits_are_refused_not_lengthened() -> None:
    """No rule says the century of an old number: it is for the police to exchange, not for a reader to guess."""
    codes = as_bytes(make_bodies(50_000, seed=15))
    old = np.delete(codes[:, :17], [6, 7], axis=1)
    assert judge(to_series(old)).problem.unique().to_list() == [CODE_NUMBER["identity_length"]]
