"""From tokens to entries: which label has which figures, and what is said of them (share, growth, from–to).

Belongs here: the parse of a sentence and its interpretation. Does not belong here: arithmetic and verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from lark import Lark, Tree
from lark import Token as Leaf

from pipelines.factcheck.entries import Entry, Series
from pipelines.factcheck.runs_of_text import RunReader
from pipelines.factcheck.tokens import Sentence, Token, sentences, tokens


@cache
def _parser() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", maybe_placeholders=False)


@lru_cache(maxsize=4096)
def _parse(kinds: str) -> Tree[Leaf]:
    return _parser().parse(kinds)


def read_text(text: str, holes: Sequence[tuple[int, int]] = ()) -> list[Series]:
    """All series of a normalised text in order, brackets after the sentence they stand in."""
    found: list[Series] = []
    for index, sentence in enumerate(sentences(text, holes)):
        if not any(letter.isdigit() for letter in text[sentence.start : sentence.end]) and not re.search(
            r"[百十]分之|[一二两三四五六七八九十百千万亿][十百千万亿倍成镇乡]", text[sentence.start : sentence.end]
        ):
            continue
        found += Reader(text, sentence, index).read()
    return found


class Reader:
    """One sentence."""

    def __init__(self, text: str, sentence: Sentence, index: int) -> None:
        self.text, self.sentence, self.index = text, sentence, index
        self.tokens = tokens(text, sentence)
        self.found: list[Series] = []

    def read(self) -> list[Series]:
        """The sentence's series, brackets after what they stand in."""
        tree = _parse("".join(token.kind for token in self.tokens))
        clauses = tree.children[0]
        if isinstance(clauses, Tree):
            self.series(clauses, None, (self.sentence.start, self.sentence.end))
        return self.found

    def series(self, clauses: Tree[Leaf], parent: Entry | None, span: tuple[int, int]) -> Series:
        """One series from its clauses."""
        found = Series([], self.sentence, self.index, parent, text=self.text[span[0] : span[1]], span=span)
        self.found.append(found)
        RunReader(self, found).read(clauses)
        return found

    def token(self, leaf: Leaf) -> Token:
        """The token behind a leaf of the tree."""
        return self.tokens[leaf.start_pos or 0]
