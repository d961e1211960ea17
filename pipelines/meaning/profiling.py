"""A profile from judged columns, in one pass.

Belongs here: the numbers of a profile. Does not belong here: its shape (``profile``); comparing profiles.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipelines.meaning.profile import NORMAL_QUARTILES, FieldProfile, GroupProfile, Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pipelines.contracts import Contract, Field
    from pipelines.reading.fields import JudgedField

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
LISTED_CODES = 60
SAMPLED_ROWS = 10_000
DAYS_PER_YEAR = 365.25


def profile_of(
    columns: Mapping[str, JudgedField], contract: Contract, is_accepted: pl.Series, places: pl.Series | None
) -> Profile:
    """The profile of the accepted rows; ``places`` is the township of every row, None when the feed has none."""
    everything = bool(is_accepted.all())
    kept = {name: one.value if everything else one.value.filter(is_accepted) for name, one in columns.items()}
    height = len(is_accepted) if everything else int(is_accepted.sum())
    sizes: dict[str, NDArray[np.float64]] = {}
    fields = {each.name: _field_profile(each, kept[each.name], sizes) for each in contract.fields}
    if places is not None and not everything:
        places = places.filter(is_accepted)
    groups = {} if places is None else _group_profiles(places, sizes, fields)
    return Profile(row_count=height, fields=fields, groups=groups, below=_below(fields, sizes))


def _distinct_count(value: pl.Series, filled: int) -> int:
    """How many different values a column has; every n-th row of a long one stands for all, unless it looks constant."""
    step = -(-len(value) // SAMPLED_ROWS) if len(value) else 1
    if step > 1 and (found := value.gather_every(step).drop_nulls().n_unique()) > 1:
        return found
    return value.n_unique() - (filled < len(value))


def _field_profile(field: Field, value: pl.Series, sizes: dict[str, NDArray[np.float64]]) -> FieldProfile:
    """One column; the values of a number field are put into ``sizes`` with NaN for blanks."""
    filled = len(value) - value.null_count()
    distinct = 0 if field.type in ("code", "boolean") else _distinct_count(value, filled)
    if field.type in ("decimal", "integer"):
        number = value.cast(pl.Float64).to_numpy()
        sizes[field.name] = number
        known = number[~np.isnan(number)] if filled < len(number) else number
        size = np.abs(known[known != 0])
        return FieldProfile(
            kind="number",
            unit=_unit_of(field),
            filled_count=filled,
            zero_count=len(known) - len(size),
            negative_count=int((known < 0).sum()),
            distinct_count=distinct,
            quantiles=_rounded(np.log(np.quantile(size, QUANTILES))) if len(size) else None,
            is_whole=field.type == "integer",
        )
    if field.type in ("date", "month"):
        years = value.drop_nulls().to_physical().to_numpy() / DAYS_PER_YEAR
        quantiles = _rounded(np.quantile(years, QUANTILES)) if len(years) else None
        return FieldProfile(kind="date", filled_count=filled, distinct_count=distinct, quantiles=quantiles)
    if field.type in ("code", "boolean"):
        found = value.drop_nulls().value_counts(sort=True).head(LISTED_CODES)
        shares = {str(code): int(count) for code, count in found.iter_rows()}
        return FieldProfile(
            kind="code", unit=field.code_list or "", filled_count=filled, distinct_count=len(shares), shares=shares
        )
    return FieldProfile(kind="text", filled_count=filled, distinct_count=distinct)


def _unit_of(field: Field) -> str:
    """What a number is measured in, for comparing columns with each other: the last word of its name."""
    return field.name.rsplit("_", 1)[-1]


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)


def _group_profiles(
    places: pl.Series, sizes: Mapping[str, NDArray[np.float64]], fields: Mapping[str, FieldProfile]
) -> dict[str, GroupProfile]:
    """Per place: how many values of each number field have a size, their median and spread in logarithms."""
    names = [name for name in sizes if fields[name].sized_count]
    with np.errstate(divide="ignore"):
        logs = {name: np.log(np.abs(sizes[name])) for name in names}
    columns = [pl.Series(name, np.where(np.isfinite(log), log, np.nan), nan_to_null=True) for name, log in logs.items()]
    table = pl.DataFrame([places.alias("\0place"), *columns]).drop_nulls("\0place")
    found = table.group_by("\0place").agg(
        pl.len().alias("\0rows"),
        *(pl.col(name).count().alias(f"n {name}") for name in names),
        *(pl.col(name).quantile(q).alias(f"{q} {name}") for name in names for q in (0.25, 0.5, 0.75)),
    )
    groups = {}
    for row in found.sort("\0place").iter_rows(named=True):
        of_place = {
            name: (
                int(row[f"n {name}"]),
                round(float(row[f"0.5 {name}"]), 5),
                round(float(row[f"0.75 {name}"] - row[f"0.25 {name}"]) / NORMAL_QUARTILES, 5),
            )
            for name in names
            if row[f"n {name}"]
        }
        groups[row["\0place"]] = GroupProfile(row_count=row["\0rows"], fields=of_place)
    return groups


def _below(fields: Mapping[str, FieldProfile], sizes: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
    """For every two number fields of one unit, how often the first is smaller, among rows where the two differ."""
    shares = {}
    names = [name for name in sizes if fields[name].filled_count]
    for first, second in combinations(names, 2):
        if fields[first].unit != fields[second].unit:
            continue
        less, more = int((sizes[first] < sizes[second]).sum()), int((sizes[first] > sizes[second]).sum())
        if less + more:
            shares[f"{first}<{second}"] = round(less / (less + more), 5)
    return shares
