"""Where the tables of a grid are: titles above, header rows, data, totals, notes below, the next table.

Belongs here: telling the roles of lines from how their cells look beside the lines after them. Does not belong here:
names and units (``header_names``), doubts about single values (``value_doubts``), any contract.

Every line of a grid gets exactly one role. A header is told by contrast: words above numbers, dates or codes. Where
nothing contrasts, the first full line is taken as the header and that is doubted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipelines.contracts import Text
from pipelines.reading.celltypes import Codes, Look, main_look
from pipelines.reading.doubts import Doubt
from pipelines.reading.grids import Grid

WINDOW = 6
HEAD_LINES = 40
TITLE_CELLS = 3
NAMES_SHARE = 0.8
MOST_PARENTS = 4
TYPED = (Look.NUMBER, Look.DATE, Look.CODE)
TOTAL = re.compile(
    r"^(?:本页|本表|全县|全乡|全镇|全村|各项)?(?:合计|小计|总计|共计|累计|总和)(?:数|[(（:：].*)?$|^(?:grand\s+|sub[\s-]?)?total$",
    re.IGNORECASE,
)
SUBTOTAL = re.compile(r"小计|sub[\s-]?total", re.IGNORECASE)
NOTE = re.compile(
    r"^(?:[(（\[【]?(?:注|备注|说明|附注|资料来源|数据来源|来源)[\])）】]?\s*\d*\s*[:：.．、]|注$|填表|填报|制表|审核|复核|经办|(?:单位)?负责人|联系人|联系电话|打印|导出时间|报送"
    r"|第\s*\d+\s*页|共\s*\d+\s*[条行户人页]|\*+\s*\S|(?:notes?|sources?|footnotes?)\b)",
    re.IGNORECASE,
)
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


@dataclass
class Block:
    """One table: lines of its header (top first), of its data, and of what is neither, each with its role.

    Lines are indexes into the grid. ``doubts`` are about the structure; rows and columns are the source's.
    """

    header: list[int]
    data: npt.NDArray[np.int64]
    non_data: list[tuple[int, str]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


@dataclass(frozen=True)
class _View:
    """A grid with the look of every cell and what follows from it; arrays have the grid's height.

    ``typed`` counts the columns that hold figures, dates or codes in the next lines, ``contrast`` those of them in
    which the line has words instead, ``contra`` those in which it has the same.
    """

    grid: Grid
    codes: Codes
    filled: npt.NDArray[np.int64]
    contrast: npt.NDArray[np.float64]
    contra: npt.NDArray[np.float64]
    typed: npt.NDArray[np.float64]

    def row(self, line: int) -> int:
        return int(self.grid.rows[line])

    def texts(self, line: int) -> list[str]:
        return [(cell or "").strip() for cell in self.grid.line(line)]

    def words_only(self, line: int) -> bool:
        codes = self.codes[line]
        return not bool(np.isin(codes, TYPED).any())


def find_blocks(grid: Grid, codes: Codes, header_lines: list[int] | None = None) -> list[Block]:
    """Every table of a grid whose cells have these looks, in order.

    ``header_lines`` tells the header of the first one when it is known.
    """
    if not grid.height or not grid.width:
        return []
    view = _view(grid, codes)
    blocks: list[Block] = []
    start = 0
    while start < grid.height:
        block, start = _one_block(view, start, header_lines if not blocks else None)
        if len(block.data) or block.header:
            if blocks:
                doubt = Doubt("second_table", view.row(min([*block.header, *block.data.tolist()])))
                block.doubts.append(doubt)
                blocks[-1].doubts.append(doubt)
            blocks.append(block)
        elif blocks:
            blocks[-1].non_data += block.non_data
        elif block.non_data:
            blocks.append(block)
    if len(blocks) > 1 and not blocks[0].header and not len(blocks[0].data):
        blocks[1].non_data = blocks[0].non_data + blocks[1].non_data
        del blocks[0]
    return blocks


def _view(grid: Grid, codes: Codes) -> _View:
    filled = (codes != Look.BLANK).sum(axis=1)
    full = np.flatnonzero(filled > 0)
    ends = _window_ends(codes[full], full)
    contrast = np.zeros(len(codes))
    contra = np.zeros(len(codes))
    typed = np.zeros(len(codes))
    for position in range(codes.shape[1]):
        column = codes[full, position]
        following = _following(column, ends)
        is_typed = np.isin(following, TYPED)
        is_words = column == Look.WORDS
        other = np.isin(column, (Look.CODE, Look.DATE)) & (following == Look.NUMBER)
        contrast[full] += (is_words & is_typed) + 0.5 * other
        typed[full] += is_typed
        contra[full] += np.isin(column, TYPED) & (column == following)
    return _View(grid, codes, filled, contrast, contra, typed)


def _window_ends(codes: Codes, lines: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where the lines end that say what follows a line: a few lines on, not beyond a blank line.

    The last line before a blank one looks beyond it only where figures follow at once: it may be a header.
    """
    count = len(lines)
    is_last = np.append(np.diff(lines) > 1, True)
    run_ends = np.flatnonzero(is_last)[np.searchsorted(np.flatnonzero(is_last), np.arange(count))] + 1
    has_figures = np.append(np.isin(codes[1:], TYPED).any(axis=1), False)
    limits = np.where(is_last & has_figures, count, run_ends)
    return np.minimum(np.minimum(np.arange(count) + 1 + WINDOW, count), limits)


