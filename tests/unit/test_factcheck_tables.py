"""The checker against the truth tables: every contradiction at its place, no false alarm, most relations recognised.

The five published reports are not in this project: those checks run where ``XIANQING_SEED_REPORTS`` names their folder.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.factcheck.check import check_text

TRUTH = Path(__file__).parents[1] / "factcheck_truth"
REPORTS = os.environ.get("XIANQING_SEED_REPORTS")
DOUBTED = {"inconsistent", "unclear"}
Row = dict[str, Any]


def loaded(name: str) -> Any:
    return yaml.safe_load((TRUTH / name).read_text(encoding="utf-8"))


def is_alarm(relation: Mapping[str, Any]) -> bool:
    return bool(relation["verdict"] == "inconsistent")


def may_be_doubted(row: Row) -> bool:
    return bool({row["verdict"], *row.get("also_accepted", [])} & DOUBTED)


def must_be_found(row: Row) -> bool:
    return row["verdict"] == "inconsistent" and "unclear" not in row.get("also_accepted", [])


def is_same_kind(found: str, row: Row) -> bool:
    return found in {row["kind"], *row.get("also_kinds", [])} or {found, row["kind"]} <= {"share", "ratio"}


def places(text: str, row: Row) -> Iterator[tuple[int, int]]:
    for name in ("anchor", "second_anchor"):
        if row.get(name):
            at = text.index(row[name])
            yield at, at + len(row[name])


def overlaps(text: str, relation: Row, row: Row) -> bool:
    return any(relation["start"] < end and start < relation["end"] for start, end in places(text, row))


@pytest.mark.parametrize("table", ["sentences.yml", "second_reader.yml"])
def test_sentences_without_an_error_raise_no_alarm(table: str) -> None:
    false = [
        (row["id"], row["text"])
        for row in loaded(table)
        if row["variant"] != "wrong"
        and not any(may_be_doubted(one) for one in row.get("expect") or [])
        and any(map(is_alarm, check_text(row["text"])))
    ]
    assert false == []


def test_most_sentences_with_an_error_are_told() -> None:
    """Measured 2026-11-22: 275 of 278."""
    wrong = [
        row
        for row in loaded("sentences.yml")
        if row["variant"] == "wrong" and any(must_be_found(one) and not one.get("optional") for one in row["expect"])
    ]
    told = sum(any(map(is_alarm, check_text(row["text"]))) for row in wrong)
    assert told >= 0.97 * len(wrong)


def test_the_second_readers_errors_are_told() -> None:
    """Unseen 2026-11-22: 3 of 6; all since the checker was mended, so they are no measure of it any more."""
    wrong = [row for row in loaded("second_reader.yml") if any(map(must_be_found, row["expect"]))]
    missed = [
        row["id"]
        for row in wrong
        if not any(
            is_alarm(found) and is_same_kind(found["kind"], one)
            for found in check_text(row["text"])
            for one in row["expect"]
            if must_be_found(one)
        )
    ]
    assert len(wrong) == 6
    assert missed == []


def test_the_second_readers_relations_are_recognised() -> None:
    for row in loaded("second_reader.yml"):
        kinds = [one["kind"] for one in check_text(row["text"])]
        for one in row["expect"]:
            assert one.get("optional") or any(is_same_kind(kind, one) for kind in kinds), row["id"]


def test_most_relations_of_right_sentences_are_recognised() -> None:
    """Measured 2026-11-22: 347 of 358."""
    seen = due = 0
    for row in loaded("sentences.yml"):
        if row["variant"] != "right":
            continue
        kinds = [one["kind"] for one in check_text(row["text"])]
        for one in row.get("expect") or []:
            if not one.get("optional"):
                due += 1
                seen += any(is_same_kind(kind, one) for kind in kinds)
    assert seen >= 0.95 * due


def judged(rows: list[Row], folder: Path, key: str) -> dict[str, float]:
    """Counts over the files: contradictions missed, false alarms, relations recognised, those the wording claims."""
    counts: dict[str, float] = defaultdict(float)
    for name in {row[key] for row in rows}:
        text = (folder / name).read_text(encoding="utf-8")
        found = check_text(text)
        mine = [row for row in rows if row[key] == name]
        for row in mine:
            here = [one for one in found if overlaps(text, one, row)]
            is_worded = row["strength"] == "worded"
            is_seen = any(is_same_kind(one["kind"], row) for one in here)
            counts["rows"] += 1
            counts["seen"] += is_seen
            counts["worded"] += is_worded
            counts["worded_seen"] += is_worded and is_seen
            counts["missed"] += must_be_found(row) and not any(map(is_alarm, here))
        counts["false"] += sum(
            is_alarm(one) and not any(may_be_doubted(row) and overlaps(text, one, row) for row in mine) for one in found
        )
    return counts


def test_invented_reports_are_judged_rightly() -> None:
    """Measured 2026-11-22: 124 of 141 relations that the wording claims, 151 of all 179."""
    counts = judged(loaded("look_alikes.yml")["relations"], TRUTH / "look_alikes", "file")
    assert (counts["missed"], counts["false"]) == (0, 0)
    assert counts["worded_seen"] >= 0.8 * counts["worded"]
    assert counts["seen"] >= 0.8 * counts["rows"]


@pytest.mark.skipif(REPORTS is None, reason="the published reports are not part of this project")
def test_the_five_published_reports_are_judged_rightly() -> None:
    """Measured 2026-11-22: 51 of 51 relations that the wording claims, 113 of all 137."""
    counts = judged(loaded("reports.yml")["relations"], Path(str(REPORTS)), "report")
    assert (counts["missed"], counts["false"]) == (0, 0)
    assert counts["worded_seen"] >= 0.9 * counts["worded"]
    assert counts["seen"] >= 0.8 * counts["rows"]
