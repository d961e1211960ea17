"""The upload page: what the reader decided and doubts, marks in the right cells, true downloads, nothing left."""

from __future__ import annotations

import io
import os
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import uploads
from dashboards.uploads import Clean
from dashboards.words import LANGUAGES, load_catalogue
from pipelines.reading import inspection_runs
from pipelines.reading.doubts import KINDS
from pipelines.settings import Settings, get_settings
from tests.unit.test_dashboards_pages import open_page, text_of

IDENTITY = "990101198001010018"
CONTENT = "编号,姓名,金额\n001,张三,10\n002,=1+1,\n003,王五,-5\n"


def table(**changes: Any) -> dict[str, Any]:
    """The report on CONTENT below a title, with doubts in a cell, of a row, of a column and of the whole file."""
    doubts = [
        {"row": 4, "column": 3, "kind": "mixed_type", "why": "text in a column of numbers", "why_zh": "数值列中的文字"},
        {"row": 5, "column": None, "kind": "ragged_row", "why": "another number of cells", "why_zh": "列数不一致"},
        {"row": None, "column": 1, "kind": "lost_zero", "why": "leading zero", "why_zh": "前导零"},
        {"row": None, "column": None, "kind": "encoding", "why": "inferred", "why_zh": "推断得出"},
    ]
    return {
        "sheet": "",
        "delimiter": ",",
        "header_rows": 1,
        "data_rows": 3,
        "non_data_rows": 1,
        "columns": ["编号", "姓名", "金额"],
        "doubts": doubts,
        "confidence": 0.85,
        "unit": None,
        "units": [None, None, "万元"],
        "unit_column": None,
        "header": [2],
        "non_data": [{"row": 1, "what": "title"}],
        "first_column": 1,
        "row_runs": [[3, 3]],
    } | changes


def clean(about: dict[str, Any] | None = None, content: str = CONTENT) -> Clean:
    return Clean("a.csv", content.encode(), about or table())


