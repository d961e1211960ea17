"""What to ask a department about the files it sent: one Chinese text, ready to be pasted into a message.

Belongs here: wording and grouping, as pure functions of a ledger's rows. Does not belong here: reading ledgers or
releases, pages, the command line. Addresses, headers and totals go into a letter, values of cells never.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.reading.masking import shown_name

OVERRIDE = "override"  # the code of a warning that tells of a decision of the office
# Warnings that are no remark of a letter: what the office decided by itself is no business of the sender, and totals
# that do not fit are a point of their own with both figures, or were decided by the office.
NO_REMARKS = (OVERRIDE, "total_mismatch")
ADDRESSES_SHOWN = 10
# A total over so few records would tell what one person got.
ROWS_FOR_TOTALS = 10
VERDICTS_WITHOUT_USE = ("refused", "held")
WEEKDAYS = "一二三四五六日"
MARK = "模拟数据：其中的人、户和金额都是虚构的"
# Texts of refusals speak to the steward too: what is for the steward alone does not go to the sender.
OUR_FAULT = "这不是报送部门的问题"
FOR_THE_STEWARD = ("数据管理员", "合同", "报送部门", "--feed", "XIANQING_")
HELD_REMEDY = "请核对文件能否正常打开、列名是否齐全，并告知是哪一项资料、哪一期；有改动的请重新报送"
ANY_REMEDY = "请核对后重新报送"


@dataclass(frozen=True)
class Place:
    """Where in a file: sheet, row and column (from 1; None: the whole row or sheet) and the column's header."""

    sheet: str
    row: int | None
    column: int | None
    header: str


@dataclass(frozen=True)
class Finding:
    """One kind of problem of one file: what is wrong, what to do, how often, and the first addresses."""

    code: str
    reason: str
    remedy: str
    count: int
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Mismatch:
    """A total that the file states and that its rows do not give, in yuan."""

    row: int
    header: str
    stated: float
    computed: float


