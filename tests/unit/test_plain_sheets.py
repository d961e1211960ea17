"""A sheet whose plain cells are taken from its XML is the same, cell for cell, as the parser alone reads it."""

from __future__ import annotations

import datetime
import io
import random
import zipfile

import openpyxl
import pytest
import xlsxwriter

from pipelines.reading.books import sheets, workbooks
from pipelines.reading.tables import FileRefusedError, Table
from tests.faults.ooxml import book

COLUMNS = "ABCDEF"
FORMATS = ("yyyy-mm-dd", '0.0,"万元"', "0.00%", "000000", 'e"年"', '[$-804]yyyy"年"m"月"', "@", "[h]:mm", "bogus;;;;")
TEXTS = (
    "<si><t>甲</t></si><si><t/></si><si><t xml:space='preserve'> b </t></si><si><r><t>丙</t></r><r><t>丁</t></r></si>"
    "<si><t>東</t><rPh sb='0' eb='1'><t>ヒガシ</t></rPh></si><si><t>a_x000D_b</t></si><si><t>x&amp;y</t></si><si/>"
)
PLAIN = (
    '<c r="{}" t="inlineStr"><is><t>甲乙{}</t></is></c>', '<c r="{}" s="7" t="inlineStr"><is><t>990101{}</t></is></c>',
    '<c r="{}" t="inlineStr"><is><t>长一些的文字，超过十二个字节{}</t></is></c>', '<c r="{}"><v>{}</v></c>',
    '<c r="{}" s="0"><v>{}.50</v></c>', '<c r="{}" t="n"><v>-{}E-2</v></c>', '<c r="{}" s="3" t="n"><v>0.{}</v></c>',
    '<c r="{}" t="s"><v>0</v></c>', '<c r="{}" s="1" t="s"><v>3</v></c>', "", "", '<c r="{}" s="1"/>', '<c r="{}"/>',
    '<c r="{}" s="2"><v>9901011980010112{}</v></c>', '<c r="{}" t="inlineStr"><is><t>a\u3000{}b c</t></is></c>',
)  # fmt: skip
UNUSUAL = (
    '<c r="{}"><v>5</v></c></x>',
    '<c r="{}"><v>5</v></c></row></row>',
    '<x><c r="{}"><v>5</v></c>',
    '<c r="{}" s="1"><v>60</v></c>',
    '<c r="{}" s="1"><v>0.5</v></c>',
    '<c r="{}" t="inlineStr"><is><t> b{} </t></is></c>',
    '<c r="{}" t="inlineStr"><is><t></t></is></c>',
    '<c r="{}" t="inlineStr"><is><t xml:space="preserve"> c </t></is></c>',
    '<c r="{}" t="inlineStr"/>',
    '<c r="{}" t="inlineStr"><is><t>x&lt;{}&#20013;</t></is></c>',
    '<c r="{}" t="inlineStr"><is><t>a_x000D_b</t></is></c>',
    '<c r="{}" t="inlineStr"><is><t>a_b</t></is></c>',
    '<c r="{}" t="inlineStr"><is><t>a\r\nb\nc\td</t></is></c>',
    '<c r="{}" t="inlineStr"><is><r><t>丙</t></r><r><t>{}</t></r></is></c>',
    '<c r="{}" t="inlineStr"><is/></c>',
    '<c r="{}" t="inlineStr"><is><t>東</t><rPh sb="0" eb="1"><t>ヒ</t></rPh></is></c>',
    '<c r="{}"></c>',
    '<c r="{}" s="1"><v>4{}</v></c>',
    '<c r="{}" s="1"><v>45000.5</v></c>',
    '<c r="{}" s="5"><v>45000</v></c>',
    '<c r="{}" s="6"><v>45000</v></c>',
    '<c r="{}" s="8"><v>1.5</v></c>',
    '<c r="{}" s="4"><v>12</v></c>',
    '<c r="{}" s="9"><v>12</v></c>',
    '<c r="{}" s="77"><v>12</v></c>',
    '<c r="{}" t="b"><v>1</v></c>',
    '<c r="{}" t="e"><v>#N/A</v></c>',
    '<c r="{}" t="str"><f>A1</f><v>t{}</v></c>',
    '<c r="{}"><f>A1</f><v>3</v></c>',
    '<c r="{}"><f>A1</f></c>',
    '<c r="{}" t="s"><v>1</v></c>',
    '<c r="{}" t="s"><v>2</v></c>',
    '<c r="{}" t="s"><v>7</v></c>',
    '<c r="{}" t="s"><v>4</v></c>',
    '<c r="{}" t="s"><v>5</v></c>',
    '<c r="{}" t="s"><v>6</v></c>',
    '<c r="{}"><v></v></c>',
    '<c r="{}" t="d"><v>2020-01-31</v></c>',
    '<c r="{}"><v>1e999</v></c>',
    '<c r="{}"><v>-0</v></c>',
    '<c r="{}"><v>007</v></c>',
    '<c r="{}"><v>+5</v></c>',
    '<c r="{}"><v> 5 </v></c>',
    '<c r="{}"><v>.5</v></c>',
    '<c r="{}"><v>5.</v></c>',
    '<c r="{}"><v>1_0</v></c>',
    '<c r="{}"><v>NaN</v></c>',
    '<c r="{}"><v>inf</v></c>',
    '<c r="{}"><v>abc</v></c>',
    '<c r="{}"><v>12345678901234567890123</v></c>',
    '<c r="{}"><v>0.1000000000000000055511151231257827</v></c>',
    '<c t="inlineStr"><is><t>无址</t></is></c>',
    '<c t="s" r="{}"><v>0</v></c>',
    "<c r='{}'><v>5</v></c>",
    '<c r="{}" cm="1"><v>5</v></c>',
    '<c r="{}" ><v>5</v></c>',
    '<c r="{}"> <v>5</v></c>',
    '<c r="{}"><v>5</v> </c>',
    '<c r="{}"><v>5</v></c> ',
    '<c r="{}"><v>5</v></c>stray',
    '<c r="{}"><v>5</v><extLst/></c>',
    '<!--x--><c r="{}"><v>5</v></c>',
    '<c r="{}"><v>5<!--x--></v></c>',
    '<c r="{}" t="inlineStr"><is><t><![CDATA[a<b]]></t></is></c>',
    '<c r="{}"><v>5</v ></c>',
    '<c r="{}" t="inlineStr"><is><t>a\ufffd\u00a0</t></is></c>',
    '<c r="{}" t="inlineStr"><is><t>a</t><t>b</t></is></c>',
    '<c r="{}" t="inlineStr"><v>5</v></c>',
    '<c r="{}" t="inlineStr"><is><t>a>b</t></is></c>',
    '<b/><c r="{}"><v>5</v></c>',
    '<c r="{}" t="s"><v>05</v></c>',
    '<c r="{}" t="s"><v>99</v></c>',
    '<c r="{}" t="s"><v>-1</v></c>',
    '<c r="{}" t="s"><v/></c>',
    '<c r="{}" t="x"><v>5</v></c>',
    '<c r="{}" t="inlineStr"><is><t>a\x01b</t></is></c>',
    '<c r="{}"><v>5</v></c></row><row>',
)

