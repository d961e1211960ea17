"""Leads: contradictions between departments and orphans across feeds, for a person to check (F42, F43).

Column names in the queries are those of contracts, checked by ``LeadRule.fits``; values are bound.

Belongs here: the dated rules, their evaluation over accepted rows, the list. Does not belong here: any consequence; a
lead removes nobody from help and stops no file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import duckdb
import polars as pl
from pydantic import BaseModel, ConfigDict, model_validator

from pipelines.contracts import Contract, Text
from pipelines.files import read_yaml, write_json

if TYPE_CHECKING:
    from pipelines.reading import BronzeInput
    from pipelines.settings import Settings

RULES_FILE = Path(__file__).parents[1] / "contracts" / "leads.yml"
LEADS_NAME, COUNTS_NAME = "leads.parquet", "leads.json"
COLUMNS = {
    "rule": pl.String,
    "title_zh": pl.String,
    "title_en": pl.String,
    "period": pl.String,
    "key_name": pl.String,
    "key": pl.String,
    "first_feed": pl.String,
    "first_receipt_id": pl.String,
    "first_row": pl.Int32,
    "second_feed": pl.String,
    "second_receipt_id": pl.String,
    "second_row": pl.Int32,
}


class LeadModel(BaseModel):
    """Frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Condition(LeadModel):
    """One condition on a row: the field has one of the values, or is blank or filled."""

    field: str
    values: tuple[str, ...] | None = None
    blank: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _is(cls, raw: object) -> object:
        return (
            {("values" if name == "is" else name): value for name, value in raw.items()}
            if isinstance(raw, dict)
            else raw
        )

    @model_validator(mode="after")
    def _one(self) -> Condition:
        if (self.values is None) == (self.blank is None):
            raise ValueError(f"{self.field}: a condition has either 'is' or 'blank'")
        return self


class Side(LeadModel):
    """Rows of one feed."""

    feed: str
    where: tuple[Condition, ...] = ()


class LeadRule(LeadModel):
    """One contradiction; ``differs`` is a field of both sides that must not be equal."""

    rule: str
    title: Text
    key: str
    relation: Literal["both", "absent"]
    first: Side
    second: Side
    differs: str | None = None
    valid_from: date
    valid_to: date | None = None
    author: str
    reason: str
    source: str

    def fits(self, contracts: Mapping[str, Contract]) -> bool:
        """True when both feeds exist with all fields that the rule names."""
        for side in (self.first, self.second):
            needed = {self.key, *(each.field for each in side.where), *([self.differs] if self.differs else [])}
            if side.feed not in contracts or not needed <= set(contracts[side.feed].bronze_columns):
                return False
        return True

    def holds(self, period: str) -> bool:
        """True for a period in which the rule is valid."""
        day = date(int(period[:4]), int(period[5:]), 28)
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def load_rules(folder: Path = RULES_FILE.parent) -> list[LeadRule]:
    """The shipped rules and those of another contracts' folder; raises ValueError naming a file that is not valid."""
    rules: list[LeadRule] = []
    for path in dict.fromkeys((RULES_FILE, folder / RULES_FILE.name)):
        if path.exists():
            try:
                rules += [LeadRule.model_validate(each) for each in read_yaml(path)]
            except ValueError as error:
                raise ValueError(f"{path} is not valid: {error}") from error
    return rules


def find_leads(
    rules: Iterable[LeadRule], contracts: Mapping[str, Contract], inputs: Sequence[BronzeInput]
) -> pl.DataFrame:
    """Every lead among the files that count, one row per key and rule; keys are pseudonyms."""
    paths = {(each.feed, each.period): str(each.accepted_path) for each in inputs}
    found = [pl.DataFrame(schema=COLUMNS)]
    with duckdb.connect() as connection:
        for rule in rules:
            if not rule.fits(contracts):
                continue
            for period in sorted({period for feed, period in paths if feed == rule.first.feed and rule.holds(period)}):
                first, second = paths[rule.first.feed, period], paths.get((rule.second.feed, period))
                if second is not None:
                    found.append(_evaluate(connection, rule, period, first, second))
    return pl.concat(found)


def _evaluate(
    connection: duckdb.DuckDBPyConnection, rule: LeadRule, period: str, first: str, second: str
) -> pl.DataFrame:
    values: list[object] = []
    sides = []
    for side, path in ((rule.first, first), (rule.second, second)):
        extra = f', "{rule.differs}" as other' if rule.differs else ", null as other"
        conditions = [f'"{rule.key}" is not null']
        values.append(path)
        for each in side.where:
            if each.blank is not None:
                conditions.append(f'"{each.field}" is {"" if each.blank else "not "}null')
            else:
                conditions.append(f'cast("{each.field}" as varchar) in (select unnest(?))')
                values.append(list(each.values or ()))
        sides.append(  # names are those of contracts, see ``LeadRule.fits``
            f'select "{rule.key}" as key, receipt_id, source_row{extra} from read_parquet(?) '  # noqa: S608
            f"where {' and '.join(conditions)}"
        )
    if rule.relation == "absent":
        query = f"""
            select a.key, min(a.receipt_id), min(a.source_row), null, null from ({sides[0]}) as a
            anti join ({sides[1]}) as b on a.key = b.key group by a.key order by a.key
        """  # noqa: S608
    else:
        differs = "and a.other is distinct from b.other" if rule.differs else ""
        query = f"""
            select a.key, min(a.receipt_id), min(a.source_row), min(b.receipt_id), min(b.source_row)
            from ({sides[0]}) as a inner join ({sides[1]}) as b on a.key = b.key {differs}
            group by a.key order by a.key
        """  # noqa: S608
    rows = connection.execute(query, values).fetchall()
    return pl.DataFrame(
        [
            (rule.rule, rule.title.zh, rule.title.en, period, rule.key, key, rule.first.feed, receipt_a, row_a,
             rule.second.feed, receipt_b, row_b)
            for key, receipt_a, row_a, receipt_b, row_b in rows
        ],
        schema=COLUMNS,
        orient="row",
    )  # fmt: skip


def write_leads(settings: Settings, contracts: Mapping[str, Contract], inputs: Sequence[BronzeInput]) -> pl.DataFrame:
    """Write the list (owner only) and its counts per rule and period into the state folder; returns the list."""
    rules = load_rules(settings.contracts_dir)
    found = find_leads(rules, contracts, inputs)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    draft = settings.state_dir / f".{LEADS_NAME}.tmp"
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    found.write_parquet(draft)
    draft.replace(settings.state_dir / LEADS_NAME)
    counts = {each.rule: {"zh": each.title.zh, "en": each.title.en, "periods": {}} for each in rules}
    for rule, period, count in found.group_by("rule", "period").len().sort("rule", "period").iter_rows():
        counts[rule]["periods"][period] = count  # type: ignore[index]
    write_json(settings.state_dir / COUNTS_NAME, counts)
    return found
