"""Finding the header row and which column is which field of the contract.

Belongs here: names of columns. Does not belong here: rows below the header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.contracts import Contract, normalise_header
from pipelines.reading.books.number_formats import NumberFormat
from pipelines.reading.header_words import LONGEST_HEADER, Wording, spellings, wording_of_row, wordings
from pipelines.reading.tables import FileRefusedError

_MONEY_UNITS = ("元", "万元", "亿元")
_OTHER_MONEY = re.compile(r"元|[十百千万亿]|港币|英镑|[$¥￥€]|USD|CNY|RMB", re.IGNORECASE)
_NO_UNIT = re.compile(r"^[^元]*月|含|不|必填|选填|小写|大写|可|无|如|例|注|[万亿千百]?元以|第|\d")
_TITLE_UNIT = re.compile(r"单位\s*[:：]([^()（）]*)")
_MONEY_IN_TITLE = re.compile(r"(?:人民币)?([十百千万亿]{0,2}元|美元|港元|港币|欧元|日元|英镑)(?![\u4e00-\u9fff])")
_BETWEEN_UNITS = re.compile(r"[\s、，,/;；]+")


@dataclass(frozen=True)
class HeaderMatch:
    """Rows taken as header: ``fields`` maps a position to a field's name, ``units`` a field to its stated unit.

    ``row_index`` is the last of ``row_count`` header rows; ``flat`` are the joined names when there are several.
    ``foreign_units`` are units of money fields that are no unit of the renminbi known here.
    """

    row_index: int
    fields: dict[int, str]
    units: dict[str, str]
    unknown: dict[int, str]
    duplicates: list[str]
    row_count: int = 1
    flat: tuple[str, ...] = ()
    foreign_units: dict[str, str] = field(default_factory=dict)

    @property
    def first_index(self) -> int:
        """The first header row."""
        return self.row_index - self.row_count + 1

    def missing(self, contract: Contract) -> list[str]:
        """Headers of required fields that no column has."""
        found = set(self.fields.values())
        return [field.header for field in contract.fields if field.required and field.name not in found]


def _names(contract: Contract) -> dict[str, str]:
    """The fields by normalised header, made once a contract; the contract is kept so that its number stays its own."""
    if (known := _NAMES.get(id(contract))) is not None:
        return known[1]
    names: dict[str, str] = {}
    for each in contract.fields:
        for header in each.headers:
            names[normalise_header(header).upper()] = each.name
    _NAMES[id(contract)] = contract, names
    return names


_NAMES: dict[int, tuple[Contract, dict[str, str]]] = {}


class _Matching:
    """One try at a header, column by column."""

    def __init__(self, contract: Contract) -> None:
        self._names = _names(contract)
        self.fields: dict[int, str] = {}
        self.units: dict[str, str] = {}
        self.foreign: dict[str, str] = {}
        self.unknown: dict[int, str] = {}
        self.duplicates: list[str] = []

    def name_of(self, cell: str) -> tuple[str | None, str | None]:
        """The field that a header names, and the unit it states; a cell too long for a header costs nothing."""
        if len(cell) > LONGEST_HEADER:
            return None, None
        whole, stem, unit = spellings(cell)
        if whole in self._names:
            return self._names[whole], None
        return self._names.get(stem), unit

    def take(self, position: int, choices: Sequence[str]) -> None:
        """The first of the choices that names a field; the others are other ways to say the same header."""
        named = [(choice, *self.name_of(choice)) for choice in choices]
        for choice, name, unit in named:
            if name is None:
                continue
            if name in self.fields.values():
                self.duplicates.append(choice.strip())
                return
            self.fields[position] = name
            if name.endswith("_cny") and unit is not None:
                if unit in _MONEY_UNITS:
                    self.units[name] = unit
                elif _OTHER_MONEY.search(unit) and not _NO_UNIT.search(unit):
                    self.foreign[name] = unit
            return
        self.unknown[position] = choices[0].strip()

    def result(self, row_index: int, row_count: int = 1, flat: tuple[str, ...] = ()) -> HeaderMatch:
        """The match of all columns taken."""
        return HeaderMatch(
            row_index, self.fields, self.units, self.unknown, self.duplicates, row_count, flat, self.foreign
        )


def match_row(cells: Sequence[str], row_index: int, contract: Contract) -> HeaderMatch:
    """How the cells of one row fit the contract's headers; a unit in brackets at the end is split off."""
    return _match(wording_of_row(cells, row_index), contract)


def _match(said: Wording, contract: Contract) -> HeaderMatch:
    matching = _Matching(contract)
    for position, choices in said.columns:
        matching.take(position, choices)
    return matching.result(said.row_index, said.row_count, said.flat)


