"""What registered households earned in an income year, from October to September, in canonical text form.

Belongs here: the sources of income of every household of a year's last register, made from what its members are in the
register of persons. Does not belong here: villages and statistics (``villagestatistics``), spelling, damage.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, generator
from pipelines.simulate.columns import choose, household_numbers, numbers, weighted
from pipelines.simulate.county import County
from pipelines.simulate.personframe import person_frame
from pipelines.simulate.register import Snapshot, month_index
from pipelines.simulate.villagestatistics import statistics_frame, village_frame

if TYPE_CHECKING:
    from pipelines.simulate.frames import Frame

Cents = dict[str, np.ndarray]
# Parts that add up to each source; what follows 其他转移性收入 in the file are parts of it, named separately.
WAGE = ("其中：务工收入", "公益性岗位收入", "其他工资性收入")
BUSINESS = ("种植业收入", "养殖业收入", "林果业收入", "其他经营收入")
PROPERTY = ("资产收益扶贫分红收入", "土地流转收入", "其他财产性收入（旧指标）")
OF_OTHER_TRANSFERS = (
    "残疾人补贴", "高龄津贴", "教育资助", "救灾救济", "赡养收入", "产业奖励", "就业奖励",
)  # fmt: skip
TRANSFER = (
    "计划生育金", "最低生活保障金", "特困人员救助供养金", "养老金或离退休金", "生态补偿金", "其他转移性收入",
)  # fmt: skip
SOURCES = {"工资性收入": WAGE, "生产经营性收入": BUSINESS, "财产性收入": PROPERTY, "转移性收入": TRANSFER}
COST, TOTAL, NET, PER_HEAD = "生产经营性支出（合计）", "年收入（元）", "纯收入（元）", "人均纯收入（元）"
# What a household earns by itself, and can be lifted; the rest is set by rules.
_EARNED = ("其中：务工收入", "种植业收入", "养殖业收入", "林果业收入", "资产收益扶贫分红收入")


@dataclass(frozen=True)
class Incomes:
    """The households of a year's last register with their members, mode of support, and amounts in cents."""

    household: np.ndarray
    village: np.ndarray
    size: np.ndarray
    mode: np.ndarray
    is_exited: np.ndarray
    cents: Cents


def year_end(county: County, year: int) -> Snapshot:
    """The register of December."""
    return county.register.snapshots[month_index(year, 12)]


def _members(county: County, snapshot: Snapshot, household: np.ndarray) -> pl.DataFrame:
    """What the members of each household are by the register of persons: one row per household, in its order."""
    given = calibration()["incomes"]
    persons = person_frame(county, snapshot)
    age = snapshot.month // 12 - pl.col("出生日期").str.slice(0, 4).cast(pl.Int32)
    place = pl.col("务工所在地").replace_strict(
        {key: value for key, value in given["wage_by_place"].items() if key != "status"}, default=0.0
    )
    counted = persons.group_by("户编号").agg(
        size=pl.len(),
        paid_months=(pl.col("务工时间（月）").cast(pl.Float64) * place).sum(),
        cleaners=(pl.col("公益性岗位类型") == "保洁员").sum(),
        rangers=(pl.col("公益性岗位类型") == "护林员").sum(),
        dibao=(pl.col("是否享受低保") == "农村低保").sum(),
        tekun=(pl.col("是否特困供养人员") == "农村特困").sum(),
        pensioners=((age >= 60) & (pl.col("是否参加城乡居民基本养老保险") == "是")).sum(),
        over_80=(age >= 80).sum(),
        disabled=pl.col("健康状况").str.contains("残疾").sum(),
        high_school=(pl.col("在校生状况") == "高中阶段").sum(),
        university=(pl.col("在校生状况") == "高等教育").sum(),
        ill=pl.col("健康状况").str.contains("患有大病").sum(),
    )
    order = pl.DataFrame({"户编号": household_numbers(household)})
    return order.join(counted, on="户编号", how="left", maintain_order="left")


