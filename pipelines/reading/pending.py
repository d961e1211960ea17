"""Reading what has landed: every receipt without results of today's rules goes through a worker, then one rename.

Belongs here: which files wait, putting results in place, which version counts. Does not belong here: parsing, judging.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.areas import build_areas
from pipelines.contracts import Contract, load_contracts
from pipelines.contracts.model import code_list_bytes
from pipelines.files import fsync_directory, remove
from pipelines.landing.private import make_private, private_folder
from pipelines.landing.receipts import Receipt, landed_receipts
from pipelines.meaning.overrides import list_overrides, waived_checks
from pipelines.meaning.profile import PROFILE_NAME
from pipelines.meaning.thresholds import load_thresholds
from pipelines.reading.ledger import (
    ACCEPTED_NAME,
    LEDGER_NAME,
    QUARANTINE_NAME,
    VAULT_NAME,
    FileLedger,
    read_ledger,
    write_ledger,
)
from pipelines.reading.pool import READ_AGAIN, READER_FAILED, Answer, Failure, WorkerPool, failure_texts
from pipelines.reading.settled import bronze_folder, ledgers, version_name
from pipelines.reading.volume import stopped_by_itself
from pipelines.settings import Settings

Progress = Callable[[int, int, str], None]
PROFILE_VERSION = 1  # a new form of profiles has every file read again


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


def rules_hash(settings: Settings) -> str:
    """Changes with the division table, the code lists, the choice of synthetic identities, the thresholds that judge
    rows and the form of profiles; not by a mere rebuild of the table.
    """
    digest = hashlib.sha256(code_list_bytes())
    digest.update(pl.read_parquet(settings.areas_file).sort(pl.all()).write_csv().encode())
    digest.update(str(settings.allow_synthetic).encode())
    oldest = load_thresholds(settings.contracts_dir).row_rules
    digest.update(f"{PROFILE_VERSION} {oldest}".encode())
    return digest.hexdigest()[:16]


def _is_waiting(
    settings: Settings, receipt: Receipt, contract: Contract, rules: str, waived: Collection[str] = ()
) -> bool:
    """True for a file without results, with results of other rules, whose reader failed the last time, or whose rows
    were not kept because of a check that a steward has waived since.
    """
    folder = bronze_folder(settings, receipt)
    if not (folder / LEDGER_NAME).exists():
        return True
    ledger = read_ledger(folder)
    is_incomplete = ledger.verdict != "refused" and not (
        (folder / ACCEPTED_NAME).exists() and (folder / PROFILE_NAME).exists()
    )
    is_outdated = (ledger.contract_version, ledger.rules_hash) != (contract.fingerprint, rules)
    is_let_pass = ledger.reason_code in waived and not (folder / ACCEPTED_NAME).exists()
    return is_incomplete or is_outdated or ledger.reason_code == READER_FAILED or is_let_pass


def read_pending(
    settings: Settings, progress: Progress | None = None, receipts: Sequence[Receipt] | None = None
) -> list[FileLedger]:
    """Read every landed file (or those of ``receipts``) that has no results of today's contract, areas and code lists.

    Files whose reader failed are tried once more. Returns the ledgers of the files read, oldest period of a feed
    first. ``progress`` is called with files done, files in all, and the name of the file just read. Raises
    KeyFileError without a usable pseudonym key.
    """
    contracts = load_contracts(settings.contracts_dir)
    landed = landed_receipts(settings) if receipts is None else receipts
    landed = [each for each in landed if each.feed in contracts]
    if not landed:
        return []
    if not settings.areas_file.exists():
        build_areas(settings)
    rules = rules_hash(settings)
    waived = waived_checks(list_overrides(settings))
    waiting = [
        each
        for each in landed
        if _is_waiting(settings, each, contracts[each.feed], rules, waived.get(each.receipt_id, ()))
    ]
    if not waiting:
        return []
    key = settings.read_key()
    waiting.sort(key=lambda each: (each.feed, each.period, each.version))
    _sweep(settings)
    done: set[str] = set()
    tasks = [_task(settings, each) for each in waiting]
    with WorkerPool(settings, key=key) as pool:
        for receipt, task, answer in zip(waiting, tasks, pool.run_all(tasks), strict=True):
            ledger = _to_ledger(receipt, contracts[receipt.feed], rules, answer)
            passing = waived.get(receipt.receipt_id, ())
            ledger = stopped_by_itself(ledger, contracts[receipt.feed], passing)
            if isinstance(answer, Failure):  # what it wrote before it ended may be half a table
                for leftover in Path(task["folder"]).iterdir():
                    remove(leftover)
            _put_in_place(settings, receipt, ledger, Path(task["folder"]))
            done.add(receipt.receipt_id)
            if progress is not None:
                progress(len(done), len(waiting), receipt.file_name)
    return [ledger for ledger in ledgers(settings) if ledger.receipt_id in done]


def _sweep(settings: Settings) -> None:
    """Remove half-written results of a run that was killed."""
    for folder in (settings.bronze_dir / ".reading").glob("*"):
        shutil.rmtree(folder)


def _task(settings: Settings, receipt: Receipt) -> dict[str, Any]:
    folder = settings.bronze_dir / ".reading" / receipt.receipt_id
    private_folder(settings.bronze_dir, folder)
    oldest = load_thresholds(settings.contracts_dir).of("oldest_age", receipt.period, receipt.feed)
    return {
        "task": "read",
        "path": str(settings.data_dir / receipt.stored_path),
        "file_name": receipt.file_name,
        "feed": receipt.feed,
        "period": receipt.period,
        "receipt_id": receipt.receipt_id,
        "folder": str(folder),
        "limits": {"oldest_age_years": int(oldest["years"])} if oldest else {},
    }


def _to_ledger(receipt: Receipt, contract: Contract, rules: str, answer: Answer) -> FileLedger:
    about = {
        "receipt_id": receipt.receipt_id,
        "department": receipt.department,
        "feed": receipt.feed,
        "period": receipt.period,
        "file_name": receipt.file_name,
        "arrived_at": receipt.arrived_at,
        "version": receipt.version,
        "stated_row_count": receipt.stated_row_count,
        "contract_version": contract.fingerprint,
        "rules_hash": rules,
    }
    if isinstance(answer, Failure):
        if "ConservationError" in answer.place:
            raise JudgingError(
                f"{receipt.file_name}: rows or sums were not conserved while judging ({answer.place}); nothing was "
                "taken from this file. Report this with the program's version; it is no fault of the sender."
            )
        reason, remedy = failure_texts(answer, READ_AGAIN)
        refusal = {"verdict": "refused", "reason": reason, "remedy": remedy, "reason_code": READER_FAILED}
        return FileLedger.model_validate(about | refusal)
    return FileLedger.model_validate(about | answer)


def _put_in_place(settings: Settings, receipt: Receipt, ledger: FileLedger, folder: Path) -> None:
    """Vault first, then the bronze folder by rename: a kill before it leaves the file unread.

    Results of an earlier reading are renamed away, then deleted. What comparison with other files may stop keeps its
    accepted rows, since those files may still change.
    """
    clear, quarantine = folder / VAULT_NAME, folder / QUARANTINE_NAME
    name = f"{version_name(receipt)}.parquet"
    if ledger.verdict == "refused":
        (folder / ACCEPTED_NAME).unlink(missing_ok=True)
        clear.unlink(missing_ok=True)
    for source, target in (
        (clear, settings.vault_dir / receipt.feed / receipt.period / name),
        (quarantine, settings.vault_dir / "quarantine" / receipt.feed / receipt.period / name),
    ):
        if source.exists():
            private_folder(settings.vault_dir, target.parent)
            source.replace(target)
            fsync_directory(target.parent)
        else:
            target.unlink(missing_ok=True)
    write_ledger(folder, ledger)
    target = bronze_folder(settings, receipt)
    private_folder(settings.bronze_dir, target.parent)
    for result in folder.iterdir():
        make_private(result)
    fsync_directory(folder)
    earlier = folder.with_name(f"earlier-{uuid.uuid4().hex}")
    if target.exists():
        target.rename(earlier)
    folder.rename(target)
    fsync_directory(target.parent)
    if earlier.exists():
        shutil.rmtree(earlier)


def current_inputs(settings: Settings) -> list[BronzeInput]:
    """Per feed and period the newest version that counts, by feed and period.

    Raises FileNotFoundError when the accepted rows of such a version are gone.
    """
    paths = {receipt.receipt_id: bronze_folder(settings, receipt) for receipt in landed_receipts(settings)}
    newest: dict[tuple[str, str], BronzeInput] = {}
    for ledger in ledgers(settings):
        if ledger.verdict in ("refused", "same_rows"):
            continue
        path = paths[ledger.receipt_id] / ACCEPTED_NAME
        newest[ledger.feed, ledger.period] = BronzeInput(
            ledger.receipt_id, ledger.department, ledger.feed, ledger.period, path
        )
    if lost := [each.receipt_id for each in newest.values() if not each.accepted_path.exists()]:
        raise FileNotFoundError(
            f"The accepted rows of {', '.join(lost)} are missing from {settings.bronze_dir}: run `xianqing run`, which "
            "has them read again from the landed files."
        )
    return list(newest.values())
