"""The toy feed of monthly incomes: stable noisy months in which one thing at a time is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pipelines.reading import FileLedger, ledgers
from tests.faults.office import TOWNSHIPS, WEIGHTS, Office, Row, as_csv

HEADER = [
    "成员编号", "姓名", "身份证号码", "性别", "出生日期", "所属乡镇", "健康", "月收入", "月支出", "出工天数",
    "开始日期", "说明",
]  # fmt: skip
MEMBER, NAME, IDENTITY, SEX, BIRTH, TOWNSHIP, HEALTH, INCOME, EXPENSE, DAYS, STARTED, REMARK = range(12)
Change = Callable[[list[Row]], object]


def person(number: int) -> tuple[str, str, str]:
    """A synthetic identity number with its sex and birth date; two of three are men."""
    birth = f"19{50 + number % 50}{1 + number % 12:02d}{1 + number % 28:02d}"
    is_male = number % 3 != 0
    body = f"990101{birth}{number % 100:02d}{(number // 100 * 2 + is_male) % 10}"
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]
    return body + check, "男" if is_male else "女", f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"


def rows_of(seed: int, count: int = 240, *, factor: float = 1.0) -> list[Row]:
    """A month: the same persons, incomes around 3,000 and expenses around 900, each 2 % off by chance."""
    rng = np.random.default_rng(seed)
    base = np.random.default_rng(7)
    incomes = np.exp(base.normal(8.0, 0.4, count)) * factor * (1 + rng.uniform(-0.02, 0.02))
    expenses = np.exp(base.normal(6.8, 0.4, count)) * (1 + rng.uniform(-0.02, 0.02))
    health = ["普通劳动力", "普通劳动力", "普通劳动力", "技能劳动力", "无劳动力"]
    rows: list[Row] = []
    for n in range(count):
        number, sex, birth = person(n)
        rows.append(
            [
                f"{10000 + n}", f"张{n}", number, sex, birth, TOWNSHIPS[n % 3], health[n % 5],
                f"{incomes[n]:.2f}", f"{expenses[n]:.2f}", f"{10 + n % 15}", f"2019-{1 + n % 12:02d}-01", "",
            ]
        )  # fmt: skip
    return rows


def month(office: Office, number: int, change: Change | None = None, *, factor: float = 1.0, year: int = 2020) -> None:
    """Drop a month's file; ``change`` spoils its rows in place."""
    rows = rows_of(year * 100 + number, factor=factor)
    if change is not None:
        change(rows)
    office.drop(f"收入台账{year}年{number}月.csv", as_csv(rows, HEADER))


def last(office: Office, change: Change | None = None, *, before: int = 3) -> FileLedger:
    """The verdict on a month that follows clean ones."""
    for number in range(1, before + 1):
        month(office, number)
    month(office, before + 1, change)
    found = office.take()
    assert [one.verdict for one in found[:-1]] == ["accepted"] * before
    assert not [warning for one in found[:-1] for warning in one.warnings]
    return found[-1]


def scaled(column: int, factor: float, *, only: str | None = None) -> Change:
    """A change that multiplies a column, of one township only when named."""

    def change(rows: list[Row]) -> None:
        for row in rows:
            if only is None or row[TOWNSHIP] == only:
                row[column] = f"{float(str(row[column])) * factor:.2f}"

    return change


def replaced(column: int, value: Callable[[int, Row], object]) -> Change:
    """A change that puts something else into a column."""

    def change(rows: list[Row]) -> None:
        for number, row in enumerate(rows):
            row[column] = value(number, row)

    return change


def swapped(first: int, second: int) -> Change:
    """A change that exchanges two columns under their headers."""

    def change(rows: list[Row]) -> None:
        for row in rows:
            row[first], row[second] = row[second], row[first]

    return change


def settled(office: Office) -> dict[str, str]:
    """The verdict of every period as it stands now."""
    return {one.period: one.verdict for one in ledgers(office.settings)}


def codes(ledger: FileLedger) -> Sequence[str]:
    """The codes of a ledger's warnings."""
    return [each.code for each in ledger.warnings]
