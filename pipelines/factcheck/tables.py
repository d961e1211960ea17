"""Tables in a text: lines of cells (tabs or wide gaps), as DOCX tables are written out and as plain texts print them.

Belongs here: finding them, the total row and total column against their parts. Does not belong here: prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import (
    CONSISTENT,
    EXPLAINED,
    INCONSISTENT,
    UNCLEAR,
    Relation,
    meets,
    quotient,
    shown,
    span,
)

_GAP = re.compile(r"\t+| {2,}|\|")
_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?%?|-?\d+(?:\.\d+)?%?")
_TOTAL = re.compile(r"^(?:总?合?计|总计|全[县市区省]|共计|[一二三四五六七八九十]+项合计)$")
_PART = re.compile(r"^(?:其中|#|\*|小计|—|-)|小计$|其中")
_NO_SUM = re.compile(
    r"率|%|比重|占比|比例|增长|同比|人均|均|排名|名次|序号|年份|电话|单价|标准|指数|位次|编号|时间|日期"
)
_FEWEST_ROWS = 2


@dataclass(frozen=True)
class _Cell:
    start: int
    end: int
    text: str


def table_spans(text: str) -> list[tuple[int, int]]:
    """The stretches of a normalised text that are tables: neighbouring lines of at least two cells."""
    spans: list[tuple[int, int]] = []
    lines: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        end = at + len(line)
        if _is_row(line):
            lines.append((at, end))
        else:
            spans += _closed(lines)
            lines = []
        at = end + 1
    return spans + _closed(lines)


def _is_row(line: str) -> bool:
    cells = [cell for cell in _GAP.split(line.strip()) if cell.strip()]
    return len(cells) >= 2 and max(map(len, cells)) <= 40 and "。" not in line


def _closed(lines: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(lines[0][0], lines[-1][1] + 1)] if len(lines) > _FEWEST_ROWS else []


def check_tables(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Relation]:
    """Total rows against the rows above or below them."""
    for start, end in spans:
        rows = _rows(text, start, end)
        width = max(map(len, rows))
        body = [
            row
            for row in rows
            if len(row) == width and sum(_figure(cell) is not None for cell in row[1:]) * 2 >= len(row) - 1
        ]
        heads = [row for row in rows if row not in body]
        totals = [row for row in body if _TOTAL.match(re.sub(r"\s", "", _name(row)))]
        if len(totals) == 1 and len(body) - 1 >= _FEWEST_ROWS:
            yield from _total_row(totals[0], [row for row in body if row is not totals[0]], heads)
        yield from _total_column(body, heads)
        yield from _rate_columns(body, heads, totals)


def _rows(text: str, start: int, end: int) -> list[list[_Cell]]:
    rows = []
    at = start
    for line in text[start:end].split("\n"):
        cells, place = [], at
        for gap in (*_GAP.finditer(line), None):
            stop = at + (gap.start() if gap else len(line))
            content = text[place:stop]
            if content.strip() or (gap is not None and "\t" in gap[0] and stop > at):
                lead = len(content) - len(content.lstrip())
                cells.append(_Cell(place + lead, place + lead + len(content.strip()), content.strip()))
            if gap:
                if gap[0].count("\t") > 1:
                    cells += [_Cell(stop, stop, "") for _ in range(gap[0].count("\t") - 1)]
                place = at + gap.end()
        if cells:
            rows.append(cells)
        at += len(line) + 1
    return rows


def _name(row: Sequence[_Cell]) -> str:
    """The first cell that is no number: a leading serial number names nothing."""
    return next((cell.text for cell in row if cell.text and _figure(cell) is None), "")


def _figure(cell: _Cell) -> Figure | None:
    content = cell.text.replace(" ", "")
    if not _NUMBER.fullmatch(content):
        return None
    value = Decimal(content.rstrip("%").replace(",", ""))
    step = Decimal(1).scaleb(min(0, int(value.as_tuple().exponent)))
    kind, unit = ("percent", "%") if content.endswith("%") else ("quantity", "")
    return Figure(cell.start, cell.end, cell.start, kind, value, step, unit, cell.text)


def _total_row(
    total: Sequence[_Cell], rows: Sequence[Sequence[_Cell]], heads: Sequence[Sequence[_Cell]]
) -> Iterator[Relation]:
    is_nested = any(_PART.search(_name(row)) for row in rows)
    subtotals = [row for row in rows if _name(row).endswith("小计")]
    for column in range(1, len(total)):
        whole = _figure(total[column])
        named = "".join(row[column].text for row in heads if len(row) == len(total))
        if whole is None or whole.kind != "quantity" or _NO_SUM.search(named) or whole.value <= 0:
            continue
        relation = None
        for chosen in (rows, subtotals, [row for row in rows if not _PART.search(_name(row))]):
            figures = [figure for row in chosen if (figure := _figure(row[column])) is not None]
            if len(figures) < _FEWEST_ROWS:
                continue
            relation = _sum(whole, figures)
            if relation.verdict in (CONSISTENT, EXPLAINED):
                break
        if relation is None:
            continue
        if relation.verdict == INCONSISTENT and (is_nested or not _is_plausible(relation) or not heads):
            continue
        yield relation


def _is_plausible(relation: Relation) -> bool:
    """A column of numbers that do not add up at all is a column of rates or codes."""
    whole, *parts = relation.figures
    total = sum((part.value for part in parts), Decimal(0))
    return abs(total - whole.value) * 4 <= whole.value


def _total_column(body: Sequence[Sequence[_Cell]], heads: Sequence[Sequence[_Cell]]) -> Iterator[Relation]:
    """A column named 合计 against the other columns, where most rows add up: the others are then wrong."""
    head = next((row for row in reversed(heads) if body and len(row) == len(body[0])), None)
    if head is None:
        return
    columns = [place for place, cell in enumerate(head) if _TOTAL.match(re.sub(r"\s", "", cell.text))]
    if len(columns) != 1 or any(_NO_SUM.search(cell.text) for place, cell in enumerate(head) if place):
        return
    found = []
    for row in body:
        whole = _figure(row[columns[0]])
        parts = [
            figure for place, cell in enumerate(row) if place > columns[0] and (figure := _figure(cell)) is not None
        ]
        if whole is not None and len(parts) >= _FEWEST_ROWS:
            found.append(_sum(whole, parts))
    right = sum(relation.verdict == CONSISTENT for relation in found)
    if right * 2 > len(found):
        yield from found


_RATE_HEAD = re.compile(r"率|%|比重|占比|比例|进度")
_MOST = 3


def _rate_columns(
    body: Sequence[Sequence[_Cell]], heads: Sequence[Sequence[_Cell]], totals: Sequence[Sequence[_Cell]]
) -> Iterator[Relation]:
    """A column that is, in most rows, one column as a share of another or of its total: the other rows are wrong."""
    head = next((row for row in reversed(heads) if body and len(row) == len(body[0])), None)
    if head is None or len(body) < _MOST:
        return
    for column in range(2, len(head)):
        if not _RATE_HEAD.search(head[column].text) or re.search("增|升|降|±|同比", head[column].text):
            continue
        best: list[Relation] = []
        for part in range(1, len(head)):
            if part == column:
                continue
            whole_rows = [*totals, *body[:1]]
            laws = [
                [_quotient(row, part, column, row, base) for row in body] for base in range(1, part) if base != column
            ]
            laws += [[_quotient(row, part, column, total, part) for row in body] for total in whole_rows[:2]]
            for law in laws:
                found = [relation for relation in law if relation is not None]
                right = sum(relation.verdict != INCONSISTENT for relation in found)
                if (
                    right >= _MOST
                    and right * 3 >= 2 * len(found)
                    and right > sum(one.verdict != INCONSISTENT for one in best)
                ):
                    best = found
        yield from best


def _quotient(row: Sequence[_Cell], part: int, column: int, base_row: Sequence[_Cell], base: int) -> Relation | None:
    mine, whole, rate = _figure(row[part]), _figure(base_row[base]), _figure(row[column])
    if mine is None or whole is None or rate is None or whole.value <= 0 or mine.value > whole.value:
        return None
    value, possible = quotient(mine, whole)
    verdict, _ = meets(rate, value, possible)
    code = {EXPLAINED: "share.truncated", INCONSISTENT: "share.off"}.get(verdict, "share.exact")
    text = shown(value, rate, 0 if verdict == CONSISTENT else 1)
    words = {"part": mine.text, "whole": whole.text, "value": text, "published": rate.text}
    start, end = min(cell.start for cell in row if cell.text), rate.end
    return Relation("share", start, end, rate.text, text, verdict, code, words, (mine, whole, rate), rate)


def _sum(whole: Figure, parts: Sequence[Figure]) -> Relation:
    total = sum((part.value for part in parts), Decimal(0))
    tolerance = sum((part.step for part in (whole, *parts) if part.step < 1), Decimal(0)) / 2
    gap = abs(total - whole.value)
    verdict, code = INCONSISTENT, "sum.off"
    if gap == 0:
        verdict, code = CONSISTENT, "sum.exact"
    elif gap <= tolerance:
        verdict, code = EXPLAINED, "sum.rounded"
    start, end = span((whole,))
    value = shown(total, min((whole, *parts), key=lambda figure: figure.step))
    words = {"sum": value, "total": whole.text, "gap": shown(gap, min((whole, *parts), key=lambda figure: figure.step))}
    return Relation("sum", start, end, whole.text, value, verdict, code, words, (whole, *parts), whole, str(tolerance))


__all__ = ["UNCLEAR", "check_tables", "table_spans"]