def _following(column: Codes, ends: npt.NDArray[np.int64]) -> Codes:
    """The look that prevails among the next lines of a column; a typed look wins a tie against words."""
    counts = {}
    starts = np.arange(len(column)) + 1
    for look in (*TYPED, Look.WORDS):
        sums = np.concatenate(([0], np.cumsum(column == look)))
        counts[look] = sums[ends] - sums[np.minimum(starts, ends)]
    typed = np.stack([counts[look] for look in TYPED])
    best = typed.max(axis=0)
    chosen = np.array(TYPED, dtype=np.uint8)[typed.argmax(axis=0)]
    return np.where((best > 0) & (best >= counts[Look.WORDS]), chosen, np.uint8(Look.WORDS))


def _one_block(view: _View, start: int, known: list[int] | None) -> tuple[Block, int]:
    """The table that begins at or after a line, and the line after it."""
    filled = view.filled
    head = [line for line in range(start, len(filled)) if filled[line]][:HEAD_LINES]
    if not head:
        blank = [(line, "blank") for line in range(start, len(filled))]
        return Block([], np.empty(0, np.int64), blank), len(filled)
    needed = _needed(filled[head], view.codes.shape[1])
    doubts: list[Doubt] = []
    header = known or _find_header(view, head, needed, doubts)
    non_data: list[tuple[int, str]] = []
    first_full = next((line for line in head if filled[line] >= needed), head[0])
    body_start = header[-1] + 1 if header else first_full
    non_data += [
        (line, "title" if filled[line] else "blank") for line in range(start, body_start) if line not in header
    ]
    end = _next_header(view, header, body_start, needed)
    data, others = _body(view, header, range(body_start, end), needed, doubts)
    non_data += others
    if header and not len(data):
        doubts.append(Doubt("no_data", view.row(header[-1])))
    elif len(data) == 1:
        doubts.append(Doubt("single_row", view.row(int(data[0]))))
    if not header:
        doubts.append(
            Doubt("header_guess", view.row(head[0]), None, Text(zh="没有找到表头", en="no header row was found"))
        )
    return Block(header, data, non_data, doubts), end


def _needed(filled: npt.NDArray[np.int64], width: int) -> int:
    """How many filled cells make a line a full one: half of what the fuller lines have."""
    usual = float(np.percentile(filled, 75))
    return 1 if width == 1 or usual < 2 else max(2, int(np.ceil(usual / 2)))


def _is_header_like(view: _View, line: int) -> bool:
    return bool(view.contrast[line] >= 1 and view.contrast[line] > view.contra[line]) or _is_years(view, line)


