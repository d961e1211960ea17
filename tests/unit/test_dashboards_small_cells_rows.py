"""Small cells that the rest of a row gives away: movements between two stocks, a part and what is left of its whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations, product
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dashboards import export, small_cells

SMALL = 4
CARD: dict[str, Any] = {"card": {"unit": {"zh": "户"}, "format": "count"}}
MONITORING = "kpi_monitoring_area_month"
MOVES = {"new": 1, "returned": 1, "eliminated": -1, "natural": -1, "removed": -1}
MOVE_COLUMNS = [f"{move}_household_count" for move in MOVES]
OPENING, CLOSING = "opening_household_count", "closing_household_count"
BRIDGE = [OPENING, *MOVE_COLUMNS, CLOSING]
IN_PERSONS = [name.replace("household", "person") for name in BRIDGE]
VILLAGES = {"T0": ("V0", "V1", "V2"), "T1": ("V3", "V4"), "T2": ("V5",)}


def bridge(
    moves: Mapping[str, Sequence[int]], opening: int | Mapping[str, int] = 40, group: tuple[str, str] = ("all", "all")
) -> pl.DataFrame:
    """A county of villages: the movements of one month by village, in the order of ``MOVES``; every level adds up."""
    villages = {
        name: np.array(
            [opening if isinstance(opening, int) else opening[name], *moves.get(name, (0, 0, 0, 0, 0))], dtype=np.int64
        )
        for inside in VILLAGES.values()
        for name in inside
    }
    sums = dict(villages)
    sums |= {township: np.sum([villages[name] for name in inside], axis=0) for township, inside in VILLAGES.items()}
    sums["C"] = sums["P"] = np.sum([sums[township] for township in VILLAGES], axis=0)
    parents = {name: township for township, inside in VILLAGES.items() for name in inside}
    parents |= dict.fromkeys(VILLAGES, "C") | {"C": "P"}
    rows = []
    for name, values in sums.items():
        closing = int(values[0] + values[1:] @ np.array(list(MOVES.values())))
        key = {"area_id": name, "parent_area_id": parents.get(name), "period": "2020-03"}
        rows.append(
            key
            | dict(zip(("group_type", "group_id"), group, strict=True))
            | dict(zip(BRIDGE, [*map(int, values), closing], strict=True))
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def hide(frame: pl.DataFrame) -> pl.DataFrame:
    return small_cells.hide(MONITORING, frame, {MONITORING: dict.fromkeys([*BRIDGE, *IN_PERSONS], CARD)}, SMALL, {})


def stars(frame: pl.DataFrame, area: str, columns: Sequence[str] = BRIDGE) -> list[str]:
    row = frame.filter(area_id=area)
    return [
        name.removesuffix("_household_count") for name in columns if export.is_hidden(row, name).to_list() == [True]
    ]


def place(row: Mapping[str, Any]) -> str:
    """The place of a row, with its class where it is of one."""
    return str(row["area_id"]) if row["group_type"] == "all" else f"{row['area_id']} {row['group_id']}"


def counted(frame: pl.DataFrame) -> list[list[str]]:
    """The columns of each bridge of the frame: households, and persons where it has them."""
    return [columns for columns in (BRIDGE, IN_PERSONS) if set(columns) <= set(frame.columns)]


def worked_out(frame: pl.DataFrame) -> set[tuple[str, str]]:
    """The attack, by arithmetic of its own: every hidden cell that follows from one sum or one bridge, again and again.

    A reader subtracts, and knows that nothing below a 0 is other than 0, that no households are no persons, that nobody
    goes where nobody was and nobody came where nobody is.
    """
    rows, bridges = frame.to_dicts(), counted(frame)
    known = {(place(row), name): row[name] for row in rows for columns in bridges for name in columns}
    hidden = {cell for cell, value in known.items() if value is None}
    says = [
        (columns[0 if way < 0 else -1], move)
        for columns in bridges
        for move, way in zip(columns[1:-1], MOVES.values(), strict=True)
    ]
    says += [pair for both in zip(*bridges, strict=True) for pair in permutations(both, 2)]
    sums: list[dict[tuple[str, str], int]] = []
    for row in rows:
        one = place(row)
        below = [
            place(each) for each in frame.filter(parent_area_id=row["area_id"], group_id=row["group_id"]).to_dicts()
        ]
        classes = frame.filter(pl.col("group_type") != row["group_type"], area_id=row["area_id"]).to_dicts()
        within = [place(each) for each in classes] if row["group_type"] == "all" else []
        for columns in bridges:
            sums.append({(one, name): sign for name, sign in zip(columns, (1, *MOVES.values(), -1), strict=True)})
            for parts in filter(None, (below, within)):
                sums += [{(one, name): -1} | {(each, name): 1 for each in parts} for name in columns]
    found = True
    while found:
        found = False
        for terms in sums:
            left = [cell for cell in terms if known[cell] is None]
            rest = sum(sign * known[cell] for cell, sign in terms.items() if known[cell] is not None)
            of_one_sign = len({terms[cell] for cell in left}) == 1
            if left and (len(left) == 1 or (of_one_sign and rest == 0)):
                known |= {cell: -rest * terms[cell] if len(left) == 1 else 0 for cell in left}
                found = True
        for one, (first, second) in product(map(place, rows), says):
            if known[one, first] == 0 and known[one, second] is None:
                known[one, second] = 0
                found = True
    return {cell for cell in hidden if known[cell] is not None}


def test_the_only_movement_of_a_month_takes_all_others_with_it_at_every_level() -> None:
    """33 at the beginning, 35 at the end, one `*` and noughts: the `*` is 2."""
    shown = hide(bridge({"V1": (2, 0, 0, 0, 0)}))
    for area in ("P", "C", "T0", "V1"):
        assert stars(shown, area) == list(MOVES), area
    assert stars(shown, "V0") == stars(shown, "T2") == []
    assert worked_out(shown) == set()


def test_a_movement_is_hidden_with_the_smallest_other_one_and_the_noughts_stay() -> None:
    shown = hide(bridge({"V0": (2, 0, 30, 7, 0), "V1": (50, 0, 20, 9, 0), "V3": (60, 0, 8, 25, 0)}))
    assert stars(shown, "V0") == ["new", "natural"]
    assert stars(shown, "C") == []
    assert shown.filter(area_id="C")["removed_household_count"].to_list() == [0]
    assert worked_out(shown) == set()


def test_noughts_are_hidden_only_where_the_place_above_has_such_a_movement() -> None:
    moves = {"V0": (2, 0, 0, 0, 0), "V1": (50, 0, 20, 0, 0), "V2": (30, 0, 11, 0, 0), "V3": (60, 0, 8, 0, 0)}
    shown = hide(bridge(moves, opening=100))
    assert stars(shown, "V0") == ["new", "eliminated"]
    assert stars(shown, "C") == []
    assert worked_out(shown) == set()


def test_a_small_stock_does_not_follow_from_the_movements() -> None:
    shown = hide(bridge({"V0": (0, 0, 8, 0, 0)}, opening=10))
    assert stars(shown, "V0")[-1] == "closing"
    assert len(stars(shown, "V0")) > 1
    assert worked_out(shown) == set()


def test_a_row_with_something_not_reported_is_no_bridge_and_stays_as_it_is() -> None:
    frame = bridge({"V1": (2, 0, 0, 0, 0)}).with_columns(opening_household_count=pl.lit(None, pl.Int64))
    assert stars(hide(frame), "P") == ["new"]


amounts = st.integers(0, 9) | st.just(0) | st.just(0)
movements = st.tuples(amounts, amounts, amounts, amounts, amounts)


@settings(max_examples=200, deadline=None)
@given(st.lists(movements, min_size=6, max_size=6), st.integers(45, 60))
@example([(0, 4, 0, 0, 0), (0,) * 5, (0,) * 5, (0, 0, 0, 1, 0), (0, 0, 0, 3, 0), (4, 0, 0, 0, 0)], 45)
@example([(2, 0, 0, 0, 0), (2, 0, 0, 0, 0), (0,) * 5, (0, 2, 0, 0, 0), (0, 3, 0, 0, 0), (0, 4, 0, 0, 0)], 45)
def test_no_hidden_movement_or_stock_follows_from_what_is_shown(moves: list[tuple[int, ...]], opening: int) -> None:
    """A nought hidden beside a small movement may follow, as in the example: it is nobody's, the movement does not."""
    names = [name for inside in VILLAGES.values() for name in inside]
    frame = bridge(dict(zip(names, moves, strict=True)), opening)
    nothing_follows(frame)


