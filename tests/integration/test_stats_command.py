"""``xianqing stats`` on files as offices have them: columns, units, refused cells, groups, sources, bands, exits."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter
from typer.testing import CliRunner, Result

from pipelines.cli import app, main
from pipelines.statistics import Distribution, inequality, poverty

TOWNS = ("雄壁镇", "葵山镇", "丹凤镇")
HEADER = ["户编号", "乡镇", "人口数", "人均纯收入（元）", "工资性收入（元）", "经营性收入（元）"]


@pytest.fixture(autouse=True)
def _office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path / "data"))


def households(count: int = 60) -> list[list[str]]:
    """Invented households: incomes 1,000, 1,100 … per person, 1 to 5 persons, half of the income from wages."""
    return [
        [f"H{at:04d}", TOWNS[at % 3], str(at % 5 + 1), f"{1000 + 100 * at}.00", *[f"{500 + 50 * at}.00"] * 2]
        for at in range(count)
    ]


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as target:
        csv.writer(target).writerows(rows)
    return path


def stats(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["stats", *map(str, arguments)])


def answer(*arguments: str | Path) -> dict[str, Any]:
    result = stats(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def figure(content: dict[str, Any], name: str, argument: float | None = None) -> dict[str, Any]:
    found = [each for each in content["figures"] if each["id"] == name and each["argument"] in (argument, None)]
    assert len(found) == 1
    return found[0]


COLUMNS = ("--income", "人均纯收入", "--size", "人口数", "--line", "3000")


def test_figures_of_a_register_weighted_by_persons(tmp_path: Path) -> None:
    rows = households()
    file = write(tmp_path / "户.csv", [HEADER, *rows], "gb18030")
    content = answer(file, *COLUMNS)

    expected = Distribution.of([float(row[3]) for row in rows], [float(row[2]) for row in rows])
    poor = sum(int(row[2]) for row in rows if float(row[3]) < 3000)
    headcount = figure(content, "headcount")
    assert (headcount["numerator"], headcount["denominator"]) == (poor, sum(int(row[2]) for row in rows))
    assert headcount["value"] == poverty.fgt(expected, 3000, 0) == poor / headcount["denominator"]
    assert figure(content, "gini")["value"] == inequality.gini(expected)
    assert figure(content, "gini")["standard_error"] > 0
    assert content["unit"] == "yuan"
    assert content["refused_cells"] == []
    assert content["counts"]["used"] == content["data_rows"] == 60
    assert sum(content["distribution"]["decile_shares"]) == pytest.approx(1)


def test_every_figure_says_what_it_is(tmp_path: Path) -> None:
    content = answer(write(tmp_path / "户.csv", [HEADER, *households()]), *COLUMNS)

    assert len(content["figures"]) == 23
    for each in content["figures"]:
        assert {"value", "unit", "standard_error", "standard_error_method", "rows", "persons", "excluded_rows"} <= set(
            each
        )
        assert all(each[f"{name}_{lang}"] for name in ("label", "convention") for lang in ("zh", "en"))


def test_damaged_and_blank_cells_are_counted_with_their_rows_never_guessed(tmp_path: Path) -> None:
    rows = households()
    rows[4][3], rows[9][3], rows[20][2], rows[21][3] = "14O0.00", "", "0", "-200.00"
    rows[30][3] = "4000%"
    content = answer(write(tmp_path / "户.csv", [HEADER, *rows]), *COLUMNS)

    refused = {(each["column"], each["reason"]): (each["count"], each["rows"]) for each in content["refused_cells"]}
    assert refused == {
        ("人均纯收入", "bad_number"): (2, [6, 32]),
        ("人均纯收入", "missing"): (1, [11]),
        ("人口数", "not_above_zero"): (1, [22]),
    }
    assert any(doubt["kind"] == "damaged_number" and doubt["row"] == 6 for doubt in content["doubts"])
    counts = content["counts"]
    assert (counts["rows"], counts["used"], counts["missing"], counts["negative"]) == (60, 56, 4, 1)
    assert figure(content, "gini")["excluded_rows"] == 1
    assert figure(content, "headcount")["excluded_rows"] == 0
    assert "14O0" not in json.dumps(content, ensure_ascii=False)
    dropped = answer(tmp_path / "户.csv", *COLUMNS, "--convention", "wbpip")
    assert dropped["counts"]["negative_dropped"] == 1
    assert figure(dropped, "headcount")["persons"] < figure(content, "headcount")["persons"]


def test_strict_fails_when_a_cell_was_refused(tmp_path: Path) -> None:
    rows = households()
    whole = write(tmp_path / "完整.csv", [HEADER, *rows])
    rows[0][3] = "不详"
    damaged = write(tmp_path / "缺损.csv", [HEADER, *rows])

    assert stats(whole, *COLUMNS, "--strict").exit_code == 0
    assert stats(damaged, *COLUMNS, "--strict").exit_code == 1


def test_ten_thousand_yuan_become_yuan_and_the_line_stays(tmp_path: Path) -> None:
    rows = [[f"H{at}", f"{0.1 + 0.01 * at:.2f}"] for at in range(60)]
    content = answer(
        write(tmp_path / "万元.csv", [["户编号", "人均纯收入（万元）"], *rows]),
        "--income",
        "人均纯收入",
        "--line",
        "3000",
    )

    assert content["unit"] == "yuan"
    assert figure(content, "headcount")["numerator"] == 20
    assert figure(content, "mean")["value"] == pytest.approx(3950)


def test_a_workbook_with_a_title_and_a_total_gives_the_same(tmp_path: Path) -> None:
    path, rows = tmp_path / "户.xlsx", households()
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("台账")
        sheet.write(0, 0, "2020年农户收入台账")
        sheet.write_row(1, 0, HEADER)
        for at, row in enumerate(rows):
            sheet.write_row(at + 2, 0, row[:2])
            sheet.write_row(at + 2, 2, [float(cell) for cell in row[2:]])
        sheet.write(len(rows) + 2, 0, "合计")
        sheet.write(len(rows) + 2, 2, sum(float(row[2]) for row in rows))
    plain = answer(write(tmp_path / "户.csv", [HEADER, *rows]), *COLUMNS)
    content = answer(path, *COLUMNS)

    assert content["data_rows"] == 60
    assert [each["value"] for each in content["figures"]] == [each["value"] for each in plain["figures"]]


def test_groups_and_sources_add_up(tmp_path: Path) -> None:
    rows = households()
    rows[7][1] = ""
    rows[8][4] = "无数"
    file = write(tmp_path / "户.csv", [HEADER, *rows])
    content = answer(file, *COLUMNS, "--by", "乡镇", "--source", "工资性收入", "--source", "经营性收入")

    groups = content["by"]["groups"]
    assert {group["group"] for group in groups} == {*TOWNS, "（空白 / blank）"}
    assert sum(group["headcount_contribution"] for group in groups) == pytest.approx(
        figure(content, "headcount")["value"]
    )
    for split in content["by"]["inequality"]:
        assert split["within"] + split["between"] + split["overlap"] == pytest.approx(split["total"])
    sources = content["sources"]
    assert (sources["rows"], sources["excluded_rows"], sources["rows_not_adding_up"]) == (59, 1, 0)
    assert sum(part["share"] for part in sources["sources"]) == pytest.approx(1)


def test_sources_that_do_not_add_up_leave_a_rest_that_is_said(tmp_path: Path) -> None:
    content = answer(write(tmp_path / "户.csv", [HEADER, *households()]), *COLUMNS, "--source", "工资性收入")

    assert content["sources"]["rows_not_adding_up"] == 60
    assert [part["source"] for part in content["sources"]["sources"]] == ["工资性收入", "（未列明 / not listed）"]
    assert sum(part["share"] for part in content["sources"]["sources"]) == pytest.approx(1)


def test_household_income_is_divided_by_its_persons(tmp_path: Path) -> None:
    rows = households()
    whole = [[*row[:3], f"{float(row[3]) * int(row[2]):.2f}", *row[4:]] for row in rows]
    per_head = answer(write(tmp_path / "人均.csv", [HEADER, *rows]), *COLUMNS)
    divided = answer(write(tmp_path / "户均.csv", [HEADER, *whole]), *COLUMNS, "--household-income")

    assert figure(divided, "gini")["value"] == pytest.approx(figure(per_head, "gini")["value"])
    assert figure(divided, "headcount")["value"] == figure(per_head, "headcount")["value"]


def test_bootstrap_with_villages_drawn(tmp_path: Path) -> None:
    file = write(tmp_path / "户.csv", [HEADER, *households()])
    first, again = (
        answer(file, *COLUMNS, "--bootstrap", "50", "--seed", "9", "--cluster", "乡镇")["figures"] for _ in range(2)
    )

    assert first == again
    assert first[2]["standard_error_method"] == "bootstrap"
    assert first[2]["bootstrap"]["replicates"] == 50
    assert first[2]["linearised_error"] != first[2]["standard_error"]


def test_growth_between_two_files(tmp_path: Path) -> None:
    rows = households()
    grown = [[*row[:3], f"{float(row[3]) * 1.5:.2f}", *row[4:]] for row in rows]
    before, after = (
        write(tmp_path / f"{name}.csv", [HEADER, *each]) for name, each in (("2019", rows), ("2020", grown))
    )
    growth = answer(after, *COLUMNS, "--before", before)["growth"]

    assert growth["mean_growth"] == pytest.approx(0.5)
    assert [point["growth"] for point in growth["curve"]] == pytest.approx([0.5] * 99)


INDIA = zip(
    [0.92, 2.47, 5.11, 7.90, 9.69, 15.24, 13.64, 16.99, 10.00, 9.78, 3.96, 1.81, 2.49],
    [24.84, 35.8, 45.36, 55.10, 64.92, 77.08, 91.75, 110.64, 134.9, 167.76, 215.48, 261.66, 384.97],
    strict=True,
)


def test_bands_as_a_yearbook_prints_them(tmp_path: Path) -> None:
    """The published example of the unit test, with per cent signs in the file."""
    bands = [[f"第{at}组", f"{persons}%", str(mean)] for at, (persons, mean) in enumerate(INDIA, start=1)]
    file = write(tmp_path / "分组.csv", [["分组", "人口比重", "人均支出"], *bands])
    content = answer(
        file, "--grouped", "--income", "人均支出", "--weight", "人口比重", "--line", "89", "--mean", "109.9"
    )

    grouped = content["grouped"]
    values = {each["id"]: each["value"] for each in grouped["figures"]}
    assert [round(100 * values[name], 2) for name in ("headcount", "gap", "severity")] == [45.06, 12.47, 4.75]
    assert grouped["poverty_curve"] == "quadratic"
    assert {curve["curve"] for curve in grouped["curves"]} == {"quadratic", "beta"}
    assert all(curve["conditions"]["is_convex"] for curve in grouped["curves"])


def test_a_damaged_band_stops_the_fit(tmp_path: Path) -> None:
    bands = [[f"第{at}组", "20", value] for at, value in enumerate(["900", "2l00", "4000", "6500", "12000"], start=1)]
    file = write(tmp_path / "分组.csv", [["分组", "人口比重", "人均收入"], *bands])
    result = stats(file, "--grouped", "--income", "人均收入", "--weight", "人口比重")

    assert result.exit_code != 0
    assert "Every band is needed" in str(result.exception)


def test_the_table_for_people_is_chinese_and_english_when_asked(tmp_path: Path) -> None:
    file = write(tmp_path / "户.csv", [HEADER, *households()])
    chinese, english = stats(file, *COLUMNS, "--by", "乡镇").stdout, stats(file, *COLUMNS, "--lang", "en").stdout

    assert "基尼系数" in chinese
    assert "严格低于贫困线才算贫困" in chinese
    assert "Gini index" in english
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english.replace("户.csv", ""))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--income", "纯收入", "--line", "1"), "没有列“纯收入”"),
        (("--income", "人均纯收入", "--table", "7", "--line", "1"), "没有第7张"),
        (("--income", "户编号", "--line", "1"), "no row is left of 60"),
    ],
)
def test_what_cannot_be_used_is_one_paragraph(
    tmp_path: Path,
    arguments: tuple[str, ...],
    text: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = write(tmp_path / "户.csv", [HEADER, *households()])
    monkeypatch.setattr("sys.argv", ["xianqing", "stats", str(file), *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()

    said = capsys.readouterr().err
    assert stopped.value.code == 1
    assert text in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--income", "人均纯收入", "--line", "0"),
        ("--income", "人均纯收入", "--household-income"),
        ("--income", "人均纯收入", "--grouped"),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert stats(write(tmp_path / "户.csv", [HEADER, *households()]), *arguments).exit_code == 2


def test_two_tables_with_the_columns_must_be_chosen_from(tmp_path: Path) -> None:
    path = tmp_path / "两年.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, start in (("2019年", 1000.0), ("2020年", 5000.0)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["户编号", "人均纯收入"])
            for at in range(30):
                sheet.write_row(at + 1, 0, [f"H{at:03d}", start + 10 * at])
    result = stats(path, "--income", "人均纯收入")
    assert "choose one with --table" in str(result.exception)

    content = answer(path, "--income", "人均纯收入", "--table", "2")
    assert content["sheet"] == "2020年"
    assert figure(content, "mean")["value"] == pytest.approx(5000 + 10 * np.mean(range(30)))
