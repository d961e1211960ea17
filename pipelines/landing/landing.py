"""Landing: every file that arrives is stored once, unchanged, under its feed and period, or held with the reason.

Belongs here: arrival, storage, versions. Does not belong here: parsing (a reading process recognises the file) and
judging.
"""

from __future__ import annotations

import fcntl
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.contracts import Contract, Text, load_contracts
from pipelines.files import fsync_directory, fsync_file, sha256_of
from pipelines.landing.completeness import complete_files, is_sidecar
from pipelines.landing.receipts import Receipt, receipt_path, receipts, write_receipt
from pipelines.reading.pool import Answer, Failure, WorkerPool, failure_texts
from pipelines.reading.recognition import Recognised
from pipelines.settings import Settings

Arrival = Literal["now", "mtime"]
Outcome = Literal["landed", "held", "duplicate", "incomplete"]
INCOMPLETE = Text(
    zh="文件还在写入（大小仍在变化，或与清单的校验值不符），稍后会再看。",
    en="The file is still being written (its size changes, or it does not fit its manifest): "
    "it will be looked at again.",
)


class LandResult(BaseModel):
    """What became of one file; ``receipt`` is None only for an incomplete one, which stays where it is."""

    model_config = ConfigDict(frozen=True)

    file_name: str
    outcome: Outcome
    receipt: Receipt | None = None
    reason: Text | None = None


class Arrived(BaseModel):
    """A file copied into the data folder but not yet placed."""

    model_config = ConfigDict(frozen=True)

    source: Path
    draft: Path
    sha256: str
    arrived_at: datetime


def inbox_files(settings: Settings) -> list[Path]:
    """Files waiting in the inbox, oldest first; manifests and temporary files are not deliveries."""
    return _files([settings.inbox_dir]) if settings.inbox_dir.is_dir() else []


