"""The arithmetic of the truth tables: how a printed figure is read, what an expression may come to, when both agree.

What belongs here: the tolerance rule that the tables were written by, in exact decimals, and nothing else. What does
not: reading of running text, the tables themselves, and anything of the checker under test — the rule is written a
second time on purpose, so that an error of the checker cannot hide behind a shared function.

A figure is an interval. An integer without scale is a count and exact. A figure with decimals, or in 万 or 亿, was
rounded or cut at its last printed digit: ``[p − u/2, p + u)``. 余, 多 and 近 open it by one unit of the last digit that
is not zero, 约 and 左右 by 5 % or half that unit, whichever is more; 以上, 超过, 以内,
不足 and the like are half-lines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

INFINITY = Decimal("Infinity")
ALMOST_ONE = Decimal("0.999999999")
SCALES = {"": Decimal(1), "万": Decimal(10) ** 4, "亿": Decimal(10) ** 8}
_FIGURE = re.compile(
    r"(?P<before>约|近|超过|不足|不低于|不少于|不超过|低于|达)?"
    r"(?P<number>-?\d+(?:\.\d+)?)(?P<more>余|多)?(?P<scale>万|亿)?(?P<later>余|多)?"
    r"(?P<after>左右|以上|以下|以内)?"
)
_AT_LEAST = frozenset({"超过", "不低于", "不少于", "以上"})
_ABOUT = frozenset({"约", "左右"})
_AT_MOST = frozenset({"不足", "不超过", "低于", "以下", "以内"})


@dataclass(frozen=True)
class Interval:
    """Values that a printed or computed figure may stand for, both ends included; `exact`: a count, not rounded."""

    low: Decimal
    high: Decimal
    exact: bool = False

    def meets(self, other: Interval) -> bool:
        """True if some value lies in both."""
        return self.low <= other.high and other.low <= self.high


def figure(text: str, *, rounded: bool = False) -> Interval:
    """The interval of one printed figure such as ``1.93万``, ``700余``, ``约30``, ``90以上``.

    `rounded` makes an integer a rounded figure too (a percentage of 26 may be 25.5 … 26.99…).
    Raises ValueError for text that is no figure.
    """
    match = _FIGURE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a figure: {text!r}")
    number, scale = Decimal(match["number"]), SCALES[match["scale"] or ""]
    value = number * scale
    words = {match["before"], match["after"]} - {None}
    if words & _AT_LEAST:
        return Interval(value, INFINITY)
    if words & _AT_MOST:
        return Interval(-INFINITY, value)
    step = _last_digit(match["number"]) * scale
    if match["more"] or match["later"]:
        return Interval(value, value + step)
    if "近" in words:
        return Interval(value - step, value)
    wide = max(abs(value) / 20, step / 2)
    return Interval(value - wide, value + wide) if words & _ABOUT else _as_printed(match, value, scale, rounded=rounded)


def _as_printed(match: re.Match[str], value: Decimal, scale: Decimal, *, rounded: bool) -> Interval:
    """A figure without a word: a count is exact, anything else was rounded or cut at its last printed digit."""
    decimals = len(match["number"].partition(".")[2])
    if decimals == 0 and scale == 1 and not rounded:
        return Interval(value, value, exact=True)
    unit = scale / 10**decimals
    cut = unit * ALMOST_ONE  # a cut figure never reaches the next one
    if value < 0:
        return Interval(value - cut, value + unit / 2)
    return Interval(value - unit / 2, value + cut)


def _last_digit(number: str) -> Decimal:
    """One unit of the last digit that is not zero: 100 for ``1100``, 0.01 for ``1.77``, 1 for ``7``."""
    plain = number.lstrip("-")
    if "." in plain:
        return Decimal(1).scaleb(-len(plain.split(".")[1]))
    return Decimal(10) ** (len(plain) - len(plain.rstrip("0"))) if plain.strip("0") else Decimal(1)


def evaluate(expression: str) -> tuple[Decimal, Interval]:
    """The nominal value of an arithmetic expression and the interval that its figures allow.

    Numbers are figures as printed; one with a scale or a word stands in brackets: ``[1.93万]+198``. Only + − × ÷ and
    round brackets are known. Raises ValueError for anything else.
    """
    bracketed: list[str] = []

    def keep(match: re.Match[str]) -> str:
        bracketed.append(match[1])
        return f"v{len(bracketed) - 1}"

    source = re.sub(r"\[([^\]]+)\]", keep, expression)
    tree = ast.parse(source, mode="eval")
    with localcontext() as context:
        context.prec = 40
        return _walk(tree.body, source, bracketed)


def _walk(node: ast.expr, source: str, bracketed: Sequence[str]) -> tuple[Decimal, Interval]:
    if isinstance(node, ast.BinOp):
        left, left_range = _walk(node.left, source, bracketed)
        right, right_range = _walk(node.right, source, bracketed)
        return _combine(node.op, left, right), _combine_ranges(node.op, left_range, right_range)
    if isinstance(node, ast.Name):
        text = bracketed[int(node.id[1:])]
        return nominal(text), figure(text)
    if isinstance(node, ast.Constant):
        text = source[node.col_offset : node.end_col_offset]
        return Decimal(text), figure(text)
    raise ValueError(f"not allowed in an expression: {ast.dump(node)}")


def _combine(operator: ast.operator, left: Decimal, right: Decimal) -> Decimal:
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Mult):
        return left * right
    if isinstance(operator, ast.Div):
        return left / right
    raise ValueError(f"operator not allowed: {operator!r}")


def _combine_ranges(operator: ast.operator, left: Interval, right: Interval) -> Interval:
    corners = [_combine(operator, a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    return Interval(min(corners), max(corners), exact=left.exact and right.exact)


def nominal(text: str) -> Decimal:
    """The printed value itself, scale applied and words dropped: 19300 for ``1.93万余``."""
    match = _FIGURE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a figure: {text!r}")
    return Decimal(match["number"]) * SCALES[match["scale"] or ""]


def agrees(expression: str, published: str, operation: str = "eq", *, rounded: bool = False) -> bool:
    """True if the recomputed value stands in `operation` (eq, le, ge) to the published figure, within tolerance.

    For ``eq`` an exact count must be met exactly; a quotient printed as an integer is a rounded figure and has to be
    marked `rounded`.
    """
    _, computed = evaluate(expression)
    printed = figure(published, rounded=rounded)
    if operation == "le":
        return computed.low <= printed.high
    if operation == "ge":
        return computed.high >= printed.low
    if operation != "eq":
        raise ValueError(f"unknown operation {operation!r}")
    return computed.meets(printed)
