"""Numbers that nobody alive holds: identity numbers under the area prefixes 9901–9909.

Belongs here: check digits, the shape of identity and certificate numbers. Does not belong here: who holds them.
"""

from __future__ import annotations

import numpy as np

_CHECK_CHARACTERS = np.array(list("10X98765432"))
# 2^(18-i) mod 11, i = 1…17: the weights of GB 11643 by their definition.
_WEIGHTS = np.array([pow(2, 18 - position, 11) for position in range(1, 18)], dtype=np.int64)
MALE = 1
FEMALE = 2


def check_characters(first17: np.ndarray) -> np.ndarray:
    """The check character for each 17-digit number given as int64."""
    remainder = np.zeros(len(first17), dtype=np.int64)
    rest = first17.copy()
    for weight in _WEIGHTS[::-1]:
        rest, digit = np.divmod(rest, 10)
        remainder += digit * weight
    return np.asarray(_CHECK_CHARACTERS[remainder % 11])


def yyyymmdd(days: np.ndarray) -> np.ndarray:
    """Days since 1970-01-01 as the number YYYYMMDD."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (dates - months).astype(np.int64) + 1
    return np.asarray(years * 10000 + month * 100 + day)


def identity_numbers(birth_days: np.ndarray, sex: np.ndarray, rng: np.random.Generator, block: range) -> np.ndarray:
    """Distinct 18-character identity numbers that agree with birth date and sex (1 male, 2 female).

    ``block`` holds the last two digits of the area prefixes: two counties of one file never share a number.
    """
    count = len(birth_days)
    birth = yyyymmdd(birth_days)
    first17 = np.zeros(count, dtype=np.int64)
    open_ = np.arange(count)
    while len(open_):
        area = 990100 + rng.integers(0, 9, len(open_)) * 100 + rng.integers(block.start, block.stop, len(open_))
        serial = rng.integers(1, 499, len(open_)) * 2 + (sex[open_] == MALE)
        first17[open_] = (area * 10**8 + birth[open_]) * 1000 + serial
        _, first_seen = np.unique(first17, return_index=True)
        open_ = np.setdiff1d(np.arange(count), first_seen)
    return np.char.add(first17.astype("U17"), check_characters(first17))
