"""What to write to a department about files that did not come: one Chinese text, ready to be pasted into a message.

Belongs here: the wording for what is missing. Does not belong here: what is due (the calendar), files that came and are
in doubt (``letters.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.letters import MARK, WEEKDAYS, day_text, period_text


@dataclass(frozen=True)
class Missing:
    """One delivery that was due and did not come: its Chinese title, its period and the day it was due."""

    title: str
    period: str
    due: dt.date | None


def reminder(
    department: str, missing: Sequence[Missing], *, by: dt.date, contact: str = "", is_synthetic: bool = False
) -> str:
    """The text to one department about what it has not sent yet, the oldest first; empty when nothing is missing."""
    if not missing:
        return ""
    ordered = sorted(missing, key=lambda one: (one.due or dt.date.max, one.title, one.period))
    day = f"{day_text(by)}（星期{WEEKDAYS[by.weekday()]}）"
    lines = [f"{department or '报送单位'}：", f"您好！贵单位应报送的下列{len(ordered)}份资料还没有收到：", ""]
    lines += [f"{number}. {_line(one)}" for number, one in enumerate(ordered, start=1)]
    lines += [
        "",
        f"请在{day}前按原来的渠道报送；已经报送的，请告知报送日期和文件名；当期没有发生的，也请报送只有表头的空表。",
        f"有疑问请联系{contact}。" if contact else "有疑问请直接回复本消息。谢谢！",
    ]
    return "\n".join([*lines, MARK] if is_synthetic else lines)


def _line(one: Missing) -> str:
    due = f"，应于{day_text(one.due)}前报送" if one.due else ""
    return f"{one.title}（{period_text(one.period)}）{due}"
