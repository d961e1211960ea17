"""Errors whose cause lies with the office: the run's status shows them to everybody who opens the pages.

Belongs here: their common form. Does not belong here: the errors, which stand where they are raised, or faults of ours,
which are told in English and reported.
"""

from __future__ import annotations


class ToldError(RuntimeError):
    """What is wrong, where, and what to do, in both languages; the English one is the error's text."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
