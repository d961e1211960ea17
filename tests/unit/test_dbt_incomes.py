"""Incomes on a county that fits on one page, by hand; and every formula against numpy on random households."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.unit.dbt_county import COUNTY, EAST, PREFECTURE, TOWN, WEST, Built, County, Row, build

Floats = npt.NDArray[np.float64]
PROVINCE = "530000000000"
MODES = ("传统产业", "转移就业", "产业扶持模式", "兜底保障")


def household(key: str, area: str, mode: str, *, exited: bool = True) -> Row:
    return {
        "household_key": key,
        "area_code": area,
        "household_type": "脱贫户" if exited else "贫困户",
        "exit_status": "已脱贫" if exited else "未脱贫",
        "exit_year": 2018 if exited else None,
        "support_mode": mode,
    }


def income(key: str, year: int, persons: int, amounts: tuple[float, float, float, float, float], **more: Any) -> Row:
    """A row whose totals follow from wage, business, property, transfer and cost."""
    wage, business, prop, transfer, cost = (Decimal(str(amount)) for amount in amounts)
    net = wage + business + prop + transfer - cost
    return {
        "household_key": key,
        "income_year": year,
        "annual_member_count": persons,
        "wage_income_cny": wage,
        "business_income_cny": business,
        "property_income_cny": prop,
        "transfer_income_cny": transfer,
        "business_cost_cny": cost,
        "total_income_cny": net + cost,
        "net_income_cny": net,
        "net_income_per_head_cny": round(net / persons, 2),
        "accounting_start_month": date(year - 1, 10, 1),
        "accounting_end_month": date(year, 9, 1),
    } | more


def statistic(area: str, year: int, name: str, unit: str, value: float) -> Row:
    return {
        "area_code": area, "area_name": area, "statistics_year": year, "indicator_name": name, "unit_name": unit,
        "indicator_value": value, "source_document": "by hand",
    }  # fmt: skip


def _county() -> County:
    """2019: a 4 × 1,000, b 2 × 10,000, c 1 × −500, d 3 × 3,218 (at the line), f 2 × 0, g without a row; x unknown."""
    county = County()
    county.area(PROVINCE, "province", "云南省", None)
    homes = [
        household("a", EAST, MODES[0]),
        household("b", EAST, MODES[1]),
        household("c", WEST, MODES[2], exited=False),
        household("d", WEST, MODES[0]),
        household("f", WEST, MODES[3]),
        household("g", WEST, MODES[3]),
    ]
    for year in (2018, 2019):
        county.deliver("household_register", f"{year}-12", homes)
    county.deliver(
        "income_register",
        "2018-12",
        [
            income("a", 2018, 4, (4000, 0, 0, 400, 0)),
            income("b", 2018, 2, (10000, 4000, 1000, 1000, 2000)),
            income("d", 2018, 3, (9000, 0, 0, 0, 0)),
        ],
    )
    county.deliver(
        "income_register",
        "2019-12",
        [
            income("a", 2019, 4, (3000, 800, 0, 500, 300)),
            income("b", 2019, 2, (15000, 8000, 500, 500, 4000)),
            income("c", 2019, 1, (0, 1000, 0, 0, 1500)),
            income("d", 2019, 3, (9654, 0, 0, 0, 0), net_income_cny=Decimal(9000)),
            income("f", 2019, 2, (0, 0, 0, 0, 0), accounting_start_month=date(2019, 1, 1)),
            income("x", 2019, 5, (50000, 0, 0, 0, 0)),
        ],
    )
    county.deliver(
        "statistics",
        "2019-12",
        [
            statistic(COUNTY, 2019, "农村居民人均可支配收入", "元", 13048),
            statistic(COUNTY, 2019, "农村居民人均可支配收入增速", "%", 10.1),
            statistic(PREFECTURE, 2019, "农村居民人均可支配收入增速", "%", 9.2),
            statistic(PROVINCE, 2019, "农村居民人均可支配收入增速", "%", 9.2),
            statistic(COUNTY, 2019, "地区生产总值", "亿元", 151.8),
            statistic(COUNTY, 2019, "总人口", "户", 7),
        ],
    )
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("incomes"), "2019-12")


def kpi(built: Built, area: str = COUNTY, period: str = "2019", group: str = "all") -> dict[str, Any]:
    return built.row(
        f"select * from marts.kpi_income_area_year where area_id = '{area}' and period = '{period}' "
        f"and group_id = '{group}'"
    )


def test_every_model_and_test_of_incomes_passes(built: Built) -> None:
    wrong = {name: state for name, state in built.not_passed().items() if "income" in name or "statistic" in name}
    assert set(wrong) <= {"fct_statistic_every_indicator_and_unit_is_known"}
    assert "int_income_people" in built.nodes


def test_persons_money_and_levels_by_hand(built: Built) -> None:
    row = kpi(built)
    assert (row["household_count"], row["person_count"]) == (5, 12)
    assert row["net_income_cny"] == Decimal(4000 + 20000 - 500 + 9654)
    assert row["mean_per_head_cny"] == pytest.approx(33154 / 12)
    # −500, then 0 0, then 1,000 for persons 4 to 7: half of twelve falls on 1,000.
    assert row["median_per_head_cny"] == pytest.approx(1000)
    assert row["growth_share"] == pytest.approx((33154 / 12) / (27400 / 9) - 1)
    assert (row["zero_household_count"], row["negative_household_count"]) == (1, 1)


def test_shares_of_the_sources_are_of_net_income_with_business_net_of_costs(built: Built) -> None:
    row = kpi(built)
    assert row["net_business_income_cny"] == Decimal(800 - 300 + 8000 - 4000 + 1000 - 1500)
    shares = [row[f"{name}_share"] for name in ("wage_income", "net_business_income", "property_income")]
    assert shares == pytest.approx([27654 / 33154, 4000 / 33154, 500 / 33154])
    assert sum(shares) + row["transfer_income_share"] == pytest.approx(1)


def test_who_is_below_the_line_and_by_how_much(built: Built) -> None:
    row = kpi(built)
    assert (row["line_family"], row["line_cny"]) == ("statistics", Decimal(3218))
    # d is at the line and therefore not below it; the loss counts as 0.
    assert (row["below_household_count"], row["below_person_count"]) == (3, 7)
    gap = 1 - 1000 / 3218
    assert row["income_headcount_share"] == pytest.approx(7 / 12)
    assert row["income_gap_index"] == pytest.approx((4 * gap + 3) / 12)
    assert row["income_severity_index"] == pytest.approx((4 * gap**2 + 3) / 12)
    assert row["income_watts_index"] == pytest.approx(4 * math.log(3.218) / 12)
    assert row["without_logarithm_household_count"] == 2


def test_the_line_of_a_region_and_year_is_picked_by_family(built: Built) -> None:
    lines = built.rows(
        "select period, line_family, line_cny from marts.kpi_income_line_area_year "
        f"where area_id = '{WEST}' and group_type = 'all' order by all"
    )
    assert lines == [
        ("2018", "exit", Decimal(3500)),
        ("2018", "statistics", Decimal(2995)),
        ("2019", "exit", Decimal(3750)),
        ("2019", "statistics", Decimal(3218)),
    ]
    below = built.rows(
        "select below_household_count from marts.kpi_income_line_area_year where line_family = 'exit' "
        f"and area_id = '{COUNTY}' and period = '2019' and group_type = 'all'"
    )
    assert below == [(4,)]


def test_an_income_at_the_threshold_counts_as_falling(built: Built) -> None:
    falls = dict(built.rows("select household_key, is_falling from marts.fct_income where income_year = 2019"))
    # a: 1,100 → 1,000 is 9.1 %; b rises; d: 3,000 → 3,218; c and f have no last year.
    assert falls == {"a": False, "b": False, "c": None, "d": False, "f": None, "x": None}
    row = kpi(built)
    assert (row["compared_household_count"], row["falling_household_count"]) == (3, 0)


def test_a_row_that_the_register_does_not_know_stays_and_is_counted(built: Built) -> None:
    stranger = built.row("select * from marts.fct_income where household_key = 'x'")
    assert (stranger["is_in_register"], stranger["area_code"]) == (False, COUNTY)
    assert kpi(built)["not_in_register_household_count"] == 1
    assert kpi(built, PREFECTURE)["not_in_register_household_count"] == 1
    assert kpi(built, TOWN)["not_in_register_household_count"] is None


def test_rows_that_are_not_sound_are_counted_and_computed_from_their_parts(built: Built) -> None:
    d = built.row("select * from marts.fct_income where household_key = 'd' and income_year = 2019")
    assert (d["is_arithmetic_sound"], d["net_income_cny"], d["stated_net_income_cny"]) == (False, 9654, 9000)
    f = built.row("select * from marts.fct_income where household_key = 'f'")
    assert (f["is_register_income_year"], f["is_zero"]) == (False, True)
    row = kpi(built)
    assert (row["unsound_household_count"], row["other_period_household_count"]) == (1, 1)


def test_the_register_counts_the_support_modes_also_of_households_without_a_row(built: Built) -> None:
    row = kpi(built, group="兜底保障")
    assert (row["register_household_count"], row["household_count"]) == (2, 1)
    assert row["without_income_row_household_count"] == 1
    assert row["household_share"] == pytest.approx(2 / 6)
    poor = kpi(built, group="未脱贫")
    assert (poor["household_count"], poor["mean_per_head_cny"], poor["gini_index"]) == (1, -500, None)


def test_nothing_arrived_is_null_and_nobody_is_zero(built: Built) -> None:
    east = kpi(built, EAST, group="兜底保障")
    assert (east["household_count"], east["net_income_cny"], east["mean_per_head_cny"]) == (0, 0, None)
    county = _county()
    county.deliver("household_register", "2017-12", [household("a", EAST, MODES[0])])
    later = build(county, built.database.parent / "early", "2019-12")
    row = kpi(later, period="2017")
    assert (row["household_count"], row["net_income_cny"], row["register_household_count"]) == (None, None, 1)


def test_growth_stands_beside_that_of_rural_residents(built: Built) -> None:
    row = kpi(built)
    assert (row["rural_income_cny"], row["rural_income_growth_rate"]) == (13048, 0.101)
    assert row["province_rural_income_growth_rate"] == row["prefecture_rural_income_growth_rate"] == 0.092
    assert row["growth_above_rural_rate"] == pytest.approx(row["growth_share"] - 0.101)
    assert kpi(built, WEST)["rural_income_cny"] == 13048
    assert kpi(built, PREFECTURE)["rural_income_cny"] is None
    measures = built.rows(
        "select unit_name, measure, measure_value from marts.fct_statistic "
        "where indicator_name in ('地区生产总值', '总人口') order by all"
    )
    assert measures == [("亿元", "gdp_cny", Decimal(15_180_000_000)), ("户", None, None)]
    assert built.nodes["fct_statistic_every_indicator_and_unit_is_known"].state != "passed"


def test_contributions_of_the_sources_add_up_to_the_change(built: Built) -> None:
    parts = built.rows(
        "select income_source, contribution_per_head_cny, mean_change_per_head_cny "
        f"from marts.kpi_income_source_area_year where area_id = '{COUNTY}' and period = '2019' and group_type = 'all'"
    )
    by_source = {source: part for source, part, _ in parts}
    assert by_source["wage"] == pytest.approx(27654 / 12 - 23000 / 9)
    assert by_source["business"] == pytest.approx(4000 / 12 - 2000 / 9)
    assert sum(by_source.values()) == pytest.approx(33154 / 12 - 27400 / 9) == parts[0][2]


# --- random households against numpy --------------------------------------------------------------------------------

LINE = 4000.0


def numpy_measures(y: Floats, w: Floats, line: float) -> dict[str, float]:
    """The published conventions, written a second time: one entry per person instead of weights and running sums."""
    everybody = np.repeat(y, w.astype(int))
    clipped = np.maximum(everybody, 0.0)
    gap = np.where(everybody < line, 1 - clipped / line, 0.0)
    positive = everybody[(everybody > 0) & (everybody < line)]
    counted = np.sort(everybody[everybody >= 0])
    n = len(counted)
    gini = float(np.abs(counted[:, None] - counted[None, :]).sum() / (2 * n * n * counted.mean()))
    curve = np.interp(np.arange(6) / 5, np.arange(n + 1) / n, np.concatenate([[0], np.cumsum(counted)]) / counted.sum())
    fifths = np.diff(curve)
    return {
        "income_headcount_share": float((everybody < line).mean()),
        "income_gap_index": float(gap.mean()),
        "income_severity_index": float((gap**2).mean()),
        "income_watts_index": float(np.log(line / positive).sum() / len(everybody)),
        "median_per_head_cny": float(np.median(everybody)),
        "gini_index": gini,
        "quintile_ratio": float(fifths[4] / fifths[0]),
    } | {f"quintile_{i}_share": float(fifth) for i, fifth in enumerate(fifths, start=1)}


def random_households(count: int, seed: int) -> tuple[Floats, Floats]:
    """Incomes per head in whole yuan, some equal, some zero and negative, and household sizes."""
    rng = np.random.default_rng(seed)
    y: Floats = np.round(np.exp(rng.normal(8.6, 0.7, count)) / 10).astype(np.float64) * 10
    y[:6] = [0, 0, -300, -1200, LINE, LINE - 1]
    return y, rng.integers(1, 8, count).astype(np.float64)


@pytest.fixture(scope="module")
def random_county(tmp_path_factory: pytest.TempPathFactory) -> Built:
    county = County()
    homes, rows = [], []
    for area, count, seed in ((EAST, 140, 1), (WEST, 61, 2)):
        y, w = random_households(count, seed)
        for at in range(count):
            key = f"{area}-{at}"
            homes.append(household(key, area, MODES[at % 4]))
            net = float(y[at] * w[at])
            cost = 2000.0 if net >= 0 else 2000.0 - net
            rows.append(income(key, 2020, int(w[at]), (0, 2000, 0, max(net, 0.0), cost)))
    county.deliver("household_register", "2020-12", homes)
    county.deliver("income_register", "2020-12", rows)
    return build(county, tmp_path_factory.mktemp("random"), "2020-12")


@pytest.mark.parametrize("area", [EAST, WEST, COUNTY])
def test_every_measure_equals_numpy_on_random_households(random_county: Built, area: str) -> None:
    parts = {EAST: [(140, 1)], WEST: [(61, 2)], COUNTY: [(140, 1), (61, 2)]}[area]
    drawn = [random_households(count, seed) for count, seed in parts]
    y, w = (np.concatenate([pair[at] for pair in drawn]) for at in (0, 1))
    row = kpi(random_county, area, "2020")
    assert row["line_cny"] == LINE
    expected = numpy_measures(y, w, LINE)
    assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-9, abs=1e-11)
    assert row["mean_per_head_cny"] == pytest.approx(float((y * w).sum() / w.sum()))


@pytest.mark.parametrize("area", [EAST, COUNTY])
def test_the_statistics_library_gives_the_same(random_county: Built, area: str) -> None:
    cleaning = pytest.importorskip("pipelines.statistics.cleaning")
    inequality = pytest.importorskip("pipelines.statistics.inequality")
    poverty = pytest.importorskip("pipelines.statistics.poverty")
    parts = [(140, 1)] if area == EAST else [(140, 1), (61, 2)]
    drawn = [random_households(count, seed) for count, seed in parts]
    y, w = (np.concatenate([pair[at] for pair in drawn]) for at in (0, 1))
    everybody = cleaning.clean(y, w).distribution
    counted = everybody.not_negative()
    row = kpi(random_county, area, "2020")
    for alpha, column in enumerate(("income_headcount_share", "income_gap_index", "income_severity_index")):
        assert row[column] == pytest.approx(poverty.fgt(everybody, LINE, alpha), rel=1e-9)
    assert row["income_watts_index"] == pytest.approx(poverty.watts(everybody, LINE), rel=1e-9)
    assert row["median_per_head_cny"] == pytest.approx(everybody.quantile(0.5))
    assert row["gini_index"] == pytest.approx(inequality.gini(counted), rel=1e-9)
    fifths = [row[f"quintile_{fifth}_share"] for fifth in range(1, 6)]
    assert fifths == pytest.approx(inequality.income_shares(counted, 5).tolist(), rel=1e-9)


def test_the_lorenz_curve_of_equal_incomes_is_the_diagonal(tmp_path: Path) -> None:
    county = County()
    homes = [household(f"h{at}", EAST, MODES[0]) for at in range(7)]
    county.deliver("household_register", "2020-12", homes)
    rows = [income(f"h{at}", 2020, at + 1, (5000 * (at + 1), 0, 0, 0, 0)) for at in range(7)]
    county.deliver("income_register", "2020-12", rows)
    built = build(county, tmp_path, "2020-12")
    points = built.rows(
        f"select person_share, income_share from marts.kpi_income_lorenz_area_year where area_id = '{EAST}' "
        "and group_type = 'all' order by point_number"
    )
    assert len(points) == 21
    assert [income_share for _, income_share in points] == pytest.approx([share for share, _ in points])
    assert kpi(built, EAST, "2020")["gini_index"] == pytest.approx(0)
