"""What the values of a column look like, learned from regular rows, and how well another value fits.

Belongs here: shapes of values and the cost of a value in a column. Does not belong here: deciding about rows.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

WORST = 6.0
UNSEEN = 0.2
FREE = ("word", "text", "hanzi", "mixed")
_CLASSES = [
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("identity", r"\d{17}[\dX]"),
        ("stamp", r"\d{2,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"),
        (
            "date",
            r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|(?:19|20)\d{2}-\d{2}",
        ),
        ("time", r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?"),
        ("integer", r"[-+]?\d+"),
        ("decimal", r"[-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*[.,]\d+|\d+[.]|\d+(?:\.\d+)?[eE][-+]?\d+)"),
        ("money", r"[-+(]?[¥￥$€£][-+]?[\d.,]+\)?"),
        ("percent", r"[-+]?[\d.]+ ?[%‰]"),
        ("url", r"(?:https?|ftp)://\S+|www\.\S+"),
        ("email", r"\S+@\S+\.\w+"),
        ("code", r"(?=[^\s]*\d)[A-Z\d]+(?:[-_/.#][A-Z\d]+)*"),
        ("hanzi", r"[\u3400-\u9fff\U00020000-\U0003ffff·（）()、]+"),
        ("word", r"[^\W\d_]+"),
        ("text", r"(?=.*[^\W\d_])[^\u3400-\u9fff]+"),
    )
]
_DIGITS = re.compile(r"\d")
_CAPITALS = re.compile(r"[A-Z]")
_SMALL = re.compile(r"[a-z]")
_NAMES = {
    "date": re.compile(r"日期|年月|时间|生日|date|^day|_at$|month", re.IGNORECASE),
    "time": re.compile(r"时间|时刻|time", re.IGNORECASE),
    "number": re.compile(
        r"金额|数量|单价|价格|年龄|人数|户数|面积|余额|收入|合计|总计|比例|率$|数$|额$|qty|quantity|amount|price|count|total|sum|age$|rate|year|cost",
        re.IGNORECASE,
    ),
    "identity": re.compile(r"身份证|证件号|公民身份", re.IGNORECASE),
    "code": re.compile(r"编号|编码|代码|账号|卡号|序号|号$|(?<![a-z])id$|id$|code|no\.?$|sku", re.IGNORECASE),
    "url": re.compile(r"网址|链接|url|link|website", re.IGNORECASE),
    "email": re.compile(r"邮箱|邮件|mail", re.IGNORECASE),
    "hanzi": re.compile(
        r"姓名|名称|地址|乡镇|村|街道|性别|民族|备注|说明|name|address|note|comment|descr|type|remark", re.IGNORECASE
    ),
}
_GROUPS = {
    "date": {"date", "stamp", "integer"}, "time": {"time", "stamp", "date"},
    "number": {"integer", "decimal", "money", "percent"},
    "identity": {"identity"}, "code": {"code", "integer", "identity"}, "url": {"url"}, "email": {"email"},
    "hanzi": set(FREE) | {"code"},
}  # fmt: skip


class Shape(NamedTuple):
    """Class of a value, its pattern (digits and letters as 9, A, a) and its length."""

    kind: str
    pattern: str
    length: int


@lru_cache(maxsize=200_000)
def shape_of(value: str) -> Shape:
    """The shape of a value.

    >>> shape_of("BH-9827")
    Shape(kind='code', pattern='AA-9999', length=7)
    """
    text = value.strip()
    if not text:
        return Shape("empty", "", 0)
    if len(text) <= 300:
        for name, expression in _CLASSES:
            if expression.fullmatch(text):
                free = name in FREE or name in ("url", "email")
                pattern = "" if free else _SMALL.sub("a", _CAPITALS.sub("A", _DIGITS.sub("9", text)))
                return Shape(name, pattern, len(text))
    return Shape("mixed", "", len(text))


class Profile:
    """The values of one column in regular rows."""

    def __init__(self, values: Sequence[str]) -> None:
        shapes = [shape_of(value) for value in values]
        self.count = len(values)
        self.kinds = Counter(shape.kind for shape in shapes)
        self.patterns = Counter(shape.pattern for shape in shapes)
        filled = [value.strip() for value in values if value.strip()]
        self.vocabulary = Counter(filled)
        self.repeats = sum(count for count in self.vocabulary.values() if count > 1) / len(filled) if filled else 0.0
        lengths = [math.log(shape.length + 1) for shape in shapes if shape.length]
        self.mean = sum(lengths) / len(lengths) if lengths else 1.0
        self.spread = (sum((each - self.mean) ** 2 for each in lengths) / len(lengths)) ** 0.5 if lengths else 1.0
        self._costs: dict[str, float] = {}

    @cached_property
    def has_quotes(self) -> bool:
        """True when a quotation mark is nothing strange in this column."""
        return any('"' in value for value in self.vocabulary)

    @property
    def main_kind(self) -> str:
        """The most frequent class."""
        return self.kinds.most_common(1)[0][0] if self.kinds else "empty"

    def share(self, kind: str) -> float:
        """Share of a class among all values."""
        return self.kinds[kind] / self.count if self.count else 0.0

    def cost(self, value: str) -> float:
        """How surprising a value is in this column: about 0 for an ordinary one, several points for a foreign one."""
        known = self._costs.get(value)
        if known is None:
            known = self._costs[value] = self._cost(value)
        return known

    def _cost(self, value: str) -> float:
        shape = shape_of(value)
        seen = self.kinds[shape.kind]
        cost = -math.log((seen + UNSEEN) / (self.count + 2))
        if shape.kind == "empty":
            return min(cost, WORST)
        if shape.pattern and seen:
            cost += 0.6 * -math.log((self.patterns[shape.pattern] + 0.5) / (seen + 1))
        deviation = abs(math.log(shape.length + 1) - self.mean) / (self.spread + 0.25)
        cost += 0.7 * max(0.0, deviation - 1.5)
        if self.repeats > 0.5 and self.count >= 4 and value.strip() not in self.vocabulary:
            cost += 3.0 * (self.repeats - 0.4)
        if not seen and shape.kind in FREE and any(self.kinds[each] for each in FREE):
            cost -= 1.0
        return min(cost, WORST + 2)

    def name_cost(self, name: str) -> float:
        """How surprising a header's name is above this column."""
        text = name.strip()
        if not text:
            return 4.5
        groups = [group for group, expression in _NAMES.items() if expression.search(text)]
        filled = {kind: count for kind, count in self.kinds.items() if kind != "empty"}
        main = max(filled, key=lambda kind: filled[kind], default="empty")
        long = 0.3 * max(0, len(groups) - 1)
        if shape_of(text).kind in ("integer", "decimal", "date", "time", "money"):
            return 2.0
        if not groups or main == "empty":
            return 1.7 + long
        return long if any(main in _GROUPS[group] for group in groups) else 4.0
