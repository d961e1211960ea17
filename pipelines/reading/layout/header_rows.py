"""Which lines are the header of a table.

Belongs here: header rows, the groups above them, titles that look like them. Does not belong here: names and units.

A header is told by contrast: words above numbers, dates or codes. Where nothing contrasts, the first full line is taken
as the header and that is doubted.
"""

from __future__ import annotations

import re

import numpy as np

from pipelines.contracts import Text
from pipelines.reading.doubts import Doubt
from pipelines.reading.layout.contrast import TYPED, View
from pipelines.reading.layout.line_roles import is_column_numbers
from pipelines.reading.layout.looks import Look
from pipelines.reading.layout.names import is_unit_row

TITLE_CELLS = 3
MOST_PARENTS = 4
LONGEST_GROUP = 8
_KEY_VALUE = re.compile(r"[:：]")
_YEAR = re.compile(r"^(?:19|20)\d{2}(?:\.0)?年?$")
_STUB = re.compile(r"^(?:指标|项目|地区|县|市|乡镇|村|名称|类别|年份|行业|部门|单位)(?:名称)?$|^$")
_STATES_UNIT = re.compile(r"单位\s*[:：]")
_ALL_TEXT_NAMES = re.compile(
    r"^(?:序号|编号|代码|姓名|名称|户主|性别|民族|年龄|地址|住址|电话|备注|说明|日期|时间|金额|单位|类型|类别|数量|乡镇|村|组|状态|原因|项目|指标|id|name|date|time|code|type|city|address|email|title|status|year|note|comment|description|country|phone|price|qty|quantity)s?$"
    r"|(?:名称|编号|编码|代码|号码|日期|时间|金额|类型|类别|姓名|性别|地址|电话|备注|原因|情况|标志|与否|单位|等级|方式|性质|关系|程度|状况|人数|户数|比例|来源)$"
    r"|(?:[ _-](?:id|name|date|code|type|no|number|status))$",
    re.IGNORECASE,
)


def find_header(view: View, head: list[int], needed: int, doubts: list[Doubt]) -> list[int]:
    """The header rows among the first lines of a table, top first; empty when there is none.

    ``needed`` filled cells make a line a full one. What is not certain is added to ``doubts``.
    """
    full = [line for line in head if view.filled[line] >= needed]
    if not full:
        return []
    first = next((line for line in full if not _is_title(view, line)), full[0])
    found = next((line for line in full if line >= first and _is_header_like(view, line)), None)
    if found is None or not _nothing_but_heads(view, full, first, found):
        if view.contra[first] > 0 or (view.contrast[first] == 0 and np.isin(view.codes[first], TYPED).any()):
            return []
        return _assumed_header(view, first, full, doubts)
    header = [found]
    while _goes_on(view, header[-1] + 1, full):
        header.append(header[-1] + 1)
    while header[0] - 1 in head and _is_parent(view, header[0] - 1, header[0]):
        header.insert(0, header[0] - 1)
    _doubt_lone_group(view, header[0], head, doubts)
    detail = Text(
        zh="表头上方还有一整行文字，未当作表头", en="a full row of words above the header was taken as a title"
    )
    doubts += [
        Doubt("header_guess", view.row(line), None, detail) for line in full if first <= line < header[0] and needed > 1
    ]
    return header


def _doubt_lone_group(view: View, top: int, head: list[int], doubts: list[Doubt]) -> None:
    """A short word by itself above a column that is not the first may be a group's name: said, not taken."""
    line = top - 1
    if line not in head or view.filled[line] != 1:
        return
    at = int(np.flatnonzero(view.codes[line] != Look.BLANK)[0])
    text = view.texts(line)[at]
    if at and len(text) <= LONGEST_GROUP and view.codes[line, at] == Look.WORDS and not _STATES_UNIT.search(text):
        detail = Text(
            zh="表头上方的词可能是几列的组名", en="a word above the header may be the name of a group of columns"
        )
        doubts.append(Doubt("header_guess", view.row(line), view.grid.first_column + at, detail))


def _is_header_like(view: View, line: int) -> bool:
    return bool(view.contrast[line] >= 1 and view.contrast[line] > view.contra[line]) or _is_years(view, line)


