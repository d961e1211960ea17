"""``xianqing ledger``: where a file's rows and money went, and the text that asks its sender for a correction."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.common import AsJson, print_json, say, settings_of_process

if TYPE_CHECKING:
    from pipelines.publishing.status import ProblemFile
    from pipelines.reporting import FileAccount
    from pipelines.settings import Settings

PERIOD = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")
NOTHING = "—"


def ledger(
    feed: Annotated[str | None, typer.Option(help="Files of this feed only.")] = None,
    period: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Files of this period only.")] = None,
    file: Annotated[str | None, typer.Option(help="Files whose name contains this.")] = None,
    message: Annotated[
        bool, typer.Option("--message", help="Print what to ask each department, in Chinese, to be pasted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show where each file's rows and money went."""
    from pipelines.reporting import file_accounts, held_files

    if period is not None and PERIOD.fullmatch(period) is None:
        raise typer.BadParameter(f"{period} is no period. Write it like 2020-06.", param_hint="--period")
    settings = settings_of_process()
    accounts = file_accounts(settings, feed=feed, period=period, file_name=file)
    is_whole = feed is None and period is None
    held = [one for one in held_files(settings) if (file or "") in one.file_name] if is_whole else []
    if message:
        texts = _messages(settings, accounts, held, is_asked_for=file is not None)
        if as_json:
            print_json([{"department": name, "message": text} for name, text in texts])
        elif texts:
            say("\n\n".join(text for _, text in texts))
        else:
            say("No file needs anything from its sender.")
        return
    if as_json:
        print_json([_as_json(one) for one in accounts] + [_held_as_json(one) for one in held])
        return
    for one in accounts:
        _show(one)
    for problem in held:
        say(f"{problem.file_name}\n  held: {problem.reason.en} {problem.remedy.en}")
    if not accounts and not held:
        say("No file fits: `xianqing ledger` without options lists all of them.")


def _messages(
    settings: Settings, accounts: list[FileAccount], held: list[ProblemFile], *, is_asked_for: bool
) -> list[tuple[str, str]]:
    """Department and text, one each; files that a later version has replaced are left out unless asked for by name."""
    from pipelines.contracts import load_contracts
    from pipelines.letters import FileNote, answer_by, letter
    from pipelines.terms import COUNTRY, terms_of_project

    notes: dict[str, list[FileNote]] = {}
    for one in accounts:
        if one.is_open or is_asked_for:
            notes.setdefault(one.department.zh, []).append(one.note())
    departments = {name: each.department.zh for name, each in load_contracts(settings.contracts_dir).items()}
    for problem in held:
        notes.setdefault(departments.get(problem.likely_feed or "", ""), []).append(_held_note(problem))
    today = date.today()
    by = answer_by(today, settings.answer_days)
    wording = terms_of_project(settings.dbt_dir).wording("zh", today, COUNTRY)
    texts = {
        name: letter(
            wording.dated(name), of_one, by=by, contact=settings.contact, is_synthetic=settings.allow_synthetic
        )
        for name, of_one in notes.items()
    }
    return [(name, text) for name, text in texts.items() if text]


def _held_note(problem: ProblemFile) -> Any:
    from pipelines.letters import note_of
    from pipelines.reporting import NO_REJECTIONS

    about = {"file_name": problem.file_name, "verdict": "held", "arrived_at": problem.arrived_at}
    about |= {"reason_zh": problem.reason.zh, "remedy_zh": problem.remedy.zh}
    return note_of(about | {"ask_zh": problem.ask.zh if problem.ask else None}, NO_REJECTIONS)


def _as_json(one: FileAccount) -> dict[str, Any]:
    """The ledger as it is, with whose it is and the rejected cells by kind; nothing personal."""
    places = [
        {"code": kind.code, "count": kind.count, "places": [vars(place) for place in kind.places]}
        for kind in one.note().findings
    ]
    about = {
        "department_zh": one.department.zh,
        "department_en": one.department.en,
        "title_zh": one.title.zh,
        "title_en": one.title.en,
        "is_open": one.is_open,
        "is_balanced": one.is_balanced,
        "first_places": places,
    }
    return one.ledger.model_dump(mode="json") | about


def _held_as_json(one: ProblemFile) -> dict[str, Any]:
    return {"verdict": "held"} | one.model_dump(mode="json")


def _show(one: FileAccount) -> None:
    file = one.ledger
    technical = ", ".join(filter(None, (file.format, file.encoding))) or NOTHING
    say(
        f"{file.file_name}\n"
        f"  {one.department.en}, {file.feed} {file.period}, version {file.version}, "
        f"arrived {file.arrived_at:%Y-%m-%d %H:%M}, {technical}\n"
        f"  receipt    {file.receipt_id}"
    )
    replaced = "" if one.is_open else ", not in use: another version counts"
    reason = f": {file.reason.en} {file.remedy.en if file.remedy else ''}".rstrip() if file.reason else ""
    say(f"  {file.verdict}{replaced}{reason}")
    if file.stopped_by:
        checks = " ".join(f"--check {check}" for check in file.stopped_by)
        say(f"  if right   xianqing override {file.receipt_id} {checks} --author NAME --reason TEXT")
    if file.row_in_count:
        sign = "=" if one.is_balanced else "≠"
        say(
            f"  rows       {file.row_in_count:,} {sign} {file.accepted_count:,} accepted + {file.rejected_count:,} "
            f"rejected + {file.non_data_count:,} no data"
        )
    for amount in file.amounts:
        sign = "=" if amount.in_cny == amount.accepted_cny + amount.rejected_cny else "≠"
        unread = f"; {amount.unparsed_count:,} not readable" if amount.unparsed_count else ""
        say(
            f"  yuan       {one.headers.get(amount.field, amount.field)}: {amount.in_cny:,.2f} {sign} "
            f"{amount.accepted_cny:,.2f} accepted + {amount.rejected_cny:,.2f} rejected{unread}"
        )
    for control in file.controls:
        sign = "=" if control.is_equal else "≠"
        name = one.headers.get(control.field, control.field)
        say(f"  {control.kind:10} row {control.row}, {name}: {control.stated:,.2f} {sign} {control.computed:,.2f}")
    for code, count in file.reason_counts.items():
        say(f"  doubt      {code}: {count:,}")
    for warning in file.warnings:
        say(f"  warning    {warning.en}" + (f" (row {warning.row})" if warning.row else ""))
