"""The profile of a file: what its columns look like, in a few hundred numbers and without a single personal value.

Belongs here: the shape of a profile, and its file. Does not belong here: its computation (``profiling``); comparing
profiles.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

PROFILE_NAME = "profile.json"
MIDDLE = 2
NORMAL_QUARTILES = 1.349  # distance of the quartiles of a normal distribution in standard deviations
Kind = Literal["number", "date", "code", "text"]


class ProfileModel(BaseModel):
    """Frozen and closed: a profile is written once."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldProfile(ProfileModel):
    """One column over the accepted rows.

    ``quantiles`` (10, 25, 50, 75, 90 %) are of ln|x| over values that are not zero, or of the date in years; None
    without values. ``shares`` counts the values of a code or boolean. ``is_whole``: whole numbers only.
    """

    kind: Kind
    unit: str | None = None
    filled_count: int
    zero_count: int = 0
    negative_count: int = 0
    distinct_count: int
    quantiles: tuple[float, ...] | None = None
    shares: dict[str, int] = {}
    is_whole: bool = False

    @property
    def sized_count(self) -> int:
        """Values that have a size: filled and not zero."""
        return self.filled_count - self.zero_count

    @property
    def spread(self) -> float:
        """The robust standard deviation of ln|x|, or of the date in years."""
        return 0.0 if self.quantiles is None else (self.quantiles[3] - self.quantiles[1]) / NORMAL_QUARTILES

    @property
    def level(self) -> float | None:
        """Where the column lies as a whole: the mean of its quantiles."""
        return None if self.quantiles is None else sum(self.quantiles) / len(self.quantiles)


class GroupProfile(ProfileModel):
    """One place: accepted rows, and per number field the count, median and robust deviation of ln|x|."""

    row_count: int
    fields: dict[str, tuple[int, float, float]]


class Profile(ProfileModel):
    """A file's columns, places and pairs; ``below`` is the share of rows in which the first of two is the smaller."""

    row_count: int
    fields: dict[str, FieldProfile]
    groups: dict[str, GroupProfile] = {}
    below: dict[str, float] = {}


def write_profile(folder: Path, profile: Profile) -> None:
    """Write ``profile.json`` into a folder that nobody reads yet."""
    (folder / PROFILE_NAME).write_text(profile.model_dump_json(exclude_defaults=True), encoding="utf-8")


def read_profile(folder: Path) -> Profile | None:
    """The profile in a folder, None when the file was refused before it was judged."""
    path = folder / PROFILE_NAME
    return Profile.model_validate_json(path.read_text(encoding="utf-8")) if path.exists() else None
