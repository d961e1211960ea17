"""Text files that are not just one header and rows: other headers, titles, totals, notes, second tables, cut files."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.pollution.drafts import Draft, Record, draft
from benchmarks.pollution.registry import Seat, damage
from benchmarks.pollution.tables import MAKERS, Clean, clean_table
from benchmarks.pollution.truth import Accepted, Case, Expected, Owed, Refusal

FIGURES = ("register", "treasury", "statistics", "shop", "narrow", "wide", "notes")


def _made(seat: Seat, *names: str) -> Draft:
    return draft(seat.table(*names), seat.dialect())


def _note(made: Draft, text: str, *, is_padded: bool) -> Record:
    """A line that is no row: as it is, or filled with delimiters to the table's width."""
    fields = [made.dialect.write(text)]
    return Record(fields + [""] * (made.clean.width - 1) if is_padded else fields)


@damage(weight=3)
def header_none(seat: Seat) -> Case:
    """No header: the first line is a row."""
    made = _made(seat)
    del made.records[0]
    made.render()
    return seat.case(made, made.expected(header=()), recoverable=True, owed=Owed.MAY)


@damage(weight=4)
def header_rows(seat: Seat) -> Case:
    """Two or three header rows: groups above the names, written once at the left of their columns."""
    made = _made(seat, "register", "statistics", "wide", "notes", "words", "treasury")
    above: list[Record] = []
    for level in range(1 + seat.ordinal // 6 % 2):
        size = 3 if level == 0 else 6
        names = [f"{'基本收支情况'[at // size % 6]}类" if at % size == 0 else "" for at in range(made.clean.width)]
        above.insert(0, Record([made.dialect.write(name) for name in names]))
    made.records[:0] = above
    made.render()
    return seat.case(made, made.expected(is_header_flattened=True), recoverable=True, owed=Owed.MAY)


@damage(weight=3)
def header_duplicate(seat: Seat) -> Case:
    """Two columns have the same name."""
    made = _made(seat)
    _, column = seat.place(1, made.clean.width - 1)
    made.records[0].fields[column + 1] = made.records[0].fields[column]
    names = list(made.clean.header)
    names[column + 1] = names[column]
    made.render()
    return seat.case(made, made.expected(header=tuple(names)), recoverable=True)


@damage(weight=3)
def header_blank(seat: Seat) -> Case:
    """A column with values has no name."""
    made = _made(seat, *(name for name in MAKERS if name != "sparse"))
    _, column = seat.place(1, made.clean.width)
    names = list(made.clean.header)
    names[column] = made.records[0].fields[column] = ""
    made.render()
    return seat.case(made, made.expected(header=tuple(names)), recoverable=True)


@damage(weight=3)
def header_numeric(seat: Seat) -> Case:
    """Years as names of columns."""
    made = _made(seat, "statistics", "wide", "narrow")
    kinds = made.clean.of_kind("money")
    names = list(made.clean.header)
    for step, column in enumerate(kinds):
        names[column] = made.records[0].fields[column] = str(2001 + step)
    made.render()
    return seat.case(made, made.expected(header=tuple(names)), recoverable=True, owed=Owed.MAY)


@damage(weight=3)
def header_repeated(seat: Seat) -> Case:
    """The header again between the rows, once or every twenty rows: a printed page was exported."""
    made = _made(seat)
    row, _ = seat.place(len(made.clean.rows) - 2, 1)
    places = [row + 2] if seat.ordinal % 2 else list(range(21, len(made.records), 20)) or [row + 2]
    for place in reversed(places):
        made.records.insert(place, Record(list(made.records[0].fields)))
    made.render()
    whole = made.expected()
    parts, start = [], 0
    for end in [*(place - 1 for place in places), len(whole.rows)]:
        parts.append(replace(whole, rows=whole.rows[start:end], spans=whole.spans[start:end]))
        start = end
    raw = made.render().encode()
    variants = ((whole,), tuple(parts))
    return seat.raw_case(raw, made.clean.name, variants=variants, recoverable=True, owed=Owed.MAY)


@damage(weight=5)
def preamble(seat: Seat) -> Case:
    """One to four lines of title, unit and date above the header, bare or padded, with a blank line below or not."""
    made = _made(seat)
    lines = ["2024年度帮扶资金使用情况明细表", "填报单位：县乡村振兴局", "单位：万元、人", "填报日期：2024年12月20日"]
    turn = seat.ordinal // len(MAKERS)
    above = [_note(made, text, is_padded=bool(turn & 4)) for text in lines[: 1 + turn % 4]]
    if turn & 8:
        above.append(_note(made, "", is_padded=bool(turn & 4)))
    made.records[:0] = above
    made.render()
    return seat.case(made, made.expected(), recoverable=True, owed=Owed.MAY)


@damage(weight=3)
def unit_row(seat: Seat) -> Case:
    """A row of units right below the header."""
    made = _made(seat, "register", "statistics", "wide", "narrow")
    names = {"int": "人", "money": "元", "percent": "%"}
    units = [names.get(kind, "") for kind in made.clean.kinds]
    if seat.ordinal % 2:
        units = [f"（{unit}）" if unit else "" for unit in units]
    made.records.insert(1, Record(units))
    made.render()
    return seat.case(made, made.expected(is_header_flattened=True), recoverable=True, owed=Owed.MAY)


def _sums(clean: Clean, first: int, last: int, label: str, error: float = 0.0) -> list[str]:
    """A row of sums over rows first to last; ``error`` is added to the first sum."""
    cells = [""] * clean.width
    for column in clean.of_kind("int", "money"):
        if column == 0:
            continue
        total = sum(float(row[column].replace(",", "") or 0) for row in clean.rows[first:last])
        cells[column] = f"{total + error:.2f}" if clean.kinds[column] == "money" else f"{total + error:.0f}"
        error = 0.0
    cells[0] = label
    return cells


def _totals(seat: Seat, error: float, owed: Owed) -> Case:
    made = _made(seat, "register", "treasury", "narrow", "wide", "notes")
    label = ("合计", "总计", "合  计", "Total")[seat.ordinal // 5 % 4]
    cells = _sums(made.clean, 0, len(made.clean.rows), label, error)
    total = Record([made.dialect.write(cell) for cell in cells])
    place = 1 if seat.ordinal // 20 % 2 else len(made.records)
    made.records.insert(place, total)
    made.render()
    return seat.case(made, made.expected(), recoverable=True, owed=owed)


@damage(weight=3)
def total_right(seat: Seat) -> Case:
    """A row of totals, above or below the rows, with the right sums."""
    return _totals(seat, 0.0, Owed.MAY)


@damage(weight=3)
def total_wrong(seat: Seat) -> Case:
    """A row of totals that differs from the sum of the rows."""
    return _totals(seat, 900.0 + seat.ordinal, Owed.YES)


@damage(weight=3)
def subtotals(seat: Seat) -> Case:
    """Sub-totals after groups of rows and a total at the end."""
    made = _made(seat, "register", "narrow", "wide", "notes")
    size, height = 8, len(made.clean.rows)
    records = [made.records[0]]
    for first in range(0, height, size):
        last = min(first + size, height)
        records += made.records[1 + first : 1 + last]
        records.append(Record([made.dialect.write(cell) for cell in _sums(made.clean, first, last, "小计")]))
    records.append(Record([made.dialect.write(cell) for cell in _sums(made.clean, 0, height, "合计")]))
    made.records = records
    made.render()
    return seat.case(made, made.expected(), recoverable=True, owed=Owed.MAY)


@damage(weight=3)
def footnote(seat: Seat) -> Case:
    """Notes below the rows, bare or filled with delimiters, a blank line before or not."""
    made = _made(seat)
    turn = seat.ordinal // len(MAKERS)
    lines = ["注：本表数据为初步统计数", "资料来源：县统计局", "制表人：张三    审核人：李四"][: 1 + turn % 3]
    if turn & 4:
        made.records.append(_note(made, "", is_padded=False))
    made.records += [_note(made, text, is_padded=bool(turn & 1)) for text in lines]
    made.render()
    return seat.case(made, made.expected(), recoverable=True, owed=Owed.MAY)


@damage(weight=5)
def second_table(seat: Seat) -> Case:
    """Another table below the first: of the same, fewer or more columns; with a blank line, a title, or neither."""
    first = seat.table("register", "treasury", "words", "wide", "statistics")
    turn = seat.ordinal // 5
    other = clean_table(("narrow", "words", "register", "wide")[turn % 4], seat.seed + turn % 5)
    if other.name == first.name or turn % 5 == 4:
        rows = [list(row) for row in clean_table(first.name, seat.seed + 77 + turn).rows]
        other = Clean(first.name, first.header, first.kinds, rows)
    dialect = seat.dialect()
    made, below = draft(first, dialect), draft(other, dialect)
    for record in below.records:
        record.table = 1
    gap = turn // 4 % 3
    if gap:
        made.records.append(Record([""]))
    if gap == 2:
        made.records.append(Record([dialect.write("附表：其他情况")]))
    made.records += below.records
    raw = made.render().encode()
    spans = [made.spans[1, row] for row in range(len(other.rows))]
    one, two = made.expected(), Expected(tuple(other.header), [list(row) for row in other.rows], spans)
    variants: tuple[tuple[Expected, ...], ...] = ((one, two),)
    if other.header == first.header:
        variants += ((replace(one, rows=one.rows + two.rows, spans=one.spans + two.spans),),)
    return seat.raw_case(raw, first.name, variants=variants, recoverable=gap > 0, owed=Owed.MAY)


def _cut(made: Draft, share: float) -> tuple[int, int, int]:
    """A cut inside a cell, in the last 30 %: characters kept, the row and the column it falls into."""
    text = made.render()
    at = int(len(text) * (0.7 + 0.3 * share))
    position = 0
    for record in made.records:
        for column, cell in enumerate(record.fields):
            inside = position < at < position + len(cell) - 1
            if at < position + len(cell) and record.row is not None and len(cell) > 2 and column + 1 < made.clean.width:
                return (at if inside else position + len(cell) // 2 + 1), record.row, column
            position += len(cell) + len(made.dialect.delimiter)
        position += len(made.dialect.line_end) - len(made.dialect.delimiter)
    return len(text) // 2, -1, -1


@damage(weight=6)
def truncated(seat: Seat) -> Case:
    """The file ends inside a cell, not of the last column; rows that never arrived are nobody's to know."""
    made = _made(seat)
    at, row, _ = _cut(made, seat.random.random() * 0.95)
    if row < 1:
        at, row, _ = _cut(made, 0.0)
    raw = made.render()[:at].encode()
    whole = made.expected()
    expected = replace(whole, rows=whole.rows[: row + 1], spans=whole.spans[: row + 1], damaged=frozenset([row]))
    return seat.raw_case(raw, made.clean.name, expected, refusal=Refusal.MAY)


@damage(weight=2)
def truncated_in_last_cell(seat: Seat) -> Case:
    """The file ends inside the last cell of a row: no line end is the only sign, so the cut value is accepted."""
    made = _made(seat, "treasury", "narrow", "words", "statistics")
    row = len(made.clean.rows) - 1 - seat.random.randrange(max(1, len(made.clean.rows) // 4))
    text = made.render()
    last = made.records[row + 1].fields[-1]
    before = sum(1 + sum(map(len, each.fields)) + each_width(each, made) for each in made.records[: row + 1])
    at = before + sum(map(len, made.records[row + 1].fields)) + each_width(made.records[row + 1], made) - 1
    whole = made.expected()
    accepted: Accepted = {(row, made.clean.width - 1): (last[:-1],)}
    expected = replace(
        whole, rows=whole.rows[: row + 1], spans=whole.spans[: row + 1], damaged=frozenset([row]), accepted=accepted
    )
    at += (len(made.dialect.line_end) - 1) * (row + 1)
    return seat.raw_case(text[:at].encode(), made.clean.name, expected, owed=Owed.MAY, refusal=Refusal.MAY)


def each_width(record: Record, made: Draft) -> int:
    """Characters of a record's delimiters."""
    return (len(record.fields) - 1) * len(made.dialect.delimiter)


@damage(weight=1)
def header_only(seat: Seat) -> Case:
    """A header and no row."""
    made = _made(seat)
    del made.records[1:]
    made.render()
    return seat.case(made, made.expected(rows=[], spans=[]), refusal=Refusal.MAY)


@damage(weight=1)
def single_row(seat: Seat) -> Case:
    """A header and one row."""
    made = _made(seat)
    del made.records[2:]
    made.render()
    whole = made.expected()
    expected = replace(whole, rows=whole.rows[:1], spans=whole.spans[:1], damaged=frozenset([0]))
    return seat.case(made, expected, recoverable=True)


@damage(weight=1)
def empty_file(seat: Seat) -> Case:
    """No bytes, a mark only, or blanks only."""
    raw = (b"", b"\xef\xbb\xbf", b"\n\n\n", b"   \r\n  ", b"\x00" * 64)[seat.ordinal % 5]
    return seat.raw_case(raw, "none", refusal=Refusal.DUE)


@damage(weight=1)
def other_format(seat: Seat) -> Case:
    """A web page, a PDF, a picture or JSON under a name that ends in .csv."""
    clean = seat.table()
    row = "</td><td>".join(clean.rows[0])
    page = f"<!DOCTYPE html><html><head><title>502</title></head><body><table><tr><td>{row}</td></tr></table></body>"
    forms = (
        page.encode(),
        f"<html>\n<body>\n<h1>系统错误，请稍后再试</h1>\n<p>{row}</p></body></html>".encode("gbk", errors="ignore"),
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n%%EOF\n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06\x00\x00\x00" + bytes(range(256)),
        b'{"code": 500, "message": "timeout", "data": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]}',
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + bytes(range(200)),
    )
    return seat.raw_case(forms[seat.ordinal % len(forms)], clean.name, refusal=Refusal.DUE)
