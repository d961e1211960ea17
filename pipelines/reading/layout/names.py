"""Names and units of a table's columns, out of one header row or several.

Belongs here: joining group names with the names under them, and finding units. Does not belong here: which rows are
the header, any contract.
"""

from __future__ import annotations

import re

import polars as pl

from pipelines.contracts import Text
from pipelines.reading.doubts import Doubt
from pipelines.reading.grids import Grid

_MEASURE = (
    r"(?:元|美元|港元|欧元|人次|人|户次|户|个|吨公里|人公里|吨|公顷|亩|平方公里|平方千米|平方米|立方米|公里|千米|海里|米|毫米|千瓦时|千瓦|伏安|标准煤"
    r"|件|台|辆次|辆|艘|架|所|次|天|日|月|年|小时|分钟|岁|头|只|匹|羽|尾|株|公斤|千克|斤|克|担|座|处|套|间|张|册|份|本|篇|项|对|倍|床位|床|名|门|部|条|线|箱|枚"
    r"|升|度|℃|[mk]?m[23²³]?|kg|yuan|persons?|households?|tons?|hectares?|km)"
)
_MANY = r"(?:[十百千万亿兆]*|10{3,4}\s*|10\s000\s*)"
_UNIT_WORDS = rf"(?:人民币)?{_MANY}{_MEASURE}(?:/[\u4e00-\u9fff]{{1,5}})?|%0?|‰|％|百分点|上年=100"
UNIT = re.compile(rf"^[(（\[【]?(?:单位[:：]?)?\s*({_UNIT_WORDS})\s*[)）\]】]?$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"^[(（\[【]\s*([^()（）]{1,20}?)\s*[)）\]】]$")
_TRAILING = re.compile(rf"[(（\[【]\s*(?:单位[:：]?)?\s*({_UNIT_WORDS})\s*[)）\]】]\s*$", re.IGNORECASE)
_BARE = re.compile(r"(?<=[\u4e00-\u9fff])\s?((?:万|亿)?(?:人/平方公里|人次|人|户|元)|‰|%0?)$")
STATED = re.compile(
    r"(?<![\u4e00-\u9fff])(?:计量|计价)?(?:单\s*位|Units?)\s*[:：]\s*([^)）]{1,30}?)\s*(?:[)）]|$)", re.IGNORECASE
)
_OFFICE = re.compile(r"(?:局|县|市|区|镇|乡|办|委|公司|中心|村|院|厅|站|政府|委员会|办公室)$")
LONGEST_UNIT = 20
_UNIT_HEADER = re.compile(r"^(?:计量)?单位$")


def unit_of(label: str, *, bare: bool = False) -> str | None:
    """The unit that a label states at its end; ``bare`` also takes one without brackets (``年末总人口万人``).

    >>> unit_of("常住人口 (万人)")
    '万人'
    """
    found = _TRAILING.search(label) or (_BARE.search(label) if bare else None)
    return found[1] if found else None


def name_columns(grid: Grid, header: list[int]) -> tuple[list[str], list[str | None], list[Doubt]]:
    """Name and unit per column, and doubts about blank and repeated names; no names without a header."""
    width = grid.width
    if not header:
        return [], [None] * width, []
    rows = [[(cell or "").strip() for cell in grid.line(line)] for line in header]
    unit_rows = [row for row in rows if len(rows) > 1 and is_unit_row(row)]
    name_rows = [row for row in rows if row not in unit_rows] or rows
    sources = [int(grid.rows[line]) for line, row in zip(header, rows, strict=True) if row in name_rows]
    spread = [
        _spread(grid, source, row, name_rows[index + 1 :])
        for index, (source, row) in enumerate(zip(sources, name_rows, strict=True))
    ]
    names = [" ".join(part for row in spread if (part := " ".join(row[at].split()))) for at in range(width)]
    units: list[str | None] = [unit_of(name) for name in names]
    for row in unit_rows:
        for at, cell in enumerate(row):
            if cell:
                found = UNIT.match(cell) or _IN_BRACKETS.match(cell)
                unit = found[1] if found else cell
                units[at] = unit
                names[at] = f"{names[at]}({unit})" if names[at] else unit
    doubts = _doubts(grid, header, names)
    if len(name_rows) > 1 and not any(
        int(grid.rows[line]) == merged.first_row for line in header for merged in grid.merged
    ):
        count = len(name_rows)
        detail = Text(zh=f"{count}行表头已合并为一行", en=f"{count} header rows were joined into one")
        doubts.append(Doubt("header_guess", int(grid.rows[header[0]]), None, detail))
    return names, units, doubts


def is_unit_row(row: list[str]) -> bool:
    """A row of units: two cells or more, most of them known units or all of them in brackets, none a long text.

    >>> is_unit_row(["", "（人）", "万元"]), is_unit_row(["甲镇", "12", "3"])
    (True, False)
    """
    cells = [cell for cell in row if cell]
    if len(cells) < 2 or any(len(cell) > LONGEST_UNIT for cell in cells):
        return False
    known = sum(bool(UNIT.match(cell)) for cell in cells)
    in_brackets = sum(bool(_IN_BRACKETS.match(cell)) for cell in cells)
    is_plain = all(UNIT.match(cell) or _IN_BRACKETS.match(cell) or not any(map(str.isdigit, cell)) for cell in cells)
    return is_plain and (known * 3 >= len(cells) * 2 or in_brackets == len(cells))


def _spread(grid: Grid, source: int, row: list[str], below: list[list[str]]) -> list[str]:
    """A row of group names written over every column of its group.

    Merged ranges say how far a group reaches. Without any, a name reaches over the blank cells to its right that have
    a name below, as exports to CSV leave them.
    """
    if not below:
        return row
    spread = list(row)
    ranges = [
        merged for merged in grid.merged if merged.first_row == source and merged.last_column > merged.first_column
    ]
    for merged in ranges:
        first = merged.first_column - grid.first_column
        for at in range(max(first, 0), min(merged.last_column - grid.first_column + 1, len(row))):
            if 0 <= first < len(row):
                spread[at] = row[first]
    if ranges:
        return spread
    has_name = [any(cells[at] for cells in below) for at in range(len(row))]
    for at in range(1, len(row)):
        if not row[at] and spread[at - 1] and has_name[at] and has_name[at - 1]:
            spread[at] = spread[at - 1]
    return spread


def _doubts(grid: Grid, header: list[int], names: list[str]) -> list[Doubt]:
    row = int(grid.rows[header[-1]])
    doubts = []
    seen: dict[str, int] = {}
    for at, name in enumerate(names):
        column = grid.first_column + at
        if not name:
            if grid.columns[at].text.is_not_null().any():
                doubts.append(Doubt("blank_header", row, column))
        elif name in seen:
            detail = Text(zh=f"与第{seen[name]}列同名", en=f"same as column {seen[name]}")
            doubts.append(Doubt("duplicate_header", row, column, detail))
        else:
            seen[name] = column
    return doubts


def stated_unit(titles: list[str]) -> str | None:
    """The unit that title cells state for the whole table, as it stands there; None for none or contradicting ones.

    >>> stated_unit(["2020年资金表", "单 位：万元"]), stated_unit(["单位：户、万元"]), stated_unit(["填报单位：某县"])
    ('万元', '户、万元', None)
    """
    found = {
        word
        for title in titles
        for stated in STATED.findall(title)
        if (word := "".join(stated.split())) and not _OFFICE.search(word)
    }
    found |= {known[1] for title in titles if (known := UNIT.match(title.strip())) and title.strip()[0] in "(（[【"}
    return found.pop() if len(found) == 1 else None


def unit_column(names: list[str], columns: list[pl.Series]) -> int | None:
    """The position of the column that gives each row's unit, by its name or, unnamed, by its cells."""
    for at, column in enumerate(columns):
        name = names[at].replace(" ", "") if names else ""
        if name and not _UNIT_HEADER.match(name):
            continue
        cells = column.drop_nulls().str.strip_chars()
        if len(cells) and int(cells.str.contains(UNIT.pattern).sum() or 0) * 2 > len(cells):
            return at
    return None


def units_of_rows(
    columns: list[pl.Series], at_unit: int | None
) -> tuple[list[str | None], list[tuple[str, int, int, Text | None]]]:
    """Each row's unit, from the unit column or the end of its label, and doubts (kind, line, position, detail).

    No units when fewer than half of the rows have one. A unit that looks misread is kept as it stands and doubted.
    """
    if not columns or not len(columns[0]):
        return [], []
    if at_unit is not None:
        cells = [(cell or "").strip() for cell in columns[at_unit]]
        units = [found[1] if (found := UNIT.match(cell)) else None for cell in cells]
        places = at_unit
    else:
        if columns[0].str.contains(r"[\u4e00-\u9fff]").sum() == 0:
            return [], []
        units = [unit_of((cell or "").strip(), bare=True) for cell in columns[0]]
        places = 0
    if sum(unit is not None for unit in units) * 2 < len(units):
        return [], []
    detail = Text(zh="单位“%0”应为“‰”", en="the unit %0 probably stands for ‰")
    doubts = [("damaged_number", line, places, detail) for line, unit in enumerate(units) if unit == "%0"]
    return units, [*doubts]
