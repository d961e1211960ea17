"""The villages below a place, for lists of rows that stand under villages or townships only.

Belongs here: codes of areas. Does not belong here: any figure.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dashboards.data import Area, Release

DIGITS: Mapping[str, int] = {"prefecture": 4, "county": 6, "township": 9, "village": 12}
"""How many digits of a code name a place of each level: the code of a village begins with that of its township."""


def code_stem(area: Area) -> str:
    """What the codes of a place and of all places below it begin with."""
    return area.code[: DIGITS[area.level]]


def codes_below(release: Release, code: str) -> tuple[str, ...]:
    """The place itself and every place below it."""
    found = [code]
    for area in release.children(code):
        found += codes_below(release, area.code)
    return tuple(found)


def with_places(release: Release, frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with the name of its ``area_code`` as ``area_name``."""
    names = {area.code: area.name for area in release.areas}
    return frame.with_columns(
        pl.col("area_code").replace_strict(names, default=None, return_dtype=pl.String).alias("area_name")
    )
