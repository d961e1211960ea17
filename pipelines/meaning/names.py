"""Names whose characters have several codes: folded for matching, kept as written (F13).

Belongs here: the table of variants and the folding of whole columns. Does not belong here: matching persons.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.contracts import Field
    from pipelines.reading.fields import JudgedField

# Characters that GB 18030-2000 put into the private use area, with the code that Unicode gave them afterwards.
_FROM_PRIVATE = {
    0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA,
    0xE864: 0x9FBB, 0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F,
    0xE855: 0x241FE, 0xE815: 0x2E81, 0xE819: 0x2E84, 0xE81A: 0x3473, 0xE81B: 0x3447, 0xE81C: 0x2E88, 0xE81D: 0x2E8B,
    0xE7C7: 0x1E3F, 0xE7C8: 0x01F9,
}  # fmt: skip
# Printed and registered forms of one character that stand side by side in registers, with the one they are folded to.
_VARIANTS = dict(zip("髙淸靑靜爲黃吳呂內兪幷溫姸峯囯囻珎昻羣", "高清青静为黄吴吕内俞并温妍峰国国珍昂群", strict=True))
_DOTS = dict.fromkeys((0x2022, 0x2027, 0x30FB, 0xFF65, 0xFF0E, 0x2024, 0x22C5, 0x2219), "·")
_SELECTORS = dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
_TABLE: dict[int, int | str | None] = {
    **_FROM_PRIVATE,
    **{ord(variant): plain for variant, plain in _VARIANTS.items()},
    **_DOTS,
    **_SELECTORS,
}
_PRIVATE = r"[\x{E000}-\x{F8FF}\x{F0000}-\x{FFFFD}\x{100000}-\x{10FFFD}]"
_COMPATIBLE = r"[\x{2E80}-\x{2FDF}\x{F900}-\x{FAFF}\x{2F800}-\x{2FA1F}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"
_LOST = r"[?？□〓\x{FFFD}]"
DOUBTFUL = f"{_PRIVATE}|{_COMPATIBLE}|{_LOST}|[{re.escape(''.join(_VARIANTS))}]"
NOT_PLAIN = f"{DOUBTFUL}|[{''.join(chr(code) for code in _DOTS)}]"


def is_name(field: Field) -> bool:
    """True for a person's name, which stays in the vault."""
    return field.type == "text" and field.personal == "direct" and field.name.endswith("_name")


def fold_name(name: str) -> str:
    """One spelling for all codes of a character: what names are compared by, never what is shown.

    >>> fold_name("吳髙")
    '吴高'
    """
    return unicodedata.normalize("NFKC", name.translate(_TABLE)).translate(_TABLE)


def fold_names(names: pl.Series) -> pl.Series:
    """A column of names, folded; null stays null."""
    odd = names.filter(names.str.contains(NOT_PLAIN).fill_null(value=False)).unique()
    if odd.is_empty():
        return names
    folded = pl.Series([fold_name(name) for name in odd], dtype=pl.String)
    return names.replace(odd, folded)


def count_doubtful(columns: Mapping[str, JudgedField]) -> int:
    """Names with a private, variant or lost character: matching them needs a second look."""
    return sum(int(one.value.str.contains(DOUBTFUL).sum()) for one in columns.values() if is_name(one.field))