def _is_years(view: View, line: int) -> bool:
    """Years beside words, like the columns of a yearbook's table, above cells that are no years.

    A single year counts only beside a usual name of a first column.
    """
    cells = view.texts(line)
    years = [cell for cell in cells if _YEAR.match(cell)]
    numbers = int(np.isin(view.codes[line], (Look.NUMBER, Look.DATE)).sum())
    if not years or len(years) != numbers:
        return False
    if len(years) == 1 and not _STUB.match(re.sub(r"\s", "", cells[0])) and view.contrast[line] < 1:
        return False
    below = next((each for each in range(line + 1, len(view.filled)) if view.filled[each] > len(years) // 2), None)
    if below is None:
        return True
    under = view.texts(below)
    return sum(bool(_YEAR.match(under[at])) for at, cell in enumerate(cells) if _YEAR.match(cell)) * 2 < len(years)


def _goes_on(view: View, line: int, full: list[int]) -> bool:
    """True for a further row of the header right below: words above figures, or years."""
    if line < len(view.filled) and is_column_numbers([cell for cell in view.texts(line) if cell]):
        return False
    if line < len(view.filled) and (is_unit_row(view.texts(line)) or _is_child(view, line)):
        return True
    if line not in full or not _is_header_like(view, line):
        return False
    return view.words_only(line) or _is_years(view, line)


def _is_child(view: View, line: int) -> bool:
    """A row of a few words, each of them above figures, where the row above has no names of its own."""
    filled = np.flatnonzero(view.codes[line] != Look.BLANK)
    if not len(filled) or not view.words_only(line) or view.contrast[line] < len(filled):
        return False
    above = view.codes[line - 1] if line else view.codes[line]
    row, first = view.row(line), view.grid.first_column
    return all(
        above[at] == Look.BLANK
        or any(
            merged.last_row == row - 1
            and merged.first_column <= first + at <= merged.last_column
            and merged.last_column > merged.first_column
            for merged in view.grid.merged
        )
        for at in filled.tolist()
    )


def _nothing_but_heads(view: View, full: list[int], first: int, found: int) -> bool:
    """True when the full lines above a found header can be parents of it, not records of another table."""
    above = [line for line in full if first <= line < found]
    return len(above) <= MOST_PARENTS and all(view.words_only(line) and view.contra[line] == 0 for line in above)


def _assumed_header(view: View, first: int, full: list[int], doubts: list[Doubt]) -> list[int]:
    """The first full line of a table of words only; doubted unless its cells are common names of columns."""
    cells = [cell for cell in view.texts(first) if cell]
    names = view.texts(first)
    below = {cell for line in full if line > first and view.texts(line) != names for cell in view.texts(line) if cell}
    is_named = sum(bool(_ALL_TEXT_NAMES.search(cell)) for cell in cells) * 2 >= len(cells)
    if not is_named and (len(set(cells)) < len(cells) or any(cell in below for cell in cells)):
        return []
    if not is_named:
        detail = Text(zh="全是文字，首行被当作表头", en="all cells are words; the first row was taken as the header")
        doubts.append(Doubt("header_guess", view.row(first), None, detail))
    return [first]


def _is_title(view: View, line: int) -> bool:
    """A full line that is no header all the same: pairs like 填报单位：… beside dates."""
    cells = [cell for cell in view.texts(line) if cell]
    if len(cells) <= TITLE_CELLS and any(_STATES_UNIT.search(cell) for cell in cells):
        return True
    return sum(bool(_KEY_VALUE.search(cell)) for cell in cells) * 2 > len(cells)


def _is_parent(view: View, line: int, child: int) -> bool:
    """True for a line of group names above a header row."""
    codes = view.codes[line]
    filled = codes != Look.BLANK
    if _is_title(view, line) or np.isin(codes, (Look.NUMBER, Look.DATE)).any():
        return False
    if view.texts(line) == view.texts(child):
        return True
    spans = [
        merged
        for merged in view.grid.merged
        if merged.first_row == view.row(line)
        and (merged.last_column > merged.first_column or merged.last_row > merged.first_row)
    ]
    width = int((view.codes[child] != Look.BLANK).sum())
    if spans:
        return (
            any(merged.last_column - merged.first_column + 1 < max(width, 2) for merged in spans) and filled.sum() >= 1
        )
    return int(filled.sum()) >= 2 and bool(((view.codes[child] != Look.BLANK) & ~filled).any())
