"""The county's model, without files: what the report prints must come out exactly."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.simulate.calibration import apportion, exits_at, half_even, short_name, villages
from pipelines.simulate.county import BASE_MONTH, County, build_county
from pipelines.simulate.funds import FINAL, build_funds
from pipelines.simulate.households import compose, sizes_with_total
from pipelines.simulate.identity import check_characters, identity_numbers
from pipelines.simulate.population import build_register
from pipelines.simulate.register import EVENT_KINDS, Event, Register, month_index

REPORT_HOUSEHOLDS = {2014: 1414, 2015: 1171, 2016: 4332, 2017: 4683, 2018: 4923, 2019: 959, 2020: 90}
REPORT_PERSONS = {2014: 6631, 2015: 5610, 2016: 19544, 2017: 20487, 2018: 18966, 2019: 3171, 2020: 263}
INTO_UNEXITED = {"新识别": 1, "返贫": 1, "自然增加": 1, "转入": 1, "分户": 1}
OUT_OF_UNEXITED = {"自然减少": -1, "清退": -1, "转出": -1, "并户": -1}
SIGN = INTO_UNEXITED | OUT_OF_UNEXITED


@cache
def county(scale: float = 0.05, seed: int = 7) -> County:
    return build_county(scale, seed)


def counted_exits(register: Register) -> tuple[dict[int, int], dict[int, int]]:
    """Households and persons by exit year, each from the first snapshot that shows the exit."""
    households: Counter[int] = Counter()
    persons: Counter[int] = Counter()
    seen: set[int] = set()
    for month, snapshot in sorted(register.snapshots.items()):
        size = np.bincount(snapshot.person_household, minlength=len(register.village))
        for household in snapshot.household[register.exited[snapshot.household] == month].tolist():
            assert household not in seen
            seen.add(household)
            households[month // 12] += 1
            persons[month // 12] += int(size[household])
    return dict(households), dict(persons)


def registered(register: Register, year: int, month: int) -> tuple[int, int, int]:
    snapshot = register.snapshots[month_index(year, month)]
    unexited = int((register.exited[snapshot.household] > snapshot.month).sum())
    return len(snapshot.household), len(snapshot.person), unexited


# --- numbers of people ----------------------------------------------------------------------------------------------


def independent_check_character(first17: str) -> str:
    """ISO 7064 MOD 11-2 by its recursion, not by weights."""
    rest = 0
    for digit in first17:
        rest = (rest + int(digit)) * 2 % 11
    value = (12 - rest) % 11
    return "X" if value == 10 else str(value)


@given(st.lists(st.integers(10**16, 10**17 - 1), min_size=1, max_size=50))
def test_check_characters_agree_with_the_recursive_formula(numbers: list[int]) -> None:
    found = check_characters(np.array(numbers, dtype=np.int64))
    assert found.tolist() == [independent_check_character(str(number)) for number in numbers]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(-20_000, 18_500), st.sampled_from([1, 2])), min_size=1, max_size=60))
def test_identity_numbers_agree_with_birth_and_sex_and_belong_to_nobody(people: list[tuple[int, int]]) -> None:
    birth = np.array([day for day, _ in people])
    sex = np.array([which for _, which in people])
    numbers = identity_numbers(birth, sex, np.random.default_rng(1), range(1, 30)).tolist()
    assert len(set(numbers)) == len(numbers)
    for number, day, which in zip(numbers, birth, sex, strict=True):
        assert number[:4] in {f"990{n}" for n in range(1, 10)}
        assert number[6:14] == str(np.datetime64(int(day), "D")).replace("-", "")
        assert int(number[16]) % 2 == which % 2
        assert number[17] == independent_check_character(number[:17])


def test_all_identity_numbers_of_a_county_are_distinct() -> None:
    assert len(set(county().identity.tolist())) == len(county().identity)


# --- apportionment and composition ----------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.integers(0, 10**12))
@example([5e-324, 0.0], 10)
def test_apportionment_keeps_the_total_and_stays_within_one_of_the_share(weights: list[float], total: int) -> None:
    if sum(weights) == 0:
        return
    parts = apportion(weights, total)
    assert int(parts.sum()) == total
    assert (parts >= 0).all()
    if total < 10**9:
        assert (np.abs(parts - np.array(weights) * total / sum(weights)) < 1 + 1e-6).all()


def test_half_even_rounds_as_documented() -> None:
    assert [half_even(-19, 0.05), half_even(-4, 0.05), half_even(5, 0.5), half_even(7, 0.5)] == [-1, 0, 2, 4]


@settings(max_examples=20)
@given(st.integers(1, 60), st.floats(0, 1))
def test_households_have_one_head_and_nobody_is_born_later(count: int, part: float) -> None:
    total = count + round(part * 8 * count)
    sizes = sizes_with_total(count, total, np.random.default_rng(count))
    members = compose(sizes, 18_000, np.random.default_rng(total))
    assert int(sizes.sum()) == total == len(members.household)
    assert np.bincount(members.household[members.relation == 0], minlength=count).tolist() == [1] * count
    assert (members.birth_day < 18_000).all()


def test_too_many_persons_for_the_households_is_an_error() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        sizes_with_total(3, 28, np.random.default_rng(0))


def test_the_county_of_2020_has_110_villages_in_10_townships() -> None:
    place = villages()
    assert (len(place.codes), len(place.township_names), int(place.is_listed.sum())) == (110, 10, 98)
    assert short_name("山龙村民委员会") == "山龙村"
    assert int((place.exit_years > 0).sum()) == 98


# --- the register ---------------------------------------------------------------------------------------------------


def test_at_full_size_every_printed_figure_comes_out() -> None:
    register = county(1.0).register
    assert counted_exits(register) == (REPORT_HOUSEHOLDS, REPORT_PERSONS)
    assert registered(register, 2020, 10) == (17_568, 74_653, 0)
    people = county(1.0).residents
    assert int(((people.since <= BASE_MONTH) & (people.until > BASE_MONTH)).sum()) == 438_900


@pytest.mark.parametrize(("scale", "seed"), [(0.01, 1), (0.02, 3), (0.05, 7), (0.05, 8), (0.13, 2)])
def test_at_other_sizes_exits_are_apportioned_and_october_follows(scale: float, seed: int) -> None:
    register = county(scale, seed).register
    exits = exits_at(scale)
    households, persons = counted_exits(register)
    assert {year: count for year, count in exits.households.items() if count} == households
    assert {year: count for year, count in exits.persons.items() if count} == persons
    assert sum(households.values()) == round(17_572 * scale)
    assert sum(persons.values()) == round(74_672 * scale)
    expected = sum(households.values()) + exits.net_households, sum(persons.values()) + exits.net_persons
    assert registered(register, 2020, 10) == (*expected, 0)


def test_every_needed_kind_of_change_occurs_in_a_small_county() -> None:
    kinds = {EVENT_KINDS[event.kind] for event in county().register.events}
    assert kinds >= {"自然增加", "自然减少", "转入", "转出", "分户", "并户", "脱贫"}


def stock(register: Register, month: int, *, exited: bool | None) -> tuple[Counter[int], Counter[int]]:
    """Households and persons per village; ``exited`` None counts all."""
    snapshot = register.snapshots[month]
    households: Counter[int] = Counter()
    village = dict(zip(snapshot.household.tolist(), snapshot.household_village.tolist(), strict=True))
    counts = {h for h in village if exited is None or (register.exited[h] <= month) == exited}
    for household in counts:
        households[village[household]] += 1
    persons = Counter(village[h] for h in snapshot.person_household.tolist() if h in counts)
    return households, persons


@pytest.mark.parametrize("scale", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("population", ["unexited", "registered"])
def test_the_ledger_explains_every_village_in_every_month(scale: float, population: str) -> None:
    register = county(scale).register
    only = False if population == "unexited" else None

    def belongs(event: Event) -> bool:
        return only is None or register.exited[event.household] >= event.month

    for month in range(month_index(2020, 1), month_index(2020, 12) + 1):
        households, persons = stock(register, month - 1, exited=only)
        for event in register.events:
            kind = EVENT_KINDS[event.kind]
            if event.month != month or not belongs(event) or (kind == "脱贫" and only is None):
                continue
            sign = SIGN.get(kind, -1)
            households[event.village] += sign * event.households
            persons[event.village] += sign * event.persons
        closing = stock(register, month, exited=only)
        assert (+households, +persons) == closing, f"month {month % 12 + 1} of the {population}"


@pytest.mark.parametrize("seed", range(1, 9))
def test_an_exiting_household_has_no_other_change_in_that_month(seed: int) -> None:
    events = build_register(0.3, seed).events
    leaving = {(e.month, e.household) for e in events if EVENT_KINDS[e.kind] == "脱贫"}
    assert len(leaving) == exits_at(0.3).households[2020]
    others = {(e.month, e.household) for e in events if EVENT_KINDS[e.kind] != "脱贫"}
    assert not leaving & others


def test_ledger_lines_carry_the_agreed_counts_and_transfers_come_in_pairs() -> None:
    events = county(1.0).register.events
    for event in events:
        kind = EVENT_KINDS[event.kind]
        if event.person >= 0:
            assert (kind in {"自然增加", "自然减少"}, event.households, event.persons) == (True, 0, 1)
        elif kind in {"分户", "并户"}:
            assert (event.households, event.persons) == (1, 0)
        else:
            assert event.households == 1
            assert event.persons >= 1
    out = Counter((e.month, e.household, e.village, e.counterpart) for e in events if EVENT_KINDS[e.kind] == "转出")
    into = Counter((e.month, e.household, e.counterpart, e.village) for e in events if EVENT_KINDS[e.kind] == "转入")
    assert out == into
    assert sum(out.values()) > 0


def test_every_household_of_a_snapshot_has_exactly_one_head() -> None:
    for snapshot in county().register.snapshots.values():
        heads = snapshot.person_household[snapshot.person_relation == 0]
        assert sorted(heads.tolist()) == sorted(snapshot.household.tolist())


def test_registered_people_are_residents_except_the_listed_few() -> None:
    here = county()
    base = here.register.snapshots[BASE_MONTH].person
    absent = base[here.residents.since[base] > BASE_MONTH]
    assert absent.tolist() == here.not_in_residents.tolist()
    december = here.register.snapshots[month_index(2020, 12)].person
    dead = december[(here.residents.until[december] <= month_index(2020, 12)) & (here.residents.ending[december] == 2)]
    assert dead.tolist() == here.dead_but_registered.tolist()
    assert len(absent) >= 2
    assert len(dead) >= 2


@pytest.mark.parametrize("scale", [0.001, 3.1])
def test_scale_outside_its_range_is_an_error(scale: float) -> None:
    with pytest.raises(ValueError, match="not between"):
        build_county(scale, 7)


def test_a_county_of_three_times_the_size_has_three_times_the_exits_in_the_same_villages() -> None:
    register = build_register(3.0, 7)
    households, persons = counted_exits(register)
    assert (sum(households.values()), sum(persons.values())) == (3 * 17_572, 3 * 74_672)
    assert registered(register, 2020, 10) == (3 * 17_568, 3 * 74_653, 0)
    assert set(register.village) <= set(range(110))


# --- money ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [0.01, 0.05, 1.0])
@pytest.mark.parametrize("seed", [1, 7])
def test_integrated_funds_add_up_to_the_cent_with_all_items(scale: float, seed: int) -> None:
    quotas, _ = build_funds(scale, seed)
    integrated = [quota for quota in quotas if quota.item is not None]
    assert Decimal(sum(quota.cents for quota in integrated)) / 100 == Decimal("1135000000.00") * Decimal(str(scale))
    items: dict[str, set[str | None]] = {}
    for quota in integrated:
        items.setdefault(quota.level, set()).add(quota.item)
    assert {level: len(names) for level, names in items.items()} == {"中央": 18, "省级": 22, "市级": 41, "县级": 46}
    assert {quota.year for quota in integrated} == {2016, 2017, 2018, 2019, 2020}


def test_documents_add_up_and_payments_stay_within_what_arrived() -> None:
    quotas, payments = build_funds(1.0, 7)
    by_document: Counter[str] = Counter()
    for quota in quotas:
        by_document[quota.document] += quota.cents
        assert sum(cents for _, cents in quota.arrivals) <= quota.cents
    assert all(by_document[quota.document] == quota.document_cents for quota in quotas)
    paid: Counter[str] = Counter()
    for payment in payments:
        paid[payment.quota.quota_id] += payment.cents
        arrived = sum(cents for day, cents in payment.quota.arrivals if day <= payment.day)
        assert paid[payment.quota.quota_id] <= arrived


def test_spend_rates_are_plausible_and_old_money_is_left() -> None:
    quotas, payments = build_funds(1.0, 7)
    for year in (2016, 2017, 2018, 2019):
        arrived = sum(cents for quota in quotas if quota.year == year for _, cents in quota.arrivals)
        final = [p for p in payments if p.quota.year == year and p.payee_type == FINAL]
        in_year = sum(p.cents for p in final if p.day.year == year)
        assert 0.90 < in_year / arrived < 0.985
        assert sum(p.cents for p in final) < arrived
    township = sum(quota.cents for quota in quotas if quota.receiver != "师宗县")
    assert 0.6 < township / sum(quota.cents for quota in quotas) < 0.8
