"""What the address asks for: a choice that is not offered is said, and nothing else is passed off as it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import data, state
from pipelines.settings import get_settings
from tests.browser.fixture_release import build_marts
from tests.unit.test_dashboards_pages import open_page, text_of

DASHBOARDS = Path(__file__).parents[2] / "dashboards"
UNKNOWN = "residents-2020-10-000000000000"


@pytest.fixture(autouse=True)
def marts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield build_marts(tmp_path / "marts")
    get_settings.cache_clear()


def files_shown(app: AppTest) -> list[str]:
    headings = [title for block in app.html for title in re.findall(r"<h2>(.*?)</h2>", block.proto.body)]
    return [title for title in headings if re.search(r"\.(csv|txt|xlsx?)$", title)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", f"地址里的文件“{UNKNOWN}”不在本次发布里，下面不显示别的文件"),
        ("en", f"The file “{UNKNOWN}” of the address is not in this release; no other file is shown"),
    ],
)
def test_a_file_that_is_not_there_is_said_and_no_other_shown(language: str, said: str) -> None:
    app = open_page("files", file=UNKNOWN, lang=language)
    assert said in text_of(app)
    assert files_shown(app) == []
    assert len(app.code) == 0, "no letter about a file that was not asked for"
    assert len(files_shown(open_page("files", lang=language))) == 1, "without a file in the address one is chosen"


def test_a_file_that_is_there_is_shown_without_a_word(marts: Path) -> None:
    release = data.current(marts)
    assert release is not None
    name, receipt = release.rows("ops_delivery").select("file_name", "receipt_id").row(0)
    app = open_page("files", file=receipt)
    assert files_shown(app) == [name]
    assert "地址里的" not in text_of(app)


@pytest.mark.parametrize("page", ["overview", "files", "inspect"])
def test_a_language_that_is_not_there_is_said_in_both(page: str) -> None:
    text = text_of(open_page(page, lang="fr"))
    assert "地址里的语言“fr”本页没有，下面用中文" in text
    assert "The language “fr” of the address is not offered here" in text


def test_every_choice_of_a_page_that_is_not_offered_is_named_by_its_label() -> None:
    text = text_of(open_page("funds", scope="xyz", group="abc"))
    assert "资金范围：地址里的“xyz”在这里没有，下面显示的是" in text
    assert "分组：地址里的“abc”在这里没有，下面显示的是" in text
    text = text_of(open_page("exit", year="1999", lang="en"))
    assert "Year: “1999” of the address is not offered here; shown instead: " in text


def test_an_unknown_filter_is_said_and_leaves_when_another_choice_is_made() -> None:
    app = open_page("files", department="nobody")
    assert "“nobody”在这里没有，下面显示的是全部" in text_of(app)
    options = app.selectbox(key="select_department").options
    app.selectbox(key="select_department").select(options[1]).run()
    assert "nobody" not in text_of(app)


def _choices() -> None:
    import streamlit as st

    from dashboards import state

    state.restore()
    month = state.select("group", "M", ["1", "2"], "1", str)
    state.select("year", "Y", ["2019", "2020"] if month == "1" else ["2019"], "2019", lambda year: f"y{year}")
    state.select("document", "D", ["", "A"], "", str)
    st.text("; ".join(f"{one.label} {one.asked}>{one.shown}" for one in state.missed()))


def _said(**choices: str) -> AppTest:
    app = AppTest.from_function(_choices)
    for name, value in choices.items():
        app.query_params[name] = value
    return app.run()


def test_a_choice_that_another_choice_takes_away_is_not_remarked_upon() -> None:
    app = _said(year="2020")
    assert app.text[0].value == ""
    app.selectbox(key="select_group").select("2").run()
    assert app.selectbox(key="select_year").value == "2019"
    assert app.text[0].value == ""


def test_a_copied_address_with_the_same_choices_is() -> None:
    assert _said(year="2020", group="2").text[0].value == "Y 2020>y2019"
    assert _said(document="xyz").text[0].value == "D xyz>"
    assert _said(document="", year="").text[0].value == ""


def next_page(app: AppTest, page: str) -> AppTest:
    """Where the menu leads: the address is empty but for what the visit has kept."""
    app.switch_page(f"views/{page}.py")
    app.query_params.clear()
    app.run()
    assert [error.message for error in app.exception] == []
    return app


@pytest.mark.parametrize(
    ("name", "value", "said"), [("area", "990000000000", "地区“990000000000”"), ("lang", "fr", "语言“fr”")]
)
def test_what_no_page_has_is_said_on_the_page_that_was_opened_and_forgotten_on_the_next(
    name: str, value: str, said: str
) -> None:
    app = open_page("overview", **{name: value})
    assert said in text_of(app)
    links = [link for block in app.html for link in re.findall(r'href="[^"]+"', block.proto.body)]
    assert links, "a link of the page does not pass it on either"
    assert [link for link in links if value in link] == []
    app.selectbox(key="select_period").select_index(1).run()
    assert said in text_of(app), "it stands in the address of this page still"
    app = next_page(app, "exit")
    assert "地址里的" not in text_of(app)
    assert name not in app.query_params


def test_a_month_that_one_page_lacks_goes_along_to_a_page_that_may_have_it() -> None:
    app = next_page(open_page("funds", period="1999-01", area="530323001000"), "exit")
    assert "地址里的月份“1999-01”" in text_of(app)
    assert "530323001000" in app.query_params["area"]


def test_a_misspelt_choice_is_named_once_and_shown_as_text(marts: Path) -> None:
    app = open_page("funds", **{"yaer": "2019", "<b>" + "x" * 60: "1", "group": "batch"})
    text = text_of(app)
    assert "地址里的“yaer”不是这里的选项名，没有用到。" in text
    assert "地址里的“&lt;b&gt;" + "x" * 37 + "”不是这里的选项名，没有用到。" in text
    assert "“group”" not in text
    assert "不是这里的选项名" not in text_of(next_page(app, "exit"))


def test_what_a_messenger_adds_to_a_link_is_not_remarked_upon_and_hides_no_misspelt_choice() -> None:
    added = {"from": "singlemessage", "isappinstalled": "0", "scene": "1", "utm_source": "x", "utm_campaign": "y"}
    assert "不是这里的选项名" not in text_of(open_page("funds", **added))
    text = text_of(open_page("funds", **added, yaer="2019", utmost="1"))
    assert "地址里的“yaer”不是这里的选项名，没有用到。" in text
    assert "地址里的“utmost”不是这里的选项名，没有用到。" in text
    assert text.count("不是这里的选项名") == 2


@pytest.mark.parametrize("page", ["overview", "files", "inspect"])
def test_a_misspelt_choice_is_named_on_any_page_in_english(page: str) -> None:
    text = text_of(open_page(page, aera="530323001000", lang="en"))
    assert "“aera” of the address is not the name of a choice here and was not used." in text


def test_the_names_of_choices_are_those_that_pages_offer_and_no_others() -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted(DASHBOARDS.rglob("*.py")) if path.name != "state.py"]
    source = "\n".join(sources)
    calls = r"""(?:\bstate\.(?:get|select|switch|asks|miss|put)\(|query_params(?:\.get\(|\.pop\(|\[))\s*"([a-z_]+)\""""
    assert set(re.findall(calls, source)) <= state.NAMES
    assert {name for name in state.NAMES if f'"{name}"' not in source} == set()


def test_filters_that_a_page_goes_through_in_a_loop_are_known() -> None:
    text = text_of(open_page("files", department="public_security", feed="residents", filed="2020-10", verdict="asks"))
    assert "不是这里的选项名" not in text
    assert {"document", "project"} <= state.NAMES
