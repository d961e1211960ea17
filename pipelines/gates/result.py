"""The result of a gate: a failed check, a crashed check and a check without rows are three different things."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

CheckState = Literal["passed", "warned", "failed", "error", "no_data"]
SEVERITY: tuple[CheckState, ...] = ("no_data", "passed", "warned", "failed", "error")


class GateModel(BaseModel):
    """Frozen and strict."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckResult(GateModel):
    """One check: rows it examined, rows to which its condition applied, rows that broke it.

    None in place of a number: not counted, because the check's own engine does not say.
    """

    check: str
    subject: str
    state: CheckState
    examined_count: int | None
    applied_count: int | None
    failed_count: int | None
    zh: str = ""
    en: str = ""


class GateResult(GateModel):
    """One gate over all its checks."""

    name: str
    state: CheckState
    zh: str
    en: str
    checks: list[CheckResult]

    @property
    def is_blocking(self) -> bool:
        """True when nothing may be published."""
        return self.state in ("failed", "error")

    @property
    def problems(self) -> list[CheckResult]:
        """The checks that did not pass."""
        return [check for check in self.checks if check.state in ("warned", "failed", "error")]


def worst(states: list[CheckState]) -> CheckState:
    """The most severe state; without any check there was no data."""
    return max(states, key=SEVERITY.index, default="no_data")


def judge(  # noqa: PLR0917 -- the counts in the order in which they shrink
    check: str, subject: str, due: int, examined: int, applied: int, failed: int, zh: str = "", en: str = ""
) -> CheckResult:
    """The state that follows from the counts.

    Rows due but none examined is an error; none due, or none to which the condition applied, is no data.
    """
    if due > 0 and examined == 0:
        state: CheckState = "error"
        zh = f"应检查 {due} 行，实际检查 0 行"
        en = f"{due} rows were due and none was examined"
    elif failed:
        state = "failed"
    else:
        state = "passed" if due and applied else "no_data"
    is_fine = state in ("passed", "no_data")
    return CheckResult(
        check=check,
        subject=subject,
        state=state,
        examined_count=examined,
        applied_count=applied,
        failed_count=failed,
        zh="" if is_fine else zh,
        en="" if is_fine else en,
    )


def summarise(name: str, title_zh: str, title_en: str, checks: list[CheckResult]) -> GateResult:
    """A gate from its checks, with one sentence in each language that says what is wrong."""
    state = worst([check.state for check in checks])
    problems = [check for check in checks if check.state == state] if state in ("warned", "failed", "error") else []
    shown_zh = "；".join(f"{check.subject} {check.check}：{check.zh}".rstrip("：") for check in problems[:3])
    shown_en = "; ".join(f"{check.subject} {check.check}: {check.en}".rstrip(": ") for check in problems[:3])
    examined = sum(check.examined_count or 0 for check in checks)
    verdicts = {
        "passed": (
            f"通过：{len(checks)} 项检查，共检查 {examined:,} 行",
            f"passed: {len(checks)} checks, {examined:,} rows",
        ),
        "no_data": ("没有应检查的数据", "no rows were due"),
        "warned": (f"有提示（{len(problems)} 项）：{shown_zh}", f"{len(problems)} warnings: {shown_en}"),
        "failed": (f"未通过（{len(problems)} 项）：{shown_zh}", f"{len(problems)} checks failed: {shown_en}"),
        "error": (
            f"检查本身出错（{len(problems)} 项）：{shown_zh}",
            f"{len(problems)} checks could not run: {shown_en}",
        ),
    }
    zh, en = verdicts[state]
    return GateResult(name=name, state=state, zh=f"{title_zh}：{zh}", en=f"{title_en}: {en}", checks=checks)
