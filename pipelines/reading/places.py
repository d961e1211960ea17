"""Names and codes of places in a file, resolved against the division table as it stood in the file's period.

Belongs here: which code a row's place has. Does not belong here: building the table (``pipelines.areas``).
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path

import polars as pl

_VILLAGE_ENDING = re.compile(r"(居民委员会|村民委员会|居委会|村委会|社区|村)$")
_COMMITTEE = re.compile(r"(居民委员会|村民委员会|居委会|村委会)$")


def period_end(period: str) -> date:
    """Last day of a period 'YYYY-MM'."""
    year, month = map(int, period.split("-"))
    return date(year, month, monthrange(year, month)[1])


def latest_plausible_date(period: str) -> date:
    """The last day that a date in a file of this period may have: one month after the period's end."""
    following = period_end(period) + timedelta(days=1)
    return date(following.year, following.month, monthrange(following.year, following.month)[1])


def _forms(name: str) -> set[str]:
    """A name and the shorter forms that files use: without the committee, a committee as 村 or 社区."""
    forms = {name}
    if stem := _COMMITTEE.sub("", name):
        forms.add(stem)
        if stem != name and not _VILLAGE_ENDING.search(stem):
            forms |= {stem + "村", stem + "社区"}
    return forms


def _successors(table: pl.DataFrame) -> dict[str, set[str]]:
    """Which codes took the place of each code."""
    found: dict[str, set[str]] = {}
    rows = table.filter(pl.col("predecessor_code").is_not_null()).select("predecessor_code", "area_code")
    for before, after in rows.iter_rows():
        found.setdefault(before, set()).add(after)
    return found


class Places:
    """The divisions valid at the end of one period, by name and by code."""

    def __init__(self, areas_file: Path, period: str) -> None:
        day = period_end(period)
        table = pl.read_parquet(areas_file)
        is_valid = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= day))
        areas = table.filter(is_valid)
        self._ended = table.filter(pl.col("valid_to") < day)
        self._successors = _successors(table)
        self.followed: dict[str, str] = {}
        self.codes = set(areas["area_code"].to_list())
        self.names: dict[str, str] = dict(areas.select("area_code", "area_name").iter_rows())
        self._names: dict[str, dict[str, set[str]]] = {}
        self._villages: dict[tuple[str, str], set[str]] = {}
        columns = ("area_code", "area_level", "area_name", "short_name", "parent_code")
        for code, level, name, short, parent in areas.select(columns).iter_rows():
            for form in _forms(name) | (_forms(short) if short else set()):
                self._names.setdefault(level, {}).setdefault(form, set()).add(code)
                if level == "village":
                    self._villages.setdefault((parent, form), set()).add(code)

    def village(self, township: str, village: str) -> str | None:
        """Code of a village in a township, None when the names fit no place or several."""
        townships = self._names.get("township", {}).get(township, set())
        found: set[str] = set()
        for code in townships:
            found |= {each for each in self._villages.get((code, village), set()) if self.names[each] == village}
        if len(found) == 1:  # a full name is meant as it stands, whatever other committees of its stem there are
            return found.pop()
        for form in _forms(village):
            for code in townships:
                found |= self._villages.get((code, form), set())
        if not found:
            return self._followed(f"{township}{village}", self._ended_villages(township, village))
        return found.pop() if len(found) == 1 else None

    def coded(self, code: str) -> str | None:
        """The code itself when it is valid in the period, else its one successor, None when there is none."""
        return code if code in self.codes else self._followed(code, {code} & set(self._ended["area_code"]))

    def _ended_villages(self, township: str, village: str) -> set[str]:
        """Codes of villages of that name that existed before the period, in a township of that name of any time."""
        if self._ended.is_empty():
            return set()
        forms = _forms(village)
        ended = self._ended.filter(
            (pl.col("area_level") == "village")
            & (pl.col("area_name").is_in(list(forms)) | pl.col("short_name").is_in(list(forms)))
        )
        townships = self._names.get("township", {}).get(township, set())
        townships |= set(self._ended.filter(pl.col("area_name") == township)["area_code"])
        return set(ended.filter(pl.col("parent_code").is_in(list(townships)))["area_code"])

    def _followed(self, named: str, ended: set[str]) -> str | None:
        """The one place of the period that an ended code became, remembered under ``named``; None when unclear."""
        seen, now = set(ended), set(ended)
        while now - self.codes:  # a chain of changes is followed to its end
            following = {new for code in now - self.codes for new in self._successors.get(code, set())} - seen
            if not following:
                break
            seen |= following
            now = (now & self.codes) | following
        found = now & self.codes
        if len(found) != 1:
            return None
        code = found.pop()
        self.followed[named] = f"{self.names[code]}（{code}）"
        return code

    def named(self, name: str, *, reaches_above: bool = False) -> str | None:
        """Code of the place of that name, the highest level first; None when none or several have it.

        With ``reaches_above`` the name may also be a province's or a prefecture's.
        """
        for level in (*(("province", "prefecture") if reaches_above else ()), "county", "township", "village"):
            found: set[str] = set()
            for form in _forms(name):
                found |= self._names.get(level, {}).get(form, set())
            if found:
                return found.pop() if len(found) == 1 else None
        return None
