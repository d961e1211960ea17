"""Resident identity numbers, whole columns at a time: form, check digit, birth date, sex, issuing area.

Belongs here: what the eighteen characters say by themselves (GB 11643). Does not belong here: pseudonyms, other
columns' values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.reading.reasons import CODE_NUMBER

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.uint8)
CHECK_CHARACTERS = np.frombuffer(b"10X98765432", dtype=np.uint8)
SUFFIXED_LENGTHS = (20, 22)
SYNTHETIC_PREFIX = r"^990[1-9]"
ROUNDED_END = "000"
FEWEST_ROUNDED = 5
PROVINCES = ("1[1-5]", "2[1-3]", "3[1-7]", "4[1-6]", "5[0-4]", "6[1-5]", "71", "8[1-3]", "990[1-9]")
KNOWN_AREA = f"^(?:{'|'.join(PROVINCES)})"


@dataclass(frozen=True)
class Identities:
    """Judged identity numbers, one entry per input value.

    ``number`` is the eighteen-character identity (null when there is none), ``problem`` a reason number or null,
    ``birth`` and ``is_female`` what the number says, ``is_unknown_area`` true for an issuing area outside China's list.
    """

    number: pl.Series
    problem: pl.Series
    birth: pl.Series
    is_female: pl.Series
    is_unknown_area: pl.Series


def has_right_check_digit(numbers: pl.Series) -> pl.Series:
    """True where the last character fits the seventeen digits before it; every value must be 17 digits + digit/X."""
    if numbers.is_empty():
        return pl.Series([], dtype=pl.Boolean)
    joined = numbers.str.join("").to_arrow()[0].as_buffer()
    characters = np.frombuffer(joined, dtype=np.uint8).reshape(-1, 18)
    weighted = np.zeros(len(numbers), dtype=np.int32)
    for place, weight in enumerate(WEIGHTS):
        weighted += (characters[:, place] - np.uint8(ord("0"))) * weight
    return pl.Series(CHECK_CHARACTERS[weighted % 11] == characters[:, 17])


def _are_rounded(numbers: pl.Series) -> bool:
    """True for different numbers of which at most half fit their check digit."""
    return len(numbers) >= FEWEST_ROUNDED and int(has_right_check_digit(numbers).sum()) * 2 <= len(numbers)


def judge_identities(values: pl.Series, from_number: pl.Series, *, allow_synthetic: bool) -> Identities:
    """Judge cleaned values, null for a blank cell; ``from_number`` marks those that were numeric cells.

    A disability certificate's suffix (20 or 22 characters) is cut off; fifteen digits are refused, not converted.
    Where most of the numbers that end in 000 have a wrong check digit, they were rounded before they became text: all
    those are refused, also the one in eleven whose check digit happens to fit. Sound ones that end so all fit.
    """
    frame = pl.DataFrame({"raw": values, "from_number": from_number}).with_columns(
        pl.col("raw")
        .str.to_uppercase()
        .str.strip_chars_start("'’")
        .str.replace_all(" ", "", literal=True)
        .alias("text")
    )
    length = pl.col("text").str.len_chars()
    number = pl.when(length.is_in(SUFFIXED_LENGTHS)).then(pl.col("text").str.slice(0, 18)).otherwise(pl.col("text"))
    has_form = number.str.contains(r"^[0-9]{17}[0-9X]$")
    is_exponent = pl.col("text").str.contains(r"^[0-9](?:\.[0-9]+)?E\+?[0-9]+$")
    frame = frame.with_columns(
        number.alias("number"),
        pl.when(pl.col("from_number") | is_exponent)
        .then(CODE_NUMBER["numeric_identity"])
        .when(~length.is_in((18, *SUFFIXED_LENGTHS)))
        .then(CODE_NUMBER["identity_length"])
        .when(~has_form)
        .then(CODE_NUMBER["pattern_mismatch"])
        .when(pl.lit(value=False) if allow_synthetic else pl.col("text").str.contains(SYNTHETIC_PREFIX))
        .then(CODE_NUMBER["pattern_mismatch"])
        .cast(pl.Int8)
        .alias("problem"),
    )
    rounded = (frame["problem"].is_null() & frame["number"].str.ends_with(ROUNDED_END)).fill_null(value=False)
    if rounded.any() and _are_rounded(frame.filter(rounded).unique("raw")["number"]):
        lost = pl.when(rounded).then(CODE_NUMBER["numeric_identity"]).otherwise(pl.col("problem")).cast(pl.Int8)
        frame = frame.with_columns(lost.alias("problem"))
    sound = frame["problem"].is_null() & frame["number"].is_not_null()
    wrong = pl.Series([False] * len(frame), dtype=pl.Boolean)
    wrong = wrong.scatter(sound.arg_true(), ~has_right_check_digit(frame["number"].filter(sound)))
    frame = frame.with_columns(
        pl.when(wrong).then(CODE_NUMBER["bad_check_digit"]).otherwise(pl.col("problem")).alias("problem")
    ).with_columns(
        pl.when(sound)
        .then(pl.col("number").str.slice(6, 8).str.to_date("%Y%m%d", strict=False))
        .otherwise(None)
        .alias("birth")
    )
    impossible = pl.col("problem").is_null() & pl.col("number").is_not_null() & pl.col("birth").is_null()
    frame = frame.with_columns(
        pl.when(impossible)
        .then(CODE_NUMBER["identity_birth_mismatch"])
        .otherwise(pl.col("problem"))
        .cast(pl.Int8)
        .alias("problem"),
        pl.when(sound).then(pl.col("number").str.slice(16, 1).cast(pl.Int8, strict=False) % 2 == 0).alias("is_female"),
        pl.when(pl.col("raw").is_not_null())
        .then(pl.lit(sound) & ~pl.col("number").str.contains(KNOWN_AREA))
        .alias("is_unknown_area"),
    ).with_columns(pl.when(pl.col("problem").is_null()).then(pl.col("number")).alias("number"))
    return Identities(*(frame[name] for name in ("number", "problem", "birth", "is_female", "is_unknown_area")))
