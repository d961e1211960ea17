"""What the checks ask of a label: does it divide a whole, is it a mean, do two labels name the same.

Belongs here: comparisons of labels. Does not belong here: figures and arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from pipelines.factcheck.entries import Entry
from pipelines.files import read_yaml

INTENSIVE = re.compile(
    r"人均|户均|平均|均价|价格|指数|系数|标准|率(?!先|领)|密度|比重|占比|比例|年龄|寿命|单价|均(?=可支配|消费|纯收入|收入|增收)|最高|最低|温度|浓度|排名|评分|得分"
)
_NEGATION = re.compile(r"[非未不无]|没有")
_OTHER = re.compile(r"^(?:和|以及|及)?(?:其他|其它|其余|另外|剩余|余下|另(?=有))")
_COVER = re.compile(
    r"全[县市省区国乡镇村]|我[县市省区]|本[县市省区]|现有|共有|累计|已经?|目前|截至|年末|年底|总共|共|的|了|有|为|是|达|等|各类|各级|所有|全部|新增|完成|实现|实施|建成|投入|安排|下达|筹措"
)
_SUFFIX = re.compile(r"(?:[、和与及,:]|等)+$")


@cache
def families() -> dict[str, list[list[re.Pattern[str]]]]:
    """The families of names that divide a whole without rest."""
    content = read_yaml(Path(__file__).parent / "partitions.yml")
    return {name: [[re.compile(one) for one in each] for each in sets] for name, sets in content.items()}


def is_intensive(entry: Entry) -> bool:
    """A mean, a rate, a price: its parts do not add up."""
    return bool(INTENSIVE.search(entry.words)) or any("/" in fact.figure.unit for fact in entry.levels)


def complete_family(labels: Sequence[str]) -> str | None:
    """The family that the labels, all of them and each once, make up; or None."""
    for name, sets in families().items():
        for members in sets:
            if len(members) == len(labels) and _is_matching(members, labels):
                return name
    if len(labels) == 2 and is_negated_pair(*labels):
        return "negation"
    if len(labels) >= 2 and _OTHER.match(labels[-1]):
        return "rest"
    return None


def _is_matching(members: Sequence[re.Pattern[str]], labels: Sequence[str]) -> bool:
    """Each label fits exactly one member and every member is fitted; a label that fits several does not count."""
    seen = set()
    for label in labels:
        fits = [place for place, member in enumerate(members) if member.search(label)]
        if len(fits) != 1 or fits[0] in seen:
            return False
        seen.add(fits[0])
    return len(seen) == len(members)


def subfamilies(labels: Sequence[str]) -> list[list[int]]:
    """Places of the labels that make up a family, for every family that is complete among them."""
    found = []
    for sets in families().values():
        for members in sets:
            hits = [[place for place, label in enumerate(labels) if member.search(label)] for member in members]
            if all(len(each) == 1 for each in hits):
                places = sorted({each[0] for each in hits})
                if len(places) == len(members) and places not in found:
                    found.append(places)
    return found


def is_negated_pair(first: str, second: str) -> bool:
    """贫困村 and 非贫困村, 已脱贫 and 未脱贫: the same but for a negation in one of them."""
    first, second = first.replace("已", ""), second.replace("已", "")
    if bool(_NEGATION.search(first)) == bool(_NEGATION.search(second)):
        return False
    return _NEGATION.sub("", first) == _NEGATION.sub("", second) != ""


def are_classes(labels: Sequence[str]) -> bool:
    """Most labels end in 类 or 级: classes that exclude each other."""
    return len(labels) >= 3 and sum(label.endswith(("类", "级")) for label in labels) * 10 >= 7 * len(labels)


@lru_cache(maxsize=65536)
def core(words: str) -> str:
    """A label without the words that name no subject: 全县共有建档立卡贫困人口 → 建档立卡贫困人口."""
    return _SUFFIX.sub("", _COVER.sub("", words))


def is_alike(first: str, second: str) -> bool:
    """Two cores name the same when one is the end or the beginning of the other and carries the noun."""
    first, second = core(first), core(second)
    if min(len(first), len(second)) < 2:
        return False
    return first == second or (
        len(first) > 2 and len(second) > 2 and (first.endswith(second) or second.endswith(first))
    )