class Reader:
    """Stands for the reading process: writes what it is told and remembers what it was given."""

    def __init__(self, tables: Sequence[tuple[dict[str, Any], str]], **changes: Any) -> None:
        self.tables, self.changes = tables, changes
        self.calls: list[tuple[Path, str | None, Settings]] = []

    def __call__(
        self, paths: Sequence[Path], settings: Settings, *, contract: str | None = None, to: Path | None = None
    ) -> Iterator[dict[str, Any]]:
        assert to is not None
        assert [path.exists() for path in paths] == [True]
        assert paths[0].parent.parent.stat().st_mode & 0o077 == 0, "only the owner may look into the folder"
        self.calls.append((paths[0], contract, settings))
        to.mkdir()
        written = []
        for number, (about, content) in enumerate(self.tables, start=1):
            name = f"{paths[0].stem}.csv" if len(self.tables) == 1 else f"{paths[0].stem}.{number}.csv"
            (to / name).write_text(content, encoding="utf-8")
            written.append(about | {"rows": str(to / name)})
        report = {"file": paths[0].name, "format": "csv", "encoding": "gb18030", "tables": written}
        yield report | {"refused": None, "refused_zh": None, "remedy": None, "remedy_zh": None} | self.changes


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder without any release, and temporary files where they can be counted."""
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


def reads(monkeypatch: pytest.MonkeyPatch, *tables: tuple[dict[str, Any], str], **changes: Any) -> Reader:
    reader = Reader(tables, **changes)
    monkeypatch.setattr(inspection_runs, "inspect_files", reader)
    return reader


def upload(app: AppTest, name: str = "名册.csv", content: bytes = b"x") -> AppTest:
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert [error.message for error in app.exception] == []
    return app


def left_behind(data_dir: Path) -> list[str]:
    return [path.name for path in (data_dir / "tmp").iterdir()]


def test_every_kind_of_doubt_has_a_short_word_in_both_languages() -> None:
    for language in LANGUAGES:
        named = {key.removeprefix("doubt.") for key in load_catalogue(language) if key.startswith("doubt.")}
        assert set(KINDS) - named == set()


@pytest.mark.parametrize(("language", "why"), [("zh", "why_zh"), ("en", "why")])
def test_what_was_decided_and_doubted_is_said_in_the_pages_language(
    monkeypatch: pytest.MonkeyPatch, language: str, why: str
) -> None:
    reads(monkeypatch, (table(), CONTENT))
    app = upload(open_page("inspect", lang=language))
    text = text_of(app)
    words = load_catalogue(language)
    for said in (words["format.csv"], "gb18030", words["delimiter.comma"], "85%", "万元", words["non_data.title"]):
        assert said in text
    doubts = pl.from_pandas(app.dataframe[0].value)
    assert doubts.columns == [words[f"inspect.{name}"] for name in ("kind", "row", "column", "why")]
    assert doubts[words["inspect.why"]].to_list() == [doubt[why] for doubt in table()["doubts"]]
    assert doubts[words["inspect.row"]].to_list() == [4, 5, None, None]
    place = "C 金额（万元）" if language == "zh" else "C 金额 (万元)"
    assert doubts[words["inspect.column"]].to_list() == [place, "", "A 编号", ""]


def test_doubtful_cells_rows_and_columns_carry_a_sign_and_not_only_a_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    reads(monkeypatch, (table(), CONTENT))
    shown = upload(open_page("inspect")).dataframe[1].value
    assert list(shown.columns) == ["行", "疑点", "⚠ A 编号", "B 姓名", "C 金额（万元）"]
    assert shown["行"].tolist() == [3, 4, 5]
    assert shown["疑点"].tolist() == ["", "⚠ 类型不一致", "⚠ 列数不一致"]
    assert shown["C 金额（万元）"].tolist() == ["10", "⚠ （空）", "-5"]


def test_rows_after_gaps_and_columns_after_blank_ones_keep_their_addresses() -> None:
    about = table(row_runs=[[3, 1], [7, 2]], first_column=2)
    about["doubts"] = [{"row": 8, "column": 3, "kind": "lost_zero", "why": "", "why_zh": ""}]
    shown = uploads.excerpt(clean(about))
    assert shown is not None
    assert shown.rows == [3, 7, 8]
    assert shown.marked == {(2, 1)}
    assert shown.cells[2, 1] == "王五"


def test_rows_that_do_not_fit_the_report_are_not_marked_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = table(row_runs=[[3, 4]])
    assert uploads.excerpt(clean(wrong)) is None
    reads(monkeypatch, (wrong, CONTENT))
    app = upload(open_page("inspect"))
    assert "无法与原文件逐行对应" in text_of(app)
    assert len(app.dataframe) == 1


def test_the_first_rows_and_all_rows_with_doubts_are_shown() -> None:
    count = 5000
    content = "编号,姓名,金额\n" + "".join(f"{n},甲,1\n" for n in range(count))
    doubts = [{"row": row, "column": 1, "kind": "lost_zero", "why": "", "why_zh": ""} for row in (3000, 4500)]
    shown = uploads.excerpt(clean(table(row_runs=[[2, count]], data_rows=count, doubts=doubts), content))
    assert shown is not None
    assert shown.rows == [*range(2, 2 + uploads.FIRST_ROWS), 3000, 4500]
    assert [kinds for kinds in shown.kinds if kinds] == [["lost_zero"], ["lost_zero"]]


def test_what_does_not_fit_is_counted() -> None:
    width, count = 6000, 50
    content = "\n".join(",".join("1" for _ in range(width)) for _ in range(count)) + "\n"
    doubts = [{"row": row, "column": 1, "kind": "lost_zero", "why": "", "why_zh": ""} for row in range(1, count + 1)]
    about = table(columns=[], header=[], units=[None] * width, row_runs=[[1, count]], data_rows=count, doubts=doubts)
    shown = uploads.excerpt(clean(about, content))
    assert shown is not None
    assert (len(shown.rows), shown.left_out) == (uploads.FEWEST_ROWS, count - uploads.FEWEST_ROWS)


def test_a_quoted_line_break_stays_inside_its_cell() -> None:
    content = '编号,姓名,金额\n1,"甲\n乙",2\n2,丙,3\n'
    shown = uploads.excerpt(clean(table(row_runs=[[3, 1], [5, 1]], data_rows=2, doubts=[]), content))
    assert shown is not None
    assert shown.cells.rows() == [("1", "甲\n乙", "2"), ("2", "丙", "3")]
    assert shown.rows == [3, 5]


def test_a_table_without_a_header_loses_no_row() -> None:
    about = table(columns=[], header=[], units=[None] * 3, row_runs=[[1, 4]], data_rows=4, doubts=[])
    shown = uploads.excerpt(clean(about))
    assert shown is not None
    assert shown.cells.row(0) == ("编号", "姓名", "金额")


def test_a_refused_file_says_why_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    english = {"refused": "It is empty.", "remedy": "Send it again."}
    reads(monkeypatch, **english, refused_zh="文件是空的。", remedy_zh="请重新导出。")
    assert "原因：文件是空的。" in text_of(upload(open_page("inspect")))
    assert "What to do: Send it again." in text_of(upload(open_page("inspect", lang="en")))


def test_nothing_is_left_on_disk_not_even_after_an_error(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    reads(monkeypatch, (table(), CONTENT))
    upload(open_page("inspect"))
    assert left_behind(data_dir) == []

    def broken(paths: Sequence[Path], *_: object, **__: object) -> Iterator[dict[str, Any]]:
        assert paths[0].exists()
        raise OSError("no space left")

    monkeypatch.setattr(inspection_runs, "inspect_files", broken)
    with pytest.raises(OSError, match="no space left"):
        uploads.inspect("a.csv", b"x", get_settings(), None)
    assert left_behind(data_dir) == []


def test_what_a_killed_server_left_is_swept(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    reads(monkeypatch, (table(), CONTENT))
    old, young = (data_dir / "tmp" / f"{uploads.FOLDER_PREFIX}{name}" for name in ("old", "young"))
    for folder in (old, young):
        (folder / "in").mkdir(parents=True)
    long_ago = time.time() - 2 * uploads.LEFT_OVER_SECONDS
    os.utime(old, (long_ago, long_ago))
    uploads.inspect("a.csv", b"x", get_settings(), None)
    assert left_behind(data_dir) == [young.name]


def test_a_file_is_parsed_once_a_visit_and_forgotten_with_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = reads(monkeypatch, (table(), CONTENT))
    app = upload(open_page("inspect"))
    app.run()
    assert len(reader.calls) == 1
    assert uploads.KEPT in app.session_state
    app.selectbox(key="upload_contract").set_value("residents").run()
    assert [contract for _, contract, _ in reader.calls] == [None, "residents"]
    app.switch_page("views/quality.py").run()
    assert uploads.KEPT not in app.session_state


def test_the_reading_process_gets_a_plain_name_and_a_short_time(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = reads(monkeypatch, (table(), CONTENT))
    uploads.inspect("../../etc/" + "甲" * 300 + ".csv", b"x", get_settings(), None)
    path, _, settings = reader.calls[0]
    assert path.name == "甲" * uploads.LONGEST_STEM + ".csv"
    assert settings.file_timeout_seconds == uploads.MOST_SECONDS
    assert settings.worker_count == 1


@pytest.mark.parametrize(
    ("given", "plain"),
    [("a.csv", "a.csv"), ("C:\\temp\\a.xlsx", "a.xlsx"), ("a\x00\nb.csv", "ab.csv"), ("..", "upload"), ("", "upload")],
)
def test_names_from_other_machines_are_tamed(given: str, plain: str) -> None:
    assert uploads.plain_name(given) == plain


def test_an_identity_number_in_a_file_name_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    reads(monkeypatch, (table(), CONTENT))
    assert IDENTITY not in text_of(upload(open_page("inspect"), f"{IDENTITY}.csv"))


def test_more_visitors_than_two_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, lock = [0], [0], threading.Lock()
    reader = Reader([(table(), CONTENT)])

    def slow(*given: Any, **named: Any) -> Iterator[dict[str, Any]]:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.05)
        with lock:
            inside[0] -= 1
        return reader(*given, **named)

    monkeypatch.setattr(inspection_runs, "inspect_files", slow)
    settings = get_settings()
    visitors = [threading.Thread(target=uploads.inspect, args=("a.csv", b"x", settings, None)) for _ in range(6)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert most[0] == 2
    assert len(reader.calls) == 6


def test_a_workbook_holds_texts_only_and_loses_nothing() -> None:
    page = openpyxl.load_workbook(io.BytesIO(uploads.to_workbook([clean()])))["1"]
    cells = [[cell.value for cell in row] for row in page.iter_rows()]
    assert cells == [["编号", "姓名", "金额"], ["001", "张三", "10"], ["002", "=1+1", None], ["003", "王五", "-5"]]
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_several_tables_are_zipped_byte_for_byte() -> None:
    second = Clean("b.csv", b"x\n=2\n", table(columns=["x"]))
    archive = zipfile.ZipFile(io.BytesIO(uploads.to_zip([clean(), second])))
    assert [archive.read(name) for name in archive.namelist()] == [CONTENT.encode(), b"x\n=2\n"]


def test_cells_that_a_spreadsheet_would_run_are_counted_and_negative_numbers_are_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    risky = '编号,姓名,金额\n@a,=1+1,-5\n+x,-1.5e3,"-1,200.50"\n-a,-50%,\n'
    assert uploads.formula_like([clean(table(data_rows=3), risky)]) == 4
    reads(monkeypatch, (table(), CONTENT))
    assert "⚠ 有 1 个单元格以 =、+、-、@ 开头" in text_of(upload(open_page("inspect")))


def test_tables_too_large_to_be_sent_are_left_to_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_CLEAN_BYTES", 10)
    reads(monkeypatch, (table(), CONTENT))
    app = upload(open_page("inspect"))
    assert "请用命令行 xianqing inspect --to" in text_of(app)
    assert len(app.dataframe) == 1, "the doubts are listed all the same"


def test_the_page_needs_no_release_and_states_its_limit() -> None:
    text = text_of(open_page("inspect"))
    assert "这份文件读出来是什么样" in text
    assert f"不超过 {uploads.MOST_MEGABYTES} MB" in text
    assert "还没有发布过数据" not in text


def test_the_reading_process_needs_neither_key_nor_release(data_dir: Path) -> None:
    raw = "编号,姓名,金额\n1,张三,10\n2,李四,20,多\n3,王五,30\n".encode("gb18030")
    found = uploads.inspect("名册.csv", raw, get_settings(), None)
    assert found.report["refused"] is None
    assert [doubt["row"] for doubt in found.report["tables"][0]["doubts"] if doubt["kind"] == "ragged_row"] == [3]
    shown = uploads.excerpt(found.tables[0])
    assert shown is not None
    assert shown.rows == [2, 3, 4]
    assert found.tables[0].content.decode().startswith("编号,姓名,金额\n1,张三,10\n")
    assert left_behind(data_dir) == []
