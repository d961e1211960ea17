"""The door shows Great Expectations extracts: its verdict on them is the one it has on all rows."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipelines.gates import suites
from pipelines.gates.extracts import AcceptedRows
from pipelines.gates.suites import DoorCheck, judge_extract, run_suite

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
    found = {each.check: each.success for about, part in shown for each in judge_extract("feed", about, part)}
    whole = {each.check: each.success for each in run_suite("feed", CHECKS, frame)}

    assert found == whole


def test_extracts_are_small_and_every_check_gets_one(tmp_path: Path) -> None:
    frame = pd.concat([a_frame(random.Random(1))] * 50, ignore_index=True)
    frame["text"] = [f"{number:05d}" for number in range(len(frame))]
    with duckdb.connect() as connection:
        shown = list(rows_of(connection, tmp_path, frame).extracts(CHECKS))

    assert sorted((check for about, _ in shown for check in about), key=str) == sorted(CHECKS, key=str)
    assert {about[0].name: len(part) for about, part in shown if about[0].kind != "pattern"} == {
        "not_null(code)": 2,
        "not_null(amount)": 2,
        "range(open)": 2,
        "unique_in_delivery(receipt_id, text)": 1,
    }


def test_a_key_that_occurs_twice_is_shown_with_both_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame({"receipt_id": ["r", "r", "s", "s"], "text": ["1", "1", "1", "2"]})
    with duckdb.connect() as connection:
        _, part = next(iter(rows_of(connection, tmp_path, frame).extracts([CHECKS[-1]])))

    assert part.to_dict("list") == {"receipt_id": ["r", "r"], "text": ["1", "1"]}


def test_an_extract_is_judged_by_great_expectations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict is the expectation's: without it there is none."""
    monkeypatch.setattr(suites, "build_suite", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        judge_extract("feed", CHECKS[:1], pd.DataFrame({"code": ["a"]}))
