"""One column of text in the type of its field, vectorised over its distinct values.

Belongs here: what a value means by itself. Does not belong here: other columns, other rows.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from pipelines.contracts import Field

YUAN = {"元": 1, "万元": 10_000, "亿元": 100_000_000}
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECK_DIGITS = np.array(list("10X98765432"))
EARLIEST, LATEST = pd.Timestamp(1900, 1, 1), pd.Timestamp(2100, 12, 31)
WHOLE = r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.0+)?"
DECIMAL = r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?"
GARBLED = "[\x00-\x08\x0b-\x1f\x7f]|锟斤|斤拷|烫烫烫|屯屯屯|\ufffd|[?？]{2}"
SEPARATOR = re.compile(r"[;；,，、|/\s]+")
KEY = b"0" * 32


def by_distinct(text: pd.Series, work: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """``work`` done once for each different value; missing values stay missing."""
    places, distinct = pd.factorize(text)
    found = work(pd.Series(distinct, dtype="str"))
    return found.reindex(places).set_axis(text.index)


def converted(text: pd.Series, field: Field, unit: str | None, codes: dict[str, str]) -> pd.Series:  # noqa: PLR0911
    """A column in its type; what does not fit becomes missing. Money is in yuan, ``unit`` the one of its column."""
    match field.type:
        case "identity":
            return identities(text, field)
        case "date":
            return by_distinct(text, _dates)
        case "month":
            return by_distinct(text, _months)
        case "year":
            return by_distinct(text, _years)
        case "integer":
            return by_distinct(text, lambda values: _numbers(values, WHOLE))
        case "decimal":
            factor, places = (YUAN[unit or "元"], 2) if field.name.endswith("_cny") else (1, 4)
            return by_distinct(text, lambda values: _decimals(values, factor, places))
        case "boolean":
            said = {"是": True, "1": True, "Y": True, "否": False, "0": False, "N": False}
            return by_distinct(text, lambda values: values.map(said))
        case "code":
            return by_distinct(text, lambda values: values.map(codes))
        case "codes":
            return by_distinct(text, lambda values: values.map(lambda value: _several(value, codes)))
        case _:
            return _texts(text, field.pattern)


def _dates(text: pd.Series) -> pd.Series:
    plain = text.str.replace(r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?$", "", regex=True)
    plain = plain.str.replace(r"^([0-9]{4})([0-9]{2})([0-9]{2})$", r"\1-\2-\3", regex=True)
    plain = plain.str.replace(r"^([0-9]{4})[年./]([0-9]{1,2})[月./]([0-9]{1,2})日?$", r"\1-\2-\3", regex=True)
    days = pd.to_datetime(plain, format="%Y-%m-%d", errors="coerce")
    return days.where(days.between(EARLIEST, LATEST))


def _months(text: pd.Series) -> pd.Series:
    plain = text.str.replace(r"^([0-9]{4})([0-9]{2})$", r"\1-\2-01", regex=True)
    plain = plain.str.replace(r"^([0-9]{4})[-年./]([0-9]{1,2})月?$", r"\1-\2-01", regex=True)
    days = _dates(plain)
    return days - pd.to_timedelta(days.dt.day - 1, unit="D")


def _years(text: pd.Series) -> pd.Series:
    plain = text.str.replace(r"年度?$", "", regex=True)
    years = pd.to_numeric(plain.where(plain.str.fullmatch(r"[0-9]{4}")), errors="coerce")
    return years.where(years.between(EARLIEST.year, LATEST.year))


def _numbers(text: pd.Series, form: str) -> pd.Series:
    return pd.to_numeric(text.where(text.str.fullmatch(form)).str.replace(",", "", regex=False), errors="coerce")


def _decimals(text: pd.Series, factor: int, places: int) -> pd.Series:
    """Numbers with no more digits behind the point than are kept."""
    scaled = _numbers(text, DECIMAL) * factor * 10**places
    whole = scaled.round()
    return (whole / 10**places).where(np.isclose(scaled, whole, rtol=1e-15, atol=1e-3))


def _several(value: str, codes: dict[str, str]) -> str | None:
    kept = [codes.get(part) for part in SEPARATOR.split(value) if part]
    return ";".join(dict.fromkeys(kept)) if kept and None not in kept else None


def _texts(text: pd.Series, pattern: str | None) -> pd.Series:
    unsound = text.str.contains(GARBLED, regex=True, na=False)
    if pattern is not None:
        unsound |= ~text.str.fullmatch(pattern, na=False)
    return text.mask(unsound) if unsound.any() else text


def identities(text: pd.Series, field: Field) -> pd.Series:
    """Numbers of 18 characters with the right check digit; a disability certificate adds two or four."""
    number = text.str.upper().str.replace(" ", "", regex=False)
    if field.prefix is not None:
        number = number.str.removeprefix(field.prefix)
    number = number.mask(number.str.len().isin((20, 22)), number.str.slice(0, 18))
    return number.where(_has_check_digit(number))


def _has_check_digit(numbers: pd.Series) -> pd.Series:
    """Whether an 18-digit number ends in the digit that GB 11643 gives."""
    shaped = numbers.str.fullmatch(r"[0-9]{17}[0-9X]").fillna(value=False).astype(bool)
    result = pd.Series(data=False, index=numbers.index)
    if shaped.any():
        letters = numbers[shaped].to_numpy(dtype="U18").view("U1").reshape(-1, 18)
        digits = letters[:, :17].view(np.uint32) - ord("0")
        result[shaped] = CHECK_DIGITS[digits @ WEIGHTS % 11] == letters[:, 17]
    return result


@dataclass(frozen=True)
class Said:
    """What identity numbers say of birth (missing where there is no such day) and sex."""

    birth: pd.Series
    is_female: pd.Series


def said_by(numbers: pd.Series) -> Said:
    """Birth and sex inside sound identity numbers."""
    birth = by_distinct(numbers.str.slice(6, 14), lambda days: pd.to_datetime(days, format="%Y%m%d", errors="coerce"))
    return Said(birth, numbers.str.slice(16, 17).isin(list("02468")))


def pseudonyms(values: pd.Series, domain: str) -> pd.Series:
    """HMAC of every distinct value."""
    return by_distinct(values, lambda distinct: distinct.map(lambda value: _pseudonym(domain, value)))


@cache
def _pseudonym(domain: str, value: str) -> str:
    """The same persons come month after month."""
    return hmac.digest(KEY, f"{domain}\0{value}".encode(), "sha256")[:16].hex()