def find_header(rows: Sequence[Sequence[str]], contract: Contract) -> HeaderMatch | None:
    """The row among the first ten, or up to three rows joined, that fits most headers; None when none fits two.

    More rows are taken only when they name more fields, or state units that one row does not.
    """
    return best_header(wordings(rows), contract)


def best_header(said: Sequence[Wording], contract: Contract) -> HeaderMatch | None:
    """The same from wordings of the rows, which are the same for every contract."""
    best = max((_match(each, contract) for each in said), key=_fit, default=None)
    return best if best is not None and len(best.fields) >= min(2, len(contract.fields)) else None


def _fit(match: HeaderMatch) -> tuple[int, int, int]:
    return len(match.fields), len(match.units) + len(match.foreign_units), -match.row_count


def recognises(contract: Contract, match: HeaderMatch) -> bool:
    """True when every header that the contract is recognised by was found."""
    return not missing_signature(contract, match)


def may_recognise(contract: Contract, words: frozenset[str]) -> bool:
    """False when no header among rows of these words (``words_of``) can be one that the contract is recognised by."""
    names = _names(contract)
    found = {names[word] for word in names.keys() & words}
    return all(names[normalise_header(header).upper()] in found for header in contract.recognise)


def known_headers(contract: Contract, words: frozenset[str]) -> list[str]:
    """The usual headers of the fields that any of these words (``words_of``) names, in the contract's order."""
    names = _names(contract)
    found = {names[word] for word in names.keys() & words}
    return [each.header for each in contract.fields if each.name in found]


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
    """Refuse a table whose header or title states a money unit that is unknown, or other than the contract's.

    A unit in the column's header settles it.
    """
    for name, unit in match.foreign_units.items():
        header = contract.field(name).header
        raise FileRefusedError(
            f"{place}列“{header}”的单位写作“{unit}”，不在元、万元、亿元之内，金额无法换算。",
            f"{place}The column {header} states the unit {unit}, which is none of 元, 万元, 亿元: its amounts cannot "
            "be converted.",
            f"请把金额换算成{contract.field(name).unit or '元'}，并在表头写明单位后重新报送。",
            f"Convert the amounts to {contract.field(name).unit or '元'}, state the unit in the header and send the "
            "file again.",
        )
    stated = title_units(titles)
    for name in match.fields.values():
        each = contract.field(name)
        if not name.endswith("_cny") or name in match.units or not stated or stated == {each.unit}:
            continue
        units = "、".join(sorted(stated))
        raise FileRefusedError(
            f"{place}标题写明单位为{units}，而列“{each.header}”按合同以{each.unit}计，单位矛盾。",
            f"{place}The title states the unit {units}, the contract takes the column {each.header} in {each.unit}: "
            "the units contradict each other.",
            f"请把单位写进表头，如“{each.header}（{each.unit}）”，核对数值后重新报送。",
            f"Write the unit into the column's header, like {each.header}（{each.unit}）, check the values and send "
            "the file again.",
        )


def require_one_format(
    contract: Contract, match: HeaderMatch, formats: dict[int, list[NumberFormat]], titles: Sequence[str], place: str
) -> None:
    """Take the unit that number formats give a money column as if its header stated it.

    Refuses a column whose cells have several units, one that is unknown, one other than the header or title states, or
    a format that divides the figure shown without naming its unit.
    """
    stated = title_units(titles)
    for position, name in match.fields.items():
        found = {each for each in formats.get(position, []) if not each.is_symbol}
        units = {(each.unit, each.scale) for each in found if each.unit is not None or each.scale != 1.0}
        if not name.endswith("_cny") or not units:
            continue
        each = contract.field(name)
        shown, scale = next(iter(units))
        word = {"万": "万元", "亿": "亿元"}.get(shown or "", shown)
        per_cell = {("万元", 10_000.0): "元", ("亿元", 100_000_000.0): "元"}.get((word or "", scale))
        unit = word if scale == 1.0 else per_cell
        said = {match.units[name]} if name in match.units else stated
        if len(units) > 1 or unit not in _MONEY_UNITS or (said and said != {word}):
            listed = "、".join(sorted(f"{unit or ''}{'' if by == 1.0 else f'（÷{by:g}）'}" for unit, by in units))
            raise FileRefusedError(
                f"{place}列“{each.header}”的数字格式改变了显示的金额或单位：{listed}，无法确定单位。",
                f"{place}The number formats of the column {each.header} show other amounts or units than its cells "
                f"hold ({listed}): the unit cannot be settled.",
                f"请把该列设为常规格式，按{each.unit}填写并在表头写明单位后重新报送。",
                f"Set the column to the general format, give the amounts in {each.unit}, state the unit in the header "
                "and send the file again.",
            )
        match.units[name] = unit or "元"
