"""What people are told about runs: the status that dashboards show, files with problems, dead runs, and going back."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from pipelines.contracts import Text, load_contracts
from pipelines.gates.result import CheckResult, GateResult, summarise
from pipelines.held import NO_TEXT, held_problems
from pipelines.landing import landed_receipts, receipts
from pipelines.letters import OVERRIDE, FileNote, note_of, remarks
from pipelines.meaning.leads import LEADS_NAME
from pipelines.publishing.lease import is_held
from pipelines.publishing.manifest import Manifest
from pipelines.publishing.releases import rollback
from pipelines.publishing.status import (
    GateLine,
    LastRun,
    Lead,
    LeadPlace,
    ProblemFile,
    Status,
    read_status,
    write_status,
)
from pipelines.reading import FileLedger, bronze_folder, ledgers
from pipelines.reading.ledger import REJECTED_COLUMNS, REJECTED_NAME
from pipelines.reading.pool import READER_FAILED
from pipelines.settings import Settings

LISTED_LEADS = 50
COUNTS = ("row_in_count", "accepted_count", "rejected_count", "non_data_count")
NO_REJECTIONS = pl.DataFrame(
    schema={name: pl.Int32 if name in ("source_row", "source_column") else pl.String for name in REJECTED_COLUMNS}
)
STAGE_NAMES = {
    "start": Text(zh="准备", en="starting"),
    "land": Text(zh="接收文件", en="landing files"),
    "read": Text(zh="读取文件", en="reading files"),
    "door": Text(zh="入库检查", en="checks at the door"),
    "build": Text(zh="建模", en="building models"),
    "audit": Text(zh="审核", en="auditing"),
    "verify": Text(zh="复核", en="verifying the build"),
    "publish": Text(zh="发布", en="publishing"),
}


def new_run_id(now: datetime) -> str:
    """``YYYYMMDDTHHMMSSZ-<pid>-<random>``: sorts by time, never twice the same."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}-{uuid.uuid4().hex[:4]}"


def gate_line(gate: GateResult) -> GateLine:
    """One gate as the dashboard shows it, with at most 50 of its problems."""
    details = [check.model_dump() for check in gate.problems[:50]]
    return GateLine(
        name=gate.name, passed=not gate.is_blocking, state=gate.state, zh=gate.zh, en=gate.en, details=details
    )


def leftovers_gate(problems: Sequence[Text]) -> GateResult:
    """What a publication could not tidy up, as a warning beside the gates; nothing published depends on it."""
    checks = [
        CheckResult(
            check="removal",
            subject="marts",
            state="warned",
            examined_count=None,
            applied_count=None,
            failed_count=None,
            zh=problem.zh,
            en=problem.en,
        )
        for problem in problems
    ]
    return summarise("old_releases", "清理旧版本", "Removing old releases", checks)


def held_files(settings: Settings) -> list[ProblemFile]:
    """Files that nobody could place and that still wait for somebody, with the reason."""
    return [each for each in held_problems(settings) if each.closing is None]


def refused_files(settings: Settings) -> list[ProblemFile]:
    """Refused deliveries whose slot has no later accepted version."""
    return [
        ProblemFile(
            receipt_id=one.receipt_id,
            arrived_at=one.arrived_at,
            file_name=one.file_name,
            feed=one.feed,
            period=one.period,
            reason=one.reason or NO_TEXT,
            remedy=one.remedy or NO_TEXT,
            stopped_by=one.stopped_by,
        )
        for one in _newest_ledgers(settings)
        if one.verdict == "refused"
    ]


def _newest_ledgers(settings: Settings) -> list[FileLedger]:
    newest: dict[tuple[str, str], FileLedger] = {}
    for one in sorted(ledgers(settings), key=lambda ledger: ledger.version):
        newest[one.feed, one.period] = one
    return list(newest.values())