def nothing_follows(frame: pl.DataFrame) -> None:
    """All small cells are hidden, and nobody in a hidden one follows."""
    shown = hide(frame)
    truth, columns = frame.to_dicts(), [name for each in counted(frame) for name in each]
    small = {(place(row), name) for row in truth for name in columns if 0 < row[name] < SMALL}
    hidden = {(place(row), name) for row in shown.to_dicts() for name in columns if row[name] is None}
    people = {(place(row), name) for row in truth for name in columns if row[name] > 0}
    assert small <= hidden
    assert worked_out(shown) & people == set()


def in_persons_too(frame: pl.DataFrame, moves: Mapping[str, Sequence[int]], opening: int) -> pl.DataFrame:
    """A frame of households with its persons: movements by village in persons, and as many at the opening."""
    persons = bridge(moves, opening).select("area_id", *BRIDGE).rename(dict(zip(BRIDGE, IN_PERSONS, strict=True)))
    return frame.join(persons, on="area_id", how="left", maintain_order="left")


def test_no_households_do_not_follow_from_no_persons() -> None:
    """One household of five came to V0: that no persons left would say that no household did, and so that one came."""
    households = bridge({"V0": (1, 0, 0, 0, 0), "V1": (5, 0, 5, 0, 0)})
    shown = hide(in_persons_too(households, {"V0": (5, 0, 0, 0, 0), "V1": (20, 0, 20, 0, 0)}, 100))
    assert {"new", "eliminated"} <= set(stars(shown, "V0"))
    assert shown.filter(area_id="V0")["eliminated_person_count"].to_list() == [None]
    assert worked_out(shown) == set()


