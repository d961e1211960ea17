"""The written files, opened again: they hold the truth, and the damage where the truth file says."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from python_calamine import CalamineError, CalamineWorkbook

from pipelines.simulate import SimulationReport, simulate
from pipelines.simulate.calibration import delivery_plan

FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
FEEDS = delivery_plan()["feeds"]
# Cell by cell, by rules of this file alone, are compared the feeds whose dates and units ``canonical`` knows; the other
# feeds are compared after reading, in tests/integration/test_truth.py.
COMPARED = (
    "person_register",
    "household_register",
    "register_changes",
    "residents",
    "fund_quota",
    "fund_payment",
    "region",
)
MONEY_IN_TEN_THOUSANDS = {"指标下达总额", "指标额度"}
MONEY = {*MONEY_IN_TEN_THOUSANDS, "到位金额", "金额"}


def encoding_of(path: str) -> str:
    return next(spec["encoding"] for spec in FEEDS.values() if spec["file"] in path)


def is_compared(path: str) -> bool:
    return any(FEEDS[feed]["file"] in path for feed in COMPARED)


@dataclass(frozen=True)
class Written:
    report: SimulationReport
    out: Path
    _rows: dict[str, list[list[Any]]] = field(default_factory=dict)

    @cached_property
    def damage(self) -> pl.DataFrame:
        return pl.read_parquet(self.out / "truth" / "damage.parquet")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.out / "truth" / "manifest.json").read_text(encoding="utf-8"))
        return loaded

    @cached_property
    def paths(self) -> list[str]:
        files = (path for path in (self.out / "files").rglob("*") if path.is_file())
        return sorted(str(path.relative_to(self.out / "files")) for path in files)

    def truth(self, path: str) -> pl.DataFrame:
        return pl.read_parquet(self.out / "truth" / "rows" / f"{path}.parquet")

    def rows(self, path: str) -> list[list[Any]]:
        """All rows of the first sheet, or the lines of a text file cut at commas as a naive reader would."""
        if path not in self._rows:
            self._rows[path] = self._read(path)
        return self._rows[path]

    def _read(self, path: str) -> list[list[Any]]:
        full = self.out / "files" / path
        if path.endswith(".xlsx"):
            return CalamineWorkbook.from_path(str(full)).get_sheet_by_index(0).to_python()
        text = full.read_bytes().decode(encoding_of(path))
        return [next(csv.reader([line])) if '"' in line else line.split(",") for line in text.split("\r\n")]

    def one(self, word: str) -> str:
        (found,) = [path for path in self.paths if re.search(word, path)]
        return found


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Written:
    out = tmp_path_factory.mktemp("county") / "out"
    return Written(simulate("shizong", 0.02, 12, 7, out, workers=2), out)


# --- what is there --------------------------------------------------------------------------------------------------


def test_all_feeds_deliver_all_their_periods(county: Written) -> None:
    periods: dict[str, set[str]] = {}
    for file in county.manifest["files"]:
        periods.setdefault(file["feed"], set()).add(file["period"])
    monthly = {f"2020-{month:02d}" for month in range(1, 13)}
    yearly = {f"{year}-12" for year in range(2014, 2020)}
    assert periods.pop("") == {""}
    quarters = {"2019-12", "2020-01", "2020-04", "2020-07", "2020-10"}
    expected = {
        "person_register": yearly | monthly,
        "household_register": yearly | monthly,
        "register_changes": monthly,
        "residents": monthly,
        "fund_quota": {p for p in yearly if p >= "2016"} | monthly,
        "fund_payment": {p for p in yearly if p >= "2016"} | monthly,
        "region": yearly | {"2020-12"},
        "dangerous_housing": {"2019-12", "2020-12"},
        "deaths": monthly,
        **dict.fromkeys(("real_estate", "vehicles", "public_payroll"), quarters),
    }
    assert {feed: periods.get(feed) for feed in expected} == expected
    assert set(periods) == set(FEEDS)


def test_every_name_says_that_the_data_are_invented_and_the_file_time_is_its_arrival(county: Written) -> None:
    beijing = dt.timezone(dt.timedelta(hours=8))
    assert len(county.paths) == county.report.file_count == len(county.manifest["files"])
    for path in county.paths:
        assert "模拟" in path
        moment = dt.datetime.fromtimestamp((county.out / "files" / path).stat().st_mtime, beijing)
        assert str(moment.date()) == path[:10]


def test_versions_of_one_period_arrive_in_the_order_of_the_plan(county: Written) -> None:
    by_slot: dict[tuple[str, str], list[str]] = {}
    for file in county.manifest["files"]:
        by_slot.setdefault((file["feed"], file["period"]), []).append(file["path"][:10])
    assert any(len(days) > 1 for days in by_slot.values())
    for days in by_slot.values():
        assert days == sorted(set(days))


# --- clean files say the truth --------------------------------------------------------------------------------------


def canonical(value: Any, header: str) -> str | None:
    """A cell in the form of the truth, by rules of this test alone."""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return str(value)
    if isinstance(value, float):
        value = repr(value).removesuffix(".0")
    text = str(value).strip().translate(FULL_WIDTH)
    if text == "":
        return None
    if header == "性别":
        text = {"1": "男", "2": "女"}.get(text, text)
    if header in MONEY:
        amount = Decimal(text.replace(",", ""))
        return f"{amount * 10000 if header in MONEY_IN_TEN_THOUSANDS else amount:.2f}"
    if re.search("日期$|^有效期", header):
        parts = re.fullmatch(r"(\d{4})[-.]?(\d{1,2})[-.]?(\d{1,2})", text)
        assert parts, (header, text)
        return str(dt.date(*map(int, parts.groups())))
    if re.search("时间$|时间（整户）$", header) and "月" not in header:
        parts = re.fullmatch(r"(\d{4})-?(\d{2})", text)
        assert parts, (header, text)
        return str(dt.date(int(parts[1]), int(parts[2]), 1))
    return text.upper() if text.endswith("x") else text


def current_files(county: Written) -> Iterator[str]:
    for file in county.manifest["files"]:
        if not is_compared(file["path"]):
            continue
        if file["version"] in ("clean", "open", "damaged", "duplicate", "resaved", "nameless", "township_missing"):
            yield file["path"]


def test_every_cell_outside_the_damage_equals_the_truth(county: Written) -> None:
    wrong: dict[str, set[int]] = {}
    for entry in county.damage.filter(pl.col("expected") != "normalised").iter_rows(named=True):
        if entry["row"] is not None:
            wrong.setdefault(entry["file"], set()).add(entry["row"])
    compared = 0
    for path in current_files(county):
        truth, rows = county.truth(path), county.rows(path)
        headers = [name for name in truth.columns if name not in ("area_code", "source_sheet", "source_row")]
        for said in truth.iter_rows(named=True):
            if said["source_row"] in wrong.get(path, ()):
                continue
            found = rows[said["source_row"] - 1]
            assert [canonical(v, h) for v, h in zip(found, headers, strict=True)] == [said[h] for h in headers], path
            compared += len(headers)
    assert compared > 1_000_000


def test_what_stands_around_the_rows_is_titles_header_and_footers(county: Written) -> None:
    for path in current_files(county):
        rows, truth = county.rows(path), county.truth(path)
        first, last = int(truth["source_row"].min()), int(truth["source_row"].max())  # type: ignore[arg-type]
        assert truth.height == last - first + 1
        assert [str(row[0]) for row in rows[last:] if str(row[0])] in (
            ["填表人：模拟甲"], ["合计", "填表人：模拟甲"], ["合计"], [],
        )  # fmt: skip
        assert first == (4 if path.endswith(".xlsx") else 2)


# --- damage ---------------------------------------------------------------------------------------------------------


def test_every_kind_of_damage_occurs(county: Written) -> None:
    assert set(county.damage["kind"]) >= {
        "numeric_identity", "bad_check_digit", "identity_length", "missing_required", "unknown_code", "bad_number",
        "bad_date", "bad_month", "ancient_date", "out_of_range", "ragged_extra", "ragged_missing", "stray_quote",
        "mojibake", "duplicate_key", "conflicting_key", "unknown_area", "identity_birth_mismatch", "formula_error",
        "pattern_mismatch", "control_character", "truncated", "township_missing", "same_bytes", "same_rows",
        "unknown_file", "no_period", "fullwidth_digits", "trailing_space", "lowercase_x",
    }  # fmt: skip


def test_damaged_cells_hold_something_else_than_the_truth(county: Written) -> None:
    checked = 0
    for entry in county.damage.filter(pl.col("row").is_not_null()).iter_rows(named=True):
        if not is_compared(entry["file"]):
            continue
        rows = county.rows(entry["file"])
        truth = county.truth(entry["file"])
        said = truth.filter(pl.col("source_row") == entry["row"])
        assert said.height == 1
        if entry["column"] is None:
            continue
        header_row = 2 if entry["file"].endswith(".xlsx") else 0
        assert rows[header_row][entry["column"] - 1] == entry["header"]
        value = rows[entry["row"] - 1][entry["column"] - 1]
        true = said.row(0)[entry["column"] - 1]
        checked += 1
        if entry["expected"] == "normalised":
            assert str(value) != true
            assert str(value).strip().translate(FULL_WIDTH).upper() == true
        elif entry["kind"] == "numeric_identity":
            assert isinstance(value, float)
            assert str(int(value))[:14] == true[:14]
        elif entry["kind"] == "identity_length":
            assert value == true[:17]
        elif entry["kind"] == "bad_check_digit":
            assert (len(value), value[:17], value[17] != true[17]) == (18, true[:17], True)
        elif entry["kind"] == "missing_required":
            assert value == ""
        elif entry["kind"] == "formula_error":
            assert value in ("", "#REF!")
            assert b"#REF!" in zipfile.ZipFile(county.out / "files" / entry["file"]).read("xl/worksheets/sheet1.xml")
        else:
            assert str(value) != (true or "")
    assert checked > 100


def test_broken_lines_have_another_number_of_fields_or_an_open_quote(county: Written) -> None:
    kinds = county.damage.filter(pl.col("kind").str.contains("ragged|stray"))
    assert kinds.height >= 8
    for entry in kinds.iter_rows(named=True):
        encoding = encoding_of(entry["file"])
        lines = (county.out / "files" / entry["file"]).read_bytes().decode(encoding).split("\r\n")
        line, width = lines[entry["row"] - 1], lines[0].count(",") + 1
        fields = len(next(csv.reader([line])))
        if entry["kind"] == "stray_quote":
            assert line.count('"') % 2 == 1
        else:
            assert fields == width + (1 if entry["kind"] == "ragged_extra" else -1)


def test_repeated_rows_are_identical_or_contradict_the_first(county: Written) -> None:
    for entry in county.damage.filter(pl.col("kind") == "duplicate_key").iter_rows(named=True):
        if not is_compared(entry["file"]):
            continue
        rows = county.rows(entry["file"])
        assert rows.index(rows[entry["row"] - 1]) < entry["row"] - 1
    conflicts = county.damage.filter(pl.col("kind") == "conflicting_key")
    for (file,), pair in conflicts.group_by("file"):
        if not is_compared(str(file)):
            continue
        rows = county.rows(str(file))
        first, second = (rows[row - 1] for row in pair["row"].sort().to_list())
        assert sum(a != b for a, b in zip(first, second, strict=True)) == 1


def test_corrections_arrive_later_and_open_damage_has_none(county: Written) -> None:
    wrong = county.damage.filter(pl.col("expected").is_in(["rejected", "refused"]))
    left_open = [fault for fault in delivery_plan()["faults"] if fault["what"] == "open"]
    for entry in wrong.iter_rows(named=True):
        if entry["corrected_by"] is None:
            assert any(FEEDS[fault["feed"]]["file"] in entry["file"] for fault in left_open), entry["file"]
        else:
            assert entry["corrected_by"][:10] > entry["file"][:10]
            assert entry["corrected_by"] in county.paths
            assert "更正" in entry["corrected_by"]
    still_open = wrong.filter(pl.col("corrected_by").is_null())["file"].unique()
    assert len(still_open) == len(left_open)


def test_whole_file_faults_are_what_they_say(county: Written) -> None:
    files = county.out / "files"
    whole = {row["kind"]: row for row in county.damage.filter(pl.col("row").is_null()).iter_rows(named=True)}
    with pytest.raises((CalamineError, zipfile.BadZipFile)):
        CalamineWorkbook.from_path(str(files / whole["truncated"]["file"]))
    same = whole["same_bytes"]["file"]
    twin = county.one(Path(same).stem.replace("副本", "") + r"\.xlsx")
    assert (files / same).read_bytes() == (files / twin).read_bytes()
    again = whole["same_rows"]["file"]
    twin = county.one(Path(again).stem.replace("（另存）", "") + r"\.xlsx")
    assert county.rows(again) == county.rows(twin)
    assert (files / again).read_bytes() != (files / twin).read_bytes()
    held = whole["no_period"]
    assert (files / held["file"]).read_bytes() == (files / held["corrected_by"]).read_bytes()
    missing = whole["township_missing"]
    towns = {county.truth(missing[name])["乡镇街道"].n_unique() for name in ("file", "corrected_by")}
    assert towns == {9, 10}


# --- figures --------------------------------------------------------------------------------------------------------


def final_truth(county: Written, feed: str, period: str) -> pl.DataFrame:
    (path,) = [
        f["path"]
        for f in county.manifest["files"]
        if (f["feed"], f["period"]) == (feed, period) and f["version"] in ("clean", "open")
    ]
    return county.truth(path)


def test_the_manifest_counts_what_the_registers_hold(county: Written) -> None:
    for period, figures in county.manifest["figures"]["register"].items():
        households = final_truth(county, "household_register", period)
        persons = final_truth(county, "person_register", period)
        assert (households.height, persons.height) == (figures["households"], figures["persons"])
        assert households.filter(pl.col("脱贫属性") == "未脱贫").height == figures["unexited_households"]
        assert households["年度家庭人口数"].cast(pl.Int64).sum() == persons.height
        assert set(persons["户编号"]) == set(households["户编号"])
        year = int(period[:4])
        exits = county.manifest["figures"]["exits"][str(year)]
        if year < 2020:
            left = households.filter(pl.col("脱贫年度") == str(year))
            assert left.height == exits["households"]
            assert left["年度家庭人口数"].cast(pl.Int64).sum() == exits["persons"]


def test_the_manifest_counts_the_money_in_the_files(county: Written) -> None:
    figures = county.manifest["figures"]["funds"]
    periods = [f"{year}-12" for year in range(2016, 2021)]
    quotas = pl.concat([final_truth(county, "fund_quota", period) for period in periods])
    integrated = quotas.filter(pl.col("是否纳入统筹整合") == "是")
    assert sum(map(Decimal, integrated["指标额度"])) == Decimal("1135000000") * Decimal("0.02")
    assert sum(map(Decimal, quotas["到位金额"])) == Decimal(figures["arrived_cny"])
    assert dict(integrated.group_by("资金级次").agg(pl.col("整合资金项名称").n_unique()).iter_rows()) == {
        "中央": 18, "省级": 22, "市级": 41, "县级": 46,
    }  # fmt: skip
    months = [f"2020-{month:02d}" for month in range(1, 13)]
    payments = pl.concat([final_truth(county, "fund_payment", period) for period in [*periods[:-1], *months]])
    final = payments.filter(pl.col("收款人类型") == "最终收款人")
    assert sum(map(Decimal, final["金额"])) == Decimal(figures["paid_final_cny"])
    arrived = {row["指标编号"]: Decimal(row["到位金额"]) for row in quotas.iter_rows(named=True)}
    paid: dict[str, Decimal] = {}
    for quota_id, amount in payments.select("指标编号", "金额").iter_rows():
        paid[quota_id] = paid.get(quota_id, Decimal(0)) + Decimal(amount)
    assert all(amount <= arrived[quota_id] for quota_id, amount in paid.items())


def test_footers_hold_the_totals_of_the_amounts(county: Written) -> None:
    rows = county.rows(county.one(r"专项资金指标台账（模拟）2020年6月\.xlsx"))
    truth = final_truth(county, "fund_quota", "2020-06")
    (footer,) = [row for row in rows if row[0] == "合计"]
    assert Decimal(repr(footer[6])) * 10000 == sum(map(Decimal, truth["指标额度"]))
    assert Decimal(repr(footer[17])) == sum(map(Decimal, truth["到位金额"]))
    rows = county.rows(county.one(r"国库集中支付明细（模拟）2020年6月\.csv"))
    (footer,) = [row for row in rows if row[0] == "合计"]
    assert Decimal(footer[13]) == sum(map(Decimal, final_truth(county, "fund_payment", "2020-06")["金额"]))


def test_region_rows_add_up_from_villages_to_the_county(county: Written) -> None:
    truth = final_truth(county, "region", "2020-12")
    whole = truth.row(0, named=True)
    assert (whole["总户籍人口"], whole["农村户籍人口"]) == (str(round(438_900 * 0.02)), "6944")
    assert (whole["退出年度"], whole["批准退出日期"]) == ("2018", "2019-04-30")
    towns, villages = truth.filter(pl.col("行政区划代码").str.ends_with("000"))[1:], truth[11:]
    assert (towns.height, villages.height) == (10, 110)
    for part in (towns, villages):
        assert part["农村户籍人口"].cast(pl.Int64).sum() == int(whole["农村户籍人口"])
        assert part["总户籍人口"].cast(pl.Int64).sum() == int(whole["总户籍人口"])
    assert villages.filter(pl.col("贫困属性") == "贫困村")["退出年度"].drop_nulls().len() == 98
    assert towns.filter(pl.col("贫困属性") == "贫困乡镇")["退出年度"].drop_nulls().len() == 5


# --- the function ---------------------------------------------------------------------------------------------------


def digest(out: Path) -> dict[str, str]:
    paths = sorted(path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_same_arguments_give_the_same_bytes_whatever_the_number_of_processes(tmp_path: Path) -> None:
    seen: list[str] = []
    simulate("shizong", 0.01, 2, 3, tmp_path / "one", workers=1, progress=lambda done, total, name: seen.append(name))
    simulate("shizong", 0.01, 2, 3, tmp_path / "two", workers=2)
    simulate("shizong", 0.01, 2, 4, tmp_path / "other", workers=1)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert digest(tmp_path / "one") != digest(tmp_path / "other")
    assert len(seen) == len({file.split("/")[-1] for file in seen})


def test_arguments_outside_their_range_are_errors_that_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose one of shizong"):
        simulate("beijing", 0.05, 12, 7, tmp_path)
    with pytest.raises(ValueError, match="choose 1 to 12"):
        simulate("shizong", 0.05, 13, 7, tmp_path)
    (tmp_path / "a").write_text("x")
    with pytest.raises(FileExistsError, match="is not empty"):
        simulate("shizong", 0.05, 12, 7, tmp_path)


def test_workbooks_open_in_another_library(county: Written) -> None:
    import openpyxl

    path = county.out / "files" / county.one(r"户信息（模拟）2020年6月\.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", "hidden"]
    assert book.worksheets[0].cell(2, 1).value.startswith("截至2020年6月30日")
    assert book.worksheets[0].max_row == final_truth(county, "household_register", "2020-06").height + 4
