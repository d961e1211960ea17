"""Relations in sentences: what is found, what is said of it, and where the checker stays silent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.factcheck.check import check_text
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import CONSISTENT, EXPLAINED, INCONSISTENT, meets

GROSS_PRODUCT = (
    "全年生产总值123.45亿元，比上年增长5.6%。其中，第一产业增加值12.34亿元，增长4.5%；第二产业增加值47.50亿元，"
    "增长6.1%；第三产业增加值63.61亿元，增长5.4%。"
)


def verdicts(text: str, kind: str) -> list[str]:
    return [one["verdict"] for one in check_text(text) if one["kind"] == kind]


def doubts(text: str) -> list[dict[str, Any]]:
    return [one for one in check_text(text) if one["verdict"] == INCONSISTENT]


@pytest.mark.parametrize(
    ("right", "wrong", "kind"),
    [
        ("全市200个村累计退出182个，占91.0%。", "全市200个村累计退出182个，占91.5%。", "share"),
        (
            "搬迁1720户7232人，其中，建档立卡户1358户5692人、同步搬迁户362户1540人。",
            "搬迁1720户7232人，其中，建档立卡户1358户5692人、同步搬迁户362户1550人。",
            "sum",
        ),
        ("外出就业28208人，其中，县内10960人，县外省内4879人，省外12369人。",
         "外出就业28264人，其中，县内10960人，县外省内4879人，省外12369人。", "sum"),
        ("投入3093万元，比上年增长24.9%，增加615.8万元。", "投入3093万元，比上年增长29.4%，增加615.8万元。", "growth"),
        ("普及率由71.5%提高到94.3%，提高22.8个百分点。", "普及率由71.5%提高到94.3%，提高23.8个百分点。", "difference"),
        ("应整改120项，已整改104项，整改率86.7%。", "应整改120项，已整改104项，整改率91.7%。", "share"),
        ("为520户发放补助，户均3000元，合计156万元。", "为520户发放补助，户均3000元，合计166万元。", "ratio"),
        ("产值由320万元增加到960万元，是原来的3倍。", "产值由320万元增加到960万元，是原来的4倍。", "ratio"),
        ("三次产业结构为10.0∶38.5∶51.5。", "三次产业结构为10.0∶38.5∶61.5。", "share"),
        ("涉及贫困户120户356人。", "涉及贫困户356户120人。", "bound"),
        ("全县公益性岗位2548个。全县2548个公益性岗位都签了协议。",
         "全县公益性岗位2548个。全县2578个公益性岗位都签了协议。", "repeat"),
        ("出生率8.65‰；死亡率7.09‰；自然增长率1.56‰。", "出生率8.65‰；死亡率7.09‰；自然增长率2.56‰。", "difference"),
    ],
)  # fmt: skip
def test_a_relation_is_found_and_its_breach_is_told(right: str, wrong: str, kind: str) -> None:
    assert set(verdicts(right, kind)) <= {CONSISTENT, EXPLAINED}
    assert verdicts(right, kind)
    assert doubts(right) == []
    assert INCONSISTENT in verdicts(wrong, kind)


@pytest.mark.parametrize("text", ["筹措资金3.72亿万元。", "贫困发生率在20以上的村。", "满意度由上年的92提高到96.5%。"])
def test_a_slip_of_the_unit_is_told(text: str) -> None:
    assert verdicts(text, "unit") == [INCONSISTENT]


@pytest.mark.parametrize(
    "text",
    [
        GROSS_PRODUCT,
        "医疗卫生机构746个，其中医院177个、乡镇卫生院211个。",
        "监测户244户中，有病人的183户，有残疾人的182户。",
        "全县居民人均可支配收入21342元，其中城镇35127元，农村13856元。",
        "各项占比分别为33.3%、33.3%和33.3%。",
        "2020年新增就业3100人，“十三五”累计新增就业1.46万人。",
        "甲县增速8.1%，乙县增速10.3%，全市增速8.8%。",
        "全年一般公共预算收入98.6亿元，比上年增收3.2亿元，增长3.4%，其中地方税收收入66.3亿元。",
        "60岁及以上人口97207人，占22.81%，其中65岁及以上人口72315人，占16.97%。",
        "完成年度计划的126.4%。",
        "全县完成造林3.2万亩，占任务的106.7%。",
        "贫困户1000户，其中因病500户，占50%，因残300户，占30%，缺技术200户，占20%，其中女户主80户，占40%。",
        "依据财农〔2021〕19号第3条第2款，资金应在30日内下达，电话0990-6612230。",
    ],
)
def test_the_checker_stays_silent(text: str) -> None:
    assert doubts(text) == []


def test_a_difference_that_the_text_explains_is_explained() -> None:
    text = (
        "全部脱贫（2018年脱贫4923户18966人、2019年脱贫959户3171人、2020年脱贫90户263人，因整户自然减少实有22381人）。"
    )
    (found,) = [one for one in check_text(text) if one["kind"] == "sum"]
    assert found["verdict"] == EXPLAINED
    assert "自然减少" in found["why"]


def test_cut_off_digits_are_explained() -> None:
    text = "投入共计11097.37万元，比上年增长61.22%，增加4214.41万元。"
    assert verdicts(text, "growth") == [EXPLAINED]


def test_the_report_has_the_documented_shape_and_exact_offsets() -> None:
    text = "　　全市 200个村，\n退出１８２个，占９１．５％；资金3.72亿万元。\n"
    found = check_text(text)
    assert found
    for one in found:
        assert text[one["start"] : one["end"]] == one["excerpt"]
        assert text[one["mark"]["start"] : one["mark"]["end"]]
        for figure in one["figures"]:
            assert text[figure["start"] : figure["end"]] == figure["text"]
        assert one["why"].endswith("。")
        assert one["why_en"].endswith(".")


def test_the_same_text_gives_the_same_report() -> None:
    text = "全市200个村累计退出182个，占91.5%。其中甲县100个、乙县82个。"
    assert check_text(text) == check_text(text)


def test_a_table_is_added_up() -> None:
    head, rows = "乡镇\t户数\t人数", ["甲镇\t120\t300", "乙镇\t130\t310", "丙乡\t50\t90"]
    right = "\n".join([head, *rows, "合计\t300\t700"])
    wrong = "\n".join([head, *rows, "合计\t300\t710"])
    assert verdicts(right, "sum") == [CONSISTENT, CONSISTENT]
    assert sorted(verdicts(wrong, "sum")) == [CONSISTENT, INCONSISTENT]


def printed(value: Decimal, decimals: int) -> Figure:
    step = Decimal(1).scaleb(-decimals)
    return Figure(0, 1, 0, "percent", value, step, "%", f"{value}%")


@given(st.decimals(0, 1000, places=6), st.integers(0, 3))
def test_rounding_and_cutting_off_are_both_allowed(value: Decimal, decimals: int) -> None:
    step = Decimal(1).scaleb(-decimals)
    exact = (value, value)
    rounded = value.quantize(step)
    cut = value // step * step
    assert meets(printed(rounded, decimals), value, exact)[0] == CONSISTENT
    assert meets(printed(cut, decimals), value, exact)[0] in (CONSISTENT, EXPLAINED)


@given(st.decimals(0, 1000, places=4), st.integers(0, 3), st.integers(2, 50))
def test_more_than_a_last_digit_away_is_told(value: Decimal, decimals: int, steps: int) -> None:
    step = Decimal(1).scaleb(-decimals)
    assert meets(printed(value.quantize(step) + steps * step, decimals), value, (value, value))[0] == INCONSISTENT


@settings(deadline=None)
@given(st.integers(100, 99_999), st.integers(100, 99_999))
def test_a_sum_of_counts_must_fit_exactly(first: int, second: int) -> None:
    text = f"全县搬迁{first + second}户，其中集中安置{first}户、分散安置{second}户。"
    assert verdicts(text, "sum") == [CONSISTENT]
    assert INCONSISTENT in verdicts(text.replace(f"搬迁{first + second}户", f"搬迁{first + second + 1}户"), "sum")


@settings(deadline=None)
@given(st.integers(50, 5000), st.integers(5000, 9000))
def test_a_share_is_right_to_its_last_digit(part: int, whole: int) -> None:
    share = Decimal(100) * part / whole
    assume(share >= 1)
    text = "全县{whole}户农户中，种茶的{part}户，占{share}%。"
    assert verdicts(text.format(whole=whole, part=part, share=f"{share:.1f}"), "share")[0] in (CONSISTENT, EXPLAINED)
    assert INCONSISTENT in verdicts(text.format(whole=whole, part=part, share=f"{share + 2:.1f}"), "share")
