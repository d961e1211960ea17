"""Chinese numerals to numbers: 三十五, 两千, 一万二千, 十点五. No units and no sentences here."""

from __future__ import annotations

from decimal import Decimal

DIGITS = {letter: value for value, letter in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}


def chinese_number(text: str) -> Decimal | None:
    """The value of a Chinese numeral; None when the characters are no number (二三, 一十百)."""
    whole, dot, decimals = text.partition("点")
    value = _whole(whole)
    if value is None or (dot and not decimals):
        return None
    if not dot:
        return Decimal(value)
    digits = [DIGITS.get(letter) for letter in decimals]
    if None in digits:
        return None
    return Decimal(f"{value}.{''.join(map(str, digits))}")


def _whole(text: str) -> int | None:
    if not text:
        return None
    if len(text) > 1 and all(letter in DIGITS for letter in text):
        return int("".join(str(DIGITS[letter]) for letter in text)) if "〇" in text or "零" in text else None
    total = group = 0
    digit: int | None = None
    last_step = 10_000
    for letter in text:
        if letter in DIGITS:
            if digit:
                return None
            digit = DIGITS[letter]
        elif letter in _STEPS:
            step = _STEPS[letter]
            if step >= last_step:
                return None
            group += (1 if digit is None else digit) * step
            digit, last_step = None, step
        elif letter in _GROUPS:
            total = (total + group + (digit or 0)) * _GROUPS[letter]
            group, digit, last_step = 0, None, 10_000
        else:
            return None
    return total + group + (digit or 0)
