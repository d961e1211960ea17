"""Pages without a browser: every state they can be in, both languages, and the choices in their address."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.words import load_catalogue
from pipelines.publishing.releases import RETIRED_FILE
from pipelines.settings import get_settings
from tests.browser.fixture_release import PREVIOUS, RELEASE, build_marts, write_release, write_status

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
PAGES = ("overview", "exit", "funds", "quality", "files", "inspect", "factcheck")
OF_A_RELEASE = PAGES[:-2]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


@pytest.fixture
def released(data_dir: Path) -> Path:
    return build_marts(data_dir / "marts")


def open_page(page: str, **choices: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    for name, value in choices.items():
        app.query_params[name] = value
    app.run()
    if page != PAGES[0]:
        app.switch_page(f"views/{page}.py")
        for name, value in choices.items():
            app.query_params[name] = value
        app.run()
    assert [error.message for error in app.exception] == []
    return app


def text_of(app: AppTest) -> str:
    parts = [re.sub(r"<style>.*?</style>", "", block.proto.body, flags=re.DOTALL) for block in app.html]
    parts += [element.value for element in (*app.text, *app.code)]
    parts += [element.label for element in (*app.selectbox, *app.button, *app.expander)]
    return re.sub(r"<[^>]+>", " ", "\n".join(parts))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_answers_its_question_in_chinese(released: Path, page: str) -> None:
    text = text_of(open_page(page))
    assert load_catalogue("zh")[f"{page}.question"].format(place="师宗县") in text
    for word in ("模拟数据", "数据截至 2020年11月", "发布编号 20201205T080000Z-2", "县公安局", "◆ 一般"):
        assert word in text


@pytest.mark.parametrize("page", PAGES)
def test_an_english_page_holds_no_chinese_of_the_catalogue(released: Path, page: str) -> None:
    text = text_of(open_page(page, lang="en"))
    for letter in open_page(page, lang="en").code:
        text = text.replace(letter.value, "")
    chinese, english = load_catalogue("zh"), load_catalogue("en")
    for key, word in chinese.items():
        pieces = [piece for piece in re.split(r"\{[^}]*\}", word) if re.search(r"[一-鿿]{2}", piece)]
        if key.startswith(("mark.", "language.")):
            continue
        for piece in pieces:
            if piece.strip() not in english[key] and len(piece.strip()) > 3:
                assert piece.strip() not in text, f"{key} is not translated on {page}"
    assert "SYNTHETIC DATA" in text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_a_key_or_an_empty_placeholder(released: Path, page: str, language: str) -> None:
    text = text_of(open_page(page, lang=language))
    assert not [key for key in load_catalogue("zh") if re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", text)]
    assert not re.search(r"\bNone\b|\bnan\b|\{\w+\}|\d\.\d{5,}", text)


def test_without_a_release_the_page_says_what_to_run(data_dir: Path) -> None:
    for page in OF_A_RELEASE:
        text = text_of(open_page(page))
        assert "还没有发布过数据" in text
        assert "make run" in text
    assert "Nothing has been published yet" in text_of(open_page("funds", lang="en"))


def test_a_failed_first_run_says_why(data_dir: Path) -> None:
    write_status(data_dir / "marts", state="failed")
    text = text_of(open_page("overview"))
    assert "还没有发布过数据" in text
    assert "分项之和与合计不符" in text


def test_after_a_failed_run_the_old_release_stays_under_a_banner(released: Path) -> None:
    write_status(released, state="failed")
    text = text_of(open_page("exit"))
    assert "“审核”环节停止，没有发布：分项之和与合计不符" in text
    assert "累计脱贫 60 户、240 人" in text


def test_a_village_says_that_funds_end_at_the_township(released: Path) -> None:
    text = text_of(open_page("funds", area="530323001001"))
    assert "资金数据到乡镇（街道）一级" in text
    assert "0.00" not in text


def test_the_address_reproduces_place_month_and_choices(released: Path) -> None:
    app = open_page("funds", area="530323001000", period="2020-06", scope="all_years", group="batch")
    text = text_of(app)
    assert "截至2020年6月，丹凤街道历年全部资金" in text
    assert "丹凤街道各村（社区）" in text
    assert app.selectbox(key="select_period").value == "2020-06"


def test_choices_that_do_not_exist_fall_back_to_the_county_and_the_newest_month(released: Path) -> None:
    text = text_of(open_page("overview", area="990000000000", period="1999-01", lang="xx"))
    assert "截至2020年11月，师宗县建档立卡在册" in text
    assert "地址里的地区“990000000000”在本次发布中没有数据，下面显示的是师宗县。" in text
    assert "地址里的月份“1999-01”在本页没有数据，下面显示的是2020年11月。" in text


def test_what_the_address_asks_for_in_vain_is_said_on_any_page_in_english_and_as_text(released: Path) -> None:
    app = open_page("funds", area="<b>" + "9" * 60, lang="en")
    [line] = [block.proto.body for block in app.html if "banner" in block.proto.body and "⚠" in block.proto.body]
    assert "The place “&lt;b&gt;" + "9" * 37 + "” of the address has no figures in this release" in line
    assert "shown instead: 师宗县" in line


@pytest.mark.parametrize("choices", [{}, {"area": "530323001000", "period": "2020-06"}, {"area": "530323000000"}])
def test_an_address_that_is_shown_as_asked_is_not_remarked_upon(released: Path, choices: dict[str, str]) -> None:
    assert "地址里的" not in text_of(open_page("overview", **choices))


def test_a_province_has_no_figures_and_the_address_says_so(released: Path) -> None:
    assert "地址里的地区“530000000000”在本次发布中没有数据" in text_of(open_page("overview", area="530000000000"))


@pytest.mark.parametrize("page", ["overview", "quality", "inspect"])
def test_after_a_rollback_every_page_says_so_until_a_newer_release_is_published(released: Path, page: str) -> None:
    pointer, said = released / "current", "回退到"
    assert said not in text_of(open_page(page))
    pointer.write_text(PREVIOUS + "\n", encoding="utf-8")
    assert said not in text_of(open_page(page)), "a newer folder that was never current is being published"
    (released / RELEASE / RETIRED_FILE).touch()
    assert f"已回退到 {PREVIOUS}（2020-12-12 发布）；较新的发布 {RELEASE} 已撤下" in text_of(open_page(page))
    assert f"Rolled back to {PREVIOUS}" in text_of(open_page(page, lang="en"))
    newest = "20210105T080000Z-3"
    write_release(released, newest, RELEASE)
    pointer.write_text(newest + "\n", encoding="utf-8")
    assert said not in text_of(open_page(page))


def test_choosing_a_township_goes_down_and_its_crumb_goes_up(released: Path) -> None:
    app = open_page("exit")
    app.selectbox(key="select_township").set_value("530323102000").run()
    assert "雄壁镇脱贫了多少" in text_of(app)
    assert app.query_params["area"] == "530323102000"
    app.button(key="crumb_county").click().run()
    assert "师宗县脱贫了多少" in text_of(app)
    assert "area" not in app.query_params


def test_language_and_place_go_along_to_the_next_page(released: Path) -> None:
    app = open_page("overview", lang="en", area="530323001000")
    app.switch_page("views/exit.py")
    app.query_params.clear()
    app.run()
    assert "How many in 丹凤街道 have left poverty" in text_of(app)


def test_what_changed_since_the_last_release_is_named_with_both_figures(released: Path) -> None:
    text = re.sub(r"\s+", " ", text_of(open_page("exit", year="2018")))
    assert "上一次发布：20201105T080000Z-1" in text
    assert "当年脱贫人数 48 人 51 人 +3 人" in text


def test_small_counts_are_hidden_on_the_screen(released: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANQING_SMALL_CELL", "11")
    get_settings.cache_clear()
    text = text_of(open_page("exit", area="530323001001", year="2015"))
    assert "累计脱贫 * 户、16 人" in text


def test_the_letter_to_a_department_names_file_sheet_row_column_and_remedy(released: Path) -> None:
    letter = open_page("quality", lang="en", department="rural_revitalisation").code[0].value
    assert letter.startswith("县乡村振兴局：\n您好！")
    assert "《脱贫户名册2020年11月.xlsx》（脱贫户名册，2020年11月，第1次报送，2020年12月5日收到）" in letter
    assert "1. 证件号码按数字存储，末位已被改写，共2处。" in letter
    assert "位置：表“Sheet1”F列（证件号码）第17、18行。" in letter
    assert "处理：请把该列设为文本格式后重新导出。" in letter
    assert "模拟数据" in letter.splitlines()[-1]


def test_departments_with_a_wrong_total_or_a_refused_file_can_be_written_to(released: Path) -> None:
    app = open_page("quality")
    assert app.selectbox(key="select_department").options == ["县财政局", "县公安局", "县乡村振兴局"]
    assert "文件自带的合计与各行之和不符，共1处" in app.code[0].value
    refused = open_page("quality", department="public_security").code[0].value
    assert "整份文件没有采用，原因：3行数据中有2行不合格（66.7%），超过限度1.0%。" in refused


def test_names_of_tests_stay_out_of_the_badge(released: Path) -> None:
    manifest = released / RELEASE / "manifest.json"
    content = manifest.read_text(encoding="utf-8")
    named = "模型与测试：有提示（1 项）：assert_townships_sum_to_their_county test：3 行不符合"
    manifest.write_text(content.replace("2 行待更正", named), encoding="utf-8")
    text = text_of(open_page("overview"))
    assert "模型与测试：有提示（1 项）：3 行不符合" in text
    assert "assert_townships" not in text


def test_html_in_a_file_name_stays_text(released: Path) -> None:
    status = released / "status.json"
    status.write_text(status.read_text(encoding="utf-8").replace("新建工作表(3)", "<b>x</b>"), encoding="utf-8")
    bodies = [block.proto.body for block in open_page("quality").html]
    assert any("&lt;b&gt;x&lt;/b&gt;.xlsx" in body for body in bodies)
    assert not any("<b>x</b>" in body for body in bodies)
