"""What a long command says where its output goes into a file: every stage, no long silence, and no name."""

from __future__ import annotations

import time

from pipelines.commands.progress import QUIET_SECONDS, Lines


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lines_of(clock: Clock) -> tuple[Lines, list[str]]:
    told: list[str] = []
    return Lines("Run", told.append, clock=clock), told


def test_a_stage_is_told_at_once_and_its_last_item_with_the_count() -> None:
    clock = Clock()
    lines, told = lines_of(clock)
    lines.report(0, 0, "reading files")
    clock.now += 3
    lines.report(1, 2, "a.csv")
    lines.report(2, 2, "b.csv")
    assert told == ["    0 s  reading files …", "    3 s  reading files: 2 of 2"]


def test_many_items_are_told_now_and_then_and_never_by_name() -> None:
    clock = Clock()
    lines, told = lines_of(clock)
    lines.report(0, 0, "reading files")
    for done in range(1, 1_000):
        clock.now += 0.125
        lines.report(done, 1_001, f"张三{done}.csv")
    assert len(told) == 1 + 999 // 64, told
    assert told[1] == "    8 s  reading files: 64 of 1,001"
    assert not [line for line in told if "张三" in line]


def test_a_new_stage_forgets_the_count_of_the_one_before() -> None:
    clock = Clock()
    lines, told = lines_of(clock)
    lines.report(3, 9, "a.csv")
    lines.report(0, 0, "building models")
    assert told == ["    0 s  building models …"]


def test_what_is_over_at_once_without_a_stage_says_nothing() -> None:
    lines, told = lines_of(Clock())
    lines.report(1, 1, "a.csv")
    assert told == []


def test_work_that_reports_nothing_is_told_of_all_the_same() -> None:
    told: list[str] = []
    lines = Lines("Run", told.append, quiet_seconds=0.1)
    with lines.running():
        lines.report(0, 0, "auditing")
        time.sleep(1.0)
    assert len(told) >= 2
    assert {line.partition(" s  ")[2] for line in told} == {"auditing …"}


def test_nobody_waits_longer_than_ten_seconds() -> None:
    assert QUIET_SECONDS + 1 < 10
