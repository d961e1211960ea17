"""A table against its contract: the rows that keep it, and whether the file counts at all.

Belongs here: rules over columns, rows and totals, vectorised. Does not belong here: reading, single values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

import pandas as pd

from benchmarks.peers.columns import YUAN, by_distinct, converted, pseudonyms, said_by
from benchmarks.peers.divisions import Divisions, joined
from benchmarks.peers.tables import Table
from pipelines.contracts import CodeValue, Contract
from pipelines.meaning.thresholds import Thresholds

TOTAL = r"(?:本页|本表|全县|全乡|全镇)?(?:合计|小计|总计|共计|累计|总和)(?:数|[(:（：].*)?$"
NOTE = (
    r"填表|填报|制表|审核|复核|经办|负责人|单位负责人|联系人|联系电话|打印|导出|报送|备注|说明|注|数据来源|"
    r"第[0-9]+页|共[0-9]+[条行户人页]"
)
CENT = 0.005


@dataclass
class Judged:
    """The accepted rows in bronze columns; ``count`` are all records, ``groups`` accepted rows by place."""

    rows: pd.DataFrame
    count: int
    accepted: int
    groups: dict[str, int]
    is_refused: bool


@dataclass(frozen=True)
class Rules:
    """What all files are judged by besides their contracts."""

    areas: pd.DataFrame
    code_lists: dict[str, tuple[CodeValue, ...]]
    thresholds: Thresholds
    _divisions: dict[int, Divisions] = field(default_factory=dict)

    def divisions(self, period: str) -> Divisions:
        """The division table of a period, made once for all periods between two changes."""
        changes = pd.to_datetime(pd.concat([self.areas["valid_from"], self.areas["valid_to"]]))
        day = pd.Period(period, "M").end_time
        number = int((changes <= day).sum())
        if number not in self._divisions:
            self._divisions[number] = Divisions(self.areas, period)
        return self._divisions[number]


def judged(table: Table, contract: Contract, period: str, rules: Rules) -> Judged:
    """The rows that keep the contract; bad, doubled and summing rows are dropped."""
    one = _Judging(table, contract, period, rules)
    one.judge_columns()
    one.judge_persons()
    one.judge_period()
    one.judge_places()
    one.judge_keys()
    return one.result()


class _Judging:
    """One table: ``text`` as written, ``values`` in their types, ``bad`` rows by field."""

    def __init__(self, table: Table, contract: Contract, period: str, rules: Rules) -> None:
        self.table, self.contract, self.period, self.rules = table, contract, period, rules
        is_note, is_total = _notes(table.rows, contract)
        self.totals = table.rows[is_total]
        self.text = table.rows[~is_note] if is_note.any() else table.rows
        self.end = pd.Period(period, "M").end_time
        self.values: dict[str, pd.Series] = {}
        self.bad: dict[str, pd.Series] = {}
        self.repeated = pd.Series(data=False, index=self.text.index)

    def _reject(self, name: str, where: pd.Series) -> None:
        if where.any():
            self.bad[name] = self.bad[name] | where if name in self.bad else where

    def judge_columns(self) -> None:
        """Types, required cells, ranges, dates that lie ahead."""
        last = (pd.Period(self.period, "M") + 1).end_time
        for each in self.contract.fields:
            if each.name not in self.text:
                continue
            text = self.text[each.name]
            codes = {
                spelling: value.value
                for value in self.rules.code_lists.get(each.code_list or "", ())
                for spelling in (value.value, *value.codes)
            }
            values = converted(text, each, self.table.units.get(each.name, each.unit), codes)
            if each.type == "identity" and each.name in self.table.numbers:
                values = values.mask(self.table.numbers[each.name].reindex(values.index))
            self.values[each.name] = values
            self._reject(each.name, values.isna() if each.required else values.isna() & text.notna())
            factor = YUAN[each.unit or "元"] if each.name.endswith("_cny") else 1
            if each.min is not None:
                self._reject(each.name, values < each.min * factor)
            if each.max is not None:
                self._reject(each.name, values > each.max * factor)
            if each.type in ("date", "month") and not each.may_be_future:
                self._reject(each.name, values > last)

    def judge_persons(self) -> None:
        """Birth and sex inside identity numbers against the row's own; nobody is unborn or older than anybody."""
        oldest = self.rules.thresholds.of("oldest_age", self.period)
        first = self.end - pd.DateOffset(years=int(oldest["years"] if oldest else 130))
        births = {each.birth_date_field or "" for each in self.contract.fields if each.name in self.values}
        births |= {each.name for each in self.contract.fields if (each.name, each.type) == ("birth_date", "date")}
        for name in births & self.values.keys():
            self._reject(name, (self.values[name] > self.end) | (self.values[name] < first))
        for each in self.contract.fields:
            if each.type != "identity" or each.name not in self.values:
                continue
            number = self.values[each.name]
            said = said_by(number)
            self._reject(each.name, number.notna() & ~said.birth.between(first, self.end))
            if (birth := self.values.get(each.birth_date_field or "")) is not None:
                self._reject(each.name, number.notna() & birth.notna() & (said.birth != birth))
            if (sex := self.values.get(each.sex_field or "")) is not None:
                self._reject(each.name, number.notna() & sex.notna() & (said.is_female != (sex == "女")))

    def judge_period(self) -> None:
        """A feed that names its period in a column has no rows of another one."""
        column = self.contract.period.column
        if self.contract.period.source != "column" or column is None:
            return
        name = next(each.name for each in self.contract.fields if column in each.headers)
        if (values := self.values.get(name)) is None:
            return
        if pd.api.types.is_datetime64_any_dtype(values):
            is_other = (values.dt.year != self.end.year) | (values.dt.month != self.end.month)
            self._reject(name, values.notna() & is_other)
        else:
            self._reject(name, values.notna() & (values != self.end.year))

    def judge_places(self) -> None:
        """The place of each row by code, by one name, or by township and village."""
        area = self.contract.area
        if area is None:
            return
        divisions = self.rules.divisions(self.period)
        if area.code is not None:
            names, codes = self.values[area.code], divisions.by_code
        elif area.name is not None:
            names = self.values[area.name]
            codes = divisions.by_name_and_above if area.reaches_above else divisions.by_name
        else:
            names = joined(self.values[area.township or ""], self.values[area.village or ""])
            codes = divisions.by_village
        code = by_distinct(names, lambda distinct: distinct.map(codes))
        self.values["area_code"] = code
        self._reject("area_code", code.isna())

    def judge_keys(self) -> None:
        """Of equal rows with one key the first stays, of differing rows none."""
        key = pd.DataFrame({name: self.values[name] for name in self.contract.key})
        repeated = key.duplicated(keep=False) & key.notna().all(axis=1)
        if not repeated.any():
            return
        text = self.text[repeated].drop(columns="source_row").assign(**{f"_{name}": key[name] for name in key})
        again = text.duplicated()
        variants = (~again).groupby([text[f"_{name}"] for name in key]).transform("sum")
        self.repeated = (again | (variants > 1)).reindex(self.text.index, fill_value=False)
        self._reject(self.contract.key[0], self.repeated)

    def result(self) -> Judged:
        """Accepted rows with pseudonyms, and whether totals or the share of rejected rows stop the file."""
        is_bad = reduce(or_, self.bad.values(), pd.Series(data=False, index=self.text.index))
        rejected = int(is_bad.sum()) + self.table.broken
        count = len(self.text) + self.table.broken
        limits = self.contract.limits
        too_many = rejected > limits.rejected_share * count and rejected >= min(limits.rejected_rows_min, count / 2)
        rows = pd.DataFrame(self.values)[~is_bad].assign(source_row=self.text["source_row"])
        groups = self._groups(rows)
        for each in self.contract.fields:
            if each.is_pseudonym and each.name in rows:
                rows[each.name] = pseudonyms(rows[each.name], each.key_domain or "person")
        return Judged(rows, count, len(rows), groups, is_refused=too_many or self._totals_differ())

    def _groups(self, rows: pd.DataFrame) -> dict[str, int]:
        limit = self.contract.limits.per_group
        return {} if limit is None else dict(rows[limit.field].value_counts())

    def _totals_differ(self) -> bool:
        """True when a stated total is not the sum of the rows, and no unreadable amount explains it."""
        for each in self.contract.fields:
            if not each.amount or each.name not in self.values:
                continue
            unit = self.table.units.get(each.name, each.unit)
            stated = converted(self.totals[each.name], each, unit, {}).dropna()
            values = self.values[each.name]
            sums = values.sum(), values[~self.repeated].sum()
            is_explained = each.name in self.bad or self.table.broken > 0
            if not is_explained and any(all(abs(total - one) > CENT for one in sums) for total in stated):
                return True
        return False


