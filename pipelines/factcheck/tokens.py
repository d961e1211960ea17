"""Sentences and their tokens: figures, dates, words that give a figure its role, punctuation, and the text between.

Belongs here: where a sentence ends, which words are operators, and where they are not. Does not belong here: what the
roles mean together (``grammar.lark``, ``reading``).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.factcheck.figures import Date, Figure, Filler, Lexeme, lexemes

_KINDS = {"quantity": "q", "percent": "p", "points": "o", "times": "x", "number": "n", "ratio": "r"}
_RISE = (
    "(?<![新递剧])(?<!自然)(?:增长|增加|提高|上升|提升|扩大|增多|上涨|攀升|"
    "增(?!收|强|进|设|速|幅|值|产|效)|升(?!级)|涨)"
)
_FALL = "下降|减少|降低|回落|缩小|压减|压缩|缩减|下滑|(?<![核审精])减(?!贫|免|负|排|灾)|降(?!雨|水)"
_ABOVE = "高于[^,。;]{0,8}|高出|(?<![提最新])高|多出?|快于[^,。;]{0,8}|(?<!加)快"
_BELOW = "低于[^,。;]{0,8}|(?<![至最减])少|慢于[^,。;]{0,8}|(?<![最降])低"
_STRETCH = "(?:了|幅度?|幅为|率为|率|额为?|为|达到|达|数为|幅达)?"
_COMPARED = re.compile(
    r"同比|环比|按年|(?:与|同|和)?(?:上年|去年|上年同期|去年同期|上月|年初|上年末|上年底|同期)相?比(?![例重较率])"
    r"|[比较](?:对照|改革|扶持|调整)?前(?=[增减提降升回])"
    r"|(?<![相对无占可])[比较](?![例重率较好大小高低强对武学赶如为多少快深差难长短])"
)
_TOTAL = re.compile(
    r"(?:以上)?[一二三四五六七八九十两各]?[项类级]?(?:共计|合计|总计|总共|累计|一共)(?!算)"
    r"|(?<![公总中全])共(?![同享产青和有性识治商赢创鸣振富建管融抗进用需])"
)
_MEAN = re.compile(
    r"(?:[人户村亩镇乡校日月年件次个项只头台家])?[年月日]?"
    r"(?:平均每[人户村亩个年月天日项家]?|均(?![衡匀等为可已有能由在按未不达]|得到|得以|获得)|平均(?!水平|工资|值|数|增))"
    r"|每(?=[人户亩村个镇乡学生年月]{1,3}[^,。;]{0,6}$)"
)
_OPERATORS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("W", re.compile(r"(?:在)?其中[,:]?(?:包括|包含|含|有)?[,:]?")),
    ("M", re.compile(rf"(?:{_RISE})(?:到了?|至|为|成)(?!了)")),
    ("L", re.compile(rf"(?:{_FALL})(?:到了?|至|为|成)(?!了)")),
    ("T", re.compile(r"(?:变|调整|发展|恢复)(?:到|至|为)")),
    ("U", re.compile(rf"净?(?:{_RISE}|{_ABOVE}){_STRETCH}")),
    ("D", re.compile(rf"净?(?:{_FALL}|{_BELOW}){_STRETCH}")),
    ("Z", re.compile(r"(?:大?约|近|超过|不足)?所?占(?![地用领据线道优卜座位])(?:比重|比例|比)?(?:达到?|为|到|了)?")),
    ("C", _COMPARED),
    ("F", re.compile(r"(?<![自理来缘])由(?![于此])|从(?![事而严重实业中根源此小未])|自(?=\d)")),
    ("E", re.compile(r"(?:分别|依次)(?:为|是|达到?|完成|实现|占)?|各(?=为|占|是|有|达|\d)")),
    ("S", _TOTAL),
    ("A", _MEAN),
    ("B", re.compile(r"(?:为|是|相当于|完成|达到?)(?=[^,。;:()]{0,14}的?$)")),
)
_FARTHEST = 8
_SENTENCE_END = re.compile(r"[。\n]")
_PUNCTUATION = {",": ",", "、": "e", ";": ";", ":": ":", "(": "(", ")": ")"}
_LETTERS = re.compile(r"[,、;:()]")
_OF = re.compile(r"的(?:近|约|超过)?$")
_DEEPEST = 8
_LONGEST = 3000
_OPENERS, _CLOSERS = "([〔【", ")]〕】"


@dataclass(frozen=True)
class Token:
    """One token: ``kind`` is a letter of the grammar; a figure or date comes along."""

    kind: str
    start: int
    end: int
    text: str
    lexeme: Lexeme | None = None


@dataclass(frozen=True)
class Sentence:
    """A stretch of text up to a full stop or line end, with its place among paragraphs and sentences."""

    start: int
    end: int
    paragraph: int


def sentences(text: str, holes: Sequence[tuple[int, int]] = ()) -> Iterator[Sentence]:
    """The sentences of a normalised text; stretches in ``holes`` (tables) are left out. A full stop inside
    brackets does not end a sentence.
    """
    paragraph, at, depth = 0, 0, 0
    starts = [start for start, _ in holes]
    for place, letter in enumerate(text):
        if letter in _OPENERS:
            depth += 1
        elif letter in _CLOSERS:
            depth = max(0, depth - 1)
        is_end = letter == "\n" or (letter == "。" and depth == 0)
        # Nobody writes such a sentence: it is cut, so that the cost of a text grows with its length and no faster.
        is_overlong = place - at > _LONGEST and (letter in ",;、" or place - at > 2 * _LONGEST)
        if not is_end and not is_overlong:
            continue
        if place > at and not _in_hole(at, holes, starts):
            yield Sentence(at, place, paragraph)
        at = place + 1
        if letter == "\n":
            paragraph, depth = paragraph + 1, 0
    if at < len(text) and not _in_hole(at, holes, starts):
        yield Sentence(at, len(text), paragraph)


def _in_hole(place: int, holes: Sequence[tuple[int, int]], starts: Sequence[int]) -> bool:
    index = bisect_left(starts, place + 1) - 1
    return index >= 0 and holes[index][0] <= place < holes[index][1]


def tokens(text: str, sentence: Sentence) -> list[Token]:
    """The tokens of a sentence; brackets that have no partner are plain text."""
    found: list[Token] = []
    at = sentence.start
    for lexeme in lexemes(text, sentence.start, sentence.end):
        found += _words(text, at, lexeme.start, lexeme)
        found.append(_lexeme_token(lexeme))
        at = lexeme.end
    found += _words(text, at, sentence.end, None)
    return _balanced(found)


def _lexeme_token(lexeme: Lexeme) -> Token:
    kind = _KINDS[lexeme.kind] if isinstance(lexeme, Figure) else "d" if isinstance(lexeme, Date) else "t"
    return Token(kind, lexeme.start, lexeme.end, lexeme.text, lexeme)


def _words(text: str, start: int, end: int, following: Lexeme | None) -> Iterator[Token]:
    """Tokens of the text between two lexemes, cut at its punctuation."""
    at = start
    while at < end:
        hit = _LETTERS.search(text, at, end)
        stop = end if hit is None else hit.start()
        if stop > at:
            yield from _operators(text[at:stop], at, following if stop == end else None)
        if hit is not None:
            yield Token(_PUNCTUATION[hit[0]], hit.start(), hit.end(), hit[0])
            at = hit.end()
        else:
            at = end


def _operators(piece: str, offset: int, following: Lexeme | None) -> Iterator[Token]:
    """Operators and plain text of a piece without punctuation; ``following`` is what comes after it at once."""
    at, plain = 0, 0
    while at < len(piece):
        found = _operator_at(piece, at, following)
        if found is None:
            at += 1
            continue
        kind, stop = found
        if at > plain:
            yield Token("t", offset + plain, offset + at, piece[plain:at])
        yield Token(kind, offset + at, offset + stop, piece[at:stop])
        at = plain = stop
    if plain < len(piece):
        rest = piece[plain:]
        if _is_part(following) and (of := _OF.search(rest)):
            if of.start():
                yield Token("t", offset + plain, offset + plain + of.start(), rest[: of.start()])
            yield Token("G", offset + plain + of.start(), offset + len(piece), of[0])
        else:
            yield Token("t", offset + plain, offset + len(piece), rest)


def _is_part(following: Lexeme | None) -> bool:
    return isinstance(following, Figure) and following.kind in ("percent", "times")


def _operator_at(piece: str, at: int, following: Lexeme | None) -> tuple[str, int] | None:
    """The operator that begins at ``at``: its kind and end. Most count only where their figure follows at once."""
    is_next = isinstance(following, Figure)
    for kind, pattern in _OPERATORS:
        found = pattern.match(piece, at)
        if found is None or found.end() == at:
            continue
        is_last = found.end() == len(piece)
        if kind in "UDE" and not (is_next and is_last) and not (kind == "E" and len(found[0]) > 1):
            continue
        if kind in "MLT" and not (isinstance(following, Figure | Date) and len(piece) - found.end() <= _FARTHEST):
            continue
        if kind == "B" and not _is_part(following):
            continue
        return kind, found.end()
    return None


def _balanced(found: list[Token]) -> list[Token]:
    open_places: list[int] = []
    lonely: set[int] = set()
    for place, token in enumerate(found):
        if token.kind == "(":
            open_places.append(place)
            if len(open_places) > _DEEPEST:
                lonely.add(open_places[-1])
        elif token.kind == ")":
            if open_places:
                partner = open_places.pop()
                if partner in lonely:
                    lonely.add(place)
            else:
                lonely.add(place)
    lonely.update(open_places)
    return [
        Token("t", token.start, token.end, token.text) if place in lonely else token
        for place, token in enumerate(found)
    ]


__all__ = ["Date", "Filler", "Sentence", "Token", "sentences", "tokens"]
