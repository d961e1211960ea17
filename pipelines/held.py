"""Held files: which still wait for somebody, which a steward has dismissed, and which a later delivery has settled.

Belongs here: that question, answered from receipts, ledgers and decisions. Does not belong here: recognising files,
recording a dismissal (``pipelines.landing.dismissals``). No byte is ever deleted here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from pipelines.contracts import Contract, Text, load_contracts
from pipelines.landing import Receipt, receipts
from pipelines.landing.dismissals import Dismissal, dismissal_of, list_dismissals
from pipelines.landing.receipts import Likeness
from pipelines.publishing.status import Closing, ProblemFile
from pipelines.reading import FileLedger, ledgers
from pipelines.reading.likeness import hinted_period
from pipelines.settings import Settings

NO_TEXT = Text(zh="", en="")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Taken:
    """A delivery that was taken: its receipt and what was made of it."""

    receipt: Receipt
    ledger: FileLedger


def held_problems(settings: Settings) -> list[ProblemFile]:
    """Every held file by arrival; ``closing`` is None for those that still wait for somebody."""
    contracts = load_contracts(settings.contracts_dir)
    known = receipts(settings)
    judged = {each.receipt_id: each for each in ledgers(settings)}
    landed = [each for each in known if each.status == "landed"]
    taken = [
        Taken(each, judged[each.receipt_id])
        for each in landed
        if each.receipt_id in judged and judged[each.receipt_id].verdict != "refused"
    ]
    named = _feeds_by_name(landed)
    decisions = list_dismissals(settings)
    return [_problem(each, contracts, named, taken, decisions) for each in known if each.status == "held"]


def _problem(
    receipt: Receipt,
    contracts: Mapping[str, Contract],
    named: Mapping[str, set[str]],
    taken: Sequence[Taken],
    decisions: Sequence[Dismissal],
) -> ProblemFile:
    likeness = likeness_of(receipt, named)
    near = [contracts[feed] for feed in likeness.feeds if feed in contracts]
    closing, closed_by = _closed(receipt, likeness, taken, decisions)
    departments = {each.department.code for each in near}
    return ProblemFile(
        receipt_id=receipt.receipt_id,
        arrived_at=receipt.arrived_at,
        file_name=receipt.file_name,
        feed=receipt.feed or None,
        period=receipt.period or None,
        reason=receipt.reason or NO_TEXT,
        remedy=receipt.remedy or NO_TEXT,
        stored_path=receipt.stored_path,
        likely_feed=near[0].feed if near and len(departments) == 1 else None,
        likely_period=likeness.period,
        looks_like=_titles(near, likeness.period) if near else None,
        ask=likeness.ask,
        closing=closing,
        closed_by=closed_by,
    )


def _titles(near: Iterable[Contract], period: str | None) -> Text:
    found = list(near)
    zh, en = "、".join(f"《{each.title.zh}》" for each in found), ", ".join(each.title.en for each in found)
    return Text(zh=f"{zh}{period}", en=f"{en} {period}") if period else Text(zh=zh, en=en)


def likeness_of(receipt: Receipt, named: Mapping[str, set[str]]) -> Likeness:
    """What a held file looks like; one that could not be opened, by the name under which its feed always comes."""
    if receipt.likeness is not None and receipt.likeness.feeds:
        return receipt.likeness
    feeds = named.get(_pattern(receipt.file_name), set())
    about = receipt.likeness or Likeness()
    if len(feeds) != 1:
        return about
    return about.model_copy(update={"feeds": tuple(feeds), "period": hinted_period([receipt.file_name])})


def _feeds_by_name(landed: Iterable[Receipt]) -> dict[str, set[str]]:
    """Feeds by the pattern of the names under which they came; a name of digits alone says nothing."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in landed:
        if pattern := _pattern(each.file_name):
            found[pattern].add(each.feed)
    return found


def _pattern(file_name: str) -> str:
    """A name without its ending and digits, empty when less than two letters are left."""
    pattern = _DIGITS.sub("#", PurePath(file_name).stem)
    return pattern if sum(character.isalpha() for character in pattern) > 1 else ""


def _closed(
    receipt: Receipt, likeness: Likeness, taken: Sequence[Taken], decisions: Sequence[Dismissal]
) -> tuple[Closing | None, Text | None]:
    if (decision := dismissal_of(receipt, decisions)) is not None:
        when = f"{decision.decided_at:%Y-%m-%d}"
        return "dismissed", Text(
            zh=f"{decision.author}于{when}决定不予处理：{decision.reason}",
            en=f"Dismissed by {decision.author} on {when}: {decision.reason}",
        )
    if not likeness.feeds or likeness.period is None:
        return None, None
    later = [
        [one for one in taken if (one.receipt.feed, one.receipt.period) == (feed, likeness.period)
         and one.receipt.arrived_at > receipt.arrived_at]
        for feed in likeness.feeds
    ]  # fmt: skip
    if not all(later):
        return None, None
    names = list(dict.fromkeys(each[-1].receipt.file_name for each in later))
    return "settled", Text(
        zh=f"同一资料同一期间后来以“{'”“'.join(names)}”收到并采用",
        en=f"The same feed and period came later as {', '.join(names)} and was taken",
    )
