"""Landing: every file that arrives is stored once, unchanged, under its feed and period, or held with the reason.

Belongs here: arrival, storage, versions. Does not belong here: parsing (a reading process recognises the file) and
judging.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.contracts import Contract, Text, load_contracts
from pipelines.files import fsync_directory, fsync_file
from pipelines.landing.arriving import Arrival, Arrived, drop, give_back, recover, take
from pipelines.landing.clock import check_clock, now_utc, period_problem
from pipelines.landing.completeness import complete_files, is_sidecar, stated_sha256
from pipelines.landing.private import make_private, private_folder
from pipelines.landing.receipts import Likeness, Receipt, receipt_path, receipts, write_receipt
from pipelines.meaning.thresholds import load_thresholds
from pipelines.reading.masking import shown_name
from pipelines.reading.pool import LOOKED_AT_AGAIN, Answer, Failure, WorkerPool, failure_texts
from pipelines.reading.recognised import Recognised
from pipelines.settings import Settings

Progress = Callable[[int, int, str], None]
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
    progress: Progress | None = None,
) -> list[LandResult]:
    """Land files and folders (None: the inbox); files in the inbox are moved, others copied.

    ``feed`` and ``period`` ('YYYY-MM') settle what a file does not say; a held file that lands again is looked at anew
    and released when it can be placed. Bytes that equal the newest version of their feed and period change nothing;
    bytes of an older version are a new version. ``arrival='mtime'`` takes the files' modification times as arrival,
    for back-fill. Raises FileNotFoundError for a path that does not exist and ValueError for an unknown feed or a
    period that is no month, ClockError when the system clock stands wrong.

    Of two files of different names that come for one feed and period before the first has been read, the first keeps
    its place and the second is held for a decision: naming its feed and period releases it as the newer version.
    ``progress`` is called with files recognised, files in all, and the file's name.
    """
    contracts = load_contracts(settings.contracts_dir)
    _check_asked(contracts, feed, period)
    if missing := [str(path) for path in paths or () if not path.exists()]:
        raise FileNotFoundError(f"No such file: {', '.join(missing)}. Check the path; nothing was landed.")
    with _lock(settings):
        recover(settings)
        check_clock(now_utc(), receipts(settings))
        waiting = inbox_files(settings) if paths is None else _files(paths)
        taken = _take_complete(settings, waiting, arrival)
        arrived = [each for each in taken if each is not None]
        found = iter(_recognise(settings, arrived, feed, period, progress))
        known = receipts(settings)
        is_asked = feed is not None or period is not None
        decided = is_asked or arrival == "mtime"
        ours: set[str] = set()  # files that one person named in one call are no rivals of each other
        results = []
        for path, each in zip(waiting, taken, strict=True):
            if each is None:
                results.append(LandResult(file_name=shown_name(path.name), outcome="incomplete", reason=INCOMPLETE))
                continue
            recognised = next(found)
            if before := _same_delivery(known, each, recognised, is_asked=is_asked, arrival=arrival):
                results.append(_duplicate(each, before))
            else:
                if not decided:
                    recognised = _unless_rival(settings, recognised, each, known, ours)
                receipt = _place(settings, contracts, each, recognised, known)
                if paths is not None:
                    ours.add(receipt.receipt_id)
                known = [*_without_held(settings, known, receipt), receipt]
                results.append(
                    LandResult(
                        file_name=shown_name(path.name), outcome=receipt.status, receipt=receipt, reason=receipt.reason
                    )
                )
            drop(each)
    return results


def _take_complete(settings: Settings, waiting: Sequence[Path], arrival: Arrival) -> list[Arrived | None]:
    """The complete ones of ``waiting`` taken in, None for the others; bytes that miss their manifest go back."""
    complete = set(complete_files(waiting, stable_seconds=settings.stable_seconds))
    taken: list[Arrived | None] = []
    for path in waiting:
        each = take(settings, path, arrival) if path in complete and path.exists() else None
        if each is not None and stated_sha256(path) not in (None, each.sha256):
            if each.is_moved:
                give_back(settings, each.draft, to=path)
            else:
                drop(each)
            each = None
        taken.append(each)
    return taken


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


def _slot(receipt: Receipt) -> tuple[str, str]:
    return receipt.feed, receipt.period


def _newest(known: Iterable[Receipt]) -> dict[tuple[str, str], Receipt]:
    """The newest version of each feed and period."""
    landed = (receipt for receipt in known if receipt.status == "landed")
    return {_slot(receipt): receipt for receipt in sorted(landed, key=lambda receipt: receipt.version)}


def _same_delivery(
    known: Sequence[Receipt], each: Arrived, found: Recognised, *, is_asked: bool, arrival: Arrival
) -> Receipt | None:
    """The receipt that already stands for these bytes, None when they change something.

    They do when a later version has replaced them, or when the caller names another feed or period for them. A
    back-fill that is repeated (same bytes, same time) changes nothing.
    """
    same = [one for one in known if one.status == "landed" and one.sha256 == each.sha256]
    if is_asked and found.reason is None:
        same = [one for one in same if _slot(one) == (found.feed, found.period)]
    newest = _newest(known)
    current = [one for one in same if newest[_slot(one)] is one]
    repeated = [one for one in same if arrival == "mtime" and one.arrived_at == each.arrived_at]
    return next(iter(current + repeated), None)


@contextmanager
def _lock(settings: Settings) -> Iterator[None]:
    """One landing at a time; the second waits."""
    settings.raw_dir.mkdir(parents=True, exist_ok=True)
    with (settings.raw_dir / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _recognise(
    settings: Settings,
    arrived: Sequence[Arrived],
    feed: str | None,
    period: str | None,
    progress: Progress | None = None,
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
    found = []
    with WorkerPool(settings) as pool:
        for each, answer in zip(arrived, pool.run_all(tasks), strict=True):
            found.append(_recognised(answer))
            if progress is not None:
                progress(len(found), len(arrived), shown_name(each.source.name))
    return found


def _recognised(answer: Answer) -> Recognised:
    if isinstance(answer, Failure):
        reason, remedy = failure_texts(answer, LOOKED_AT_AGAIN)
        return Recognised(reason=reason, remedy=remedy)
    return Recognised.model_validate(answer)


def _unless_rival(
    settings: Settings, found: Recognised, each: Arrived, known: Sequence[Receipt], ours: set[str]
) -> Recognised:
    """What a file is, without its place when that cannot be yet, or when another file has just taken it unread."""
    if found.feed is None or found.period is None or found.reason is not None:
        return found
    if problem := period_problem(found.period, each.arrived_at):
        return found.model_copy(update={"reason": problem[0], "remedy": problem[1]})
    limits = load_thresholds(settings.contracts_dir).of("simultaneous", found.period, found.feed)
    rival = _newest(known).get((found.feed, found.period))
    if limits is None or rival is None or rival.receipt_id in ours or rival.file_name == shown_name(each.source.name):
        return found
    apart = each.arrived_at - rival.arrived_at
    if apart > timedelta(minutes=limits["minutes"]) or is_read(settings, rival):
        return found
    reason = Text(
        zh=f"“{rival.file_name}”刚刚（{apart.total_seconds() / 60:.0f}分钟前）报送了同一期间，尚未读取，"
        "内容与本文件不同。",
        en=f"{rival.file_name} came for the same feed and period {apart.total_seconds() / 60:.0f} minutes before, has "
        "not been read yet, and differs.",
    )
    remedy = Text(
        zh=f"请两位经办人确定以哪一份为准；以本文件为准的，运行 xianqing land 文件 --feed {found.feed} "
        f"--period {found.period}。",
        en=f"Settle which of the two is right; if it is this one, run `xianqing land FILE --feed {found.feed} "
        f"--period {found.period}`.",
    )
    return found.model_copy(update={"reason": reason, "remedy": remedy})


def is_read(settings: Settings, receipt: Receipt) -> bool:
    """True when a landed file has been read."""
    folder = settings.bronze_dir / receipt.department / receipt.feed / receipt.period
    return (folder / receipt.receipt_id.rsplit("-", 1)[-1] / "ledger.json").exists()


def _place(
    settings: Settings, contracts: dict[str, Contract], each: Arrived, found: Recognised, known: Sequence[Receipt]
) -> Receipt:
    """Store a new file where it belongs; the receipt, written last, makes it count."""
    name = each.sha256[:12]
    about = {
        "sha256": each.sha256,
        "size_bytes": each.draft.stat().st_size,
        "file_name": shown_name(each.source.name),
        "arrived_at": each.arrived_at,
        "stated_row_count": each.stated_row_count,
    }
    if found.feed is not None and found.period is not None and found.reason is None:
        department = contracts[found.feed].department.code
        folder = settings.raw_dir / department / found.feed / found.period
        slot = [receipt for receipt in known if _slot(receipt) == (found.feed, found.period)]
        version = max((receipt.version for receipt in slot), default=0) + 1
        if any(receipt.sha256[:12] == name for receipt in slot):
            name = f"{name}v{version}"
        about |= {
            "receipt_id": f"{found.feed}-{found.period}-{name}",
            "department": department,
            "feed": found.feed,
            "period": found.period,
            "version": version,
            "status": "landed",
        }
    else:
        folder = settings.held_dir
        likeness = found.likeness or _placed(found)
        about |= {"receipt_id": f"held-{name}", "status": "held", "reason": found.reason, "remedy": found.remedy}
        about |= {"likeness": likeness}
    stored = folder / f"{name}{each.draft.suffix.lower()}"
    about["stored_path"] = stored.relative_to(settings.data_dir).as_posix()
    private_folder(settings.raw_dir, folder)
    _store(each.draft, stored)
    receipt = Receipt.model_validate(about)
    write_receipt(settings, receipt)
    make_private(receipt_path(stored))
    return receipt


def _placed(found: Recognised) -> Likeness | None:
    """The likeness of a file that is held although its feed, and perhaps its period, are certain."""
    return Likeness(feeds=(found.feed,), period=found.period) if found.feed is not None else None


def _store(draft: Path, stored: Path) -> None:
    """Copy a draft into place by one rename; the draft stays until the receipt is written."""
    copy = stored.with_name(f".{stored.name}.tmp")
    shutil.copyfile(draft, copy)
    make_private(copy)
    fsync_file(copy)
    copy.replace(stored)
    fsync_directory(stored.parent)


def _without_held(settings: Settings, known: Sequence[Receipt], now: Receipt) -> list[Receipt]:
    """The known receipts without that of the same bytes as a held file: it found its place, or is held anew."""
    kept = []
    for before in known:
        if before.status != "held" or before.sha256 != now.sha256:
            kept.append(before)
        elif before.stored_path != now.stored_path:
            stored, beside = (settings.data_dir / receipt.stored_path for receipt in (before, now))
            if receipt_path(stored) != receipt_path(beside):
                receipt_path(stored).unlink(missing_ok=True)
            stored.unlink(missing_ok=True)
    return kept


def _duplicate(each: Arrived, known: Receipt) -> LandResult:
    reason = Text(
        zh=f"内容与已收到的“{known.file_name}”完全相同，不再重复登记。",
        en=f"The same bytes arrived before as {known.file_name}; nothing was stored again.",
    )
    return LandResult(file_name=shown_name(each.source.name), outcome="duplicate", receipt=known, reason=reason)
