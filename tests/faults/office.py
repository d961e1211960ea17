"""An office with two toy feeds: files of any damage go in, what the reader made of them comes out."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import xlsxwriter

from pipelines.contracts import Contract, load_code_lists, load_contracts
from pipelines.landing import LandResult, Receipt, land
from pipelines.reading import FileLedger, bronze_folder, read_pending
from pipelines.reading.judge import Rules, judge_table
from pipelines.reading.sources import choose_table, open_source, read_candidate
from pipelines.reading.verdicts import Judged
from pipelines.settings import Settings

CONTRACTS = Path(__file__).parent / "contracts"
HEADER = ["补助编号", "姓名", "证件号码", "乡镇", "性别", "补助金额", "发放日期", "备注"]
TOWNSHIPS = ("丹凤街道", "雄壁镇", "葵山镇")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
Row = list[object]


def identity(number: int) -> str:
    """A synthetic identity number with a right check digit."""
    body = f"990101198{number % 10}0{1 + number % 9}1{number % 10}{number % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def aid_rows(count: int = 12) -> list[Row]:
    """Sound rows of the feed aid."""
    return [
        [
            f"{1000 + n}", f"张三{n}", identity(n), TOWNSHIPS[n % 3], "男" if n % 2 else "女",
            f"{100 + n}.50", f"2020-06-{1 + n % 28:02d}", "",
        ]
        for n in range(count)
    ]  # fmt: skip


def as_csv(rows: Sequence[Row], header: Sequence[str] = HEADER, *, delimiter: str = ",", end: str = "\r\n") -> str:
    """Rows as text; quoted only where a value needs it."""
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator=end).writerows([header, *rows])
    return target.getvalue()


def as_xlsx(sheets: dict[str, Sequence[Row]]) -> bytes:
    """Sheets as a workbook, text as text and numbers as numbers."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                for position, value in enumerate(row):
                    if isinstance(value, int | float):
                        sheet.write_number(number, position, value)
                    elif isinstance(value, str) and value.startswith("="):
                        sheet.write_formula(number, position, value, None, "#REF!" if "REF" in value else "")
                    elif value != "":
                        sheet.write_string(number, position, str(value))
    return target.getvalue()


def judge(
    raw: bytes | str, *, feed: str = "aid", areas_file: Path | None = None, contract: Contract | None = None
) -> Judged:
    """What the reader makes of a file, in this process; raises FileRefusedError for a whole file."""
    data = raw.encode() if isinstance(raw, str) else raw
    contract = contract or load_contracts(CONTRACTS)[feed]
    source = open_source(data)
    candidate = choose_table(source, contract)
    table = read_candidate(source, candidate)
    rules = Rules("2020-06", areas_file, allow_synthetic=True, code_lists=load_code_lists())
    return judge_table(table, candidate.match, contract, rules)


def found(judged: Judged) -> list[tuple[int, int | None, str]]:
    """Row, column and reason of every problem, broken rows included."""
    problems = list(judged.problems.select("row", "column", "code").iter_rows())
    return sorted(problems + [(broken.row, None, "ragged_row") for broken in judged.broken], key=str)


def values(judged: Judged, name: str) -> list[object]:
    """The accepted values of a field."""
    return judged.columns[name].value.filter(judged.is_accepted).to_list()


@dataclass
class Office:
    """A data folder with a key and areas; ``drop`` writes a file, ``take`` lands and reads what was dropped."""

    settings: Settings
    desk: Path
    dropped: list[Path] = field(default_factory=list)

    def drop(self, name: str, content: bytes | str) -> Path:
        path = self.desk / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.dropped.append(path)
        return path

    def land(self, *, feed: str | None = None, period: str | None = None) -> list[LandResult]:
        paths, self.dropped = self.dropped, []
        return land(paths, self.settings, feed=feed, period=period)

    def take(self) -> list[FileLedger]:
        self.land()
        return read_pending(self.settings)

    def accepted(self, receipt: Receipt) -> pl.DataFrame:
        return pl.read_parquet(bronze_folder(self.settings, receipt) / "accepted.parquet")
