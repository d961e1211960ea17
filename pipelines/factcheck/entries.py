"""What the checks work on: facts (a figure in its role), entries (a subject with its figures), series of entries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipelines.factcheck.figures import Figure
from pipelines.factcheck.tokens import Sentence

NEUTRAL = re.compile(
    r"(?:按?可比(?:价格?|口径)?(?:计算)?|按?同口径(?:相比|比较|计算)?|按不变价(?:格)?(?:计算)?|实际|名义|同比|环比|分别|平均|年均|累计|继续|自然口径|剔除\w*|"
    r"扣除\w*因素\w*|又|再|约|共|也|均|将|已|就|还|其|并|且|仅|只|总体|整体|总量|占比|比重|所占|同期|增速|增幅|增速为|增幅为|较上年同期|上年|相比|绝对额|预计|[一二两三四五六七八九十\d]+年(?:来|间)?|年|了|和|及|或|与|即|达|为|是|,)*"
)
REAL = re.compile(r"可比|不变价|同口径|实际|剔除|扣除")
LEVEL_KINDS = frozenset(("quantity", "number"))


@dataclass
class Fact:
    """One figure in its role.

    ``role``: level, rate, share, change, from, to, of, mean. ``label`` is the text before it, ``tail`` the text after;
    ``base`` names what a share is a share of, ``compared`` what a change is measured against.
    """

    figure: Figure
    role: str
    label: str
    start: int
    run: int
    direction: int = 0
    tail: str = ""
    base: str = ""
    base_figure: Figure | None = None
    compared: str = ""
    years: tuple[int, ...] = ()
    is_each: bool = False
    is_real: bool = False
    has_own_subject: bool = False


@dataclass
class Entry:
    """A subject with its figures: several when they stand side by side (户 and 人), and what is said of them."""

    label: str
    start: int
    run: int
    separator: str
    group: int
    levels: list[Fact] = field(default_factory=list)
    said: list[Fact] = field(default_factory=list)
    is_total: bool = False
    total_word: str = ""
    is_each: bool = False
    years: tuple[int, ...] = ()
    period: str = ""
    aside: Series | None = None

    @property
    def end(self) -> int:
        """Where the last figure of the entry ends."""
        ends = [fact.figure.end for fact in (*self.levels, *self.said)]
        return max(ends) if ends else self.start

    def of_unit(self, unit: str) -> Fact | None:
        """The level in a unit."""
        return next((fact for fact in self.levels if fact.figure.unit == unit), None)

    @property
    def words(self) -> str:
        """Label and the texts after the figures: all that names the subject."""
        return self.label + "".join(fact.tail for fact in self.levels)


@dataclass
class Series:
    """The entries of a sentence, or of a bracket in it (``parent`` is the entry before the bracket)."""

    entries: list[Entry]
    sentence: Sentence
    index: int
    parent: Entry | None = None
    plain_runs: list[str] = field(default_factory=list)
    text: str = ""
    has_of_which: bool = False
    opens_with_of_which: bool = False
    loose_groups: set[int] = field(default_factory=set)
    span: tuple[int, int] = (0, 0)
