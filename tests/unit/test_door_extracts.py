"""The door shows Great Expectations extracts: its verdict on them is the one it has on all rows."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from pipelines.gates import suites
from pipelines.gates.door import _judged
from pipelines.gates.extracts import AcceptedRows, Extracted, side_by_side
from pipelines.gates.suites import DoorCheck, Outcome, judge_extract, run_suite

CHECKS = [
    DoorCheck("not_null", ("code",)),
    DoorCheck("value_set", ("code",), ("a", "b")),
    DoorCheck("pattern", ("text",), ("^[0-9]{3}$",)),
    DoorCheck("not_null", ("amount",)),
    DoorCheck("range", ("amount",), (0.0, 100.0)),
    DoorCheck("range", ("open",), (None, 5.0)),
    DoorCheck("unique_in_delivery", ("receipt_id", "text")),
]


def rows_of(connection: duckdb.DuckDBPyConnection, folder: Path, frame: pd.DataFrame) -> AcceptedRows:
    path = folder / f"{random.random()}.parquet"
    connection.from_df(frame).write_parquet(str(path))
    return AcceptedRows(connection, [str(path)])


def a_frame(chance: random.Random) -> pd.DataFrame:
    """Sixty rows, sound or with one kind of fault or more."""
    count = 60
    frame = pd.DataFrame(
        {
            "receipt_id": ["r"] * count,
            "code": [chance.choice("ab") for _ in range(count)],
            "text": [f"{number:03d}" for number in range(count)],
            "amount": [float(chance.randint(0, 100)) for _ in range(count)],
            "open": [float(chance.randint(-9, 5)) for _ in range(count)],
        }
    )
    faults = {
        "code": [None, "c"],
        "text": ["12", "0123", "007", None],
        "amount": [None, -0.5, 100.5],
        "open": [None, 6.0],
    }
    for column, wrong in faults.items():
        if chance.random() < 0.4:
            frame.loc[chance.randrange(count), column] = chance.choice(wrong)
    return frame


@pytest.mark.parametrize("seed", range(25))
def test_an_extract_has_the_verdict_of_all_rows(tmp_path: Path, seed: int) -> None:
    frame = a_frame(random.Random(seed))
    with duckdb.connect() as connection:
        shown = list(rows_of(connection, tmp_path, frame).extracts(CHECKS))
    found = {each.check: each.success for parts in shown for each in _judged("feed", parts)}
    alone = {
        each.check: each.success for parts in shown for part in parts for each in judge_extract("feed", *both(part))
    }
    whole = {each.check: each.success for each in run_suite("feed", CHECKS, frame)}

    assert found == alone == whole


def both(part: Extracted) -> tuple[list[DoorCheck], pd.DataFrame]:
    """The checks of an extract, and its frame."""
    return part.checks, part.frame


def test_extracts_are_small_and_every_check_gets_one(tmp_path: Path) -> None:
    frame = pd.concat([a_frame(random.Random(1))] * 50, ignore_index=True)
    frame["text"] = [f"{number:05d}" for number in range(len(frame))]
    with duckdb.connect() as connection:
        shown = list(rows_of(connection, tmp_path, frame).extracts(CHECKS))

    listed = [part for parts in shown for part in parts]
    assert sorted((check for part in listed for check in part.checks), key=str) == sorted(CHECKS, key=str)
    assert {part.checks[0].name: len(part.frame) for part in listed if part.checks[0].kind != "pattern"} == {
        "not_null(code)": 2,
        "not_null(amount)": 3,
        "range(open)": 3,
        "unique_in_delivery(receipt_id, text)": 1,
    }
    assert [sorted(part.checks[0].kind for part in parts) for parts in shown] == [
        ["not_null", "not_null", "range"],
        ["pattern"],
        ["unique_in_delivery"],
    ]


def test_extracts_side_by_side_hold_the_same_values_under_the_same_types() -> None:
    parts = [
        Extracted(CHECKS[:2], pd.DataFrame({"code": ["a", None]})),
        Extracted(CHECKS[3:5], pd.DataFrame({"amount": [1.0, float("nan"), 2.0]})),
        Extracted([CHECKS[5]], pd.DataFrame({"open": pd.Series([3], dtype="int32")})),
    ]
    shown = side_by_side(parts)

    assert shown.checks == [*CHECKS[:2], *CHECKS[3:6]]
    assert len(shown.frame) == 3
    for part in parts:
        for name in part.frame.columns:
            assert shown.frame[name].dtype == part.frame[name].dtype
            assert set(shown.frame[name].dropna()) == set(part.frame[name].dropna())
            assert shown.frame[name].isna().any() == part.frame[name].isna().any()


def test_a_check_that_crashes_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks the engine as a whole is found by judging every extract by itself."""
    real = suites._verdicts

    def verdicts(batch: Any, name: str, checks: list[DoorCheck]) -> list[Outcome]:
        if any(check.kind == "range" for check in checks):
            return [Outcome(check, success=False, error="TypeError", failed_count=None) for check in checks]
        return real(batch, name, checks)

    monkeypatch.setattr(suites, "_verdicts", verdicts)
    parts = [
        Extracted([CHECKS[0]], pd.DataFrame({"code": ["a"]})),
        Extracted([CHECKS[5]], pd.DataFrame({"open": [1.0]})),
    ]
    assert [(one.check, one.error) for one in _judged("feed", parts)] == [
        (CHECKS[0], None),
        (CHECKS[5], "TypeError"),
    ]


def test_a_key_that_occurs_twice_is_shown_with_both_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame({"receipt_id": ["r", "r", "s", "s"], "text": ["1", "1", "1", "2"]})
    with duckdb.connect() as connection:
        [part] = next(iter(rows_of(connection, tmp_path, frame).extracts([CHECKS[-1]])))

    assert part.frame.to_dict("list") == {"receipt_id": ["r", "r"], "text": ["1", "1"]}


def test_an_extract_is_judged_by_great_expectations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict is the expectation's: without it there is none."""
    monkeypatch.setattr(suites, "build_suite", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        judge_extract("feed", CHECKS[:1], pd.DataFrame({"code": ["a"]}))