@lru_cache(maxsize=2)
def household_incomes(county: County, year: int) -> Incomes:
    """Amounts from October of the year before to September of ``year``, for every household of its last register."""
    given, register, snapshot = calibration()["incomes"], county.register, year_end(county, year)
    order = np.lexsort((snapshot.household, snapshot.household_village))
    household = snapshot.household[order].astype(np.int64)
    members = _members(county, snapshot, household)
    size = members["size"].to_numpy().astype(np.int64)
    parent = county.household_traits[:, register.parent[household]]
    modes = list(calibration()["support_modes"]["shares"])
    mode = weighted(parent[6], list(calibration()["support_modes"]["shares"].values()))
    is_exited = register.exited[household] <= snapshot.month
    count = len(register.village)
    lasting = np.exp(generator(county.seed, "incomes", county.scale).normal(0, given["lasting_spread"], count))
    yearly = generator(county.seed, "incomes", county.scale, year)
    luck = lasting[household] * np.exp(yearly.normal(0, given["yearly_spread"], count)[household])
    draws = yearly.random((4, count))[:, household]
    by_mode = {
        name: np.array([given[name][one] for one in modes])[mode] for name in ("wage_by_mode", "business_by_mode")
    } | {"is_industry": mode == modes.index("产业扶持模式")}
    yuan = _earned(year, members, parent, luck, by_mode)
    yuan |= _granted(year, members, parent, draws)
    cents = {name: np.round(amounts).astype(np.int64) * 100 for name, amounts in yuan.items()}
    cents["最低生活保障金"] += members["dibao"].to_numpy() * 20
    _lift(cents, size, is_exited & (draws[0] >= given["not_lifted_share"]), given["exit_line"][year], draws[1])
    _set_costs(cents, luck, draws[2])
    _set_exceptions(cents, members, draws[3])
    if year in given["mean_per_head_cny"]:
        _fit_mean(cents, size, given["mean_per_head_cny"][year])
    return Incomes(household, snapshot.household_village[order].astype(np.int64), size, mode, is_exited, cents)


