"""The list of damages and the seat from which each is made: which table, which position, which dialect.

Belongs here: choosing what is damaged, the same for the same number and seed. Does not belong here: any damage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import gcd
from random import Random

from benchmarks.pollution.drafts import Dialect, Draft
from benchmarks.pollution.tables import MAKERS, Clean, clean_table
from benchmarks.pollution.truth import Case, Expected, Owed, Refusal, Truth

TABLE_SEEDS = 5


@dataclass(frozen=True)
class Seat:
    """One file to be made: the ``ordinal``-th of its damage in a suite with this seed."""

    damage: str
    ordinal: int
    seed: int
    suffix: str = ".csv"

    @cached_property
    def random(self) -> Random:
        """The file's own source of chance."""
        return Random(f"{self.seed}/{self.damage}/{self.ordinal}")

    def table(self, *names: str) -> Clean:
        """The tables (all, or those named) take turns, each with a few seeds."""
        of = names or tuple(MAKERS)
        turn = self.ordinal // len(of)
        return clean_table(of[self.ordinal % len(of)], self.seed * 100 + turn % TABLE_SEEDS)

    def place(self, height: int, width: int, tables: int = len(MAKERS)) -> tuple[int, int]:
        """Row and column: files of one table walk through every position before any comes again."""
        cells = height * width
        step = next(step for step in range(int(cells * 0.618) + 1, cells * 2 + 2) if gcd(step, cells) == 1)
        return divmod((self.ordinal // tables * step + self.seed) % cells, width)

    def dialect(self) -> Dialect:
        """Mostly commas and LF, as in real files."""
        delimiter = (",", ",", ",", ";", "\t")[self.ordinal % 5]
        return Dialect(delimiter=delimiter, line_end=("\n", "\r\n")[self.ordinal % 2])

    def case(
        self,
        made: Draft,
        *tables: Expected,
        recoverable: bool = False,
        owed: Owed = Owed.YES,
        refusal: Refusal = Refusal.NO,
        encoding: str = "utf-8",
    ) -> Case:
        """The draft as a file in an encoding; ``tables`` are the truth's tables."""
        raw = made.render().encode(encoding)
        mark = made.dialect.delimiter
        return self.raw_case(
            raw, made.clean.name, *tables, recoverable=recoverable, owed=owed, refusal=refusal, delimiter=mark
        )

    def raw_case(
        self,
        raw: bytes,
        table: str,
        *tables: Expected,
        variants: tuple[tuple[Expected, ...], ...] = (),
        recoverable: bool = False,
        owed: Owed = Owed.YES,
        refusal: Refusal = Refusal.NO,
        encoding: str = "utf-8",
        delimiter: str | None = None,
        by_value: bool = False,
        optional_sheets: frozenset[str] = frozenset(),
    ) -> Case:
        """A file of bytes with its truth; where all cells are words a doubt about the header is never a false alarm."""
        if table == "words" and owed is Owed.NO:
            owed = Owed.MAY
        truth = Truth(variants or (tables,), recoverable, owed, refusal, by_value, optional_sheets)
        name = f"{self.damage}-{self.ordinal:05d}-{table}-s{self.seed}{self.suffix}"
        return Case(name, self.damage, table, raw, truth, encoding, delimiter or self.dialect().delimiter)


Maker = Callable[[Seat], Case]


@dataclass(frozen=True)
class Damage:
    """A class of damage: how to make a file of it, and its share of the suite."""

    name: str
    make: Maker
    weight: int
    suffix: str


DAMAGES: dict[str, Damage] = {}


def damage(weight: int = 2, suffix: str = ".csv") -> Callable[[Maker], Maker]:
    """Enters the function in the list under its own name; ``weight`` is its share relative to the others."""

    def enter(make: Maker) -> Maker:
        name = make.__name__
        DAMAGES[name] = Damage(name, make, weight, suffix)
        return make

    return enter