@dataclass(frozen=True)
class FileAccount:
    """One file's ledger with what stands beside it: whose file it is, whether it counts, its rejected cells.

    ``is_open``: the file counts, or its slot has no version that does, or it is a later version that was refused; then
    what is wrong with it waits for a correction. ``rejections`` has the columns of ``rejected.parquet``.
    """

    ledger: FileLedger
    department: Text
    title: Text
    headers: Mapping[str, str]
    is_open: bool
    rejections: pl.DataFrame

    @property
    def is_balanced(self) -> bool | None:
        """Rows in = accepted + rejected + non-data; None for a file that could not be read."""
        one = self.ledger
        if not one.row_in_count:
            return None
        return one.row_in_count == one.accepted_count + one.rejected_count + one.non_data_count

    def note(self) -> FileNote:
        """The file as a letter to its sender speaks of it."""
        one = self.ledger
        about = one.model_dump(include={"file_name", "period", "version", "verdict"} | set(COUNTS))
        about |= {
            "department_zh": self.department.zh,
            "feed_title_zh": self.title.zh,
            "arrived_at": one.arrived_at,
            "reason_zh": one.reason.zh if one.reason else None,
            "remedy_zh": one.remedy.zh if one.remedy else None,
        }
        controls = [
            control.model_dump() | {"source_row": control.row, "header": self.headers.get(control.field)}
            for control in one.controls
        ]
        # What the office decided by itself is no business of the sender, and names who decided.
        if any(warning.code == OVERRIDE for warning in one.warnings):
            controls = []
        return note_of(about, self.rejections, controls, remarks((each.code, each.zh) for each in one.warnings))


def file_accounts(
    settings: Settings, *, feed: str | None = None, period: str | None = None, file_name: str | None = None
) -> list[FileAccount]:
    """Every file read so far that fits (``file_name``: a part of the name), by feed, period and version.

    Raises ValueError for a feed that has no contract.
    """
    contracts = load_contracts(settings.contracts_dir)
    if feed is not None and feed not in contracts:
        raise ValueError(f"There is no feed {feed}. Known are: {', '.join(contracts)}.")
    every = [one for one in ledgers(settings) if one.feed in contracts]
    counting = _counting(every)
    folders = {receipt.receipt_id: bronze_folder(settings, receipt) for receipt in landed_receipts(settings)}
    found = []
    for one in every:
        wanted = (feed in (None, one.feed), period in (None, one.period), (file_name or "") in one.file_name)
        if not all(wanted):
            continue
        contract = contracts[one.feed]
        rejected = folders[one.receipt_id] / REJECTED_NAME
        found.append(
            FileAccount(
                ledger=one,
                department=contract.department,
                title=contract.title,
                headers={field.name: field.header for field in contract.fields},
                is_open=_waits(one, counting.get((one.feed, one.period))),
                rejections=pl.read_parquet(rejected) if rejected.is_file() else NO_REJECTIONS,
            )
        )
    return found


def unread_files(settings: Settings) -> list[FileLedger]:
    """The files that our reader failed on and whose slot has no later version that counts: they are read again."""
    every = ledgers(settings)
    counting = _counting(every)
    return [
        one for one in every if one.reason_code == READER_FAILED and _waits(one, counting.get((one.feed, one.period)))
    ]


def _counting(every: Sequence[FileLedger]) -> dict[tuple[str, str], FileLedger]:
    """The version of each slot that counts; ``every`` has the older versions first."""
    return {(one.feed, one.period): one for one in every if one.verdict not in ("refused", "same_rows")}


def _waits(ledger: FileLedger, counting: FileLedger | None) -> bool:
    """True when what is wrong with a file is still to be corrected; ``counting`` is its slot's version that counts."""
    if counting is None or counting.receipt_id == ledger.receipt_id:
        return True
    return ledger.verdict == "refused" and ledger.version > counting.version


