"""What one landing made of the files that came, counted for people.

Belongs here: the counts and the sentence. Does not belong here: landing itself, what single files are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.contracts import Text
from pipelines.landing.landing import LandResult

NOT_USED = {
    "refused": Text(zh="整份退回", en="refused"),
    "not_read": Text(zh="没有读成", en="that our reader failed on"),
    "same_rows": Text(zh="各行与在用的版本相同（没有采用）", en="with the same rows as the version in use (not used)"),
    "held": Text(zh="待认领", en="held"),
    "same_bytes": Text(zh="内容与另一份完全相同（只存一份）", en="the same bytes as another one (stored once)"),
    "incomplete": Text(zh="还在写入", en="still being written"),
}


@dataclass(frozen=True)
class Tally:
    """How many files came, and what became of them: the four parts add up to ``files``."""

    files: int
    landed: int
    held: int
    same_bytes: int
    incomplete: int


def tally(results: Sequence[LandResult]) -> Tally:
    """Count a landing; held bytes that came once more, or found their place under another name, were held once at most.

    Bytes of an older version that come back are a version of their own and count as landed.
    """
    outcomes = Counter(each.outcome for each in results)
    landed = {each.receipt.sha256 for each in results if each.outcome == "landed" and each.receipt}
    held = {each.receipt.sha256 for each in results if each.outcome == "held" and each.receipt} - landed
    repeated = outcomes["duplicate"] + outcomes["held"] - len(held)
    return Tally(len(results), outcomes["landed"], len(held), repeated, outcomes["incomplete"])


def told(results: Sequence[LandResult], verdicts: Mapping[str, str]) -> Text | None:
    """One sentence on the files that came, by what was made of them; None when none came.

    ``verdicts`` are those of the ledgers, by receipt; ``not_read`` where our own reader failed.
    """
    if not results:
        return None
    counts = tally(results)
    read = [verdicts.get(each.receipt.receipt_id) for each in results if each.outcome == "landed" and each.receipt]
    found = Counter(one for one in read if one in NOT_USED)
    found.update(held=counts.held, same_bytes=counts.same_bytes, incomplete=counts.incomplete)
    taken = len(read) - found["refused"] - found["not_read"] - found["same_rows"]
    parts_zh, parts_en = [f"{taken} 份采用"], [f"{taken} taken in"]
    for name, text in NOT_USED.items():
        if found[name]:
            parts_zh.append(f"{found[name]} 份{text.zh}")
            parts_en.append(f"{found[name]} {text.en}")
    came = "1 file came" if counts.files == 1 else f"{counts.files} files came"
    return Text(zh=f"收到 {counts.files} 份文件：{'，'.join(parts_zh)}", en=f"{came}: {', '.join(parts_en)}")
