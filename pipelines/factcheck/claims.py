"""Why a list must be complete: names that divide a whole, years without a gap, a count of the parts, 分别."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipelines.factcheck.context import are_classes, complete_family
from pipelines.factcheck.entries import Entry, Fact, Series

_CLAIM = re.compile(r"分为|分别(?:为|是)|划分|构成|组成|按\w{1,8}分|分\w{1,4}看|包括以下")
PERIOD = {"两年": 2, "三年": 3, "四年": 4, "五年": 5, "3年": 3, "5年": 5, "4年": 4}
_OPEN = re.compile(r"等$|等[^级]|主要|例如|比如|部分")
_BODY = re.compile(r"[镇乡县区市村局委院校学]$|街道$|公司$|社区$")
_BATCH = re.compile(r"第[一二三四五六]批")
_COUNTED = re.compile(r"([两三四五六七八九])(?:批|类|个方面|部分|种情况)")


def claim_of(pairs: Sequence[tuple[Entry, Fact]], whole: Entry, one: Series) -> str:
    """Why a list must be complete (names, years without a gap, a word that says so); "" if nothing says so."""
    labels = [part.label or fact.tail for part, fact in pairs]
    if any(_OPEN.search(part.words) for part, _ in pairs) or _OPEN.search(whole.words[-2:]):
        return ""
    family = complete_family(labels)
    is_bracket = one.parent is whole and not one.has_of_which
    is_numbered = _CLAIM.search(one.text) and any(part.is_each for part, _ in pairs)
    claims = (
        ("rest", family == "rest"),
        ("classes", family is not None and family.startswith("exclusive")),
        ("family", family is not None),
        ("years", _covers_years(pairs, whole)),
        ("each", len(pairs) > 1 and bool(is_numbered or says_count(pairs, whole) or _names_places(pairs, one))),
        ("all_classes", are_classes(labels) and len(labels) > 3 and all(label.endswith("类") for label in labels)),
        ("classes", are_classes(labels)),
        ("bracket", is_bracket and all(_BATCH.match(label) for label in labels)),
        ("bracket", is_bracket and len(labels) > 2 and all(labels)),
    )
    return next((claim for claim, holds in claims if holds), "")


def says_count(pairs: Sequence[tuple[Entry, Fact]], whole: Entry) -> bool:
    """两批共…，第一批…，第二批… or …两类: the wording names how many parts there are."""
    if len(pairs) < 2:
        return False
    said = _COUNTED.findall(whole.label + " " + pairs[-1][1].tail)
    return any("零一二三四五六七八九十".find("二" if number == "两" else number) == len(pairs) for number in said)


def _names_places(pairs: Sequence[tuple[Entry, Fact]], one: Series) -> bool:
    """有3个乡镇…，其中甲镇…、乙镇…、丙乡…: as many named bodies as the sentence has counted before."""
    if not all(_BODY.search(part.label) for part, _ in pairs):
        return False
    counted = re.findall(
        r"(\d{1,2})个(?:乡镇|县|市|村|单位|部门|学校|街道|社区)", one.text[: pairs[0][0].start - one.span[0]]
    )
    return counted != [] and int(counted[-1]) == len(pairs)


def _covers_years(pairs: Sequence[tuple[Entry, Fact]], whole: Entry) -> bool:
    years = [part.years[0] for part, _ in pairs if len(part.years) == 1]
    if len(years) < 3 or len(years) != len(pairs) or any(b - a != 1 for a, b in itertools.pairwise(years)):
        return False
    if whole.years:
        return whole.years[-1] == years[-1] and (len(whole.years) == 1 or whole.years[0] == years[0])
    return any(word in whole.label and count == len(years) for word, count in PERIOD.items())
