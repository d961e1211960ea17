"""Which lines among the data are no data: totals, notes, repeated headers, column numbers.

Belongs here: the role of a single line. Does not belong here: headers, sums.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import numpy.typing as npt

from pipelines.reading.layout.contrast import TYPED, WINDOW, Lines, View
from pipelines.reading.layout.looks import Codes, Look, main_look

TOTAL = re.compile(
    r"^(?:本页|本表|全县|全乡|全镇|全村|各项)?(?:合计|小计|总计|共计|累计|总和)(?:数|[(（:：].*)?$|^(?:grand|sub-?|over-?all)?totals?$|^sum(?:me)?$",
    re.IGNORECASE,
)
CONTINUED = re.compile(
    r"^[(（]?续(?:上)?表|[(（]续(?:表)?(?:[一二三四五六七八九十\d]+)?[)）]$|^continued", re.IGNORECASE
)
_COLUMN_MARKS = ("甲", "乙", "丙", "丁", "戊", "A", "B", "C", "栏次", "次", "序号", "")
_FORMULA = re.compile(r"^(\d+)=[\d+\-*/÷×()]+%?$")
SUBTOTAL = re.compile(r"小计|sub[\s-]?total", re.IGNORECASE)
NOTE = re.compile(
    r"^(?:[(（\[【]?(?:注|备注|说明|附注|资料来源|数据来源|来源)[\])）】]?\s*\d*\s*[:：.．、]|注$|填表|填报|制表|审核|复核|经办|(?:单位)?负责人|联系人|联系电话|打印|导出时间|报送"
    r"|第\s*\d+\s*页|共\s*\d+\s*[条行户人页]|\*+\s*\S|(?:notes?|sources?|footnotes?)\b)",
    re.IGNORECASE,
)


def suspects(view: View, lines: Lines, header: list[int], needed: int) -> npt.NDArray[np.bool_]:
    """Lines worth a look one by one: thin ones, words alone among figures, totals, notes, repeats of the header."""
    thin = view.filled[lines] < max(needed, 2)
    words = ~np.isin(view.codes[lines], TYPED).any(axis=1) & np.isin(main_looks(view.codes), TYPED).any()
    named = np.zeros(len(lines), dtype=bool)
    pattern = f"(?i){TOTAL.pattern}|{NOTE.pattern}|{CONTINUED.pattern}"
    for column in view.grid.columns[:4]:
        text = column.text.str.replace_all(r"\s", "")
        named |= text.str.contains(pattern).fill_null(value=False).to_numpy()[lines]
    first = np.zeros(len(lines), dtype=bool)
    first[:2] = True
    return thin | words | named | first | _repeats(view, header)[lines]


def _repeats(view: View, header: list[int]) -> npt.NDArray[np.bool_]:
    """Lines whose first cells are those of a header row."""
    found = np.zeros(len(view.filled), dtype=bool)
    for line in header:
        cells = [(at, cell) for at, cell in enumerate(view.texts(line)) if cell][:2]
        same = np.full(len(found), bool(cells))
        for at, cell in cells:
            text = view.grid.columns[at].text.str.strip_chars()
            same &= (text == cell).fill_null(value=False).to_numpy()
        found |= same
    return found


def main_looks(codes: Codes) -> npt.NDArray[np.uint8]:
    """The main look of every column of a matrix of looks."""
    return np.array([main_look(codes[:, position]) for position in range(codes.shape[1])], dtype=np.uint8)


def role_of(view: View, line: int, own: set[tuple[str, ...]], last_full: int, needed: int) -> str | None:
    """What a line is if it is no record, else None."""
    cells = view.texts(line)
    filled = [cell for cell in cells if cell]
    first = re.sub(r"\s", "", filled[0])
    if tuple(cells) in own:
        return "repeated_header"
    if len(filled) <= 2 and CONTINUED.search(first):
        return "title"
    if is_column_numbers(filled):
        return "column_numbers"
    labels = [re.sub(r"\s", "", cell) for cell in filled[:3]]
    if any(TOTAL.match(label) for label in labels) and _is_total_line(view, line):
        return "subtotal" if SUBTOTAL.search("".join(labels)) else "total"
    has_number = bool(np.isin(view.codes[line], (Look.NUMBER,)).any())
    is_below = line > last_full and len(filled) == 1 and needed > 1
    if (NOTE.match(first) and (not has_number or len(filled) <= 2)) or (is_below and _is_prose(view, line, filled[0])):
        return "note"
    return None


def _is_total_line(view: View, line: int) -> bool:
    """A total has a number; at the very top of the data it is a record of its own (全市 before its districts).

    Unless it leaves blank what the records below fill: then it is a list's total, put at the top.
    """
    if not np.isin(view.codes[line], (Look.NUMBER, Look.CODE)).any():
        return False
    before = [each for each in range(max(0, line - 3), line) if view.filled[each]]
    if any(np.isin(view.codes[each], (Look.NUMBER,)).any() for each in before):
        return True
    below = view.codes[line + 1 : line + 1 + WINDOW]
    is_usual = (below != Look.BLANK).sum(axis=0) * 2 > len(below)
    return bool((is_usual & (view.codes[line] == Look.BLANK)).any())


def _is_prose(view: View, line: int, text: str) -> bool:
    """A single long or apart text below the table: a note, not a label without values."""
    is_apart = line > 0 and view.filled[line - 1] == 0
    labels = view.grid.columns[0].text.str.len_chars().drop_nulls()
    usual = float(labels.median() or 0) if len(labels) else 0.0  # type: ignore[arg-type]
    return is_apart or len(text) > max(20.0, 3 * usual) or text.endswith(("。", ".", "；", ";"))


def is_column_numbers(cells: list[str]) -> bool:
    """The row 甲 乙 1 2 3 under a header, also (1) ① 3=1+2; numbers alone must be many, for 1 2 3 may be a record."""
    plain = [_FORMULA.sub(r"\1", unicodedata.normalize("NFKC", cell).strip("()[]栏列 ")) for cell in cells]
    numbers = [cell for cell in plain if cell.isdecimal()]
    rest = [cell for cell in plain if not cell.isdecimal()]
    counted = [str(number) for number in range(1, len(numbers) + 1)]
    is_marked = bool(rest) and all(cell in _COLUMN_MARKS for cell in rest)
    is_written_so = cells != plain
    return (
        numbers == counted
        and len(numbers) >= (2 if is_marked else 3 if is_written_so else 6)
        and (is_marked or not rest)
    )
