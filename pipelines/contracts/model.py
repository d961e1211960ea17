"""The shape of a feed contract: what a department's file must look like, in one YAML per feed.

Belongs here: the pydantic model of a contract and its loader. Does not belong here: reading files, judging rows.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as PydanticField

from pipelines.files import parse_yaml, read_yaml

CONTRACTS_DIR = Path(__file__).parent
CODE_LISTS_FILE = CONTRACTS_DIR / "code_lists.yml"
NO_CONTRACTS = (CODE_LISTS_FILE.name, "thresholds.yml", "leads.yml")

FieldType = Literal[
    "text", "identity", "key", "code", "codes", "date", "month", "year", "integer", "decimal", "boolean"
]
Name = Annotated[str, PydanticField(pattern=r"^[a-z][a-z0-9_]*$")]
Ratio = tuple[float, float]


class ContractModel(BaseModel):
    """Frozen, and a misspelt key in a YAML is an error rather than a silently ignored wish."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(ContractModel):
    """A text shown to people, in both languages."""

    zh: str
    en: str


class Department(Text):
    """The department that owns a feed; ``code`` is its folder name."""

    code: Name


class CodeValue(ContractModel):
    """One value of a code list: what is kept, other spellings seen in files, and its English label."""

    value: str
    codes: tuple[str, ...] = ()
    en: str


class Period(ContractModel):
    """Where a file says which month it is about.

    ``pattern`` needs the named groups ``year`` and, unless the feed is yearly, ``month``.
    """

    source: Literal["title", "column", "file_name", "asked"]
    pattern: str | None = None
    column: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        groups = re.compile(self.pattern or "").groupindex
        if self.source in ("title", "file_name") and "year" not in groups:
            raise ValueError(f"period from {self.source} needs a pattern with the group 'year'")
        if self.source == "column" and self.column is None:
            raise ValueError("period from a column needs the column's header")
        return self


class Calendar(ContractModel):
    """When a delivery is due: ``due_day`` of the month after the period."""

    frequency: Literal["monthly", "yearly", "event"]
    due_day: int = PydanticField(ge=1, le=31)


class Area(ContractModel):
    """How a row names its place: by township and village name, by one name, or by code.

    ``reaches_above``: the one name may also be the prefecture or the province, as in published statistics.
    """

    township: Name | None = None
    village: Name | None = None
    name: Name | None = None
    code: Name | None = None
    reaches_above: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.township is not None and self.village is not None, self.name is not None, self.code is not None]
        if sum(ways) != 1:
            raise ValueError("area is given by township and village, or by name, or by code: exactly one way")
        return self


class GroupLimit(ContractModel):
    """Row counts per value of ``field`` against the last period must stay inside ``ratio``."""

    field: Name
    ratio: Ratio


class Limits(ContractModel):
    """What stops a whole file: too many rejected rows, or a volume unlike the last period's.

    Files of events may be small: below ``rejected_rows_min`` rejected rows their share stops nothing as long as most
    rows are sound, and ``may_be_empty`` lets a month without events come as a header alone.
    """

    rejected_share: float = PydanticField(ge=0, le=1)
    rejected_rows_min: int = PydanticField(default=1, ge=1)
    may_be_empty: bool = False
    row_count_ratio: Ratio | None = None
    per_group: GroupLimit | None = None


class Field(ContractModel):
    """One column of a feed.

    ``name`` is the house name (a ``_cny`` column is in yuan whatever the file's ``unit``), ``header`` the
    usual header, ``aliases`` other headers seen. ``personal``: ``direct`` identifies a person by itself and
    never leaves the vault in clear, ``quasi`` only together with others. ``may_be_future``: a date that may lie
    after the period, such as the end of a validity. ``prefix``: a letter that some offices write before an identity.
    """

    name: Name
    header: str
    aliases: tuple[str, ...] = ()
    type: FieldType
    unit: str | None = None
    required: bool = False
    code_list: str | None = None
    key_domain: Name | None = None
    pattern: str | None = None
    min: float | None = None
    max: float | None = None
    amount: bool = False
    birth_date_field: Name | None = None
    sex_field: Name | None = None
    may_be_future: bool = False
    prefix: str | None = PydanticField(default=None, pattern=r"^[A-Z]$")
    personal: Literal["none", "direct", "quasi"] = "none"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.type in ("code", "codes") and self.code_list is None:
            raise ValueError(f"{self.name}: a code needs its code_list")
        if self.type == "key" and self.key_domain is None:
            raise ValueError(f"{self.name}: a key needs its key_domain")
        if self.amount and not self.name.endswith("_cny"):
            raise ValueError(f"{self.name}: an amount is money and its name ends in _cny")
        if self.name.endswith("_cny") and self.unit not in ("元", "万元", "亿元"):
            raise ValueError(f"{self.name}: money needs its unit: 元, 万元 or 亿元")
        if self.prefix is not None and self.type != "identity":
            raise ValueError(f"{self.name}: only an identity has a prefix")
        if self.pattern is not None:
            re.compile(self.pattern)
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """The usual header first, then its aliases."""
        return (self.header, *self.aliases)

    @property
    def is_pseudonym(self) -> bool:
        """True when the bronze column holds a keyed pseudonym of the file's value."""
        return self.type in ("identity", "key")

    @property
    def is_kept(self) -> bool:
        """True when the column reaches bronze; direct identifiers stay in the vault unless pseudonymised."""
        return self.is_pseudonym or self.personal != "direct"

    @property
    def duckdb_type(self) -> str:
        """The column's type in bronze, as DuckDB writes it."""
        if self.type == "decimal":
            return "DECIMAL(18,2)" if self.name.endswith("_cny") else "DECIMAL(18,4)"
        return {"date": "DATE", "month": "DATE", "year": "INTEGER", "integer": "INTEGER", "boolean": "BOOLEAN"}.get(
            self.type, "VARCHAR"
        )


