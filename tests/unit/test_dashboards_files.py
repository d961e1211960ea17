"""The ledger page: every file is there, figures add up, filters narrow, and each file has its text to the sender."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import data, ledgers
from dashboards.words import load_catalogue
from pipelines.settings import get_settings
from tests.browser.fixture_release import RELEASE, build_marts
from tests.unit.test_dashboards_pages import open_page, text_of

PAYMENTS = "资金支付明细2020年10月.xlsx"


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield build_marts(tmp_path / "marts")
    get_settings.cache_clear()


def all_files(marts: Path) -> pl.DataFrame:
    release = data.current(marts)
    assert release is not None
    return ledgers.all_files(release, data.status(marts))


def receipt(marts: Path, file_name: str) -> str:
    return str(all_files(marts).filter(pl.col("file_name") == file_name)["receipt_id"][0])


def listed(app: AppTest) -> pl.DataFrame:
    return pl.from_pandas(app.dataframe[0].value)


def test_held_and_refused_files_of_the_last_run_stand_beside_those_of_the_release(released: Path) -> None:
    files = all_files(released)
    assert files.height == 32 + 2
    counts = {"accepted": 31, "accepted_with_rejects": 1, "refused": 1, "held": 1}
    assert dict(files["verdict"].value_counts().iter_rows()) == counts
    refused = files.filter(pl.col("verdict") == "refused").row(0, named=True)
    assert refused["department_zh"] == "县公安局"
    assert refused["row_in_count"] is None
    assert refused["arrived_at"] == dt.datetime(2020, 12, 12, 7, 30)
    assert files["file_name"][0] == refused["file_name"], "the newest file comes first"


def test_a_refused_file_that_the_release_knows_is_listed_once(released: Path) -> None:
    release = data.current(released)
    assert release is not None
    file = released / RELEASE / "ops_delivery.parquet"
    frame = pl.read_parquet(file)
    known = frame.with_columns(
        receipt_id=pl.when(pl.int_range(pl.len()) == 0)
        .then(pl.lit("residents-2020-11-0123456789ab"))
        .otherwise("receipt_id")
    )
    known.write_parquet(file)
    assert all_files(released).filter(pl.col("receipt_id") == "residents-2020-11-0123456789ab").height == 1


def test_files_wait_for_their_sender_when_rows_totals_or_the_whole_file_are_wrong(released: Path) -> None:
    asking = all_files(released).filter("asks").sort("file_name")["file_name"].to_list()
    assert asking == sorted(["户籍人口2020年11月.csv", "新建工作表(3).xlsx", "脱贫户名册2020年11月.xlsx", PAYMENTS])


def test_a_file_that_a_newer_version_replaced_asks_nothing(released: Path) -> None:
    file = released / RELEASE / "ops_delivery.parquet"
    frame = pl.read_parquet(file)
    old = frame.filter(pl.col("rejected_count") > 0)
    newer = old.with_columns(
        receipt_id=pl.lit("newer"), version=pl.lit(2), rejected_count=pl.lit(0), verdict=pl.lit("accepted")
    )
    old = old.with_columns(is_current=pl.lit(value=False))
    pl.concat([frame.filter(pl.col("rejected_count") == 0), old, newer], how="vertical_relaxed").write_parquet(file)
    files = all_files(released).filter(pl.col("period") == "2020-11", pl.col("feed") == "household_register")
    assert dict(files.select("receipt_id", "asks").iter_rows())["newer"] is False
    assert not files["asks"].any()


def test_one_file_shows_where_its_rows_and_its_money_went(released: Path) -> None:
    app = open_page("files", file=receipt(released, PAYMENTS))
    text = text_of(app)
    assert f"{PAYMENTS}" in text
    assert "部门：县财政局 · 资料：资金支付明细 · 期次：2020年10月 · 版次：1" in text
    assert "采用＋拒收＋非数据：✓ 平" in text
    amounts, controls = (pl.from_pandas(app.dataframe[at].value) for at in (1, 2))
    assert amounts["column"].to_list() == ["金额"]
    assert amounts["in_cny"].to_list() == [2_500_000.0], "to the yuan, where sums are compared"
    assert amounts["conserved"].to_list() == ["✓ 平"]
    assert controls.select("source_row", "stated", "computed", "difference", "equal").rows() == [
        (65, 2_600_000.0, 2_500_000.0, 100_000.0, "✗ 不一致")
    ]


def test_doubts_by_kind_are_counted_and_said_in_the_pages_language(released: Path) -> None:
    name = "脱贫户名册2020年11月.xlsx"
    app = open_page("files", file=receipt(released, name), lang="en")
    doubts = pl.from_pandas(app.dataframe[1].value)
    assert doubts.select("what", "text_en", "doubt_count", "source_row").rows() == [
        ("✗ rows rejected", "The identity number is stored as a number; its last digits are lost", 2, 17)
    ]
    rejected = pl.from_pandas(app.dataframe[2].value)
    assert rejected["column_letter"].to_list() == ["F", "F"]
    assert app.code[0].value.startswith("县乡村振兴局：\n您好！"), "the letter is Chinese on the English page"


def test_a_warning_is_in_the_letter_only_beside_something_to_do(released: Path) -> None:
    app = open_page("files", file=receipt(released, "户籍人口2020年9月.xlsx"))
    assert not app.code
    assert "—（没有要请部门更正的地方）" in text_of(app)
    assert pl.from_pandas(app.dataframe[1].value)["what"].to_list() == ["！ 提醒"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_of_a_refused_file_no_doubt_is_said_to_have_no_effect(released: Path, language: str) -> None:
    identity, words = receipt(released, PAYMENTS), load_catalogue(language)
    file = released / RELEASE / "ops_delivery.parquet"
    is_it = pl.col("receipt_id") == identity
    frame = pl.read_parquet(file)
    verdict = pl.when(is_it).then(pl.lit("refused")).otherwise("verdict").alias("verdict")
    frame.with_columns(verdict).write_parquet(file)
    text = text_of(open_page("files", file=identity, lang=language))
    assert words["files.doubts_unused_note"] in text
    assert words["files.doubts_note"] not in text


@pytest.mark.parametrize(
    ("choices", "count"),
    [
        ({"department": "finance"}, 11),
        ({"feed": "residents"}, 11),
        ({"filed": "2020-11"}, 3),
        ({"verdict": "asks"}, 4),
        ({"verdict": "held"}, 1),
        ({"department": "finance", "verdict": "asks"}, 1),
        ({"department": "finance", "verdict": "held"}, 0),
        ({"department": "no_such_code"}, 34),
    ],
)
def test_filters_narrow_the_list(released: Path, choices: dict[str, str], count: int) -> None:
    app = open_page("files", **choices)
    if count:
        assert listed(app).height == count
    else:
        assert "—（没有符合条件的文件）" in text_of(app)


def test_a_held_file_says_why_and_what_its_sender_is_asked(released: Path) -> None:
    app = open_page("files", verdict="held")
    text = text_of(app)
    assert "没有一个数据项约定认得它的表头" in text
    assert "请说明这是哪一项资料" in app.code[-1].value


HELD = {
    "receipt_id": "held-0123456789ab",
    "file_name": "支付10月.csv",
    "arrived_at": "2020-12-12T07:40:00Z",
    "reason": {"zh": "没有在文件名中找到期间。", "en": "No period was found in the file name."},
    "remedy": {"zh": "用 --period 指明", "en": "Name the period"},
    "stored_path": "raw/held/0123 456789ab.csv",
    "likely_feed": "fund_payment",
    "likely_period": "2020-10",
    "looks_like": {"zh": "《资金支付明细》2020-10", "en": "Fund payments 2020-10"},
    "ask": {"zh": "请在文件名中写明期间。", "en": "Write the period into the name."},
}


def change_status(released: Path, **content: object) -> None:
    path = released / "status.json"
    status = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(status | content), encoding="utf-8")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_held_file_says_what_it_looks_like_and_offers_the_steward_s_commands(released: Path, language: str) -> None:
    change_status(released, held=[HELD])
    app = open_page("files", file=str(HELD["receipt_id"]), lang=language)
    text = text_of(app)
    for stem in ("looks_like", "ask"):
        assert HELD[stem][language] in text  # type: ignore[index]
    landing, dismissal, letter = (code.value for code in app.code)
    assert landing.startswith("xianqing land ")
    assert landing.endswith("raw/held/0123 456789ab.csv' --feed fund_payment --period 2020-10")
    assert dismissal.startswith("xianqing dismiss held-0123456789ab --author ")
    assert letter.startswith("县财政局：")
    assert "请在文件名中写明期间。" in letter


def test_a_refused_file_offers_the_command_that_lets_it_pass(released: Path) -> None:
    status = json.loads((released / "status.json").read_text(encoding="utf-8"))
    refused = status["refused"][0] | {"stopped_by": ["rejected_share", "row_count"]}
    change_status(released, refused=[refused])
    app = open_page("files", file=refused["receipt_id"])
    said = "--check rejected_share --check row_count --author '姓名' --reason '理由'"
    assert app.code[0].value == f"xianqing override {refused['receipt_id']} {said}"


@pytest.mark.parametrize("closing", ["dismissed", "settled"])
def test_a_held_file_that_is_settled_says_so_and_asks_nothing(released: Path, closing: str) -> None:
    said = {"zh": "后来以“支付2020年10月.csv”收到并采用", "en": "came later"}
    change_status(released, held=[], closed=[HELD | {"closing": closing, "closed_by": said}])
    files = all_files(released).filter(pl.col("verdict") == closing)
    assert files["file_name"].to_list() == ["支付10月.csv"]
    assert not files["asks"].any()
    app = open_page("files", file=str(HELD["receipt_id"]))
    assert said["zh"] in text_of(app)
    assert "没有要请部门更正的地方" in text_of(app)
    assert all("dismiss" not in code.value for code in app.code)
    assert "曾搁置、现已了结 1 份" in text_of(app)


def test_the_badge_counts_the_files_that_the_last_run_holds(released: Path) -> None:
    assert "有 1 个文件待认领" in text_of(open_page("files"))
    change_status(released, held=[])
    assert "待认领" not in text_of(open_page("files"))
    change_status(released, held=[HELD, HELD | {"receipt_id": "held-1"}])
    assert "held files: 2" in text_of(open_page("overview", lang="en"))


def test_a_narrow_screen_has_the_files_as_links(released: Path) -> None:
    change_status(released, held=[HELD])
    assert '<a href="files?file=held-0123456789ab">支付10月.csv' in "".join(
        block.proto.body for block in open_page("files").get("html")
    )


def test_one_letter_for_all_files_of_a_department(released: Path) -> None:
    app = open_page("files", file=receipt(released, PAYMENTS), letter="department")
    assert app.code[0].value.count("《") == 1
    assert PAYMENTS in app.code[0].value


def test_without_a_status_and_with_an_older_release_the_page_stands(released: Path) -> None:
    (released / "status.json").unlink()
    manifest_file = released / RELEASE / "manifest.json"
    manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
    for name in ("ops_doubt", "ops_control", "ops_amount"):
        del manifest["tables"][name]
    manifest_file.write_text(json.dumps(manifest), encoding="utf-8")
    assert "等部门更正" in text_of(open_page("files"))


def test_six_hundred_files_are_listed_quickly(released: Path) -> None:
    file = released / RELEASE / "ops_delivery.parquet"
    frame = pl.read_parquet(file)
    many = pl.concat([frame.with_columns(receipt_id=pl.col("receipt_id") + f"-{n}") for n in range(20)])
    many.write_parquet(file)
    app = open_page("files")
    assert listed(app).height == 640 + 2
