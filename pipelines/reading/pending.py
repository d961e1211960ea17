"""Reading what has landed: every receipt without a ledger goes through a worker, results appear by one rename.

Belongs here: order, comparison with earlier files, putting results in place. Does not belong here: parsing, judging.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.areas import build_areas
from pipelines.contracts import Contract, load_contracts
from pipelines.files import fsync_directory
from pipelines.landing.receipts import Receipt, landed_receipts
from pipelines.reading.ledger import LEDGER_NAME, FileLedger, read_ledger, write_ledger
from pipelines.reading.outputs import ACCEPTED_NAME, QUARANTINE_NAME, VAULT_NAME
from pipelines.reading.pool import Answer, Failure, WorkerPool, failure_texts
from pipelines.reading.volume import REJECTED_REMEDY, REMEDY, too_many_rejected, unlike_previous
from pipelines.settings import Settings

Progress = Callable[[int, int, str], None]


class JudgingError(RuntimeError):
    """Judging broke an invariant of ours; the file stays unread until the fault is corrected."""


@dataclass(frozen=True)
class BronzeInput:
    """The accepted rows that count for one feed and period."""

    receipt_id: str
    department: str
    feed: str
    period: str
    accepted_path: Path


def bronze_folder(settings: Settings, receipt: Receipt) -> Path:
    """Where the results of a landed file are, once it has been read."""
    return settings.bronze_dir / receipt.department / receipt.feed / receipt.period / receipt.sha256[:12]


def ledgers(settings: Settings) -> list[FileLedger]:
    """The ledger of every file read so far, by feed, period and version."""
    found = [
        read_ledger(folder)
        for receipt in landed_receipts(settings)
        if (folder := bronze_folder(settings, receipt)).joinpath(LEDGER_NAME).exists()
    ]
    return sorted(found, key=_order)


def _order(ledger: FileLedger | Receipt) -> tuple[str, str, int]:
    return ledger.feed, ledger.period, ledger.version


def read_pending(
    settings: Settings, progress: Progress | None = None, receipts: Sequence[Receipt] | None = None
) -> list[FileLedger]:
    """Read every landed file that has no ledger yet (or those of ``receipts``), oldest period of a feed first.

    ``progress`` is called with files done, files in all, and the name of the file just read. Raises KeyFileError
    without a usable pseudonym key.
    """
    contracts = load_contracts(settings.contracts_dir)
    landed = landed_receipts(settings) if receipts is None else receipts
    waiting = [each for each in landed if not bronze_folder(settings, each).joinpath(LEDGER_NAME).exists()]
    waiting = [each for each in waiting if each.feed in contracts]
    if not waiting:
        return []
    key = settings.read_key()
    if not settings.areas_file.exists():
        build_areas(settings)
    # The longest files first would balance the workers better, but a file is compared with the one before it.
    waiting.sort(key=_order)
    known = ledgers(settings)
    _sweep(settings)
    done: list[FileLedger] = []
    tasks = [_task(settings, each) for each in waiting]
    with WorkerPool(settings, key=key) as pool:
        for receipt, task, answer in zip(waiting, tasks, pool.run_all(tasks), strict=True):
            folder = Path(task["folder"])
            ledger = _settle(_to_ledger(receipt, contracts[receipt.feed], answer), known, contracts[receipt.feed])
            _put_in_place(settings, receipt, ledger, folder)
            known.append(ledger)
            done.append(ledger)
            if progress is not None:
                progress(len(done), len(waiting), receipt.file_name)
    return done


def _sweep(settings: Settings) -> None:
    """Remove half-written results of a run that was killed."""
    for folder in (settings.bronze_dir / ".reading").glob("*"):
        shutil.rmtree(folder)


def _task(settings: Settings, receipt: Receipt) -> dict[str, Any]:
    folder = settings.bronze_dir / ".reading" / receipt.receipt_id
    folder.mkdir(parents=True, mode=0o700)
    return {
        "task": "read",
        "path": str(settings.data_dir / receipt.stored_path),
        "file_name": receipt.file_name,
        "feed": receipt.feed,
        "period": receipt.period,
        "receipt_id": receipt.receipt_id,
        "folder": str(folder),
    }


def _to_ledger(receipt: Receipt, contract: Contract, answer: Answer) -> FileLedger:
    about = {
        "receipt_id": receipt.receipt_id,
        "department": receipt.department,
        "feed": receipt.feed,
        "period": receipt.period,
        "file_name": receipt.file_name,
        "arrived_at": receipt.arrived_at,
        "version": receipt.version,
        "contract_version": contract.fingerprint,
    }
    if isinstance(answer, Failure):
        if "ConservationError" in answer.place:
            raise JudgingError(
                f"{receipt.file_name}: rows or sums were not conserved while judging ({answer.place}); nothing was "
                "taken from this file. Report this with the program's version; it is no fault of the sender."
            )
        reason, remedy = failure_texts(answer)
        return FileLedger.model_validate(about | {"verdict": "refused", "reason": reason, "remedy": remedy})
    return FileLedger.model_validate(about | answer)


def _settle(ledger: FileLedger, known: list[FileLedger], contract: Contract) -> FileLedger:
    """The final verdict, given the files of the same feed that were read before."""
    if ledger.verdict == "refused":
        return ledger
    same_feed = [each for each in known if each.feed == ledger.feed and each.verdict.startswith("accepted")]
    slot = [each for each in same_feed if each.period == ledger.period and each.version < ledger.version]
    if slot and max(slot, key=_order).content_hash == ledger.content_hash:
        return ledger.model_copy(update={"verdict": "same_rows"})
    if reason := unlike_previous(ledger, None, contract):
        return ledger.refused(reason, REMEDY)
    if reason := too_many_rejected(ledger, contract):
        return ledger.refused(reason, REJECTED_REMEDY)
    previous = max((each for each in same_feed if each.period < ledger.period), key=_order, default=None)
    if reason := unlike_previous(ledger, previous, contract):
        return ledger.refused(reason, REMEDY)
    return ledger


def _put_in_place(settings: Settings, receipt: Receipt, ledger: FileLedger, folder: Path) -> None:
    """Vault first, then the bronze folder by one rename: a kill before it leaves the file unread."""
    clear, quarantine = folder / VAULT_NAME, folder / QUARANTINE_NAME
    name = f"{receipt.sha256[:12]}.parquet"
    if ledger.verdict in ("refused", "same_rows"):
        (folder / ACCEPTED_NAME).unlink(missing_ok=True)
        clear.unlink(missing_ok=True)
    for source, target in (
        (clear, settings.vault_dir / receipt.feed / receipt.period / name),
        (quarantine, settings.vault_dir / "quarantine" / receipt.feed / receipt.period / name),
    ):
        if source.exists():
            _private_folder(settings.vault_dir, target.parent)
            source.replace(target)
            fsync_directory(target.parent)
    write_ledger(folder, ledger)
    target = bronze_folder(settings, receipt)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    for result in folder.iterdir():
        result.chmod(0o644)
    fsync_directory(folder)
    folder.replace(target)
    fsync_directory(target.parent)


def _private_folder(vault: Path, folder: Path) -> None:
    """Make a folder inside the vault that only the owner may enter."""
    vault.mkdir(parents=True, mode=0o700, exist_ok=True)
    for each in (*reversed(folder.relative_to(vault).parents[:-1]), folder.relative_to(vault)):
        (vault / each).mkdir(mode=0o700, exist_ok=True)


def current_inputs(settings: Settings) -> list[BronzeInput]:
    """Per feed and period the newest version that was accepted, by feed and period."""
    newest: dict[tuple[str, str], BronzeInput] = {}
    for receipt in sorted(landed_receipts(settings), key=_order):
        folder = bronze_folder(settings, receipt)
        if (folder / ACCEPTED_NAME).exists():
            newest[receipt.feed, receipt.period] = BronzeInput(
                receipt.receipt_id, receipt.department, receipt.feed, receipt.period, folder / ACCEPTED_NAME
            )
    return list(newest.values())
