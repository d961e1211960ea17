"""Meaning checks as functions of profiles: thresholds, history, units, drift; no files."""

from __future__ import annotations

import math
import random
from datetime import date
from pathlib import Path

import pytest
import yaml

from pipelines.contracts import load_contracts
from pipelines.meaning.columns import total_variation
from pipelines.meaning.door import findings
from pipelines.meaning.drift import trend
from pipelines.meaning.history import Finding, Subject, compare, months_between
from pipelines.meaning.profile import FieldProfile, GroupProfile, Profile
from pipelines.meaning.thresholds import Threshold, Thresholds, load_thresholds

CONTRACTS = Path(__file__).parents[1] / "faults" / "contracts"


def period(number: int) -> str:
    return f"{2018 + (number - 1) // 12}-{(number - 1) % 12 + 1:02d}"


def income(
    level: float, *, spread: float = 0.4, count: int = 1000, negative: int = 0, distinct: int = 900
) -> FieldProfile:
    quartiles = (-1.2816, -0.6745, 0.0, 0.6745, 1.2816)
    return FieldProfile(
        kind="number",
        unit="cny",
        filled_count=count,
        distinct_count=distinct,
        quantiles=tuple(level + spread * each for each in quartiles),
    )


def subject(number: int, waived: frozenset[str] = frozenset(), **fields: FieldProfile) -> Subject:
    profile = Profile(row_count=1000, fields=fields)
    return Subject(f"incomes-{number}", period(number), f"{random.random()}", profile, waived)


def found(series: list[Subject], feed: str = "incomes") -> tuple[Finding, ...]:
    """What is odd about the last of a series."""
    return findings(series[-1], series[:-1], load_contracts(CONTRACTS)[feed], load_thresholds())


def drifting(levels: list[float]) -> list[int]:
    """The numbers (from 1) of the months at which a drift is flagged."""
    series = [subject(n, income_cny=income(8 + level)) for n, level in enumerate(levels, start=1)]
    return [n for n in range(1, len(series) + 1) if any(one.check == "drift" for one in found(series[:n]))]


@pytest.mark.parametrize("seed", range(20))
def test_a_stable_series_within_two_percent_never_counts_as_drift(seed: int) -> None:
    noise = random.Random(seed)
    assert drifting([noise.uniform(-0.02, 0.02) for _ in range(24)]) == []


@pytest.mark.parametrize("sign", [1, -1])
def test_one_percent_a_month_is_flagged_by_the_sixth_month(sign: int) -> None:
    assert drifting([sign * math.log(1.01) * n for n in range(6)]) == [6]
    assert min(drifting([0.0] * 8 + [sign * math.log(1.01) * n for n in range(1, 7)])) <= 14


def test_a_single_jump_is_no_drift_and_a_line_has_its_slope() -> None:
    assert trend([(-5, 1.0), (-3, 1.2), (0, 1.5)])[0] == pytest.approx(0.1)
    assert drifting([0.0] * 6 + [0.03] + [0.0] * 5) == []


@pytest.mark.parametrize("factor", [10_000, 100, 12, 10, 1 / 10, 1 / 12, 1 / 100, 1 / 10_000])
@pytest.mark.parametrize("before", [1, 2, 12])
def test_every_usual_unit_error_is_refused_against_any_history(factor: float, before: int) -> None:
    noise = random.Random(before)
    series = [subject(n, income_cny=income(8 + noise.uniform(-0.1, 0.1))) for n in range(1, before + 1)]
    now = subject(before + 1, income_cny=income(8 + math.log(factor)))
    assert [(one.check, one.is_refusal) for one in found([*series, now])] == [("unit_change", True)]


