"""Text that an earlier program decoded wrongly and saved: UTF-8 taken for GBK or for a western encoding.

Belongs here: which cells are such text. Does not belong here: decoding a file, mending (the words are not certain).

A pattern that ordinary Chinese nearly never meets picks the suspects; each is then encoded back and must be strict
UTF-8 of at least two characters that are ordinary, while the words as they stand are not.
"""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

LOST = (
    r"^[?？]{2,}$|\x{fffd}|锟斤|斤拷|烫烫烫|屯屯屯|ï¿½|ï»¿|Ã[\x{80}-\x{bf}]|â€|[?？]{3,}|\p{Han}[?]{2,}|[?]{2,}\p{Han}"
)
FEWEST_CHARACTERS = 2
_WESTERN = r"[\u00e0-\u00ef][\u0080-\u00bf–—‘’‚“”„†‡•…‰‹›€™ŒœŠšŸŽžƒˆ˜]{2}"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_TO_LATIN = {ord(chr_): code for code in range(0x80, 0xA0) if (chr_ := bytes([code]).decode("cp1252", "ignore"))}


@lru_cache(maxsize=1)
def wrongly_decoded() -> str:
    """The pattern of suspects: characters whose GBK bytes are the beginning of a UTF-8 sequence and its middle."""
    leads, trails = [0xC3, *range(0xE2, 0xEA), 0xEF], range(0x80, 0xC0)
    first = "".join(_characters(leads, trails))
    second = "".join(_characters(trails, [*range(0x40, 0x7F), *leads]))
    return f"[{first}][{second}]|{_WESTERN}"


def suspicious() -> str:
    """The pattern of cells that are garbled for certain or may be."""
    return f"{LOST}|[?？]{{2}}|{wrongly_decoded()}"


def _characters(leads: list[int] | range, trails: list[int] | range) -> set[str]:
    pairs = (bytes([lead, trail]).decode("gbk", "ignore") for lead in leads for trail in trails)
    return {pair for pair in pairs if len(pair) == 1 and ord(pair) > 0x7F}


def garbled(column: pl.Series) -> pl.Series:
    """Which cells of a column of text hold garbled words; False for a blank cell.

    >>> garbled(pl.Series(["县财政局", "鍘胯储鏀垮眬", None])).to_list()
    [False, True, False]
    """
    suspects = column.str.contains(suspicious()).fill_null(value=False)
    if not suspects.any():
        return suspects
    cells = column.filter(suspects).unique()
    sure = cells.str.contains(LOST)
    rest = cells.filter(~sure)
    found = [*cells.filter(sure), *(cell for cell in rest if is_garbled(cell))]
    return suspects & column.is_in(pl.Series(found, dtype=pl.String)).fill_null(value=False)


def is_garbled(text: str) -> bool:
    """True when part of a text becomes ordinary words by undoing a wrong decoding."""
    return any(_undone(run) for run in _NOT_ASCII.findall(text)) or _is_undone(text, text.encode("gbk", "ignore"))


def _undone(run: str) -> bool:
    if len(run) < FEWEST_CHARACTERS:
        return False
    if max(run) < "\u2123" and min(run) >= "\x80":
        western = run.translate(_TO_LATIN)
        return max(western) <= "\xff" and _is_undone(run, western.encode("latin-1"))
    return _is_undone(run, run.encode("gbk", "replace"))


def _is_undone(run: str, raw: bytes) -> bool:
    """True when bytes read as UTF-8 are ordinary words for the most part; some were perhaps lost on the way."""
    words = "".join(_NOT_ASCII.findall(raw.decode("utf-8", "replace")))
    ordinary = sum(map(_is_ordinary, words))
    lost = words.count("\ufffd")
    others = len(words) - ordinary - lost
    if ordinary < FEWEST_CHARACTERS or ordinary < 2 * lost or ordinary < others:
        return False
    return not all(map(_is_ordinary, run))


@lru_cache(maxsize=20_000)
def _is_ordinary(character: str) -> bool:
    """True for ASCII, first-level hanzi of GB 2312, its punctuation and full-width letters."""
    pair = character.encode("gb2312", "ignore")
    return bool(pair) and (pair[0] < 0x80 or 0xA1 <= pair[0] <= 0xA3 or 0xB0 <= pair[0] <= 0xD7)
