"""Other places: what differs from the first county, unit by unit, and nothing that two units share by accident."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from pipelines.simulate.calibration import calibration, delivery_plan, exits_at, half_even, villages
from pipelines.simulate.county import County, build_county
from pipelines.simulate.deliveries import deliveries
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.places import FIRST_PLACE, PLACES, at, block_of, in_own_words, unit, units_of
from pipelines.simulate.run import frame_of

SLOT = Slot(2019, 12, is_yearly=True)
UNITS = [name for place in PLACES for name in units_of(place)]


@cache
def county(name: str) -> County:
    with at(name):
        return build_county(0.02, 7)


def frame(name: str, feed: str) -> pl.DataFrame:
    with at(name):
        return in_own_words(FRAMES[feed](county(name), SLOT))


def test_the_first_county_is_in_hand_unless_told_otherwise() -> None:
    assert unit() == FIRST_PLACE
    with at("jincheng/qinshui"):
        assert unit() == "jincheng/qinshui"
        assert calibration()["place"]["county"] == "沁水县"
    assert unit() == FIRST_PLACE
    assert calibration()["place"]["county"] == "师宗县"


def test_an_unknown_place_is_told_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="nowhere is not known: choose one of shizong"):
        units_of("nowhere")


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_its_own_villages(name: str) -> None:
    with at(name):
        code = calibration()["place"]["county_code"]
        assert villages().codes
        assert {each[:6] for each in villages().codes} == {code[:6]}


@pytest.mark.parametrize("place", [place for place in PLACES if len(units_of(place)) > 1])
def test_units_of_a_prefecture_share_no_person_household_or_village(place: str) -> None:
    registers = [frame(name, "person_register") for name in units_of(place)]
    together = pl.concat(registers)
    for header in ("证件号码", "人口编号"):
        assert together[header].is_duplicated().sum() == 0, header
    households = [set(register["户编号"]) for register in registers]
    assert sum(map(len, households)) == len(set().union(*households))


def test_blocks_of_identity_numbers_never_meet() -> None:
    for place in PLACES:
        ranges = [block_of(name) for name in units_of(place)]
        taken = [number for block in ranges for number in block]
        assert len(taken) == len(set(taken))
        assert min(taken) >= 1
        assert max(taken) <= 99


@pytest.mark.parametrize("place", [place for place in PLACES if place != FIRST_PLACE])
def test_no_word_of_the_first_county_is_in_the_registers_or_the_calendar_of_another_place(place: str) -> None:
    for name in units_of(place):
        for feed in ("person_register", "household_register", "region"):
            texts = frame(name, feed).select(
                pl.concat_str(pl.all(), ignore_nulls=True).str.contains("师宗|曲靖|云南省")
            )
            assert texts.to_series().sum() == 0, (name, feed)
    with at(units_of(place)[0]):
        plan = delivery_plan()
        assert not [feed for feed, spec in plan["feeds"].items() if "师宗" in str(spec)]


def of_jincheng(*path: object) -> int:
    """The sum over the units of Jincheng of a number of their calibrations."""
    total = 0
    for name in units_of("jincheng"):
        with at(name):
            value = calibration()
            for key in path:
                value = value[key]
            total += sum(value.values()) if isinstance(value, dict) else int(value)
    return total


def test_the_units_of_jincheng_add_up_to_what_the_prefecture_printed() -> None:
    assert of_jincheng("exits", "persons") == 68_490
    assert of_jincheng("exits", "persons", 2017) == 31_658
    assert sum(of_jincheng("exits", "persons", year) for year in (2018, 2019, 2020)) == 9_999
    assert of_jincheng("villages", "listed_count") == of_jincheng("villages", "exits") == 200
    assert of_jincheng("villages", "exits", 2017) == 73
    assert of_jincheng("help", "teams", "value") == 517
    assert of_jincheng("help", "first_secretaries", "value") == 410
    assert of_jincheng("help", "paired_cadres", "value") == 20_702


@pytest.mark.parametrize("scale", [0.02, 0.05, 0.37, 1])
def test_what_remained_at_the_end_of_2017_is_rounded_by_itself_in_every_unit(scale: float) -> None:
    for name, printed in {
        "lingchuan": 1972,
        "qinshui": 1322,
        "zezhou": 2920,
        "yangcheng": 2025,
        "gaoping": 1760,
    }.items():
        with at(f"jincheng/{name}"):
            persons = exits_at(scale).persons
        assert persons[2018] + persons[2019] + persons[2020] == half_even(printed, scale)


def test_no_cadre_of_one_unit_has_the_number_of_another() -> None:
    def numbers(name: str) -> set[str]:
        with at(name):
            return set(FRAMES["pairing"](county(name), Slot(2020, 10, is_yearly=False))["干部编号"])

    one, other = (numbers(f"jincheng/{name}") for name in ("lingchuan", "qinshui"))
    assert one
    assert one.isdisjoint(other)


def test_two_numbers_of_one_feed_that_units_count_for_themselves_get_the_letter_of_the_unit() -> None:
    counties = tuple(county(f"jincheng/{name}") for name in ("lingchuan", "qinshui"))
    with at(counties[0].unit):
        task = next(each for each in deliveries(1, 7) if each.feed == "fund_quota")
        quotas = frame_of(counties, task)
    assert set(quotas["指标编号"].str.head(3)) == {"AZB", "BZB"}
    assert set(quotas["指标文号"].str.head(1)) == {"A", "B"}