def release_inputs(settings: Settings, manifest: Manifest) -> list[dict[str, str | None]]:
    """The files a release was made from, with name, feed and period from their receipts (None: receipt is gone)."""
    known = {receipt.receipt_id: receipt for receipt in receipts(settings)}
    listed: list[dict[str, str | None]] = []
    for one in manifest.inputs:
        receipt = known.get(one.receipt_id)
        about = {name: getattr(receipt, name, None) for name in ("department", "feed", "period", "file_name")}
        listed.append({"receipt_id": one.receipt_id, "sha256": one.sha256} | about)
    return sorted(listed, key=lambda row: (row["feed"] or "", row["period"] or "", row["receipt_id"] or ""))


def leads(settings: Settings, *, listed: int = LISTED_LEADS) -> list[Lead]:
    """The leads of each rule's newest period, with the first places as file and row; nothing personal."""
    path = settings.state_dir / LEADS_NAME
    if not path.is_file():
        return []
    names = {receipt.receipt_id: receipt.file_name for receipt in landed_receipts(settings)}
    found = pl.read_parquet(path)
    newest = found.filter(pl.col("period") == pl.col("period").max().over("rule"))
    summed = []
    for (rule, period), rows in newest.group_by("rule", "period", maintain_order=True):
        first = rows.row(0, named=True)
        places = [
            LeadPlace(
                file_name=names.get(row["first_receipt_id"], row["first_receipt_id"]),
                row=row["first_row"],
                other_file_name=names.get(row["second_receipt_id"]) if row["second_receipt_id"] else None,
                other_row=row["second_row"],
            )
            for row in rows.head(listed).iter_rows(named=True)
        ]
        about = {"zh": first["title_zh"], "en": first["title_en"]}
        summed.append(Lead(rule=str(rule), period=str(period), count=rows.height, places=places, **about))
    return summed


def current_status(settings: Settings, last_run: LastRun) -> Status:
    """The status to write after a run or a rollback."""
    every = held_problems(settings)
    return Status(
        last_run=last_run,
        held=[each for each in every if each.closing is None],
        refused=refused_files(settings),
        closed=[each for each in every if each.closing is not None],
        leads=leads(settings),
    )


def update_status(settings: Settings) -> None:
    """Bring the files of a standing status up to date after a steward's decision; the last run stays as it ended.

    While a run is going on nothing is written: it writes the status itself when it ends.
    """
    status = read_status(settings)
    if status is not None and not is_held(settings.state_dir):
        write_status(settings, current_status(settings, status.last_run))


def roll_back(settings: Settings, release_id: str) -> Manifest:
    """Point readers to another verified release and say so in the status.

    Raises ReleaseError when it is missing or damaged, LeaseHeldError while a run is going on; then nothing changes.
    """
    started_at = datetime.now(UTC)
    manifest = rollback(settings, release_id)
    last_run = LastRun(
        run_id=new_run_id(started_at),
        state="rolled_back",
        started_at=started_at,
        ended_at=datetime.now(UTC),
        stage="publish",
        message=Text(zh=f"已退回到 {release_id}", en=f"Rolled back to {release_id}."),
        gates=[],
        release_id=release_id,
        seconds={},
    )
    write_status(settings, current_status(settings, last_run))
    return manifest


def reap(settings: Settings) -> bool:
    """Mark a run as failed whose process died without saying so; True when there was one."""
    status = read_status(settings)
    if status is None or status.last_run.state != "running" or is_held(settings.state_dir):
        return False
    place = STAGE_NAMES[status.last_run.stage]
    message = Text(
        zh=f"运行在“{place.zh}”阶段意外中断，原发布版本保持不变，请重新运行",
        en=f"The run died while {place.en}; the standing release is unchanged. Run again.",
    )
    ended = status.last_run.model_copy(update={"state": "failed", "ended_at": datetime.now(UTC), "message": message})
    write_status(settings, status.model_copy(update={"last_run": ended}))
    return True
