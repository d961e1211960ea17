"""Thresholds of the meaning checks: dated data with author and reason, picked by check, feed, field and period.

Belongs here: the shape of ``thresholds.yml`` and which entry holds. Does not belong here: any number.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from pipelines.files import read_yaml

THRESHOLDS_FILE = Path(__file__).parents[1] / "contracts" / "thresholds.yml"
CHECKS: dict[str, tuple[str, ...]] = {
    "unit_change": ("minimum_count", "stable", "certain", "gross"),
    "plausible_median": ("low", "high"),
    "sign_change": ("minimum_count", "flag", "refuse"),
    "columns_swapped": ("minimum_count", "minimum", "share"),
    "codes_exchanged": ("minimum_count", "minimum", "share"),
    "code_shift": ("minimum_count", "flag", "refuse"),
    "blank_share": ("minimum_count", "flag", "refuse"),
    "constant_column": ("minimum_count", "flag", "refuse"),
    "distinct_collapse": ("minimum_count", "flag", "refuse"),
    "drift": ("minimum_periods", "cumulative", "significance"),
    "history": ("periods", "months"),
    "oldest_age": ("years",),
    "simultaneous": ("minutes",),
    "resent_rows": ("minimum_count", "flag", "refuse"),
}
CheckName = Literal[
    "unit_change", "plausible_median", "sign_change", "columns_swapped", "codes_exchanged", "code_shift", "blank_share",
    "constant_column", "distinct_collapse", "drift", "history", "oldest_age", "simultaneous", "resent_rows",
]  # fmt: skip


class Threshold(BaseModel):
    """One entry; ``values`` None switches the check off. Without ``feed`` or ``field`` it holds for all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: CheckName
    feed: str | None = None
    field: str | None = None
    values: dict[str, float] | None
    valid_from: date
    valid_to: date | None = None
    author: str
    reason: str
    source: str

    @model_validator(mode="after")
    def _complete(self) -> Threshold:
        if self.values is not None and set(self.values) != set(CHECKS[self.check]):
            raise ValueError(f"{self.check} needs the values {', '.join(CHECKS[self.check])}")
        if self.field is not None and self.feed is None:
            raise ValueError(f"{self.check}: the field {self.field} needs its feed")
        return self


class Thresholds:
    """All entries; the most specific one that holds on a day counts, of equal ones the newest."""

    def __init__(self, entries: tuple[Threshold, ...]) -> None:
        self.entries = entries
        self._of_check: dict[str, list[Threshold]] = {}
        for each in entries:
            self._of_check.setdefault(each.check, []).append(each)
        self._found: dict[tuple[str, str, str, str | None], dict[str, float] | None] = {}

    @property
    def row_rules(self) -> str:
        """The entries that judge rows: when they change, files are read again."""
        return " ".join(each.model_dump_json() for each in self.entries if each.check == "oldest_age")

    def of(self, check: CheckName, period: str, feed: str = "", field: str | None = None) -> dict[str, float] | None:
        """The values of a check for a period 'YYYY-MM'; None when it is off or nobody has set it."""
        asked = (check, period, feed, field)
        if asked not in self._found:
            self._found[asked] = self._pick(check, period, feed, field)
        return self._found[asked]

    def _pick(self, check: str, period: str, feed: str, field: str | None) -> dict[str, float] | None:
        day = date(int(period[:4]), int(period[5:]), 28)
        fitting = [
            each
            for each in self._of_check.get(check, ())
            if each.feed in (None, feed)
            and each.field in (None, field)
            and each.valid_from <= day
            and (each.valid_to is None or day <= each.valid_to)
        ]
        if not fitting:
            return None
        return max(fitting, key=lambda each: (each.feed is not None, each.field is not None, each.valid_from)).values


@cache
def load_thresholds(folder: Path = THRESHOLDS_FILE.parent) -> Thresholds:
    """The shipped thresholds and, of another contracts' ``folder``, its own file on top.

    Raises ValueError naming the file when an entry does not have the shape above.
    """
    entries: list[Threshold] = []
    for path in dict.fromkeys((THRESHOLDS_FILE, folder / THRESHOLDS_FILE.name)):
        if not path.exists():
            continue
        try:
            entries += [Threshold.model_validate(each) for each in read_yaml(path)]
        except ValueError as error:
            raise ValueError(f"{path} is not valid: {error}") from error
    return Thresholds(tuple(entries))