def _earned(
    year: int, members: pl.DataFrame, parent: np.ndarray, luck: np.ndarray, by_mode: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    given = calibration()["incomes"]
    months = members["paid_months"].to_numpy()
    posts = given["public_posts"]
    business = luck * by_mode["business_by_mode"]
    mu = 1 + parent[10] * 12
    dividend = given["industry_dividend"]["value"] * given["industry_dividend_reached"][year]
    return {
        "其中：务工收入": months * given["wage_per_month"][year] * luck * by_mode["wage_by_mode"],
        "公益性岗位收入": members["cleaners"].to_numpy() * posts["保洁员"]
        + members["rangers"].to_numpy() * posts["护林员"],
        "其他工资性收入": np.where(parent[4] > 0.85, 600.0, 0.0),
        "种植业收入": mu * given["crop_per_mu"][year] * business,
        "养殖业收入": np.where(parent[5] > 0.3, given["livestock_mean"][year] * 1.4, 0.0) * business,
        "林果业收入": np.where(parent[9] > 0.7, parent[10] * 3 * 450, 0.0) * luck,
        "其他经营收入": np.where(parent[8] > 0.93, 4200.0, 0.0) * luck,
        "资产收益扶贫分红收入": np.where(
            by_mode["is_industry"], dividend * (0.7 + 0.5 * parent[8]), 80.0 + 160 * parent[8]
        ),
        "土地流转收入": np.where(parent[3] > 0.75, mu * 120, 0.0),
        "其他财产性收入（旧指标）": np.zeros(len(mu)),
    }


def _granted(year: int, members: pl.DataFrame, parent: np.ndarray, draws: np.ndarray) -> dict[str, np.ndarray]:
    """Transfers, set by rules from what the members are."""
    given = calibration()["incomes"]
    aid = given["education_aid"]
    people = {name: members[name].to_numpy().astype(np.float64) for name in members.columns if name != "户编号"}
    found = {
        "计划生育金": np.where(parent[2] > 0.9, 960.0, 0.0),
        "最低生活保障金": people["dibao"] * given["dibao_per_person"][year],
        "特困人员救助供养金": people["tekun"] * given["tekun_per_person"][year],
        "养老金或离退休金": (people["pensioners"] - people["tekun"]).clip(0) * given["pension_per_person"][year],
        "生态补偿金": (parent[11] > 0.6) * parent[10] * 4 * 125 + parent[11] ** 2 * 30 * 10,
        "残疾人补贴": people["disabled"] * given["disability_subsidy"]["value"],
        "高龄津贴": people["over_80"] * given["old_age_allowance"]["value"],
        "教育资助": people["high_school"] * aid["高中阶段"] + people["university"] * aid["高等教育"],
        "救灾救济": np.where(draws[1] > 0.97, 500.0, 0.0),
        "赡养收入": np.where((people["pensioners"] > 0) & (parent[7] > 0.6), 800.0, 0.0),
        "产业奖励": np.where(parent[5] > 0.55, 500.0, 0.0),
        "就业奖励": np.where(people["paid_months"] > 6, 300.0, 0.0),
        "城乡居民基本医疗保险报销医疗费": people["ill"] * 6_500 + np.where(draws[2] > 0.8, 900.0, 0.0),
    }
    return found | {
        "其他转移性收入": sum((np.round(found[name]) for name in OF_OTHER_TRANSFERS), np.zeros(len(draws[0])))
    }


def _source(cents: Cents, parts: tuple[str, ...]) -> np.ndarray:
    return np.asarray(sum((cents[part] for part in parts), np.zeros_like(cents[parts[0]])))


def _lift(cents: Cents, size: np.ndarray, lifted: np.ndarray, line: float, draw: np.ndarray) -> None:
    """Raise what exited households earn until their net income reaches the exit line, where they earn anything."""
    share = calibration()["incomes"]["business_cost_share"]
    keeps = {part: 1 - share if part in BUSINESS else 1.0 for part in _EARNED}
    total = sum((_source(cents, parts) for parts in SOURCES.values()), np.zeros(len(size)))
    earned = sum((cents[part] * kept for part, kept in keeps.items()), np.zeros(len(size)))
    fixed = total - share * _source(cents, BUSINESS) - earned
    wanted = line * 100 * size * (1.04 + 0.45 * draw)
    able = lifted & (earned > 0) & (fixed + earned < wanted)
    factor = np.where(able, np.minimum((wanted - fixed) / np.where(earned > 0, earned, 1), 12), 1.0)
    for part in _EARNED:
        cents[part] = np.round(cents[part] * factor / 100).astype(np.int64) * 100


def _set_costs(cents: Cents, luck: np.ndarray, draw: np.ndarray) -> None:
    share = calibration()["incomes"]["business_cost_share"] * (0.8 + 0.4 * draw)
    cents[COST] = np.round(_source(cents, BUSINESS) * share).astype(np.int64)
    cents["专项用于减少生产经营性支出的补贴"] = np.zeros(len(luck), np.int64)
    cents["个人所得税"] = np.zeros(len(luck), np.int64)


def _set_exceptions(cents: Cents, members: pl.DataFrame, draw: np.ndarray) -> None:
    """A few households whose business ate up everything, and a few with nothing at all and no right to a transfer."""
    given, count = calibration()["incomes"], len(draw)
    order = np.argsort(draw, kind="stable")
    rights = members.select(right=pl.sum_horizontal(pl.exclude("户编号", "size")))["right"].to_numpy()
    nothing = order[rights[order] == 0][: max(1, round(given["without_income_share"] * count))]
    last = order[::-1]
    losing = last[cents["养殖业收入"][last] > 0][: max(1, round(given["loss_making_share"] * count))]
    for amounts in cents.values():
        amounts[nothing] = 0
    everything = sum((_source(cents, parts) for parts in SOURCES.values()), np.zeros(count, np.int64))
    cents[COST][losing] = everything[losing] + 50_000 + np.round(draw[losing] * 600_000).astype(np.int64)


def _fit_mean(cents: Cents, size: np.ndarray, per_head_cny: int) -> None:
    """Scale what households earn and what it costs them until the net income per head of all is the printed one."""
    everything = sum((_source(cents, parts) for parts in SOURCES.values()), np.zeros_like(size))
    earned = sum((cents[part] for part in _EARNED), np.zeros_like(size))
    wanted = per_head_cny * 100 * int(size.sum()) - int((everything - earned).sum())
    factor = wanted / int((earned - cents[COST]).sum())
    for part in (*_EARNED, COST):
        cents[part] = np.round(cents[part] * factor).astype(np.int64)


def yuan_text(cents: np.ndarray) -> pl.Series:
    """Cents as yuan with two decimals.

    >>> yuan_text(np.array([-5, 123456])).to_list()
    ['-0.05', '1234.56']
    """
    size = pl.Series(np.abs(cents))
    sign = choose(["", "-"], (np.asarray(cents) < 0).astype(np.int64))
    return sign + (size // 100).cast(pl.String) + "." + (size % 100).cast(pl.String).str.zfill(2)


def rounded_share(cents: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Cents divided by whole numbers above 0, rounded half away from zero, in whole numbers all the way."""
    halves = (2 * np.abs(cents) + parts) // (2 * parts)
    return np.asarray(np.where(cents < 0, -halves, halves))


def totals(incomes: Incomes) -> Cents:
    """Sources, total, net and net per head in cents: net = sources − business cost."""
    found = {source: _source(incomes.cents, parts) for source, parts in SOURCES.items()}
    found[TOTAL] = sum(found.values(), np.zeros_like(incomes.size))
    found[NET] = found[TOTAL] - incomes.cents[COST]
    return found | {PER_HEAD: rounded_share(found[NET], incomes.size)}


def income_frame(county: County, year: int) -> pl.DataFrame:
    """One row per household of the year's last register."""
    incomes = household_incomes(county, year)
    count = len(incomes.household)
    columns = {
        "户编号": household_numbers(incomes.household),
        "年度": pl.repeat(str(year), count, eager=True),
        "收入核算起始年月": pl.repeat(f"{year - 1}-10-01", count, eager=True),
        "收入核算截止年月": pl.repeat(f"{year}-09-01", count, eager=True),
        "年度家庭人口数": numbers(incomes.size, np.ones(count, bool)),
    }
    amounts = incomes.cents | totals(incomes)
    return pl.DataFrame(columns | {name: yuan_text(cents) for name, cents in amounts.items()})


FRAMES: dict[str, Frame] = {
    "income_register": lambda county, slot: income_frame(county, slot.year),
    "village_register": lambda county, slot: village_frame(county, slot.year),
    "statistics": lambda county, slot: statistics_frame(county.scale, slot.year),
}