@dataclass(frozen=True)
class FileNote:
    """One file as a letter speaks of it; texts are Chinese. Counts are None when the file was never read.

    ``ask`` says of a held file what its sender should write where.
    """

    department: str
    file_name: str
    title: str
    period: str
    version: int | None
    arrived_on: dt.date | None
    verdict: str
    reason: str
    remedy: str
    row_in_count: int | None
    accepted_count: int | None
    rejected_count: int | None
    non_data_count: int | None
    findings: tuple[Finding, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    cautions: tuple[str, ...] = ()
    ask: str = ""

    @property
    def asks(self) -> bool:
        """True when the sender has something to do; a mere caution asks nothing, nor does a failure of ours."""
        if self.remedy.startswith(OUR_FAULT):
            return False
        return self.verdict in VERDICTS_WITHOUT_USE or bool(self.findings or self.mismatches)


def remarks(warnings: Iterable[tuple[str, str]]) -> list[str]:
    """The texts of a file's warnings (code and Chinese text) that its sender should read."""
    return [text for code, text in warnings if code not in NO_REMARKS]


def findings_of(rejections: pl.DataFrame) -> tuple[Finding, ...]:
    """Rejected cells of one file by kind, the most frequent first, each with its first addresses in file order.

    Needs the columns of the mart ``ops_rejection`` that say where, why and what to do.
    """
    place = ("source_sheet", "source_row", "source_column", "header")
    kinds = (
        rejections.sort("source_sheet", "source_row", "source_column", maintain_order=True)
        .group_by("reason_code", maintain_order=True)
        .agg(pl.first("reason_zh", "remedy_zh"), pl.len().alias("count"), pl.col(place).head(ADDRESSES_SHOWN))
        .sort("count", descending=True, maintain_order=True)
    )
    return tuple(
        Finding(
            kind["reason_code"],
            kind["reason_zh"] or kind["reason_code"],
            kind["remedy_zh"] or "",
            kind["count"],
            tuple(Place(s or "", r, c, h or "") for s, r, c, h in zip(*(kind[name] for name in place), strict=True)),
        )
        for kind in kinds.iter_rows(named=True)
    )


def note_of(
    delivery: Mapping[str, Any],
    rejections: pl.DataFrame,
    controls: Sequence[Mapping[str, Any]] = (),
    cautions: Sequence[str] = (),
) -> FileNote:
    """The note on one file from its rows, named as in the marts ops_delivery, ops_rejection and ops_control."""
    arrived = delivery.get("arrived_at")
    counts = ("row_in_count", "accepted_count", "rejected_count", "non_data_count")
    reason = delivery.get("reason_zh") or ""
    for one in controls:
        # A refusal may name a field of ours; its sender knows the column by its header.
        reason = reason.replace(one["field"], one.get("header") or one["field"])
    return FileNote(
        department=delivery.get("department_zh") or "",
        file_name=delivery["file_name"],
        title=delivery.get("feed_title_zh") or "",
        period=delivery.get("period") or "",
        version=delivery.get("version"),
        arrived_on=arrived.date() if isinstance(arrived, dt.datetime) else None,
        verdict=delivery["verdict"],
        reason=reason,
        remedy=delivery.get("remedy_zh") or "",
        **{name: delivery.get(name) for name in counts},
        findings=findings_of(rejections),
        mismatches=tuple(
            Mismatch(one["source_row"], one.get("header") or one["field"], float(one["stated"]), float(one["computed"]))
            for one in controls
            if not one["is_equal"]
        ),
        cautions=tuple(sorted(cautions)),  # a release and a ledger keep them in orders of their own
        ask=delivery.get("ask_zh") or "",
    )


def answer_by(today: dt.date, days: int) -> dt.date:
    """The day by which an answer is asked: ``days`` from today, moved from a weekend to the Monday after it.

    >>> answer_by(dt.date(2020, 12, 8), 5)
    datetime.date(2020, 12, 14)
    """
    day = today + dt.timedelta(days=days)
    return day + dt.timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day


def letter(
    department: str, notes: Sequence[FileNote], *, by: dt.date, contact: str = "", is_synthetic: bool = False
) -> str:
    """The text to one department about its files that need something; empty when none does.

    ``contact`` says whom to answer; without it the sender is asked to answer the message itself.
    """
    asking = [note for note in notes if note.asks]
    if not asking:
        return ""
    lines = [
        f"{department or '报送单位'}：",
        "您好！贵单位报送的下列资料已经收到，谢谢支持。核对时发现有需要更正的地方，请协助处理。",
    ]
    for note in asking:
        lines += ["", *_about(note)]
    is_any_held = any(note.verdict == "held" for note in asking)
    names = "文件名按上面的要求写，没有要求的沿用原名" if is_any_held else "文件名沿用原名即可"
    day = f"{day_text(by)}（星期{WEEKDAYS[by.weekday()]}）"
    lines += [
        "",
        f"请在{day}前更正，并按原来的渠道重新报送整份文件（不要只报改动的行），{names}。",
        f"有疑问请联系{contact}。" if contact else "有疑问请直接回复本消息。",
        "为保护个人信息，回复时请只写行号和列名，不要写姓名、证件号码等内容。谢谢！",
    ]
    return "\n".join([*lines, MARK] if is_synthetic else lines)


def _about(note: FileNote) -> list[str]:
    about = [note.title, period_text(note.period), f"第{note.version}次报送" if note.version else ""]
    about.append(f"{day_text(note.arrived_on)}收到" if note.arrived_on else "")
    known = "，".join(part for part in about if part)
    lines = [f"《{shown_name(note.file_name)}》" + (f"（{known}）" if known else "")]
    if note.row_in_count and note.verdict != "refused":
        lines.append(
            f"全文件{note.row_in_count}行：采用{note.accepted_count}行，退回{note.rejected_count}行，"
            f"标题、合计、空行等非数据行{note.non_data_count}行。"
        )
    if note.verdict in VERDICTS_WITHOUT_USE:
        state = "整份文件没有采用" if note.verdict == "refused" else "这份文件还不能采用"
        lines.append(f"{state}，原因：{_ended(note.reason)}")
        lines.append(f"请这样处理：{_ended(_request(note))}")
    number = 0
    for number, finding in enumerate(note.findings, start=1):
        rest = finding.count - len(finding.places)
        lines.append(f"{number}. {finding.reason.rstrip('。')}，共{finding.count}处。")
        lines += [f"   位置：{_places(finding.places)}" + (f"；另有{rest}处" if rest else "") + "。"]
        lines.append(f"   处理：{_ended(_to_sender(finding.remedy))}")
    if note.mismatches:
        lines += _totals(number + 1, note)
    # Of a file that is not used nothing can be said not to matter for its use.
    heed = "另请留意" if note.verdict in VERDICTS_WITHOUT_USE else "另请留意（不影响采用）"
    lines += [f"{heed}：{_ended(caution)}" for caution in note.cautions]
    return lines


def _request(note: FileNote) -> str:
    """What the sender of a file that is not used should do; of a held one above all what to write where."""
    if note.ask:
        return note.ask
    mine = _to_sender(note.remedy)
    return HELD_REMEDY if note.verdict == "held" and mine == ANY_REMEDY else mine


def _totals(number: int, note: FileNote) -> list[str]:
    records = (note.accepted_count or 0) + (note.rejected_count or 0)
    shown = [
        f"第{one.row}行“{shown_name(one.header)}”"
        + (f"写{one.stated:,.2f}元，各行相加{one.computed:,.2f}元" if records >= ROWS_FOR_TOTALS else "")
        for one in note.mismatches[:ADDRESSES_SHOWN]
    ]
    rest = len(note.mismatches) - len(shown)
    return [
        f"{number}. 文件自带的合计与各行之和不符，共{len(note.mismatches)}处。",
        f"   位置：{'；'.join(shown)}" + (f"；另有{rest}处" if rest else "") + "。",
        "   处理：请核对是合计有误，还是缺行、重行，更正后重新报送。",
    ]


def _places(places: Sequence[Place]) -> str:
    """Addresses with the rows of one column together: 表“Sheet1”F列（证件号码）第17、18行."""
    rows: dict[tuple[str, int | None, str], list[str]] = {}
    for place in places:
        where = (place.sheet, place.column, place.header)
        rows.setdefault(where, []).extend([] if place.row is None else [str(place.row)])
    parts = []
    for (sheet, column, header), numbers in rows.items():
        part = f"表“{shown_name(sheet)}”" if sheet else ""
        part += f"{column_letters(column)}列" if column else ""
        part += f"（{shown_name(header)}）" if header else ""
        part += f"第{'、'.join(numbers)}行" if numbers else ""
        parts.append(part or "整个文件")
    return "；".join(parts)


def column_letters(column: int | None) -> str:
    """The spreadsheet's letters of a column counted from 1, empty for none.

    >>> column_letters(6), column_letters(28)
    ('F', 'AB')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _to_sender(remedy: str) -> str:
    """A remedy without the parts that are the steward's business."""
    parts = re.split(r"(?<=[。；])", remedy.replace("请与报送部门核实", "请核实"))
    mine = "".join(part for part in parts if not any(word in part for word in FOR_THE_STEWARD))
    return mine.rstrip("；") or ANY_REMEDY


def _ended(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def day_text(day: dt.date) -> str:
    """A day as a letter writes it: 2020年12月8日."""
    return f"{day.year}年{day.month}月{day.day}日"


def period_text(period: str) -> str:
    """A month or a year as a letter writes it: 2020年12月."""
    year, _, month = period.partition("-")
    return f"{year}年{int(month)}月" if month else f"{year}年" if year else ""
