"""Haikou: what its four districts hold adds up to what the city's summary prints, in full and at a twentieth."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from pipelines.simulate.calibration import calibration
from pipelines.simulate.county import County, build_county
from pipelines.simulate.deliveries import deliveries
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.funds import FINAL, YEARS, build_funds
from pipelines.simulate.places import at, in_own_words, units_of
from pipelines.simulate.run import frame_of

TWENTIETH = 0.05
SCALES = (0.02, TWENTIETH, 0.037)
SEED = Path(__file__).parents[2] / "dbt_project" / "seeds" / "published_figures.csv"


DECEMBER = Slot(2020, 12, False)


@cache
def counties(scale: float = TWENTIETH) -> tuple[County, ...]:
    built = []
    for name in units_of("haikou"):
        with at(name):
            built.append(build_county(scale, 7))
    return tuple(built)


@cache
def frame(feed: str, slot: Slot = DECEMBER, scale: float = TWENTIETH) -> pl.DataFrame:
    """The file of a period with the rows of all districts."""
    parts = []
    for county in counties(scale):
        with at(county.unit):
            parts.append(in_own_words(FRAMES[feed](county, slot)))
    return pl.concat(parts)


def years(feed: str, scale: float) -> pl.DataFrame:
    """The rows of the yearly files of 2016 to 2020."""
    return pl.concat([frame(feed, Slot(year, 12, True), scale) for year in YEARS])


def scaled(printed: int, scale: float = TWENTIETH) -> int:
    return int((Decimal(printed) * Decimal(str(scale))).to_integral_value(ROUND_HALF_EVEN))


def parts(path: tuple[str, ...], scale: float) -> int:
    """A number of the districts, each shrunk for itself."""
    return sum(scaled(value, scale) for value in given(*path))


def listed(indicator: str) -> dict[str, str]:
    """The row of the list of published figures."""
    with SEED.open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if (row["place"], row["indicator"]) == ("haikou", indicator))


def given(*path: str | int) -> list[int]:
    """A calibrated number of each district."""
    found = []
    for name in units_of("haikou"):
        with at(name):
            value = calibration()
            for key in path:
                value = value[key]
            found.append(value)
    return found


PRINTED = {
    ("small_loans", "households", "value"): 1939,
    ("participation", "linked_2020", "龙头企业", "households"): 4295,
    ("guarantees", "registered", "persons"): 1735,
    ("homes", "renovated", "priority"): 1976,
    ("care", "major_illness_persons", "value"): 814,
    ("care", "chronic_together", "households"): 1101,
    ("collective_projects", "joined", "persons"): 52859,
    ("product_sales", "sales_cny", "value"): 82_232_400,
    ("help", "residents_a_year"): 824,
    ("operators", "产业扶贫合作社", "count"): 63,
    ("villages", "listed_count"): 22,
    ("public_posts", "kinds", "保洁员"): 333,
    ("public_posts", "kinds", "护林员"): 80,
    ("operators", "扶贫车间", "workers"): 1000,
    ("projects", "kinds", "count", "产业类"): 676,
    ("projects", "kinds", "count", "旅游类"): 48,
    ("work", "tourism_households", "value"): 200,
    ("training", "person_times", "value"): 5150,
    ("training", "sessions", "value"): 45,
    ("employment_rewards", "cny", "value"): 21_471_500,
    ("employment_rewards", "stars", "value"): 90,
    ("measures", "counted", "households"): 1995,
    ("measures", "counted", "persons"): 7577,
    ("households_by_cause", "因病", "value"): 1553,
}
SUM_OF = {
    "workshop_person_time_count": ("operators", "扶贫车间", "workers"),
    "star_person_count": ("employment_rewards", "stars", "value"),
    "illness_poverty_household_count": ("households_by_cause", "因病", "value"),
    "tourism_led_household_count": ("measures", "counted", "households"),
    "tourism_led_person_count": ("measures", "counted", "persons"),
    "tourism_training_person_time_count": ("training", "person_times", "value"),
    "tourism_employed_household_count": ("work", "tourism_households", "value"),
}


@pytest.mark.parametrize(("path", "printed"), PRINTED.items())
def test_the_districts_add_up_to_what_is_printed(path: tuple[str, ...], printed: int) -> None:
    assert sum(given(*path)) == printed
    assert min(given(*path)) >= 0


def test_exits_of_all_years_and_districts_are_the_printed_register() -> None:
    assert sum(sum(years.values()) for years in given("exits", "households")) == 4342
    assert sum(sum(years.values()) for years in given("exits", "persons")) == 19300


def test_a_twentieth_of_the_city_has_a_twentieth_of_the_printed_numbers() -> None:
    register, loans, people = frame("household_register"), frame("small_loans"), frame("person_register")
    assert register.height == scaled(4342)
    assert people.height == scaled(19300)
    assert loans.height == scaled(4206)
    assert loans["所属贫困户"].n_unique() == scaled(1939)
    assert frame("major_illness")["身份证号"].n_unique() == scaled(814)
    assert frame("family_doctor")["慢病类型"].count() == scaled(1163)
    assert frame("industry_participation")["户编号"].n_unique() == scaled(4342)


@pytest.mark.parametrize(("indicator", "path"), SUM_OF.items())
def test_the_list_of_figures_shrinks_each_district_for_itself(indicator: str, path: tuple[str, ...]) -> None:
    assert listed(indicator)["scaling"] == "sum_of:" + "+".join(map(str, given(*path)))


@pytest.mark.parametrize("scale", SCALES)
def test_incomes_per_head_are_the_printed_ones_and_grow_by_thirty_per_cent(scale: float) -> None:
    mean = {}
    for year in (2016, 2020):
        rows = frame("income_register", Slot(year, 12, True), scale)
        net, heads = (rows[name].cast(pl.Float64).sum() for name in ("纯收入（元）", "年度家庭人口数"))
        mean[year] = net / heads
    assert mean[2020] == pytest.approx(15_900, abs=1)
    assert (mean[2020] / mean[2016]) ** 0.25 - 1 == pytest.approx(0.30, abs=0.004)


@pytest.mark.parametrize("scale", SCALES)
def test_every_project_that_is_printed_was_begun_with_money(scale: float) -> None:
    library = frame("project_library", DECEMBER, scale).filter(
        pl.col("开工日期").is_not_null() & pl.col("出库日期").is_null()
    )
    assert dict(library["项目类别"].value_counts().iter_rows()) == {"产业类": 676, "旅游类": 48}
    assert library["立项日期"].null_count() == 0
    assert library.filter(pl.col("计划总投资（万元）").cast(pl.Float64) <= 0).is_empty()


@pytest.mark.parametrize("scale", SCALES)
def test_no_year_of_the_five_spent_less_than_the_printed_share(scale: float) -> None:
    arrived, paid = dict.fromkeys(YEARS, 0), dict.fromkeys(YEARS, 0)
    for county in counties(scale):
        with at(county.unit):
            quotas, payments = build_funds(scale, county.seed)
        for quota in quotas:
            arrived[quota.year] += sum(cents for _, cents in quota.arrivals)
        for payment in payments:
            if payment.payee_type == FINAL and payment.day.year == payment.quota.year:
                paid[payment.quota.year] += payment.cents
    shares = [paid[year] / arrived[year] for year in YEARS]
    assert 0.95 <= min(shares) < 0.96


@pytest.mark.parametrize("scale", SCALES)
def test_rewards_and_stars_are_paid_to_the_cent(scale: float) -> None:
    paid = pl.concat([frame("subsidy_payment", Slot(year, 12, year < 2020), scale) for year in YEARS])
    cents = paid.with_columns(fen=(pl.col("补贴金额").cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64))
    rewards = cents.filter(pl.col("补贴项目名称") == "就业奖补")
    assert rewards["fen"].sum() == Decimal(2_147_150_000) * Decimal(str(scale))
    assert rewards["fen"].min() > 0
    stars = cents.filter(pl.col("补贴项目名称") == "创业脱贫致富之星奖励")
    assert stars["身份证号"].n_unique() == stars.height == parts(("employment_rewards", "stars", "value"), scale)
    assert set(stars["fen"]) == {500_000}


@pytest.mark.parametrize("scale", SCALES)
def test_tourism_has_the_printed_households_courses_and_jobs(scale: float) -> None:
    led = frame("household_measures", Slot(2020, 12, True), scale).filter(pl.col("措施名称") == "旅游扶贫项目带动")
    assert led["户编号"].n_unique() == led.height == parts(("measures", "counted", "households"), scale)
    members = frame("person_register", DECEMBER, scale).join(led, on="户编号", how="semi").height
    assert members == parts(("measures", "counted", "persons"), scale)
    courses = years("training", scale)
    assert courses.height == parts(("training", "person_times", "value"), scale)
    assert courses.select("培训机构", "培训日期").n_unique() == 45
    assert courses.select("身份证号", "培训机构", "培训日期").is_duplicated().sum() == 0
    work = frame("employment_done", DECEMBER, scale).filter(pl.col("所属行业") == "文化旅游业")
    assert work["户编号"].n_unique() == work.height == parts(("work", "tourism_households", "value"), scale)
    assert set(work["是否已务工"]) == {"是"}


@pytest.mark.parametrize("scale", SCALES)
def test_everybody_has_a_doctor_and_whoever_wants_work_has_it(scale: float) -> None:
    people, signed = (frame(feed, DECEMBER, scale) for feed in ("person_register", "family_doctor"))
    # A holder of a disability certificate may stand in the register under its longer number.
    assert set(people["证件号码"].str.head(18)) == set(signed["身份证号"])
    ledger = frame("labour_ledger", DECEMBER, scale)
    assert set(ledger.filter(pl.col("就业创业状态") == "未就业")["就创业意愿"]) == {"无意愿"}
    assert ledger["就创业意愿"].n_unique() == 3


@pytest.mark.parametrize("scale", SCALES)
def test_households_poor_by_illness_are_the_printed_ones(scale: float) -> None:
    register = frame("household_register", DECEMBER, scale)
    ill = register.filter(pl.col("主要致贫原因") == "因病")
    assert ill.height == parts(("households_by_cause", "因病", "value"), scale)
    before = frame("household_register", Slot(2019, 12, True), scale)
    both = ill.join(before, on="户编号", suffix="_before")
    assert set(both["主要致贫原因_before"]) == {"因病"}


def test_monitored_households_are_the_printed_ones_at_any_size() -> None:
    monitored = (
        frame("monitoring_register")
        .group_by("监测对象类别", "风险是否已消除")
        .agg(pl.len(), pl.col("家庭人口数").cast(pl.Int64).sum().alias("persons"))
    )
    found = {(kind, over): (count, persons) for kind, over, count, persons in monitored.iter_rows()}
    assert found == {
        ("脱贫不稳定户", "否"): (5, 26),
        ("脱贫不稳定户", "是"): (3, 7),
        ("边缘易致贫户", "否"): (34, 121),
        ("边缘易致贫户", "是"): (25, 77),
    }


def test_a_loan_is_renewed_only_after_it_fell_due() -> None:
    days = (
        frame("small_loans")
        .sort("借款人身份证号", "贷款起始日")
        .with_columns(before=pl.col("贷款结束日").shift(1).over("借款人身份证号"))
    )
    assert days.filter(pl.col("before") >= pl.col("贷款起始日")).is_empty()


@pytest.mark.parametrize(
    ("feed", "header"),
    [("operators", "主体名称"), ("operators", "统一社会信用代码"), ("village_support", "干部编号")],
)
def test_numbers_of_two_districts_never_meet(feed: str, header: str) -> None:
    assert frame(feed)[header].is_duplicated().sum() == 0


def test_sales_of_a_channel_and_of_all_channels_are_the_printed_ones() -> None:
    cents = {"all": 0, "线上": 0, "集市": 0}
    for county in counties():
        with at(county.unit):
            for month in (1, 6, 12):
                sold = FRAMES["product_sales"](county, Slot(2020, month, False)).select(
                    "销售渠道", fen=pl.col("销售额（万元）").cast(pl.Decimal(18, 2)) * 100
                )
                for name in cents:
                    some = sold if name == "all" else sold.filter(pl.col("销售渠道") == name)
                    cents[name] += int(some["fen"].sum() or 0)
    assert cents == {"all": 411_162_000, "线上": 30_700_000, "集市": 44_340_000}


@pytest.mark.parametrize(
    ("feed", "header"), [("small_loans", "借据编号"), ("dangerous_housing", "危房id"), ("product_sales", "产品编号")]
)
def test_what_each_district_numbers_for_itself_carries_its_letter(feed: str, header: str) -> None:
    with at(units_of("haikou")[0]):
        task = next(one for one in deliveries(12, 7) if one.feed == feed and (one.year, one.month) == (2020, 12))
        numbers = frame_of(counties(), task)[header]
    assert set(numbers.str.head(1)) == {"A", "B", "C", "D"}
    by_district = numbers.str.head(1).value_counts()
    assert by_district["count"].min() > 0
    if feed != "product_sales":  # a product has several lines
        assert numbers.is_duplicated().sum() == 0
