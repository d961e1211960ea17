"""The runs of a sentence, from parse tree to entries: labels, periods, which figure is said of which subject."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lark import Token as Leaf
from lark import Tree

from pipelines.factcheck.entries import LEVEL_KINDS, NEUTRAL, REAL, Entry, Fact, Series
from pipelines.factcheck.figures import Date, Figure
from pipelines.factcheck.tokens import Token

if TYPE_CHECKING:
    from pipelines.factcheck.reading import Reader

_STEP = re.compile(r"(?P<up>增收|增产|增支|多收|多支)|(?P<down>减收|减产|减支|短收|少收|少支)")
_DIVIDED = re.compile(r"按[\u4e00-\u9fff]{1,12}(?:统计|分|划分|看|来分)|分[\u4e00-\u9fff]{1,8}看")
_GROWTH_NAME = re.compile(r"(?:其?中?)(?:增幅|增速|增长率|(?P<down>降幅|减幅))(?:为|是)?")


class RunReader:
    """The runs of one series; ``pending`` is the text since the last figure."""

    def __init__(self, reader: Reader, series: Series) -> None:
        self.reader, self.series = reader, series
        self.run, self.separator, self.group = 0, "", 0
        self.pending: list[Token] = []
        self.years: tuple[int, ...] = ()
        self.run_years: tuple[int, ...] = ()
        self.last: Fact | None = None
        self.total_word = ""
        self.is_each = self.is_mean = False
        self.base = self.compared = ""
        self.has_run_facts = False
        self.previous: Figure | None = None
        self.base_figure: Figure | None = None
        self.period = ""
        self.group_run = -1

    def read(self, clauses: Tree[Leaf]) -> None:
        """Fill the series."""
        for child in clauses.children:
            if not isinstance(child, Tree):
                continue
            if child.data == "separator":
                self._close_run(str(child.children[0]))
                continue
            for piece in child.children:
                self._piece(piece)
        self._close_run("")

    def _close_run(self, separator: str) -> None:
        if not self.has_run_facts:
            self.series.plain_runs.append(self._label())
            if _DIVIDED.fullmatch(self._label()):
                self._divide()
            if self.group_run == self.run and self.pending and not _DIVIDED.fullmatch(self._label()):
                self.series.loose_groups.add(self.group)
        self.run += 1
        letter = {"e": "、"}.get(separator, separator)
        if separator != ":" or self.has_run_facts:
            self.pending = []
        self.separator, self.last, self.has_run_facts = letter, None, False
        self.total_word = self.total_word if separator == ":" else ""
        self.is_mean = False
        self.base = self.compared = self.period = ""
        self.base_figure = None
        if separator != "e":
            self.is_each = False
        if separator in ("e", ",", ";"):
            self.run_years = ()

    def _label(self) -> str:
        return "".join(token.text for token in self.pending)

    def _piece(self, piece: Leaf | Tree[Leaf]) -> None:
        if not isinstance(piece, Tree):
            self._plain(self.reader.token(piece))
            return
        handler = getattr(self, f"_{piece.data}")
        handler(piece)

    def _rest(self, pieces: Sequence[Leaf | Tree[Leaf]]) -> None:
        for piece in pieces:
            self._piece(piece)

    def _plain(self, token: Token) -> None:
        if token.kind == "d":
            self._date(token)
        elif isinstance(token.lexeme, Figure):
            self._figure(token.lexeme)
        elif token.kind == "G":
            self._take_base()
        else:
            if self.last is not None:
                self.last.tail += token.text
            self.pending.append(token)

    def _take_base(self) -> None:
        """The figure or the text before 的 is what the next figure is a part or a multiple of."""
        entries = self.series.entries
        if self.last is not None and not self.pending and entries and self.last in entries[-1].levels:
            self.base_figure, self.base = self.last.figure, self.last.label or "?"
            entries[-1].levels.remove(self.last)
            if not entries[-1].levels and not entries[-1].said:
                entries.pop()
            self.last = None
            return
        self.base = self.base or self._label() or "?"

    def _date(self, token: Token) -> None:
        self.period = token.text
        if isinstance(token.lexeme, Date) and token.lexeme.years:
            self.years = self.run_years = token.lexeme.years
            if self.pending:
                self.pending = []
        elif self.pending and self.last is None:
            self.pending.append(token)

    def _figure(self, figure: Figure) -> None:
        if self.base and figure.kind in ("percent", "times"):
            self._say(self._fact(figure, "of", base=self.base, base_figure=self.base_figure))
            self.base, self.base_figure = "", None
            return
        if figure.kind in LEVEL_KINDS:
            self._level(figure)
            return
        if figure.kind == "points":
            self._say(self._fact(figure, "change", compared=self._label()))
            return
        if figure.kind == "percent" and (named := _GROWTH_NAME.fullmatch(self._label())):
            direction = -1 if named["down"] else 1
            self._say(self._fact(figure, "change", direction=direction, compared=self.compared))
            return
        fact = self._fact(figure, "rate")
        fact.is_each = self.is_each
        self._own(fact, fact.label)

    def _fact(self, figure: Figure, role: str, **more: object) -> Fact:
        label = self._label()
        start = self.pending[0].start if self.pending else figure.start
        fact = Fact(figure, role, label, start, self.run, years=self.run_years or self.years, **more)  # type: ignore[arg-type]
        fact.is_each = self.is_each
        fact.is_real = bool(REAL.search(label)) or bool(REAL.search(self.compared))
        fact.has_own_subject = bool(label) and self.last is None and not NEUTRAL.fullmatch(label)
        self.pending, self.last = [], fact
        self.has_run_facts = True
        return fact

    def _level(self, figure: Figure) -> None:
        label, was = self._label(), self.last
        joins = was is not None and was.role == "level" and not label and not self.total_word and not self.is_mean
        role = "mean" if self.is_mean else "level"
        fact = self._fact(figure, role)
        self.is_mean = False
        entries = self.series.entries
        if role == "mean":
            fact.label = label
            self._say(fact)
            return
        if entries and not label and not self.run_years and entries[-1].levels:
            before = entries[-1].levels[-1]
            joins = joins or (
                before.figure.unit == "户" and figure.unit == "人" and self.separator in ("、", ",")
                and before.run == self.run - 1 and not before.tail and len(entries[-1].levels) == 1
            )  # fmt: skip
        if joins and entries and entries[-1].levels:
            entries[-1].levels.append(fact)
            return
        self._own(fact, label)

    def _own(self, fact: Fact, label: str) -> None:
        entry = Entry(label, fact.start, self.run, self.separator, self.group, years=self.run_years or self.years)
        entry.period = self.period
        entry.levels.append(fact)
        entry.is_total, entry.total_word = bool(self.total_word), self.total_word
        entry.is_each = self.is_each
        self.total_word = ""
        self.series.entries.append(entry)

    def _say(self, fact: Fact) -> None:
        """Attach what is said to the entry it is said of; a text of its own makes an entry without a level."""
        entries = self.series.entries
        if fact.has_own_subject or not entries:
            entries.append(
                Entry(fact.label, fact.start, self.run, self.separator, self.group, years=self.run_years or self.years)
            )
        entries[-1].said.append(fact)

    def _divide(self) -> None:
        """From here on the entries are parts of what stands before."""
        self.group += 1
        self.group_run = self.run
        self.series.has_of_which = True
        if not self.series.entries:
            self.series.opens_with_of_which = True

    def _of_which(self, piece: Tree[Leaf]) -> None:
        self._divide()
        self.pending, self.last = [], None
        self._rest(piece.children[1:])

    def _total(self, piece: Tree[Leaf]) -> None:
        leaf = piece.children[0]
        if isinstance(leaf, Leaf):
            self.total_word = self.reader.token(leaf).text
        self.last = None if self.last is None or self.last.run != self.run else self.last
        self._rest(piece.children[1:])

    def _each(self, piece: Tree[Leaf]) -> None:
        self.is_each = True
        self._rest(piece.children[1:])

    def _mean(self, piece: Tree[Leaf]) -> None:
        self.is_mean = True
        leaf = piece.children[0]
        if isinstance(leaf, Leaf):
            self.pending.append(self.reader.token(leaf))
        self._rest(piece.children[1:])

    def _be(self, piece: Tree[Leaf]) -> None:
        rest = list(piece.children[1:])
        of = next((place for place, leaf in enumerate(rest) if isinstance(leaf, Leaf) and leaf.type == "OF"), None)
        if of is None:
            self._rest(rest)
            return
        base, figure = self._phrase(rest[:of])
        after = rest[of + 1] if of + 1 < len(rest) else None
        if isinstance(after, Leaf) and isinstance(part := self.reader.token(after).lexeme, Figure):
            self._say(self._fact(part, "of", base=base or "?", base_figure=figure))
            self._rest(rest[of + 2 :])
            return
        self._rest(rest)

    def _phrase(self, pieces: Sequence[Leaf | Tree[Leaf]]) -> tuple[str, Figure | None]:
        """Text and last figure of plain pieces."""
        words, figure = "", None
        for piece in pieces:
            if isinstance(piece, Tree):
                inner = [self.reader.token(leaf).lexeme for leaf in _leaves(piece)]
                held = [each for each in inner if isinstance(each, Figure) and each.kind == "quantity"]
                figure = held[0] if len(held) == 1 else figure
                continue
            token = self.reader.token(piece)
            if isinstance(token.lexeme, Figure):
                figure = token.lexeme
            words += token.text
        return words, figure

    def _share(self, piece: Tree[Leaf]) -> None:
        rest = list(piece.children[1:])
        for place, leaf in enumerate(rest):
            if not isinstance(leaf, Leaf) or leaf.type not in ("PERCENT", "RATIO"):
                continue
            part = self.reader.token(leaf).lexeme
            base, figure = self._phrase(rest[:place])
            if isinstance(part, Figure):
                opener = self.reader.token(piece.children[0]).text if isinstance(piece.children[0], Leaf) else ""
                if opener.startswith(("约", "大约")) and not part.approx:
                    part = replace(part, approx="about")
                self._say(self._fact(part, "share", base=self.base or base, base_figure=figure))
            self.base = ""
            self._rest(rest[place + 1 :])
            return
        self.base, _ = self._phrase(rest)
        for leaf in rest:
            if isinstance(leaf, Leaf) and isinstance(self.reader.token(leaf).lexeme, Figure):
                self.base = ""
                self._piece(leaf)
            elif isinstance(leaf, Tree):
                self._piece(leaf)

    def _compared(self, piece: Tree[Leaf]) -> None:
        """A comparison without a rise or fall: what stands in it is no level (比上年增收3.2亿元)."""
        words, _ = self._phrase(piece.children)
        self.compared = words
        for child in piece.children[1:]:
            if isinstance(child, Tree):
                self._piece(child)
                continue
            token = self.reader.token(child)
            if isinstance(token.lexeme, Figure) and (step := _STEP.search(words)):
                fact = self._fact(token.lexeme, "change", direction=1 if step["up"] else -1, compared=words)
                fact.has_own_subject = False
                self._say(fact)

    def _change(self, piece: Tree[Leaf]) -> None:
        rest = list(piece.children)
        compared, previous = self.compared, None
        if isinstance(rest[0], Tree) and rest[0].data == "compared":
            against = rest.pop(0).children  # type: ignore[union-attr]
            compared, previous = self._phrase(against)
            for bracket in [piece for piece in against if isinstance(piece, Tree) and previous is None]:
                self._piece(bracket)
        step = rest.pop(0)
        if not isinstance(step, Tree) or not rest:
            return
        direction = 1 if isinstance(step.children[0], Leaf) and step.children[0].type == "UP" else -1
        first = rest.pop(0)
        figure = self.reader.token(first).lexeme if isinstance(first, Leaf) else None
        if isinstance(figure, Figure):
            if not compared and isinstance(step.children[0], Leaf):
                compared = self.reader.token(step.children[0]).text
            self._say(self._fact(figure, "change", direction=direction, compared=compared, base_figure=previous))
        elif isinstance(first, Leaf | Tree):
            self._piece(first)
        self._rest(rest)

    def _from(self, piece: Tree[Leaf]) -> None:
        self._rest(piece.children[1:])

    def _shift(self, piece: Tree[Leaf]) -> None:
        rest = list(piece.children)
        start: Figure | None = None
        years = ""
        if isinstance(rest[0], Tree) and rest[0].data == "from":
            first = rest.pop(0)
            years, start = self._phrase(first.children[1:] if isinstance(first, Tree) else [])
        move = rest.pop(0)
        kind = move.children[0].type if isinstance(move, Tree) and isinstance(move.children[0], Leaf) else ""
        direction = {"RISE_TO": 1, "FALL_TO": -1}.get(kind, 0)
        while rest and isinstance(leaf := rest[0], Leaf) and not isinstance(self.reader.token(leaf).lexeme, Figure):
            token = self.reader.token(leaf)
            rest.pop(0)
            if isinstance(token.lexeme, Date) and token.lexeme.years:
                self.run_years = self.years = token.lexeme.years
        if rest and isinstance(rest[0], Leaf) and isinstance(figure := self.reader.token(rest[0]).lexeme, Figure):
            self._say(self._fact(figure, "to", direction=direction, base_figure=start, base=years))
            rest.pop(0)
        self._rest(rest)

    def _aside(self, piece: Tree[Leaf]) -> None:
        inner = next((child for child in piece.children if isinstance(child, Tree) and child.data == "clauses"), None)
        if inner is None:
            return
        leaves = list(_leaves(inner))
        if not any(isinstance(self.reader.token(leaf).lexeme, Figure) for leaf in leaves):
            return
        parent = self.series.entries[-1] if self.series.entries and not self.pending else None
        span = (self.reader.token(leaves[0]).start, self.reader.token(leaves[-1]).end)
        series = self.reader.series(inner, parent, span)
        if parent is not None and parent.aside is None:
            parent.aside = series


def _leaves(tree: Tree[Leaf]) -> Iterator[Leaf]:
    for child in tree.children:
        if isinstance(child, Tree):
            yield from _leaves(child)
        else:
            yield child