sizes = st.integers(1, 6)


@settings(max_examples=60, deadline=None)
@given(st.lists(movements, min_size=6, max_size=6), st.lists(sizes, min_size=30, max_size=30), st.integers(45, 60))
def test_nothing_follows_from_households_and_persons_beside_each_other(
    moves: list[tuple[int, ...]], members: list[int], opening: int
) -> None:
    names = [name for inside in VILLAGES.values() for name in inside]
    size = iter(members)
    persons = [tuple(one * next(size) for one in village) for village in moves]
    households = bridge(dict(zip(names, moves, strict=True)), opening)
    nothing_follows(in_persons_too(households, dict(zip(names, persons, strict=True)), opening * 6))


@st.composite
def villages_of_a_class(draw: st.DrawFn) -> tuple[dict[str, tuple[int, ...]], dict[str, int]]:
    """Movements and openings of few households: none leaves that was not there when the month began."""
    moves, openings = {}, {}
    for name in (name for inside in VILLAGES.values() for name in inside):
        openings[name] = draw(st.integers(0, 12) | st.just(0))
        came = draw(st.tuples(amounts, amounts))
        left, gone = openings[name], []
        for _ in range(3):
            gone.append(min(left, draw(amounts)))
            left -= gone[-1]
        moves[name] = (*came, *gone)
    return moves, openings


