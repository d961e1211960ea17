"""Building blocks of a frame: numbers, choices and texts of many people as polars columns.

Belongs here: arrays to text columns. Does not belong here: which column a feed has.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, villages
from pipelines.simulate.county import County, text
from pipelines.simulate.identity import MALE
from pipelines.simulate.register import month_days

NONE = -1


@lru_cache(maxsize=1)
def fixed_texts(county: County) -> dict[str, pl.Series]:
    """Texts that a person keeps: identity, name, numbers, birth date, sex."""
    count = len(county.sex)
    number = pl.Series(np.arange(count))
    return {
        "identity": text(county.identity),
        "name": text(county.name),
        "member": (number + _first_number() * 10).cast(pl.String),
        "birth": day_texts(county.birth_day),
        "sex": choose(["男", "女"], np.where(county.sex == MALE, 0, 1)),
        "ethnic": text(county.ethnic_group),
        "phone": "120" + (number * 7919 % 100_000_000).cast(pl.String).str.zfill(8),
    }


def household_numbers(index: np.ndarray) -> pl.Series:
    """Register numbers of households."""
    return (pl.Series(index.astype(np.int64)) + _first_number()).cast(pl.String)


def _first_number() -> int:
    """Register numbers begin with the province and the county, so that two counties of a prefecture never share one."""
    code = calibration()["place"]["county_code"]
    return int(code[:2] + code[4:6]) * 1_000_000


def choose(values: list[str] | tuple[str, ...], index: np.ndarray) -> pl.Series:
    """``values[index]`` as text; index -1 gives an empty cell."""
    table = pl.Series([*values, None], dtype=pl.String)
    return table.gather(np.where(index < 0, len(values), index).astype(np.uint32))


def weighted(traits: np.ndarray, shares: list[float]) -> np.ndarray:
    """Index of the bin of ``shares`` (adding up to 1) into which each trait falls."""
    return np.minimum(np.searchsorted(np.cumsum(shares), traits, side="right"), len(shares) - 1)


def yes(mask: np.ndarray) -> pl.Series:
    """是 or 否."""
    return choose(["否", "是"], mask.astype(np.int64))


def months_text(months: np.ndarray, known: np.ndarray) -> pl.Series:
    """Month indexes as the ISO date of their first day; empty where not ``known``."""
    return day_texts(np.where(known, month_days(np.where(known, months, 24000)), 0), known)


def place_columns(village: np.ndarray) -> dict[str, pl.Series]:
    """Township and village, the village by its short and its long name."""
    place = villages()
    return {
        "乡": choose(place.townships, village),
        "村": choose(place.short_names, village),
        "long": choose(place.long_names, village),
    }


def numbers(values: np.ndarray, known: np.ndarray) -> pl.Series:
    """Whole numbers as text; empty where not ``known``."""
    return pl.Series(values.astype(np.int64)).cast(pl.String).set(pl.Series(~known), None)


def tenths(values: np.ndarray) -> pl.Series:
    """Numbers with one decimal as plain text, without a trailing zero."""
    whole, rest = np.divmod(np.round(values * 10).astype(np.int64), 10)
    decimals = choose([""] + [f".{n}" for n in range(1, 10)], rest)
    return pl.Series(whole).cast(pl.String) + decimals


def yuan(cents: np.ndarray, known: np.ndarray) -> pl.Series:
    """Cents as yuan with two decimals; empty where not ``known``."""
    whole, rest = np.divmod(cents, 100)
    tail = choose([f".{each:02d}" for each in range(100)], rest)
    return (pl.Series(whole.astype(np.int64)).cast(pl.String) + tail).set(pl.Series(~known), None)


def day_texts(days: np.ndarray, known: np.ndarray | None = None) -> pl.Series:
    """Days since 1970-01-01 as ISO dates; empty where not ``known``, where that is given."""
    dates = pl.Series(days.astype(np.int32)).cast(pl.Date).cast(pl.String)
    return dates if known is None else dates.set(pl.Series(~known), None)