def _notes(rows: pd.DataFrame, contract: Contract) -> tuple[pd.Series, pd.Series]:
    """Which rows are no records but totals, notes below the table or blank, and which of them state totals."""
    cells = rows.drop(columns="source_row")
    keys = [name for name in contract.key if name in cells]
    suspects = reduce(and_, (cells[name].isna() for name in keys)) | _says(cells.iloc[:, 0], TOTAL, NOTE)
    few = cells[suspects]
    filled = few.notna().sum(axis=1)
    words = ["".join(next((cell for cell in row if isinstance(cell, str)), "").split()) for row in few.to_numpy()]
    first = pd.Series(words, index=few.index, dtype="str")
    is_total = _says(first, TOTAL) & (filled <= max(4, cells.shape[1] // 2))
    is_note = _says(first, NOTE) & (filled <= max(3, cells.shape[1] // 4))
    for name in keys:  # a row with a key of its own is a record
        has_key = few[name].notna() & ~_says(few[name], TOTAL, NOTE)
        is_total, is_note = is_total & ~has_key, is_note & ~has_key
    is_left_out = (filled == 0) | is_total | is_note
    return is_left_out.reindex(rows.index, fill_value=False), is_total.reindex(rows.index, fill_value=False)


def _says(text: pd.Series, *patterns: str) -> pd.Series:
    """Which cells begin like one of the patterns."""
    return text.str.contains(f"^(?:{'|'.join(patterns)})", regex=True).fillna(value=False).astype(bool)


def is_refused_beside(
    now: Judged, earlier: list[tuple[str, Judged]], contract: Contract, period: str, thresholds: Thresholds
) -> bool:
    """True when a file's numbers of rows are unlike the period before, or far below a version of its own period.

    ``earlier`` are accepted files of the feed with their periods, in this order.
    """
    before = [one for of, one in earlier if of < period and one.count]
    if now.count and before and _is_unlike(now, before[-1], contract):
        return True
    limits = thresholds.of("resent_rows", period, contract.feed)
    versions = [one.accepted for of, one in earlier if of == period]
    if limits is None or not versions:
        return False
    low = max([limits["refuse"], *(contract.limits.row_count_ratio or ())[:1]])
    return max(versions) >= limits["minimum_count"] and now.accepted / max(versions) < low


def _is_unlike(now: Judged, before: Judged, contract: Contract) -> bool:
    """True when the rows, in all or of a place, are too many or too few."""
    limits = contract.limits
    if limits.row_count_ratio is not None:
        low, high = limits.row_count_ratio
        if not low <= now.count / before.count <= high:
            return True
    if limits.per_group is None:
        return False
    low, high = limits.per_group.ratio
    return any(not low <= now.groups.get(place, 0) / rows <= high for place, rows in before.groups.items())
