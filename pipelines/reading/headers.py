"""Finding the header row and which column is which field of the contract.

Belongs here: names of columns. Does not belong here: rows below the header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.contracts import Contract, normalise_header
from pipelines.reading.tables import FileRefusedError

HEADER_SEARCH_ROWS = 10
_UNIT = re.compile(r"\((?:单位:)?([^()]{1,4})\)$")
_MONEY_UNITS = ("元", "万元", "亿元")
_TITLE_UNIT = re.compile(r"单位\s*[:：]([^()（）]*)")
_MONEY_IN_TITLE = re.compile(r"(?:人民币)?(亿元|万元|元)(?![\u4e00-\u9fff])")
_BETWEEN_UNITS = re.compile(r"[\s、，,/;；]+")
_MARKS = re.compile(r"^[*＊]|[*＊]$")


@dataclass(frozen=True)
class HeaderMatch:
    """A row taken as header: ``fields`` maps a position to a field's name, ``units`` a field to its stated unit."""

    row_index: int
    fields: dict[int, str]
    units: dict[str, str]
    unknown: dict[int, str]
    duplicates: list[str]

    def missing(self, contract: Contract) -> list[str]:
        """Headers of required fields that no column has."""
        found = set(self.fields.values())
        return [field.header for field in contract.fields if field.required and field.name not in found]


def _plain(header: str) -> tuple[str, str | None]:
    """The normalised header without a trailing unit, and that unit."""
    text = _MARKS.sub("", normalise_header(header))
    found = _UNIT.search(text)
    return (text[: found.start()], found[1]) if found else (text, None)


def _names(contract: Contract) -> dict[str, str]:
    names: dict[str, str] = {}
    for field in contract.fields:
        for header in field.headers:
            names[normalise_header(header).upper()] = field.name
    return names


def match_row(cells: Sequence[str], row_index: int, contract: Contract) -> HeaderMatch:
    """How the cells of one row fit the contract's headers; a unit in brackets at the end is split off."""
    names = _names(contract)
    fields: dict[int, str] = {}
    units: dict[str, str] = {}
    unknown: dict[int, str] = {}
    duplicates: list[str] = []
    for position, cell in enumerate(cells):
        whole = _MARKS.sub("", normalise_header(cell)).upper()
        if not whole:
            continue
        stem, unit = _plain(cell)
        name = names.get(whole) or names.get(stem.upper())
        if name is None:
            unknown[position] = cell.strip()
        elif name in fields.values():
            duplicates.append(cell.strip())
        else:
            fields[position] = name
            if unit in _MONEY_UNITS and name.endswith("_cny"):
                units[name] = unit
    return HeaderMatch(row_index, fields, units, unknown, duplicates)


def find_header(rows: Sequence[Sequence[str]], contract: Contract) -> HeaderMatch | None:
    """The row among the first ten that fits most headers of the contract, None when none fits two."""
    matches = [match_row(cells, index, contract) for index, cells in enumerate(rows[:HEADER_SEARCH_ROWS])]
    best = max(matches, key=lambda match: len(match.fields), default=None)
    return best if best is not None and len(best.fields) >= min(2, len(contract.fields)) else None


def recognises(contract: Contract, match: HeaderMatch) -> bool:
    """True when every header that the contract is recognised by was found."""
    return not missing_signature(contract, match)


def missing_signature(contract: Contract, match: HeaderMatch) -> list[str]:
    """Headers that the contract is recognised by and that the row does not have."""
    names = _names(contract)
    found = set(match.fields.values())
    return [header for header in contract.recognise if names[normalise_header(header).upper()] not in found]


def require_complete(contract: Contract, match: HeaderMatch, place: str) -> None:
    """Refuse a header with a required column missing or a column given twice; ``place`` is where it was found."""
    if match.duplicates:
        listed = "、".join(match.duplicates)
        raise FileRefusedError(
            f"{place}第{match.row_index + 1}行表头有重复的列：{listed}。",
            f"{place}row {match.row_index + 1}: the header has columns that occur twice: {listed}.",
            "请删除或改名重复的列后重新报送。",
            "Remove or rename the repeated columns and send the file again.",
        )
    if missing := match.missing(contract):
        listed = "、".join(missing)
        raise FileRefusedError(
            f"{place}第{match.row_index + 1}行表头缺少必需的列：{listed}。",
            f"{place}row {match.row_index + 1}: the header lacks required columns: {listed}.",
            "请按合同补齐这些列；如列名已改，请数据管理员在合同中登记别名。",
            "Add these columns; if they were renamed, ask the steward to add the new name to the contract as an alias.",
        )


def title_units(titles: Sequence[str]) -> set[str]:
    """The money units that rows above the header state.

    >>> title_units(["资金表（单位：户、万元）", "单位：元阳县财政局"])
    {'万元'}
    """
    words = [
        word
        for title in titles
        for statement in _TITLE_UNIT.findall(title)
        for word in _BETWEEN_UNITS.split(statement.strip())
    ]
    return {found[1] for word in words if (found := _MONEY_IN_TITLE.match(word))}


def require_one_unit(contract: Contract, match: HeaderMatch, titles: Sequence[str], place: str) -> None:
    """Refuse a table whose title states another money unit than the contract, unless the column's header settles it."""
    stated = title_units(titles)
    for name in match.fields.values():
        field = contract.field(name)
        if not name.endswith("_cny") or name in match.units or not stated or stated == {field.unit}:
            continue
        units = "、".join(sorted(stated))
        raise FileRefusedError(
            f"{place}标题写明单位为{units}，而列“{field.header}”按合同以{field.unit}计，单位矛盾。",
            f"{place}The title states the unit {units}, the contract takes the column {field.header} in {field.unit}: "
            "the units contradict each other.",
            f"请把单位写进表头，如“{field.header}（{field.unit}）”，核对数值后重新报送。",
            f"Write the unit into the column's header, like {field.header}（{field.unit}）, check the values and send "
            "the file again.",
        )
