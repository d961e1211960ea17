"""Scores added up per reader and damage, in numbers that can be written out and read again.

Belongs here: adding. Does not belong here: comparing a file, pages.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from benchmarks.pollution.scorer import Score
from benchmarks.pollution.truth import Case

EXAMPLES = 5


@dataclass
class Tally:
    """Files of one damage and one reader: outcomes and cells (cells of recoverable files apart)."""

    outcomes: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, case: Case, score: Score) -> None:
        """Counts one file."""
        self.outcomes[score.outcome] += 1
        self.counts.update(
            files=1,
            strictly_silent=score.is_strictly_silent,
            false_alarms=score.is_false_alarm,
            doubts_missed=score.is_doubt_missed,
            clean_rows=score.clean_rows,
            clean_rows_lost=score.clean_rows_lost,
            wrong_values=score.wrong if score.outcome == "flagged" else 0,
        )
        if case.truth.is_recoverable:
            self.counts.update(
                recoverable=1,
                right=score.right,
                wrong=score.wrong,
                missing=score.missing,
                recovered=score.outcome == "exact",
            )
        named = [score.outcome] if score.outcome != "exact" else []
        named += ["false alarm"] * score.is_false_alarm + ["doubt missed"] * score.is_doubt_missed
        named += ["strictly silent"] * (score.is_strictly_silent and score.outcome != "silent")
        if score.outcome == "flagged" and case.truth.is_recoverable:
            named.append("not recovered")
        if score.clean_rows_lost:
            named.append("clean rows lost")
        for kind in named:
            kept = self.examples.setdefault(kind, [])
            if len(kept) < EXAMPLES:
                kept.append(f"{case.name}: {score.note}")

    def merge(self, other: Tally) -> None:
        """Adds another part of the same."""
        self.outcomes += other.outcomes
        self.counts += other.counts
        for kind, names in other.examples.items():
            self.examples[kind] = (self.examples.get(kind, []) + names)[:EXAMPLES]

    @property
    def f1(self) -> float | None:
        """Cells by position in recoverable files; None where there are none."""
        if not self.counts["recoverable"]:
            return None
        right, off = self.counts["right"], self.counts["wrong"] + self.counts["missing"]
        return 2 * right / (2 * right + off) if right or off else 1.0

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "outcomes": dict(sorted(self.outcomes.items())),
            "counts": dict(sorted(self.counts.items())),
            "f1": self.f1,
            "examples": self.examples,
        }


Results = dict[str, dict[str, Tally]]


def total(tallies: list[Tally]) -> Tally:
    """All of them together."""
    whole = Tally()
    for each in tallies:
        whole.merge(each)
    return whole


def merge(into: Results, other: Results) -> None:
    """Adds the results of another process."""
    for reader, damages in other.items():
        for damage, tally in damages.items():
            into.setdefault(reader, {}).setdefault(damage, Tally()).merge(tally)
