"""The answer of ``xianqing stats`` as lines for people, in Chinese or English.

Belongs here: words and columns of the table. Does not belong here: figures.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

NOTHING = "—"
# Names of curves and of the conditions of a Lorenz curve; English shows the names of the JSON.
CHINESE = {
    "quadratic": "广义二次",
    "beta": "贝塔",
    "starts_at_zero": "过原点",
    "ends_at_one": "过(1,1)",
    "ends_near_one": "近(1,1)",
    "rises": "递增",
    "is_convex": "下凸",
    "has_real_roots": "有实根",
}
WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "rows": "数据行{data_rows}，非数据行{non_data_rows}",
        "used": "采用{used}行，{persons:,.0f}人；缺失{missing}行，无权数{no_weight}行，剔除负收入{negative_dropped}行；"
        "其中负收入{negative}行、零收入{zero}行",
        "line": "贫困线{line:,.2f}{unit}",
        "yuan": "元",
        "head": "指标|数值|标准误|行数|未计入行数",
        "deciles": "十等份收入份额（从低到高）：",
        "group_head": "组|人数|人均|线下比例|占线下人口",
        "split": "{label} = 组内{within:.6f} + 组间{between:.6f} + 重叠{overlap:.6f} = {total:.6f}",
        "source_head": "收入来源|占收入|基尼贡献|占基尼|方差份额",
        "sources": "来源分解采用{rows}行，未计入{excluded_rows}行，其中{rows_not_adding_up}行各来源之和与收入不符",
        "growth": "人均收入增长{mean_growth:.2%}；第10、50、90百分位：{points}",
        "refused": "拒收 {column}：{why_zh}，{count}格，行号{rows}",
        "bands": "{bands}组；贫困指标用{poverty_curve}曲线，不平等指标用{inequality_curve}曲线",
        "curve": "{curve}曲线：{parameters}；条件：{conditions}；误差平方和{squares:.3g}",
    },
    "en": {
        "rows": "{data_rows} data rows, {non_data_rows} other rows",
        "used": "{used} rows used, {persons:,.0f} persons; missing {missing}, no weight {no_weight}, negative dropped "
        "{negative_dropped}; among the used negative {negative}, zero {zero}",
        "line": "poverty line {line:,.2f}{unit}",
        "yuan": " yuan",
        "head": "measure|value|standard error|rows|rows left out",
        "deciles": "income shares of the deciles, poorest first: ",
        "group_head": "group|persons|mean|headcount|share of the poor",
        "split": "{label} = within {within:.6f} + between {between:.6f} + overlap {overlap:.6f} = {total:.6f}",
        "source_head": "source|share of income|Gini part|share of Gini|share of variance",
        "sources": "sources: {rows} rows used, {excluded_rows} left out; in {rows_not_adding_up} they do not add up",
        "growth": "mean income grew by {mean_growth:.2%}; percentiles 10, 50, 90: {points}",
        "refused": "refused {column}: {why}, {count} cells, rows {rows}",
        "bands": "{bands} bands; poverty by the {poverty_curve} curve, inequality by the {inequality_curve} curve",
        "curve": "{curve} curve: {parameters}; conditions: {conditions}; sum of squares {squares:.3g}",
    },
}


def lines_of(content: dict[str, Any], lang: str) -> Iterator[str]:
    """Every line of the answer but the doubts."""
    words = WORDS[lang]
    place = f" [{content['sheet']}]" if content["sheet"] else ""
    yield f"{content['file']}{place}: {words['rows'].format(**content)}"
    if content["line"] is not None:
        yield words["line"].format(line=content["line"], unit=words["yuan"] if content["unit"] else "")
    if "counts" in content:
        yield words["used"].format(persons=content["persons"], **content["counts"])
    figures = content["grouped"]["figures"] if "grouped" in content else content["figures"]
    yield from _figures(figures, words, lang)
    if "grouped" in content:
        yield from _curves(content["grouped"], words, CHINESE if lang == "zh" else {})
    else:
        yield from _parts(content, words, lang)
    for refused in content["refused_cells"]:
        yield "  " + words["refused"].format(**refused)


def _figures(figures: Sequence[dict[str, Any]], words: dict[str, str], lang: str) -> Iterator[str]:
    rows = [words["head"].split("|")]
    for figure in figures:
        argument = figure.get("argument")
        name = figure[f"label_{lang}"] + (f" {argument:g}" if argument is not None else "")
        value = figure[f"reason_{lang}"] if figure["value"] is None else _number(figure["value"], figure["unit"])
        error = _number(figure["standard_error"], figure["unit"])
        rows.append([name, value, error, str(figure.get("rows", NOTHING)), str(figure.get("excluded_rows", NOTHING))])
    yield from _aligned(rows)
    separator = "；" if lang == "zh" else "; "
    said = [part for figure in figures for part in figure[f"convention_{lang}"].split(separator)]
    yield from (f"  * {text}" for text in dict.fromkeys(said))


def _parts(content: dict[str, Any], words: dict[str, str], lang: str) -> Iterator[str]:
    if content["distribution"]["decile_shares"]:
        yield words["deciles"] + " ".join(f"{share:.2%}" for share in content["distribution"]["decile_shares"])
    if by := content.get("by"):
        rows = [words["group_head"].split("|")]
        for group in by["groups"]:
            cells = (group.get("headcount"), group.get("headcount_contribution_share"))
            shown = [NOTHING if cell is None else f"{cell:.2%}" for cell in cells]
            rows.append([group["group"], f"{group['persons']:,.0f}", f"{group['mean']:,.2f}", *shown])
        yield from _aligned(rows)
        for split in by["inequality"]:
            label = split[f"label_{lang}"]
            reason = split[f"reason_{lang}"]
            yield f"{label}: {reason}" if reason else words["split"].format(label=label, **_without(split, "label"))
    if sources := content.get("sources"):
        rows = [words["source_head"].split("|")]
        for part in sources["sources"]:
            shares = (part["share"], part["variance_share"])
            rows.append(
                [part["source"], f"{part['income_share']:.2%}", _number(part["contribution"], "ratio")]
                + [f"{share:.2%}" for share in shares]
            )
        yield from _aligned(rows)
        yield words["sources"].format(**sources)
    if growth := content.get("growth"):
        points = [point["growth"] for point in growth["curve"] if round(point["share"] * 100) in (10, 50, 90)]
        shown = [NOTHING if point is None else f"{point:.2%}" for point in points]
        yield words["growth"].format(mean_growth=growth["mean_growth"], points=" ".join(shown))


def _without(content: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key != name}


def _curves(grouped: dict[str, Any], words: dict[str, str], names: dict[str, str]) -> Iterator[str]:
    chosen = {key: grouped[key] or NOTHING for key in ("poverty_curve", "inequality_curve")}
    chosen = {key: names.get(curve, curve) for key, curve in chosen.items()}
    yield words["bands"].format(bands=grouped["bands"], **chosen)
    for curve in grouped["curves"]:
        conditions = (f"{names.get(name, name)}{'✓' if holds else '✗'}" for name, holds in curve["conditions"].items())
        yield words["curve"].format(
            curve=names.get(curve["curve"], curve["curve"]),
            parameters=" ".join(f"{name}={value:.6f}" for name, value in curve["parameters"].items()),
            conditions=" ".join(conditions),
            squares=curve["squares"],
        )


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return NOTHING
    return f"{value:,.2f}" if unit == "input" else f"{value:.6f}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns of equal width on a screen, where Chinese characters take two places; the first to the left."""
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        first, *others = (
            _padded(cell, width, left=at == 0) for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join((f"  {first}", *others)).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, *, left: bool) -> str:
    blanks = " " * (width - _width(text))
    return text + blanks if left else blanks + text