def _files(paths: Iterable[Path]) -> list[Path]:
    """The files among ``paths``, folders searched, by modification time and name."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [each for each in inside if each.is_file() and not is_sidecar(each) and each.name != "README.md"]
    return sorted(dict.fromkeys(found), key=lambda path: (path.stat().st_mtime_ns, path.name))


def land(
    paths: Sequence[Path] | None,
    settings: Settings,
    *,
    feed: str | None = None,
    period: str | None = None,
    arrival: Arrival = "now",
) -> list[LandResult]:
    """Land files and folders (None: the inbox); files in the inbox are moved, others copied.

    ``feed`` and ``period`` ('YYYY-MM') settle what a file does not say; a held file that lands again is looked at anew
    and released when it can be placed. ``arrival='mtime'``
    takes the files' modification times as arrival, for back-fill. Raises FileNotFoundError for a path that does not
    exist and ValueError for an unknown feed or a period that is no month.
    """
    contracts = load_contracts(settings.contracts_dir)
    _check_asked(contracts, feed, period)
    if missing := [str(path) for path in paths or () if not path.exists()]:
        raise FileNotFoundError(f"No such file: {', '.join(missing)}. Check the path; nothing was landed.")
    waiting = inbox_files(settings) if paths is None else _files(paths)
    if not waiting:
        return []
    complete = set(complete_files(waiting, stable_seconds=settings.stable_seconds))
    with _lock(settings):
        known = {receipt.sha256: receipt for receipt in receipts(settings)}
        arrived = {path: _take(settings, path, arrival) for path in waiting if path in complete}
        unplaced = [each for each in arrived.values() if not _is_landed(known, each)]
        answers = dict(
            zip([each.draft for each in unplaced], _recognise(settings, unplaced, feed, period), strict=True)
        )
        results = []
        for path in waiting:
            if path not in complete:
                results.append(LandResult(file_name=path.name, outcome="incomplete", reason=INCOMPLETE))
                continue
            each = arrived[path]
            before = known.get(each.sha256)
            if before is not None and _is_landed(known, each):
                results.append(_duplicate(each, before))
                continue
            receipt = _place(settings, contracts, each, answers[each.draft], known.values())
            _forget_held(settings, before, receipt)
            known[each.sha256] = receipt
            results.append(
                LandResult(file_name=path.name, outcome=receipt.status, receipt=receipt, reason=receipt.reason)
            )
        for path in arrived:
            _remove_from_inbox(settings, path)
    return results


def _check_asked(contracts: dict[str, Contract], feed: str | None, period: str | None) -> None:
    if feed is not None and feed not in contracts:
        raise ValueError(f"There is no feed {feed}. Choose one of: {', '.join(contracts)}.")
    if period is not None:
        try:
            datetime.strptime(period, "%Y-%m")
        except ValueError as error:
            raise ValueError(f"{period} is no period. Write it like 2020-06; a year's snapshot is 2020-12.") from error
        if len(period) != 7:
            raise ValueError(f"{period} is no period. Write it like 2020-06; a year's snapshot is 2020-12.")


def _is_landed(known: dict[str, Receipt], each: Arrived) -> bool:
    """True for bytes that have their place; held ones are looked at again, since a new name may tell more."""
    return each.sha256 in known and known[each.sha256].status == "landed"


@contextmanager
def _lock(settings: Settings) -> Iterator[None]:
    """One landing at a time; the second waits."""
    settings.raw_dir.mkdir(parents=True, exist_ok=True)
    with (settings.raw_dir / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _take(settings: Settings, path: Path, arrival: Arrival) -> Arrived:
    """Copy the bytes into the data folder under a temporary name."""
    drafts = settings.raw_dir / ".arriving"
    drafts.mkdir(parents=True, exist_ok=True)
    draft = drafts / f"{uuid.uuid4().hex}{path.suffix.lower()}"
    shutil.copyfile(path, draft)
    arrived_at = datetime.fromtimestamp(path.stat().st_mtime, UTC) if arrival == "mtime" else datetime.now(UTC)
    return Arrived(source=path, draft=draft, sha256=sha256_of(draft), arrived_at=arrived_at)


def _recognise(
    settings: Settings, arrived: Sequence[Arrived], feed: str | None, period: str | None
) -> list[Recognised]:
    """What each file is, found out in reading processes."""
    if not arrived:
        return []
    tasks = [
        {
            "task": "recognise",
            "path": str(each.draft.resolve()),
            "file_name": each.source.name,
            "feed": feed,
            "period": period,
        }
        for each in arrived
    ]
    with WorkerPool(settings) as pool:
        return [_recognised(answer) for answer in pool.run_all(tasks)]


def _recognised(answer: Answer) -> Recognised:
    if isinstance(answer, Failure):
        reason, remedy = failure_texts(answer)
        return Recognised(reason=reason, remedy=remedy)
    return Recognised.model_validate(answer)


def _place(
    settings: Settings, contracts: dict[str, Contract], each: Arrived, found: Recognised, known: Iterable[Receipt]
) -> Receipt:
    """Store a new file where it belongs; the receipt, written last, makes it count."""
    short = each.sha256[:12]
    name = f"{short}{each.draft.suffix}"
    about = {
        "sha256": each.sha256,
        "size_bytes": each.draft.stat().st_size,
        "file_name": each.source.name,
        "arrived_at": each.arrived_at,
    }
    if found.feed is not None and found.period is not None and found.reason is None:
        department = contracts[found.feed].department.code
        stored = settings.raw_dir / department / found.feed / found.period / name
        slot = [receipt.version for receipt in known if (receipt.feed, receipt.period) == (found.feed, found.period)]
        about |= {
            "receipt_id": f"{found.feed}-{found.period}-{short}",
            "department": department,
            "feed": found.feed,
            "period": found.period,
            "version": max(slot, default=0) + 1,
            "status": "landed",
        }
    else:
        stored = settings.held_dir / name
        about |= {"receipt_id": f"held-{short}", "status": "held", "reason": found.reason, "remedy": found.remedy}
    about["stored_path"] = stored.relative_to(settings.data_dir).as_posix()
    stored.parent.mkdir(parents=True, exist_ok=True)
    fsync_file(each.draft)
    each.draft.replace(stored)
    fsync_directory(stored.parent)
    receipt = Receipt.model_validate(about)
    write_receipt(settings, receipt)
    return receipt


def _forget_held(settings: Settings, before: Receipt | None, now: Receipt) -> None:
    """A held file that found its place is no longer held."""
    if before is None or before.stored_path == now.stored_path:
        return
    stored = settings.data_dir / before.stored_path
    receipt_path(stored).unlink(missing_ok=True)
    stored.unlink(missing_ok=True)


def _duplicate(each: Arrived, known: Receipt) -> LandResult:
    each.draft.unlink()
    reason = Text(
        zh=f"内容与已收到的“{known.file_name}”完全相同，不再重复登记。",
        en=f"The same bytes arrived before as {known.file_name}; nothing was stored again.",
    )
    return LandResult(file_name=each.source.name, outcome="duplicate", receipt=known, reason=reason)


def _remove_from_inbox(settings: Settings, path: Path) -> None:
    """A file taken from the inbox is stored elsewhere now; its manifest goes with it."""
    if settings.inbox_dir.resolve() not in path.resolve().parents:
        return
    path.unlink(missing_ok=True)
    for ending in (".manifest.json", ".sha256"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