ROWS = (
    '<row r="{}">',
    '<row r="{}" spans="1:6">',
    '<row r="{}" spans="1:6" ht="15" customHeight="1">',
    '<row r="{}" s="1">',
)
ODD_ROWS = (
    '<row r="{}" hidden="1">',
    "<row>",
    '<row r="{0}" r="{0}">',
    '<row  r="{}">',
    "<row r='{}'>",
    '<row r="{}" ht="0">',
)

AROUND = {
    "before": '<dimension ref="A1:B2"/><cols><col min="2" max="2" width="9" hidden="1"/></cols>',
    "after": '<autoFilter ref="A1:F1"/><mergeCells><mergeCell ref="A3:B4"/></mergeCells>',
}


def sheet_rows(chance: random.Random, unusual: float) -> str:
    """Rows of cells of which a share is unusual, after a header."""
    named = COLUMNS if chance.random() < 0.7 else "ACDEF"
    head = "".join(f'<c r="{at}1" t="inlineStr"><is><t>列{at}</t></is></c>' for at in named)
    made = [f'<row r="1">{head}</row>']
    number = 1
    for _ in range(chance.randint(3, 25)):
        number += chance.choice((1, 1, 1, 1, 1, 1, 1, 3))
        tag = chance.choice(ODD_ROWS if chance.random() < unusual / 4 else ROWS).format(number)
        cells = []
        for at in COLUMNS[: chance.choice((6, 6, 6, 3, 0))]:
            form = chance.choice(UNUSUAL if chance.random() < unusual else PLAIN)
            cells.append(form.format(f"{at}{number}", chance.randint(1, 40)))
        if cells and chance.random() < unusual / 20:
            chance.shuffle(cells)
        end = "" if chance.random() < unusual / 50 else "</row>"
        made.append(tag[:-1] + "/>" if not any(cells) and chance.random() < 0.5 else tag + "".join(cells) + end)
    return "".join(made)


def both_ways(raw: bytes, monkeypatch: pytest.MonkeyPatch, header_index: int = 0) -> tuple[object, object, bool]:
    """What either way gives (the table's parts, or the refusal), and whether the plain way was gone to its end."""
    found: list[object] = []
    is_plain = False
    for least in (1 << 62, 0):
        monkeypatch.setattr(sheets, "LEAST_PLAIN_BYTES", least)
        try:
            sheet = sheets.Workbook(raw)
            name = sheet.sheets[0].name
            found.append(parts(workbooks.read_sheet(raw, name, header_index, [0, 1, 2, 3, 5, 9])))
            is_plain = least == 0 and sheet.load_columns(name, header_index + 1, [0])[1] is not None
        except FileRefusedError as refusal:
            found.append(refusal.zh)
    return found[0], found[1], is_plain


