"""Sums over a judged table: amounts, control totals, warnings, the content hash, and that nothing was lost.

Belongs here: what is counted or summed over all rows. Does not belong here: judging single rows.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal

import polars as pl

from pipelines.contracts import Contract
from pipelines.reading.fields import judge_field
from pipelines.reading.headers import HeaderMatch
from pipelines.reading.places import period_end
from pipelines.reading.tables import Column, Table
from pipelines.reading.verdicts import Judged

EXPLAINS = 2  # a lost amount may be twice the largest that was read, not more


class ConservationError(RuntimeError):
    """Rows or money went missing between file and result: a fault of ours, never the sender's."""


def _sum(value: pl.Series) -> Decimal:
    total = value.cast(pl.Decimal(38, 2)).sum()
    return Decimal(total if total is not None else 0)


def amounts(judged: Judged, contract: Contract) -> list[dict[str, object]]:
    """The sum of each money field in, accepted and rejected, in yuan."""
    found: list[dict[str, object]] = []
    for each in contract.fields:
        if not each.amount:
            continue
        column = judged.columns[each.name]
        unparsed = int((column.text.is_not_null() & column.value.is_null()).sum()) + len(judged.broken)
        found.append(
            {
                "field": each.name,
                "in_cny": _sum(column.value),
                "accepted_cny": _sum(column.value.filter(judged.is_accepted)),
                "rejected_cny": _sum(column.value.filter(~judged.is_accepted)),
                "unparsed_count": unparsed,
            }
        )
    return found


def controls(
    judged: Judged,
    contract: Contract,
    match: HeaderMatch,
    totals: dict[int, dict[str, str | None]],
    all_rows: pl.Series,
) -> list[dict[str, object]]:
    """Totals that the file states, each against the sum of the records that it stands for.

    Rows that were rejected as repeated may or may not be in a total.
    """
    found: list[dict[str, object]] = []
    repeated = pl.Series([False] * len(judged.rows), dtype=pl.Boolean)
    lines = judged.problems.filter(pl.col("code") == "duplicate_key")["line"].unique()
    repeated = repeated.scatter(lines, values=True) if len(lines) else repeated
    stated_totals = [
        (int(all_rows[line]), any(text and ("小计" in text or "本页" in text) for text in texts.values()))
        for line, texts in sorted(totals.items())
    ]
    for texts, (row, is_subtotal) in zip((totals[line] for line in sorted(totals)), stated_totals, strict=True):
        covered = _covered(judged.rows, stated_totals, row, is_subtotal=is_subtotal)
        for each in contract.fields:
            stated_text = texts.get(each.name)
            if not each.amount or stated_text is None:
                continue
            column = Column(pl.Series([stated_text], dtype=pl.String))
            unit = match.units.get(each.name, each.unit)
            parsed = judge_field(
                each, column, unit=unit, code_lists={}, latest=period_end("2099-12"), allow_synthetic=True
            ).value
            if parsed[0] is None:
                continue
            computed = _sum(judged.columns[each.name].value.filter(covered))
            once = _sum(judged.columns[each.name].value.filter(covered & ~repeated))
            computed = once if once == parsed[0] else computed
            found.append(
                {
                    "kind": "subtotal" if is_subtotal else "total",
                    "field": each.name,
                    "stated": parsed[0],
                    "computed": computed,
                    "is_equal": parsed[0] == computed,
                    "is_explained": _is_explained(judged, each.name, covered, abs(parsed[0] - computed)),
                    "row": row,
                }
            )
    return found


def _is_explained(judged: Judged, name: str, covered: pl.Series, difference: Decimal) -> bool:
    """True when amounts that were rejected themselves, or stood in broken rows, can make up a difference."""
    column = judged.columns[name]
    doubtful = int((column.problem.is_not_null() & covered).sum()) + len(judged.broken)
    largest = column.value.abs().max()
    return doubtful > 0 and difference <= doubtful * EXPLAINS * Decimal(str(largest or 0))


