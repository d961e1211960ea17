"""The pollution suite: what it is made of, that its scorer sees silent damage, and a sample read by our reader."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from benchmarks.pollution.alignment import align
from benchmarks.pollution.peers import OURS, TEXT_PEERS, guarded
from benchmarks.pollution.plan import make, plan, seat_of
from benchmarks.pollution.readings import Reading, ReadTable, Reported
from benchmarks.pollution.registry import DAMAGES, Seat
from benchmarks.pollution.report import page, worst
from benchmarks.pollution.results import Results, Tally, total
from benchmarks.pollution.run import run, sample, write
from benchmarks.pollution.scorer import plain, score
from benchmarks.pollution.tables import MAKERS, clean_table
from benchmarks.pollution.truth import Case, Expected, Owed, Refusal, Truth
from pipelines.reading.identity import has_right_check_digit

FILES, SEED, SAMPLE = 10_500, 7, 1_500


# What the suite is made of.


def test_the_suite_has_at_least_ten_thousand_files_of_every_damage_and_a_sample_of_it_is_balanced() -> None:
    seats = plan(FILES, SEED)
    assert len(seats) >= 10_000
    chosen = sample(seats, SAMPLE)
    assert len(chosen) >= SAMPLE
    assert {each.damage for each in chosen} == set(DAMAGES)
    assert sample(seats, SAMPLE) == chosen


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_the_same_seed_makes_the_same_file_again_and_its_name_says_how(damage: str) -> None:
    seat = Seat(damage, 3, SEED, DAMAGES[damage].suffix)
    first, again = make(seat), make(seat_of(make(seat).name))
    assert first.name == again.name
    assert first.raw == again.raw
    assert first.truth == again.truth
    assert first.raw != make(replace(seat, seed=SEED + 1)).raw or first.truth.refusal is not Refusal.NO


def test_positions_walk_over_every_row_and_column_before_any_comes_again() -> None:
    for height, width in ((20, 7), (90, 9), (36, 10)):
        seats = [Seat("missing_delimiter", ordinal * len(MAKERS), SEED) for ordinal in range(height * width)]
        assert len({seat.place(height, width) for seat in seats}) == height * width


def test_people_are_invented_and_their_check_characters_are_right() -> None:
    numbers = pl.Series([row[1] for seed in range(20) for row in clean_table("register", seed).rows])
    assert has_right_check_digit(numbers).all()
    assert numbers.str.contains("^990[1-9]").all()


def test_source_rows_of_truth_are_those_of_the_text() -> None:
    for damage in ("clean_text", "preamble", "blank_line_inside", "line_ends", "missing_delimiter", "header_rows"):
        for ordinal in range(18):
            case = make(Seat(damage, ordinal, SEED))
            lines = case.raw.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
            for table in case.truth.variants[0]:
                for row, (first, _) in zip(table.rows, table.spans, strict=True):
                    assert row[0].split("\n")[0] in lines[first - 1]


# The scorer.


def _case(*, owed: Owed = Owed.YES, refusal: Refusal = Refusal.NO, recoverable: bool = False, **parts: object) -> Case:
    rows = [["甲", "1", "2"], ["乙", "3", "4"], ["丙", "5", "6"]]
    table = Expected(("名称", "数", "量"), rows, [(2, 2), (3, 3), (4, 4)], damaged=frozenset([1]))
    truth = Truth(((replace(table, **parts),),), recoverable, owed, refusal)  # type: ignore[arg-type]
    return Case("case.csv", "missing_delimiter", "narrow", b"", truth)


def _reading(rows: list[list[str]], *doubts: Reported, header: tuple[str, ...] = ("名称", "数", "量")) -> Reading:
    return Reading([ReadTable(list(header), rows)], doubts=list(doubts))


RIGHT = [["甲", "1", "2"], ["乙", "3", "4"], ["丙", "5", "6"]]
SHIFTED = [["甲", "1", "2"], ["乙3", "4", ""], ["丙", "5", "6"]]
BLANKED = [["甲", "1", "2"], ["乙", "", ""], ["丙", "5", "6"]]


def test_a_shifted_row_without_a_word_is_silent_damage() -> None:
    found = score(_case(), _reading(SHIFTED))
    assert found.outcome == "silent"
    assert found.is_strictly_silent
    assert (found.right, found.wrong, found.missing) == (3 + 6, 2, 3)
    assert (found.clean_rows, found.clean_rows_lost) == (2, 0)


def test_a_doubt_at_the_row_makes_a_difference_flagged_and_elsewhere_only_loosely() -> None:
    assert score(_case(), _reading(BLANKED, Reported("ragged_row", 3))).outcome == "flagged"
    assert not score(_case(), _reading(BLANKED, Reported("ragged_row", 3))).is_strictly_silent
    elsewhere = score(_case(), _reading(BLANKED, Reported("ragged_row", 4)))
    assert elsewhere.outcome == "flagged"
    assert elsewhere.is_strictly_silent
    assert elsewhere.clean_rows_lost == 1  # row 4 is whole and was held back


@pytest.mark.parametrize(
    "rows",
    [
        RIGHT[:2],  # the end is swallowed
        [RIGHT[0], RIGHT[2]],  # a row is dropped
        [*RIGHT, ["合计", "9", "12"]],  # a total was taken for a row
        [RIGHT[1], RIGHT[0], RIGHT[2]],  # another order
        [["名称", "数", "量"], *RIGHT],  # the header among the rows
        [[*row, "x"] for row in RIGHT],  # cells beyond the last column
        [],
    ],
)
def test_every_other_way_to_be_wrong_is_silent_damage_too(rows: list[list[str]]) -> None:
    assert score(_case(), _reading(rows)).outcome == "silent"


def test_other_names_missing_tables_and_additional_tables_are_differences() -> None:
    assert score(_case(), _reading(RIGHT, header=("名称", "量", "数"))).outcome == "silent"
    assert score(_case(), _reading(RIGHT, header=())).outcome == "silent"
    assert score(_case(), Reading()).outcome == "silent"
    two = Reading([ReadTable(["名称", "数", "量"], RIGHT), ReadTable([], [["注"]])])
    assert score(_case(), two).outcome == "silent"


def test_what_is_no_difference() -> None:
    assert score(_case(), _reading([[f" {cell}" for cell in row] for row in RIGHT])).outcome == "exact"
    padded = _reading([[*row, ""] for row in RIGHT], header=("名称", "数", "量", ""))
    assert score(_case(), padded).outcome == "exact"
    literal = [RIGHT[0], ['乙"', "3", "4"], RIGHT[2]]
    assert score(_case(), _reading(literal)).outcome == "silent"
    assert score(_case(accepted={(1, 0): ('乙"',)}), _reading(literal)).outcome == "exact"


def test_owed_doubts_and_false_alarms_are_counted() -> None:
    assert score(_case(), _reading(RIGHT)).is_doubt_missed
    assert not score(_case(owed=Owed.MAY), _reading(RIGHT)).is_doubt_missed
    doubted = _reading(RIGHT, Reported("encoding"))
    assert score(_case(owed=Owed.NO), doubted).is_false_alarm
    assert not score(_case(owed=Owed.MAY), doubted).is_false_alarm


def test_refusals() -> None:
    assert score(_case(), Reading(refused="no")).outcome == "wrongly refused"
    assert score(_case(refusal=Refusal.MAY), Reading(refused="no")).outcome == "refused"
    nothing = Case("x.csv", "empty_file", "none", b"", Truth(((),), refusal=Refusal.DUE))
    assert score(nothing, Reading(refused="empty")).outcome == "refused"
    assert score(nothing, _reading(RIGHT)).outcome == "silent"


def test_workbooks_compare_by_value_but_never_identities_or_codes() -> None:
    same = {"12.50": "12.5", "1e3": "1000", "0.30000000000000004": "0.3", "2024-01-05 00:00:00": "2024-01-05"}
    for one, other in same.items():
        assert plain(one, by_value=True) == plain(other, by_value=True)
    different = {"990101199001011234": "990101199001011200", "045123": "45123", "12.50": "12.51", "0": ""}
    for one, other in different.items():
        assert plain(one, by_value=True) != plain(other, by_value=True)
    assert plain("12.50", by_value=False) != plain("12.5", by_value=False)


def test_rows_are_aligned_in_the_order_of_the_source() -> None:
    truth = [["a", "1"], ["b", "2"], ["c", "3"], ["d", "4"]]
    assert align(truth, [["a", "1"], ["c", "3"], ["d", "4"]]) == [(0, 0), (1, None), (2, 1), (3, 2)]
    assert align(truth, [["t", ""], *truth])[0] == (None, 0)
    broken = [["a", "1"], ["b", ""], ["", "2"], ["c", "3"], ["d", "4"]]
    pairs = align(truth, broken)
    assert {(0, 0), (2, 3), (3, 4)} < set(pairs)
    assert {pair for pair in pairs if None in pair or pair[0] == 1} in ({(1, 1), (None, 2)}, {(None, 1), (1, 2)})


def test_a_reader_that_shifts_values_on_purpose_is_caught_in_every_file_of_a_class() -> None:
    def shifting(case: Case) -> Reading:
        rows = [line.split(",") for line in case.raw.decode().replace("\r\n", "\n").splitlines()]
        width = len(rows[0])
        return _reading([(row + [""] * width)[:width] for row in rows[1:]], header=tuple(rows[0]))

    for ordinal in range(0, 60, 5):
        case = make(Seat("missing_delimiter", ordinal * 6, SEED))
        assert score(case, guarded(shifting, case)).outcome == "silent"


def test_a_reader_that_fails_or_warns_is_taken_at_its_word() -> None:
    def failing(case: Case) -> Reading:
        raise ValueError(case.name)

    case = make(Seat("clean_text", 0, SEED))
    assert guarded(failing, case).refused == f"ValueError: {case.name}"
    assert guarded(TEXT_PEERS["DuckDB"], case).tables[0].header[:2] == ["姓名", "证件号码"]


def test_the_page_and_the_summary_name_the_files(tmp_path) -> None:
    tally = Tally()
    case = make(Seat("missing_delimiter", 4, SEED))
    tally.add(case, score(case, _reading(SHIFTED)))
    results: Results = {OURS: {"missing_delimiter": tally}}
    assert "| missing_delimiter | 1 |" in page(results, 1, "command")
    assert case.name in worst(results)
    write([seat_of(case.name)], tmp_path)
    assert (tmp_path / case.name).read_bytes() == case.raw


# Our reader.


@pytest.fixture(scope="module")
def ours() -> dict[str, Tally]:
    """A sample of the suite read by our reader."""
    return run(sample(plan(FILES, SEED), SAMPLE))[OURS]


def _named(ours: dict[str, Tally], kind: str) -> str:
    lines = [example for tally in ours.values() for example in tally.examples.get(kind, [])]
    how = "write one with: python -m benchmarks.pollution --only NAME --write DIR"
    return "\n".join([f"{len(lines)} files or more: {kind}", how, *lines])


def test_no_file_of_the_sample_is_silently_wrong(ours: dict[str, Tally]) -> None:
    assert total(list(ours.values())).outcomes["silent"] == 0, _named(ours, "silent")


def test_cells_of_recoverable_files_are_recovered(ours: dict[str, Tally]) -> None:
    f1 = total(list(ours.values())).f1
    assert f1 is not None
    assert f1 >= 0.99, f"{f1:.4f}\n{_named(ours, 'not recovered')}\n{_named(ours, 'wrongly refused')}"


def test_clean_rows_are_not_held_back_by_mistake(ours: dict[str, Tally]) -> None:
    counts = total(list(ours.values())).counts
    share = counts["clean_rows_lost"] / counts["clean_rows"]
    assert share <= 0.001, f"{share:.4%}\n{_named(ours, 'clean rows lost')}"
