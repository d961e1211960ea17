"""Places by name or code, as the division table stood at the end of a period.

Belongs here: look-up tables of one period. Does not belong here: rows of files.
"""

from __future__ import annotations

from functools import cached_property

import pandas as pd

COMMITTEE = r"(?:村民委员会|居民委员会|村委会|居委会)$"
ENDING = r"(?:村民委员会|居民委员会|村委会|居委会|社区|村)+$"
LEVELS = ("province", "prefecture", "county", "township", "village")


class Divisions:
    """The divisions that were valid at the end of one period; places that ended before it lead to their successor."""

    def __init__(self, areas: pd.DataFrame, period: str) -> None:
        day = pd.Period(period, "M").end_time
        begins, ends = pd.to_datetime(areas["valid_from"]), pd.to_datetime(areas["valid_to"])
        self._all = areas
        self.valid = areas[(begins <= day) & (ends.isna() | (ends >= day))]
        self._ended = areas[ends < day]
        self.names: dict[str, str] = dict(zip(self.valid["area_code"], self.valid["area_name"], strict=True))

    @cached_property
    def _successors(self) -> dict[str, str]:
        """Codes that ended, each with the one valid code that it became."""
        changed = self._all[["predecessor_code", "area_code"]].dropna()
        found: dict[str, str] = {}
        for code in self._ended["area_code"]:
            now, seen = {code}, set()
            while now - self.names.keys() - seen:
                seen |= now
                after = changed["area_code"][changed["predecessor_code"].isin(now - self.names.keys())]
                now = (now & self.names.keys()) | set(after)
            if len(valid := now & self.names.keys()) == 1:
                found[code] = valid.pop()
        return found

    @cached_property
    def by_code(self) -> dict[str, str]:
        """Valid codes, and those that ended, to the valid code."""
        return self._successors | {code: code for code in self.names}

    @cached_property
    def by_village(self) -> dict[str, str]:
        """Township and village (``joined``), in all their spellings, to the village's code; none of two villages."""
        townships = self._all[self._all["area_level"] == "township"]
        townships = townships[["area_code", "area_name"]].drop_duplicates()
        townships.columns = pd.Index(["parent_code", "township"])
        found: dict[str, str] = {}
        for areas in (self.valid, self._ended[self._ended["area_code"].isin(self._successors.keys())]):
            villages = areas[areas["area_level"] == "village"].merge(townships, on="parent_code")
            for names in spellings(villages):
                _add(found, joined(villages["township"], names), villages["area_code"].map(self.by_code))
        return found

    @cached_property
    def by_name(self) -> dict[str, str]:
        """Names of counties, townships and villages in all their spellings to the code of the highest of them."""
        return self._named(LEVELS[2:])

    @cached_property
    def by_name_and_above(self) -> dict[str, str]:
        """The same with prefectures and provinces."""
        return self._named(LEVELS)

    def _named(self, levels: tuple[str, ...]) -> dict[str, str]:
        found: dict[str, str] = {}
        for level in levels:
            areas = self.valid[self.valid["area_level"] == level]
            for names in spellings(areas):
                _add(found, names, areas["area_code"])
        return found


def joined(township: pd.Series, village: pd.Series) -> pd.Series:
    """What a village is looked up by."""
    return township + "/" + village


def _add(found: dict[str, str], names: pd.Series, codes: pd.Series) -> None:
    """Add names that only one code has and that are not there yet."""
    for name, code in zip(names[~names.duplicated(keep=False)], codes[~names.duplicated(keep=False)], strict=True):
        found.setdefault(name, code)


def spellings(areas: pd.DataFrame) -> list[pd.Series]:
    """The names of places as they may be written, the fullest first."""
    stem = areas["area_name"].str.replace(ENDING, "", regex=True)
    committee = areas["area_name"].str.replace(COMMITTEE, "", regex=True)
    short = areas["short_name"].fillna(areas["area_name"])
    ends = [stem + ending for ending in ("村", "社区", "村委会", "居委会", "村民委员会", "居民委员会")]
    return [areas["area_name"], short, committee, *ends]