class Contract(ContractModel):
    """A feed: who sends it, how it is recognised, what each column must hold, and what stops a file.

    ``coverage`` says what one file holds: a ``snapshot`` of all, the ``year_to_date`` list of the budget year,
    or the ``increment`` of its period. ``key`` must be unique within one file. Sheets named in ``parts`` that have one
    header are one table, such as those on a list, those added to it and those who left it. A feed that
    ``is_optional`` is not missed where it never came; once it has come, a period that is late is late.
    """

    feed: Name
    version: int = PydanticField(ge=1)
    title: Text
    department: Department
    grain: Text
    coverage: Literal["snapshot", "year_to_date", "increment"]
    formats: tuple[Literal["xlsx", "xls", "csv", "parquet"], ...]
    period: Period
    calendar: Calendar
    key: tuple[Name, ...]
    recognise: tuple[str, ...]
    parts: tuple[str, ...] = ()
    is_optional: bool = False
    area: Area | None = None
    limits: Limits
    fields: tuple[Field, ...]

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.feed}: a field name occurs twice")
        headers = {normalise_header(header) for field in self.fields for header in field.headers}
        by_header: dict[str, str] = {}
        for field in self.fields:
            for header in map(normalise_header, field.headers):
                if by_header.setdefault(header, field.name) != field.name:
                    raise ValueError(f"{self.feed}: header {header} belongs to {by_header[header]} and {field.name}")
        area = self.area.model_dump(exclude_none=True, exclude={"reaches_above"}).values() if self.area else ()
        used = [*self.key, *area, *([self.limits.per_group.field] if self.limits.per_group else [])]
        used += [name for field in self.fields for name in (field.birth_date_field, field.sex_field) if name]
        if unknown := sorted(set(used) - set(names)):
            raise ValueError(f"{self.feed}: unknown fields {', '.join(unknown)}")
        if missing := [header for header in self.recognise if normalise_header(header) not in headers]:
            raise ValueError(f"{self.feed}: recognised by headers that no field has: {', '.join(missing)}")
        if self.period.column and normalise_header(self.period.column) not in headers:
            raise ValueError(f"{self.feed}: the period's column {self.period.column} is no field's header")
        return self

    @property
    def table(self) -> str:
        """The bronze table's name, ``raw_<department>__<feed>``."""
        return f"raw_{self.department.code}__{self.feed}"

    @property
    def fingerprint(self) -> str:
        """Changes when the contract changes: ledgers record under which contract a file was judged."""
        digest = hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]
        return f"{self.version}-{digest}"

    def field(self, name: str) -> Field:
        """The field of that house name; raises KeyError for an unknown one."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.feed} has no field {name}")

    @property
    def bronze_columns(self) -> dict[str, str]:
        """Column name to DuckDB type of ``accepted.parquet``, load metadata last."""
        columns = {field.name: field.duckdb_type for field in self.fields if field.is_kept}
        if self.area is not None:
            columns["area_code"] = "VARCHAR"
        return columns | {
            "period": "VARCHAR",
            "receipt_id": "VARCHAR",
            "source_sheet": "VARCHAR",
            "source_row": "INTEGER",
        }


_BRACKETS = str.maketrans({"（": "(", "）": ")", "【": "[", "】": "]", "：": ":", "\u3000": " ", "\xa0": " "})
_INVISIBLE = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")


@lru_cache(maxsize=8192)
def normalise_header(header: str) -> str:
    """A header without blanks (also full-width, no-break, zero-width) and with plain brackets.

    >>> normalise_header(" 务工 时间（月）")
    '务工时间(月)'
    """
    return _INVISIBLE.sub("", header.translate(_BRACKETS))


@cache
def code_list_bytes() -> bytes:
    """The file of code lists as this process has read it, once: what it judges by is what it says it judged by."""
    return CODE_LISTS_FILE.read_bytes()


@cache
def load_code_lists() -> dict[str, tuple[CodeValue, ...]]:
    """All code lists by name; raises pydantic.ValidationError when the file is malformed."""
    raw = parse_yaml(code_list_bytes())
    return {name: tuple(CodeValue.model_validate(value) for value in values) for name, values in raw.items()}


def load_contract(path: Path) -> Contract:
    """One contract from its YAML; the error names the file and the key that is wrong."""
    try:
        contract = Contract.model_validate(read_yaml(path))
    except ValueError as error:
        raise ValueError(f"contract {path.name} is not valid: {error}") from error
    if contract.feed != path.stem:
        raise ValueError(f"contract {path.name} describes the feed {contract.feed}: file and feed must have one name")
    lists = load_code_lists()
    if unknown := [f.code_list for f in contract.fields if f.code_list and f.code_list not in lists]:
        raise ValueError(f"contract {path.name} names code lists that do not exist: {', '.join(unknown)}")
    return contract


@cache
def load_contracts(folder: Path = CONTRACTS_DIR) -> dict[str, Contract]:
    """Every contract in ``folder`` by feed name, in the order of the file names."""
    paths = sorted(path for path in folder.glob("*.yml") if path.name not in NO_CONTRACTS)
    return {path.stem: load_contract(path) for path in paths}