@settings(max_examples=60, deadline=None)
@given(villages_of_a_class(), villages_of_a_class())
def test_nothing_follows_where_openings_are_small_and_classes_add_up_to_all(
    first: tuple[dict[str, tuple[int, ...]], dict[str, int]], second: tuple[dict[str, tuple[int, ...]], dict[str, int]]
) -> None:
    frames = [bridge(*of, group=("class", name)) for of, name in ((first, "a"), (second, "b"))]
    whole = [
        {name: tuple(map(sum, zip(first[0][name], second[0][name], strict=True))) for name in first[0]},
        {name: first[1][name] + second[1][name] for name in first[1]},
    ]
    nothing_follows(pl.concat([bridge(*whole), *frames]))


RELOCATION = "kpi_relocation_area_month"
SHARE = {"numerator": "demolished_household_count", "denominator": "moved_household_count", "format": "share"}
LISTED = {
    "moved_household_count": CARD,
    "demolished_household_count": CARD,
    "moved_in_household_count": CARD,
    "demolished_share": {"card": SHARE | {"unit": {"zh": "%"}}},
}


def moved(*rows: tuple[int, int, int]) -> pl.DataFrame:
    """Villages of one township with movers, old houses pulled down and households that live in the new home."""
    whole = tuple(sum(values) for values in zip(*rows, strict=True))
    places = [("T", None, whole), *((f"V{index}", "T", row) for index, row in enumerate(rows))]
    key = {"period": "2020-03", "group_type": "all", "group_id": "all"}
    found = [
        {"area_id": area, "parent_area_id": parent, "demolished_share": row[1] / row[0]}
        | key
        | dict(zip(LISTED, row, strict=False))
        for area, parent, row in places
    ]
    return small_cells.hide(RELOCATION, pl.DataFrame(found, infer_schema_length=None), {RELOCATION: LISTED}, SMALL, {})


@pytest.mark.parametrize(("column", "row"), [(1, (86, 85, 80)), (2, (86, 80, 83))])
def test_a_part_that_leaves_one_to_three_of_its_whole_is_hidden_with_its_share(
    column: int, row: tuple[int, int, int]
) -> None:
    names = list(LISTED)
    shown = moved(row, (90, 80, 70), (50, 40, 30))
    first = shown.filter(area_id="V0").row(0, named=True)
    assert first[names[column]] is None
    assert first["moved_household_count"] == 86
    assert (first["demolished_share"] is None) == (column == 1)
    others = shown.filter(parent_area_id="T")[names[column]]
    assert others.null_count() == 2, "the sum of the township gives the hidden one away"


def test_a_part_that_is_the_whole_or_leaves_enough_is_shown() -> None:
    shown = moved((86, 86, 82), (90, 80, 70), (50, 40, 30))
    assert small_cells.HIDDEN_COLUMNS not in shown.columns


def test_what_another_table_hides_is_hidden_where_the_same_is_counted() -> None:
    """48 exits are hidden beside 2: that 48 were due for a check, and 47 checked, says the same."""
    exits = pl.DataFrame(
        {
            "area_id": ["V0", "V1", "V2"],
            "period": "2019",
            small_cells.HIDDEN_COLUMNS: [["exited_household_count"], ["exited_household_count"], None],
        }
    )
    key = {"parent_area_id": "T", "period": "2019", "group_type": "household", "group_id": "all"}
    counted = {"due_household_count": [2, 48, 60], "checked_household_count": [0, 47, 60]}
    frame = pl.DataFrame({"area_id": ["V0", "V1", "V2"]} | {name: [value] * 3 for name, value in key.items()} | counted)
    model = "kpi_exit_check_area_year"
    shown = small_cells.hide(model, frame, {model: dict.fromkeys(counted, CARD)}, SMALL, {"kpi_exit_area_year": exits})
    assert shown["due_household_count"].to_list() == [None, None, 60]
    assert shown["checked_household_count"].to_list() == [0, None, 60]
    assert small_cells.others(model) == {"kpi_exit_area_year"}