def _covered(rows: pl.Series, totals: list[tuple[int, bool]], row: int, *, is_subtotal: bool) -> pl.Series:
    """Which records a total stands for: all above it, of a sub-total those since the last total.

    A total stands for the records below it, until the next total of its rank, when it has no record above, or when
    the file states its totals of this rank first: none above the first of them, some below the last.
    """
    same_rank = [each for each, is_sub in totals if is_sub == is_subtotal]
    states_first = not (rows < same_rank[0]).any() and (rows > same_rank[-1]).any()
    if states_first or not (rows < row).any():
        ends = [each for each, is_sub in totals if each > row and (is_subtotal or not is_sub)]
        below = rows > row
        return below & (rows < min(ends)) if ends else below
    if is_subtotal:
        return (rows < row) & (rows > max((each for each, _ in totals if each < row), default=0))
    return rows < row


def warnings(judged: Judged, table: Table, match: HeaderMatch) -> list[dict[str, object]]:
    """What is worth a look and rejected nothing."""
    found: list[dict[str, object]] = []

    def warn(code: str, count: int, zh: str, en: str, row: int | None = None) -> None:
        found.append({"code": code, "count": count, "zh": zh, "en": en, "row": row})

    if match.unknown:
        listed = "、".join(match.unknown.values())
        warn(
            "unknown_column",
            len(match.unknown),
            f"合同中没有的列，未读入：{listed}",
            f"columns that the contract does not know, not loaded: {listed}",
            table.header_row,
        )
    unknown = sum(
        int(column.is_unknown_area.sum()) for column in judged.columns.values() if column.is_unknown_area is not None
    )
    if unknown:
        warn("unknown_identity_area", unknown, "证件号码的地区段不常见", "identity numbers of an unknown issuing area")
    unequal = [control for control in judged.controls if not control["is_equal"]]
    if unequal:
        warn(
            "total_mismatch",
            len(unequal),
            "文件自带的合计与各行之和不符",
            "a total stated in the file differs from the sum of its rows",
            int(str(unequal[0]["row"])),
        )
    if len(judged.rows) == 1:
        warn("single_row", 1, "文件只有一行数据", "the file has a single data row")
    for zh, en, row in table.notes:
        warn("note", 1, zh, en, row)
    return found


def content_hash(judged: Judged, contract: Contract) -> str:
    """Changes when a typed value of an accepted row, or anything of a rejected one, or the contract changes.

    Not when the file is merely saved again: neither addresses nor the spelling of accepted values count.
    """
    digest = hashlib.sha256(contract.fingerprint.encode())

    def add(name: str, series: pl.Series) -> None:
        digest.update(name.encode() + b"\x1e")
        if len(series):
            joined = series.cast(pl.String).fill_null("\0").str.join("\x1f")
            digest.update(joined.to_arrow()[0].as_buffer())
        digest.update(b"\x1d")

    add("is_accepted", judged.is_accepted)
    for each in contract.fields:
        column = judged.columns[each.name]
        add(each.name, column.value.filter(judged.is_accepted))
        add("rejected value", column.value.filter(~judged.is_accepted))
        add("rejected text", column.text.filter(~judged.is_accepted))
        add("problem", column.problem.filter(~judged.is_accepted))
    for broken in judged.broken:
        digest.update(broken.text.encode() + b"\x1c")
    return digest.hexdigest()


def check_conservation(judged: Judged) -> None:
    """Raise ConservationError when rows or money do not add up."""
    out = judged.accepted_count + judged.rejected_count + judged.non_data_count
    if judged.row_in_count != out:
        raise ConservationError(f"{judged.row_in_count} rows came in, {out} are accounted for")
    for amount in judged.amounts:
        if amount["in_cny"] != Decimal(str(amount["accepted_cny"])) + Decimal(str(amount["rejected_cny"])):
            raise ConservationError(f"the sum of {amount['field']} is not conserved")