def _is_years(view: _View, line: int) -> bool:
    """Years beside words, like the columns of a yearbook's table, above cells that are no years.

    A single year counts only beside a usual name of a first column.
    """
    cells = view.texts(line)
    years = [cell for cell in cells if _YEAR.match(cell)]
    numbers = int(np.isin(view.codes[line], (Look.NUMBER, Look.DATE)).sum())
    if not years or len(years) != numbers:
        return False
    if len(years) == 1 and not _STUB.match(re.sub(r"\s", "", cells[0])):
        return False
    below = next((each for each in range(line + 1, len(view.filled)) if view.filled[each] > len(years) // 2), None)
    if below is None:
        return True
    under = view.texts(below)
    return sum(bool(_YEAR.match(under[at])) for at, cell in enumerate(cells) if _YEAR.match(cell)) * 2 < len(years)


def _find_header(view: _View, head: list[int], needed: int, doubts: list[Doubt]) -> list[int]:
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
    detail = Text(
        zh="表头上方还有一整行文字，未当作表头", en="a full row of words above the header was taken as a title"
    )
    doubts += [
        Doubt("header_guess", view.row(line), None, detail) for line in full if first <= line < header[0] and needed > 1
    ]
    return header


def _goes_on(view: _View, line: int, full: list[int]) -> bool:
    """True for a further row of the header right below: words above figures, or years."""
    if line not in full or not _is_header_like(view, line):
        return False
    return view.words_only(line) or _is_years(view, line)


def _nothing_but_heads(view: _View, full: list[int], first: int, found: int) -> bool:
    """True when the full lines above a found header can be parents of it, not records of another table."""
    above = [line for line in full if first <= line < found]
    return len(above) <= MOST_PARENTS and all(view.words_only(line) and view.contra[line] == 0 for line in above)


def _assumed_header(view: _View, first: int, full: list[int], doubts: list[Doubt]) -> list[int]:
    """The first full line of a table of words only; doubted unless its cells are common names of columns."""
    cells = [cell for cell in view.texts(first) if cell]
    below = {cell for line in full if line > first for cell in view.texts(line) if cell}
    is_named = sum(bool(_ALL_TEXT_NAMES.search(cell)) for cell in cells) * 2 >= len(cells)
    if len(set(cells)) < len(cells) or (below and any(cell in below for cell in cells) and not is_named):
        return []
    if not is_named and len(full) > 1:
        detail = Text(zh="全是文字，首行被当作表头", en="all cells are words; the first row was taken as the header")
        doubts.append(Doubt("header_guess", view.row(first), None, detail))
    return [first]


def _is_title(view: _View, line: int) -> bool:
    """A full line that is no header all the same: pairs like 填报单位：… beside dates."""
    cells = [cell for cell in view.texts(line) if cell]
    if len(cells) <= TITLE_CELLS and any(_STATES_UNIT.search(cell) for cell in cells):
        return True
    return sum(bool(_KEY_VALUE.search(cell)) for cell in cells) * 2 > len(cells)


def _is_parent(view: _View, line: int, child: int) -> bool:
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


def _next_header(view: _View, header: list[int], start: int, needed: int) -> int:
    """The line where the table ends: the first title or header of the next one, or the height."""
    candidates = np.flatnonzero(
        (view.contrast[start:] >= 1) & (view.contrast[start:] > view.contra[start:]) & (view.filled[start:] >= 2)
    )
    own = [view.texts(line) for line in header]
    last_header = [cell for cell in own[-1] if cell] if own else []
    for line in (candidates + start).tolist():
        if view.texts(line) in own or not view.words_only(line):
            continue
        before = line - 1
        is_apart = before >= start and (view.filled[before] == 0 or (view.filled[before] == 1 and needed > 1))
        cells = [cell for cell in view.texts(line) if cell]
        looks_like_names = view.contrast[line] >= 2 and view.filled[line] >= needed and len(set(cells)) == len(cells)
        if line == start or not (is_apart or looks_like_names) or cells == last_header:
            continue
        if view.contrast[line] < NAMES_SHARE * view.typed[line]:
            continue
        while before >= start and view.filled[before] < needed and view.words_only(before):
            before -= 1
        return before + 1
    return len(view.filled)


def _body(
    view: _View, header: list[int], lines_of_body: range, needed: int, doubts: list[Doubt]
) -> tuple[npt.NDArray[np.int64], list[tuple[int, str]]]:
    """Data lines and the others among the lines below a header; a line is data unless something says otherwise."""
    start, end = lines_of_body.start, lines_of_body.stop
    others: list[tuple[int, str]] = [
        (int(line), "blank") for line in np.flatnonzero(view.filled[start:end] == 0) + start
    ]
    own = {tuple(view.texts(line)) for line in header}
    lines = np.flatnonzero(view.filled[start:end] > 0) + start
    full = lines[view.filled[lines] >= needed]
    last_full = int(full[-1]) if len(full) else start
    uncertain = {doubt.row for doubt in view.grid.doubts if doubt.kind in ("ragged_row", "stray_quote", "truncated")}
    is_suspect = _suspects(view, lines, needed)
    aside: set[int] = set()
    for line in lines[is_suspect].tolist():
        role = _role(view, line, own, last_full, needed)
        if role is None or (view.row(line) in uncertain and role != "total"):
            continue
        if role == "column_numbers" and line > start + 1:
            continue
        aside.add(line)
        others.append((line, role))
        if role == "repeated_header":
            doubts.append(Doubt("repeated_header", view.row(line)))
    data = np.array([line for line in lines.tolist() if line not in aside], dtype=np.int64) if aside else lines
    _doubt_thin_rows(view, data, needed, doubts, uncertain)
    return data, others


def _suspects(view: _View, lines: npt.NDArray[np.int64], needed: int) -> npt.NDArray[np.bool_]:
    """Lines worth a look one by one: thin ones, ones of words only, ones that begin with a total or a note."""
    thin = view.filled[lines] < max(needed, 2)
    words = ~np.isin(view.codes[lines], TYPED).any(axis=1) & np.isin(main_looks(view.codes), TYPED).any()
    named = np.zeros(len(lines), dtype=bool)
    pattern = f"(?i){TOTAL.pattern}|{NOTE.pattern}"
    for column in view.grid.columns[:4]:
        text = column.text.str.replace_all(r"\s", "")
        named |= text.str.contains(pattern).fill_null(value=False).to_numpy()[lines]
    numbered = np.zeros(len(lines), dtype=bool)
    numbered[:2] = True
    return thin | words | named | numbered


def main_looks(codes: Codes) -> npt.NDArray[np.uint8]:
    """The main look of every column of a matrix of looks."""
    return np.array([main_look(codes[:, position]) for position in range(codes.shape[1])], dtype=np.uint8)


def _role(view: _View, line: int, own: set[tuple[str, ...]], last_full: int, needed: int) -> str | None:
    """What a line is if it is no record, else None."""
    cells = view.texts(line)
    filled = [cell for cell in cells if cell]
    first = re.sub(r"\s", "", filled[0])
    if tuple(cells) in own:
        return "repeated_header"
    if _is_column_numbers(filled):
        return "column_numbers"
    labels = [re.sub(r"\s", "", cell) for cell in filled[:3]]
    if any(TOTAL.match(label) for label in labels) and _is_total_line(view, line):
        return "subtotal" if SUBTOTAL.search("".join(labels)) else "total"
    has_number = bool(np.isin(view.codes[line], (Look.NUMBER,)).any())
    if NOTE.match(first) and (not has_number or len(filled) <= 2):
        return "note"
    if line > last_full and len(filled) == 1 and needed > 1 and _is_prose(view, line, filled[0]):
        return "note"
    return None


def _is_total_line(view: _View, line: int) -> bool:
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


def _is_prose(view: _View, line: int, text: str) -> bool:
    """A single long or apart text below the table: a note, not a label without values."""
    is_apart = line > 0 and view.filled[line - 1] == 0
    labels = view.grid.columns[0].text.str.len_chars().drop_nulls()
    usual = float(labels.median() or 0) if len(labels) else 0.0  # type: ignore[arg-type]
    return is_apart or len(text) > max(20.0, 3 * usual) or text.endswith(("。", ".", "；", ";"))


def _is_column_numbers(cells: list[str]) -> bool:
    """The row 甲 乙 1 2 3 under a header; numbers alone must be many, for 1 2 3 may be a record."""
    numbers = [cell for cell in cells if cell.isdecimal()]
    rest = [cell for cell in cells if not cell.isdecimal()]
    counted = [str(number) for number in range(1, len(numbers) + 1)]
    is_marked = bool(rest) and all(cell in ("甲", "乙", "丙", "丁", "戊", "栏次", "序号") for cell in rest)
    return numbers == counted and (len(numbers) >= 3 if is_marked else len(numbers) >= 6 and not rest)


def _doubt_thin_rows(
    view: _View, data: npt.NDArray[np.int64], needed: int, doubts: list[Doubt], uncertain: set[int | None]
) -> None:
    """In delimited text a row with a single value is more likely a broken or foreign line than a record."""
    if view.grid.format != "csv" or view.codes.shape[1] < 4 or needed < 2:
        return
    thin = data[view.filled[data] == 1]
    detail = Text(zh="本行只有一个值", en="the row has a single value")
    doubts += [
        Doubt("ragged_row", view.row(line), None, detail) for line in thin.tolist() if view.row(line) not in uncertain
    ]
