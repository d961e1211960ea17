"""One notation for all texts, every character still knowing where it stood.

Belongs here: full-width forms, blanks inside Chinese text, lines broken by a page's width. Does not belong here:
numbers, words.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass

_MAPPED = {
    **{0xFF10 + digit: str(digit) for digit in range(10)},
    **{0xFF21 + letter: chr(65 + letter) for letter in range(26)},
    **{0xFF41 + letter: chr(97 + letter) for letter in range(26)},
    **dict(
        zip(
            map(ord, "％．，；：∶（）［］＋／－–−‐～~∼﹣！？﹪、"), "%.,;::()[]+/---" + "-" * 5 + "。。%、", strict=True
        )
    ),
}
_BLANKS = " \t\u3000\u00a0\u2002\u2003\u2009\u200a\u202f\u200b\ufeff\u00ad"
_ENDS = "。；：！？;:!?"
_HEADING = re.compile(
    r"\s*(?:[一二三四五六七八九十]+[、.．]|[（(][一二三四五六七八九十\d]+[)）]|\d+[.、．]\D|[—•·]|第[一二三四五六七八九十]+[章节条])"
)
_SHORTEST_WRAP = 14
_ROW = re.compile(r"\s*[^\s,。;]{1,20}(?:\s+-?\d[\d,.]*%?){1,12}\s*")


@dataclass(frozen=True)
class Normal:
    """A text in one notation; ``origin[i]`` is the place of character ``i`` in the file's text."""

    text: str
    origin: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the file's text of ``[start, end)`` in this one."""
        return self.origin[start], self.origin[end - 1] + 1


def normalise(text: str) -> Normal:
    """One notation: half-width digits and signs, no blank inside a sentence, lines of a broken paragraph joined."""
    mapped = _tabbed(text.translate(_MAPPED))
    soft = _soft_breaks(mapped)
    kept: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(mapped):
        if place in soft or (letter in _BLANKS and not _is_telling(mapped, place)):
            continue
        kept.append(letter)
        origin.append(place)
    return Normal("".join(kept), origin)


def _tabbed(text: str) -> str:
    """Neighbouring lines of a name and numbers, and the line of as many words above them, get tabs between cells."""
    lines = text.split("\n")
    is_row = [bool(_ROW.fullmatch(line)) for line in lines]
    for place, line in enumerate(lines):
        near = is_row[max(0, place - 1) : place] + is_row[place + 1 : place + 2]
        below = lines[place + 1] if place + 1 < len(lines) and is_row[place + 1] else None
        is_head = below is not None and len(line.split()) == len(below.split()) > 1 and "。" not in line
        if (is_row[place] and any(near)) or is_head:
            lead = len(line) - len(line.lstrip())
            body = re.sub(r"[^\S\n]+", lambda gap: "\t" + " " * (len(gap[0]) - 1), line.strip(_BLANKS))
            lines[place] = line[:lead] + body + line[lead + len(body) :]
    return "\n".join(lines)


def _is_telling(text: str, place: int) -> bool:
    """A blank that separates: between two Latin letters or digits, or one of several (columns)."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if text[place] == "\t" or (before and before in _BLANKS) or (after and after in _BLANKS):
        return True
    return bool(before and after and before.isascii() and after.isascii() and before.isalnum() and after.isalnum())


def _soft_breaks(text: str) -> set[int]:
    """Places of line ends that only the width of a page made: long lines of one usual length, no sentence ended."""
    lines = text.split("\n")
    usual = Counter(len(line.rstrip()) // 3 for line in lines if len(line.strip()) >= _SHORTEST_WRAP)
    if not usual:
        return set()
    width, count = max(usual.items(), key=lambda item: (item[1], item[0]))
    near = sum(usual[width + step] for step in (-1, 0, 1))
    if near < 4 or near * 2 < sum(usual.values()) or count < 2:
        return set()
    places: set[int] = set()
    at = 0
    for line, following in itertools.pairwise(lines):
        at += len(line)
        length = len(line.rstrip())
        if (
            abs(length // 3 - width) <= 1
            and following.strip()
            and line.rstrip()[-1:] not in _ENDS
            and not following.startswith(("  ", "\u3000", "\t"))
            and not _HEADING.match(following)
            and "\t" not in line
        ):
            places.add(at)
            if line.endswith("\r"):
                places.add(at - 1)
        at += 1
    return places
