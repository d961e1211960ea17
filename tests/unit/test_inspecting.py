"""`xianqing inspect`: any file as clean CSV, what was decided, what is doubted."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.contracts import load_code_lists, load_contracts
from pipelines.reading.doubts import KINDS
from pipelines.reading.inspecting import inspect_bytes
from pipelines.reading.inspection import as_json
from pipelines.reading.judge import Rules
from tests.faults.office import CONTRACTS, HEADER, aid_rows, as_csv

REGISTER = [["编号", "姓名", "乡镇", "金额", "日期"]] + [
    [f"{1000 + n}", "赵钱孙李周"[n % 5] + "一", ("雄壁镇", "葵山镇")[n % 2], f"{100 + n}.5", f"2020-06-{n + 1:02d}"]
    for n in range(9)
]


def as_text(rows: list[list[str]], delimiter: str = ",") -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return target.getvalue()


def as_workbook(path: Path, sheets: dict[str, list[list[str]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def run(*arguments: str | Path) -> tuple[int, list[dict]]:
    result = CliRunner().invoke(app, ["inspect", *map(str, arguments), "--json"])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def test_a_clean_file_comes_out_as_it_is_and_nothing_is_doubted(office: Path) -> None:
    source = office / "登记表.txt"
    source.write_bytes(as_text(REGISTER, ";").encode("gb18030"))
    code, (report,) = run(source, "--to", office / "out", "--strict")
    assert code == 0
    (table,) = report["tables"]
    assert (report["file"], report["format"], report["encoding"], table["delimiter"]) == (
        "登记表.txt",
        "csv",
        "gb18030",
        ";",
    )
    assert (table["header_rows"], table["data_rows"], table["non_data_rows"], table["doubts"]) == (1, 9, 0, [])
    assert table["columns"] == REGISTER[0]
    assert table["confidence"] == 1
    assert (office / "out" / "登记表.csv").read_text(encoding="utf-8") == as_text(REGISTER)


def test_strict_fails_on_a_doubt_and_its_place_is_the_source_s(office: Path) -> None:
    lines = as_text(REGISTER).splitlines()
    lines[4] = lines[4].replace(",", "", 1)
    source = office / "a.csv"
    source.write_text("\n".join(["补助表", *lines]), encoding="utf-8")
    code, (report,) = run(source, "--strict")
    assert code == 1
    (table,) = report["tables"]
    assert {(doubt["row"], doubt["kind"]) for doubt in table["doubts"]} >= {(6, "ragged_row")}
    assert all(doubt["why"] and doubt["why_zh"] for doubt in table["doubts"])
    assert table["non_data"] == [{"row": 1, "what": "title"}]
    assert run(source)[0] == 0


def test_several_tables_are_written_under_sheet_and_number(office: Path) -> None:
    book = as_workbook(
        office / "表.xlsx",
        {"甲": REGISTER, "乙丙": REGISTER[:5]},
    )
    code, (report,) = run(book, "--to", office / "out")
    assert code == 0
    assert sorted(path.name for path in (office / "out").iterdir()) == ["表.乙丙.2.csv", "表.甲.1.csv"]
    assert [table["sheet"] for table in report["tables"]] == ["甲", "乙丙"]
    assert (office / "out" / "表.甲.1.csv").read_text(encoding="utf-8") == as_text(REGISTER)


def test_files_of_one_stem_do_not_overwrite_each_other(office: Path) -> None:
    (office / "a.csv").write_text(as_text(REGISTER), encoding="utf-8")
    (office / "a.txt").write_text(as_text(REGISTER[:4]), encoding="utf-8")
    code, reports = run(office / "a.csv", office / "a.txt", "--to", office / "out")
    assert (code, len(reports)) == (0, 2)
    assert sorted(path.name for path in (office / "out").iterdir()) == ["a.csv.csv", "a.txt.csv"]


def test_one_output_file_is_for_one_input(office: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (office / name).write_text(as_text(REGISTER), encoding="utf-8")
    assert run(office / "a.csv", "--to", office / "clean.csv")[0] == 0
    assert (office / "clean.csv").read_text(encoding="utf-8") == as_text(REGISTER)
    assert run(office / "a.csv", office / "b.csv", "--to", office / "clean.csv")[0] == 2


def test_a_file_that_cannot_be_read_says_why_and_the_others_are_read(office: Path) -> None:
    (office / "empty.csv").write_bytes(b"")
    (office / "a.csv").write_text(as_text(REGISTER), encoding="utf-8")
    code, reports = run(office / "empty.csv", office / "a.csv")
    assert code == 0
    assert [bool(report["refused"]) for report in reports] == [True, False]
    assert all(reports[0][key] for key in ("refused", "refused_zh", "remedy", "remedy_zh"))
    assert run(office / "empty.csv", "--strict")[0] == 1


def test_a_contract_judges_every_value_and_says_where_it_would_refuse() -> None:
    contract = load_contracts(CONTRACTS)["aid"]
    rules = Rules("", None, allow_synthetic=True, code_lists=load_code_lists())
    rows = aid_rows()
    rows[3][5] = "无"
    inspection = inspect_bytes(as_csv(rows).encode(), "补助2020年6月.csv", contract, rules)
    (table,) = inspection.tables
    assert inspection.refused is None
    assert ("bad_number", 5, 6) in [(doubt.kind, doubt.row, doubt.column) for doubt in table.doubts]
    without = inspect_bytes(
        as_csv([row[1:] for row in rows], HEADER[1:]).encode(), "补助2020年6月.csv", contract, rules
    )
    assert without.refused is not None
    assert "补助编号" in without.refused.zh
    assert len(without.tables[0].data_rows) == len(rows)


def test_every_kind_of_doubt_is_documented_in_both_languages() -> None:
    listed = Path("docs/dictionary.md").read_text(encoding="utf-8")
    for kind, text in KINDS.items():
        assert text.zh
        assert text.en
        assert f"| `{kind}` |" in listed, f"run make docs: {kind} is not in the dictionary"


def test_the_three_counts_are_all_rows_of_the_file() -> None:
    text = as_text([["标题"], [], *REGISTER, ["合计", "", "", "940.5", ""], ["注：完"]])
    (table,) = as_json(inspect_bytes(text.encode(), "a.csv"))["tables"]
    assert table["header_rows"] + table["data_rows"] + table["non_data_rows"] == text.count("\n")
    assert {each["what"] for each in table["non_data"]} == {"title", "blank", "total", "note"}


def test_a_blank_cell_of_a_single_column_stays_a_row() -> None:
    inspection = inspect_bytes("数量,\n1,\n,\n3,\n".encode(), "a.csv")
    (table,) = inspection.tables
    read_back = list(csv.reader(io.StringIO(table.as_csv().decode())))
    assert len(read_back) == 1 + len(table.data_rows)


@pytest.mark.parametrize("to", [".", "a.csv", "link"])
def test_a_source_is_never_written_over(office: Path, to: str) -> None:
    source = office / "a.csv"
    source.write_text("标题\n" + as_text(REGISTER), encoding="utf-8")
    before = source.read_bytes()
    (office / "link").symlink_to(office)
    assert run(source, "--to", office / to)[0] == 2
    assert source.read_bytes() == before


def test_a_missing_file_is_said_and_the_others_are_read(office: Path) -> None:
    (office / "a.csv").write_text(as_text(REGISTER), encoding="utf-8")
    code, reports = run(office / "nowhere.csv", office, office / "a.csv")
    assert code == 2
    assert [bool(report["refused"]) for report in reports] == [True, True, False]
