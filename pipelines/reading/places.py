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


class Places:
    """The divisions valid at the end of one period, by name and by code."""

    def __init__(self, areas_file: Path, period: str) -> None:
        day = period_end(period)
        areas = pl.read_parquet(areas_file).filter(
            (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= day))
        )
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
        for form in _forms(village):
            for code in townships:
                found |= self._villages.get((code, form), set())
        return found.pop() if len(found) == 1 else None

    def named(self, name: str) -> str | None:
        """Code of the place of that name, the highest level first; None when none or several have it."""
        for level in ("county", "township", "village"):
            found: set[str] = set()
            for form in _forms(name):
                found |= self._names.get(level, {}).get(form, set())
            if found:
                return found.pop() if len(found) == 1 else None
        return None