def test_a_few_scattered_values_say_nothing_but_a_gross_factor_does() -> None:
    few = [subject(n, income_cny=income(8, spread=2, count=8, distinct=8)) for n in (1, 2, 3)]
    assert found([*few, subject(4, income_cny=income(8 + math.log(3), spread=2, count=8, distinct=8))]) == ()
    gross = found([*few, subject(4, income_cny=income(8 + math.log(10_000), spread=2, count=8, distinct=8))])
    assert [one.check for one in gross] == ["unit_change"]


def test_a_file_let_pass_is_no_reference_for_that_check() -> None:
    series = [subject(n, income_cny=income(8)) for n in (1, 2, 3)]
    flood = subject(4, frozenset({"unit_change"}), income_cny=income(8 + math.log(3)))
    assert found([*series, flood, subject(5, income_cny=income(8))]) == ()
    assert [one.check for one in found([*series, flood, subject(5, income_cny=income(8 + math.log(3)))])] == [
        "unit_change"
    ]


def test_places_are_compared_with_their_own_past() -> None:
    def with_places(number: int, factor: float) -> Subject:
        groups = {
            place: GroupProfile(row_count=300, fields={"income_cny": (300, level, 0.4)})
            for place, level in (("甲镇", 8.0), ("乙镇", 9.5), ("丙镇", 7.0 + math.log(factor)))
        }
        return Subject(
            f"p{number}{factor}",
            period(number),
            "",
            Profile(row_count=900, fields={"income_cny": income(8)}, groups=groups),
        )

    series = [with_places(n, 1) for n in (1, 2)]
    assert found([*series, with_places(3, 1)]) == ()
    refused = found([*series, with_places(3, 12)])
    assert [one.check for one in refused] == ["unit_change"]
    assert "丙镇" in refused[0].zh
    assert "甲镇" not in refused[0].zh


def test_columns_of_like_size_are_told_apart_by_their_order_in_each_row() -> None:
    def pair(number: int, below: float) -> Subject:
        fields = {"income_cny": income(8), "expense_cny": income(8)}
        profile = Profile(row_count=1000, fields=fields, below={"income_cny<expense_cny": below})
        return Subject(f"s{number}{below}", period(number), "", profile)

    assert found([pair(1, 0.1), pair(2, 0.12)]) == ()
    assert [one.check for one in found([pair(1, 0.1), pair(2, 0.9)])] == ["columns_swapped"]


def test_shares_that_have_nothing_in_common_are_one_apart() -> None:
    assert total_variation({"男": 3, "女": 1}, {"男": 3, "女": 1}) == 0
    assert total_variation({"男": 1}, {"女": 5}) == 1
    assert total_variation({}, {}) == 0


@pytest.mark.parametrize(
    ("feed", "periods", "now", "alike"),
    [
        ("incomes", ["2018-12", "2019-12", "2020-01"], "2020-02", ["2018-12", "2019-12", "2020-01"]),
        ("aid", ["2017-12", "2018-12", "2019-12"], "2020-01", []),
        ("aid", ["2018-12", "2019-12", "2020-01", "2020-02"], "2020-03", ["2020-01", "2020-02"]),
        ("aid", ["2017-12", "2018-12"], "2019-12", ["2017-12", "2018-12"]),
        ("incomes", ["2014-12", "2020-01"], "2020-02", ["2020-01"]),
    ],
)
def test_a_month_is_compared_with_months_and_a_year_with_years(
    feed: str, periods: list[str], now: str, alike: list[str]
) -> None:
    def one(name: str) -> Subject:
        return Subject(name, name, "", Profile(row_count=1, fields={}))

    compared = compare(one(now), [one(each) for each in periods], load_contracts(CONTRACTS)[feed], load_thresholds())
    assert [each.period for each in compared.alike] == alike
    assert months_between("2019-11", "2020-02") == 3


def entry(**changed: object) -> Threshold:
    about = {
        "check": "sign_change", "values": {"minimum_count": 8, "flag": 0.1, "refuse": 0.3}, "valid_from": "2012-01-01",
        "author": "测试", "reason": "测试", "source": "测试",
    }  # fmt: skip
    return Threshold.model_validate(about | changed)


