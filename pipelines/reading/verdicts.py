"""The verdict on one table: which rows are accepted, what is wrong with the others.

Belongs here: the shape that judging fills and that writing reads. Does not belong here: rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from pipelines.meaning.profile import Profile
from pipelines.reading.fields import JudgedField
from pipelines.reading.reasons import REASONS
from pipelines.reading.tables import BrokenRow


@dataclass
class Judged:
    """The verdict on a table. ``columns`` holds every field for all records; ``is_accepted`` selects.

    ``problems`` has one row per bad value: line (null for a broken row), row, field, column, header, code, masked.
    ``conflicts`` is what ``conflicts.find_conflicts`` found, ``profile`` what the accepted rows look like.
    """

    columns: dict[str, JudgedField]
    area_code: pl.Series | None
    rows: pl.Series
    is_accepted: pl.Series
    problems: pl.DataFrame
    broken: list[BrokenRow]
    row_in_count: int
    non_data_count: int
    amounts: list[dict[str, object]] = field(default_factory=list)
    controls: list[dict[str, object]] = field(default_factory=list)
    warnings: list[dict[str, object]] = field(default_factory=list)
    group_counts: dict[str, int] = field(default_factory=dict)
    content_hash: str = ""
    profile: Profile | None = None
    conflicts: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def accepted_count(self) -> int:
        """Records without any problem."""
        return int(self.is_accepted.sum())

    @property
    def rejected_count(self) -> int:
        """Records with a problem, and rows that could not be split."""
        return len(self.is_accepted) - self.accepted_count + len(self.broken)

    @property
    def reason_counts(self) -> dict[str, int]:
        """Problems by reason code, a row that could not be split as ``ragged_row``."""
        counts: dict[str, int] = dict(self.problems["code"].value_counts().iter_rows())
        if self.broken:
            counts["ragged_row"] = counts.get("ragged_row", 0) + len(self.broken)
        return dict(sorted(counts.items()))


def problem_texts() -> pl.DataFrame:
    """The reason codes with their texts, to be joined to problems."""
    return pl.DataFrame(
        [(code, *reason) for code, reason in REASONS.items()],
        schema=["code", "reason_zh", "reason_en", "remedy_zh", "remedy_en"],
        orient="row",
    )
