"""Small tables as text, for tests of the reader, and what was read of them.

Belongs here: tables of different nature, their text, cells and doubts in short forms. Does not belong here: damage.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from pipelines.reading.grids import Grid
from pipelines.reading.text.text_files import read_grids
from tests.faults.office import identity

Rows = list[list[str]]
TOWNS = ("丹凤街道", "雄壁镇", "葵山镇")
NAMES = ["王小明", "李芳", "张伟", "刘洋", "陈静", "杨帆", "赵敏", "黄磊", "周杰", "吴婷", "徐丽", "孙强"]
ITEMS = ('Table, Round 48"', "Lamp, brass", "Chair", 'Desk 60" x 30", oak', 'Sofa "Nina"')


def register(count: int = 12) -> Rows:
    """A register as a county office keeps it."""
    rows = [["户编号", "姓名", "身份证号", "乡镇", "与户主关系", "性别", "出生日期", "人均纯收入", "备注"]]
    for n in range(count):
        rows.append(  # noqa: PERF401
            [f"53032300{1000 + n}", NAMES[n % 12], identity(n), TOWNS[n % 3], ("户主", "配偶", "之子")[n % 3],
             "男" if n % 2 else "女", f"19{60 + n}-0{1 + n % 9}-1{n % 10}", f"{4000 + n * 613}.{10 + n}",
             "" if n % 4 else "外出务工"]
        )  # fmt: skip
    return rows


def shop(count: int = 15) -> Rows:
    """A shop's list with delimiters and quotation marks inside values."""
    rows = [["DATE", "TIME", "Qty", "PRODUCTID", "Price", "Type", "Description", "URL", "Comments"]]
    for n in range(count):
        rows.append(  # noqa: PERF401
            [f"{10 + n}/02/2018", f"{1 + n % 12:02d}:{15 + n}", str(1 + n * 7 % 30),
             f"{'ABCD'[n % 4]}H-{1009 + n * 577}",
             f"${10 + n * 41}.{17 + n}", ("Furniture", "Lighting", "Garden")[n % 3], ITEMS[n % 5],
             f"http://shop.example/item/{100 + n * 37}", "" if n % 3 else "Made in Asia, check stock"]
        )  # fmt: skip
    return rows


TABLES = {"register": register(), "shop": shop()}


def text_of(rows: Sequence[Sequence[str]], delimiter: str = ",", quote: str = '"', end: str = "\r\n") -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, quotechar=quote, lineterminator=end).writerows(rows)
    return target.getvalue()


def cells(grid: Grid) -> Rows:
    return [[cell or "" for cell in grid.line(index)] for index in range(grid.height)]


def kinds(grids: list[Grid]) -> set[str]:
    return {doubt.kind for grid in grids for doubt in grid.doubts}


def one(raw: bytes | str) -> Grid:
    grids = read_grids(raw.encode() if isinstance(raw, str) else raw)
    assert len(grids) == 1
    return grids[0]


NOTES = [["编号", "走访人", "走访记录", "日期"]] + [
    [
        f"ZF{number:04d}",
        "张三",
        "已到位\n家中3人，很好,两头牛\n第三行" if number % 3 else "已到位",
        f"2023-01-{number:02d}",
    ]
    for number in range(1, 25)
]


def people(count: int = 12) -> Rows:
    """A list with a code, a name, a town, a number of five digits and a count."""
    return [
        ["id", "name", "town", "zip", "n"],
        *([str(n), f"N{n}", f"T{n}", str(10000 + n), str(3 * n)] for n in range(count)),
    ]


def staff(count: int = 24) -> Rows:
    """A list of words only, three of its columns with few values."""
    return [
        ["Surname", "Given name", "Street", "Town", "Country", "Job", "Mail"],
        *(
            [f"{'ABCDEFG'[n % 7]}ahr", ("Ida", "Jon", "Kim", "Lea", "Max")[n % 5],
             f"{('Elm', 'Oak', 'Ash')[n % 3]} Street", ("Bath", "Kiel", "Lyon", "Graz")[n % 4],
             ("UK", "DE", "FR", "AT")[n % 4], ("baker", "clerk", "nurse, senior", "smith")[n % 4],
             f"{'abcdefg'[n % 7]}.{n % 5}@ex.org"]
            for n in range(count)
        ),
    ]  # fmt: skip


def read_line(text: str, line: int) -> tuple[list[str], set[str]]:
    """The cells of one line of a one-table text (from 1) and the kinds of its doubts."""
    grid = one(text)
    return cells(grid)[grid.rows.to_list().index(line)], {doubt.kind for doubt in grid.doubts if doubt.row == line}


def with_line(rows: Rows, line: int, text: str) -> str:
    """The rows as text, one line (from 1) replaced."""
    lines = text_of(rows, end="\n").split("\n")
    return "\n".join([*lines[: line - 1], text, *lines[line:]])