def test_the_most_specific_threshold_of_the_day_holds() -> None:
    off = entry(feed="aid", values=None, valid_from="2019-01-01", valid_to="2019-12-31")
    newer = entry(values={"minimum_count": 8, "flag": 0.2, "refuse": 0.3}, valid_from="2020-01-01")
    chosen = Thresholds((entry(), newer, off))
    assert (chosen.of("sign_change", "2018-05") or {})["flag"] == 0.1
    assert (chosen.of("sign_change", "2020-05") or {})["flag"] == 0.2
    assert chosen.of("sign_change", "2019-05", "aid", "aid_cny") is None
    assert (chosen.of("sign_change", "2020-05", "aid") or {})["flag"] == 0.2
    assert chosen.of("sign_change", "2011-05") is None


def test_a_threshold_without_author_value_or_feed_is_refused(tmp_path: Path) -> None:
    for wrong in ({"author": None}, {"values": {"flag": 1}}, {"field": "x"}, {"check": "nothing"}):
        with pytest.raises(ValueError, match="validation error"):
            entry(**wrong)
    (tmp_path / "thresholds.yml").write_text(yaml.safe_dump([{"check": "drift"}]))
    with pytest.raises(ValueError, match=r"thresholds\.yml"):
        load_thresholds(tmp_path)


def test_every_shipped_threshold_says_since_when_by_whom_and_why() -> None:
    entries = load_thresholds().entries
    assert len(entries) >= 13
    assert all(each.author and each.reason and each.source and each.valid_from >= date(2012, 1, 1) for each in entries)
    contracts = load_contracts()
    for each in entries:
        if each.feed is not None and each.field is not None:
            assert contracts[each.feed].field(each.field)


def refusals(feed: str, *years: dict[str, FieldProfile]) -> set[str]:
    """The checks that refuse the last of some year-end files of a real feed."""
    series = [
        Subject(
            f"{feed}-{n}", f"{2016 + n}-12", f"{random.random()}", Profile(row_count=1934, fields=fields), frozenset()
        )
        for n, fields in enumerate(years, start=1)
    ]
    told = findings(series[-1], series[:-1], load_contracts()[feed], load_thresholds())
    return {one.check for one in told if one.is_refusal}


def unexited(count: int) -> dict[str, FieldProfile]:
    shares = {"未脱贫": count, "已脱贫": 1934 - count}
    return {"exit_status": FieldProfile(kind="code", filled_count=1934, distinct_count=2, shares=shares)}


def test_a_year_of_exits_across_the_half_is_no_exchange_of_codes_and_an_exchange_still_is() -> None:
    assert refusals("household_register", unexited(1151), unexited(837)) == set()
    assert refusals("household_register", unexited(1151), unexited(1934 - 1148)) == {"codes_exchanged"}


def projects(*, reserve: int, under_way: int) -> dict[str, FieldProfile]:
    shares = {"储备": reserve, "实施中": under_way, "已报账": 840, "已批复": 1094 - reserve - under_way}
    return {"reported_state": FieldProfile(kind="code", filled_count=1934, distinct_count=4, shares=shares)}


def test_projects_of_the_reserve_that_are_all_started_are_no_exchange_of_codes_and_an_exchange_still_is() -> None:
    before = projects(reserve=698, under_way=112)
    assert refusals("project_library", before, projects(reserve=131, under_way=780)) == set()
    assert refusals("project_library", before, projects(reserve=112, under_way=698)) == {"codes_exchanged"}


def places(count: int) -> dict[str, FieldProfile]:
    return {"area_code": FieldProfile(kind="text", filled_count=1934, distinct_count=count)}


def test_a_plan_may_have_targets_of_townships_in_some_years_only() -> None:
    assert refusals("plan_targets", places(20), places(1)) == set()
    assert refusals("exit_checks", places(20), places(1)) == {"constant_column"}