def parts(table: Table) -> dict[str, object]:
    """All that a table says, in shapes that can be compared."""
    given = vars(table).copy()
    given["rows"] = table.rows.to_list()
    given["columns"] = {
        at: (column.text.to_list(), None if column.kinds is None else column.kinds.to_list())
        for at, column in table.columns.items()
    }
    given["types"] = {str(column.text.dtype) for column in table.columns.values()}
    given["kind types"] = {str(each.kinds.dtype) for each in table.columns.values() if each.kinds is not None}
    given["types of rows"] = (table.rows.dtype, table.rows.name)
    return given


@pytest.mark.parametrize(("unusual", "least"), [(0.0, 0.5), (0.02, 0.1), (0.3, 0.0)])
def test_both_ways_give_the_same_for_any_mixture_of_cells(
    unusual: float, least: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(20200131 + int(unusual * 100))
    plain_count, count = 0, 150
    for _ in range(count):
        rows = sheet_rows(chance, unusual)
        properties = '<workbookPr date1904="1"/>' if chance.random() < 0.1 else ""
        around = {name: chance.choice(("", "", text)) for name, text in AROUND.items()}
        raw = book(rows, formats=FORMATS, texts=TEXTS, properties=properties, **around)
        parser, plain, is_plain = both_ways(raw, monkeypatch)
        assert plain == parser, rows
        plain_count += is_plain
    assert plain_count >= least * count


@pytest.mark.parametrize("form", UNUSUAL)
@pytest.mark.parametrize("at_end", [False, True])
def test_one_unusual_cell_among_plain_ones(form: str, at_end: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    for number in range(1, 9):
        cells = [f'<c r="{at}{number}" t="inlineStr"><is><t>{at}{number}</t></is></c>' for at in "ABCD"]
        if number == (8 if at_end else 4):
            cells[3 if at_end else 2] = form.format(f"{'E' if at_end else 'C'}{number}", 5)
        rows.append(f'<row r="{number}">{"".join(cells)}</row>')
    raw = book("".join(rows), formats=FORMATS, texts=TEXTS)
    parser, plain, _ = both_ways(raw, monkeypatch)
    assert plain == parser


def xlsxwriter_book(rows: list[list[object]], *, in_memory: bool) -> bytes:
    """By XlsxWriter, with a column of dates and one of 万元; texts in the cells themselves unless ``in_memory``."""
    target = io.BytesIO()
    options = {"in_memory": True} if in_memory else {"constant_memory": True, "use_future_functions": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        money = workbook.add_format({"num_format": '0.0,"万元"'})
        sheet = workbook.add_worksheet("人口")
        for number, row in enumerate(rows):
            for at, value in enumerate(row):
                form = day if isinstance(value, datetime.datetime) else money if at == 3 else None
                sheet.write(number, at, value, form)
    return target.getvalue()


def openpyxl_book(rows: list[list[object]]) -> bytes:
    """By openpyxl."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


@pytest.mark.parametrize("program", ["xlsxwriter", "xlsxwriter inline", "openpyxl"])
def test_workbooks_of_programs_are_read_the_plain_way(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    rows: list[list[object]] = [["姓名", "号码", "年龄", "收入", "日期", "备注"]]
    for number in range(2_000):
        day = datetime.datetime(1990, 1, 1) + datetime.timedelta(days=chance.randint(0, 9000))
        note = chance.choice(
            [None, None, " 前后有空格 ", "a&b<c>", "换\n行", "a_x000D_b", 0.1, 990101198001011234, True]
        )
        income = chance.choice([chance.random() * 1e5, chance.randint(-9, 9), 1e15, 1 / 3, None])
        rows.append([f"某{chance.randint(1, 90)}", f"99010119{number:010}", number % 90, income, day, note])
    raw = openpyxl_book(rows) if program == "openpyxl" else xlsxwriter_book(rows, in_memory=program == "xlsxwriter")
    parser, plain, is_plain = both_ways(raw, monkeypatch)
    assert plain == parser
    assert is_plain
    assert isinstance(plain, dict)
    assert plain["columns"][0][0] == [row[0] for row in rows[1:]]


def test_bytes_that_are_no_utf8_are_left_to_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    line = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>甲{0}</t></is></c></row>'
    raw = book("".join(line.format(number) for number in range(1, 9)))
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(target, "w") as copy:
        for member in source.namelist():
            text = source.read(member)
            # The halves of one character in two cells: valid together, damaged apart.
            text = text.replace("甲4<".encode(), b"a\xe7<").replace("甲5<".encode(), b"\x94\xb2<")
            copy.writestr(member, text)
    parser, plain, is_plain = both_ways(target.getvalue(), monkeypatch)
    assert plain == parser
    assert not is_plain


def test_a_sheet_of_texts_beyond_the_small_ones_takes_the_plain_way() -> None:
    rows: list[list[object]] = [["姓名", "号码"]]
    rows += [list[object]((f"某{number}", f"99010119{number:010}")) for number in range(22_000)]
    workbook = sheets.Workbook(xlsxwriter_book(rows, in_memory=True))
    assert workbook.load_columns("人口", 1, [0, 1])[1] is not None
