"""The ledgers of all files read so far, each with its verdict among all others.

Belongs here: where results lie, finding them, and keeping the verdicts for later processes. Does not belong here: the
comparison itself (``volume``).

The comparison looks at every file and those before it, which takes longer than all else that a run with nothing new
does. Its outcome follows from the ledgers and profiles on disk, the decisions of stewards, the contracts and the code:
it is kept under a hash of these, and a kept one of another hash, or another form, is as good as none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.codehash import code_hash
from pipelines.contracts import load_contracts
from pipelines.files import write_atomically
from pipelines.landing.receipts import Receipt, landed_receipts
from pipelines.meaning.overrides import list_overrides
from pipelines.meaning.profile import PROFILE_NAME, Profile, read_profile
from pipelines.meaning.thresholds import load_thresholds
from pipelines.reading.ledger import LEDGER_NAME, FileLedger, read_ledger
from pipelines.reading.volume import settle
from pipelines.settings import PROJECT_DIR, Settings

KEPT_FILE = "verdicts.json"
_FILES = 16_384  # kept in memory: what the door remembers is known by the profile that it was found with
JUDGES = tuple(PROJECT_DIR / "pipelines" / name for name in ("contracts", "meaning", "reading"))  # with shipped rules

_State = tuple[int, int]
_Found = tuple[tuple[Path, _State, _State | None], ...]


class KeptVerdicts(BaseModel):
    """The verdicts on disk, and the hash of what they follow from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    basis: str
    ledgers: tuple[FileLedger, ...]


@dataclass(frozen=True)
class _Settled:
    """The last answer for a data folder: a run asks a dozen times."""

    made_from: tuple[_Found, tuple[str, ...], Path]
    verdicts: KeptVerdicts
    is_kept: bool


_settled: dict[Path, _Settled] = {}


def bronze_folder(settings: Settings, receipt: Receipt) -> Path:
    """Where the results of a landed file are, once it has been read; each version has a folder of its own."""
    return settings.bronze_dir / receipt.department / receipt.feed / receipt.period / version_name(receipt)


def version_name(receipt: Receipt) -> str:
    """The last part of the receipt's id: twelve digits of the sha256, and the version when the bytes came before."""
    return receipt.receipt_id.rsplit("-", 1)[-1]


def ledgers(settings: Settings) -> list[FileLedger]:
    """The ledger of every file read so far, by feed, period and version, with the verdict among all others."""
    return list(_now(settings).verdicts.ledgers)


def keep_verdicts(settings: Settings) -> None:
    """Keep the verdicts of now for the processes after this one, as private as the ledgers they are made from.

    Raises OSError when the disk refuses.
    """
    now = _now(settings)
    if not now.is_kept:
        write_atomically(settings.state_dir / KEPT_FILE, now.verdicts.model_dump_json(), mode=0o600)
        _settled[settings.data_dir] = _Settled(now.made_from, now.verdicts, is_kept=True)


def _now(settings: Settings) -> _Settled:
    folders = [bronze_folder(settings, each) for each in landed_receipts(settings)]
    overrides = list_overrides(settings)
    found = tuple((folder, *states) for folder in folders if (states := _states(folder)) is not None)
    made_from = found, tuple(each.model_dump_json() for each in overrides), settings.contracts_dir
    if (known := _settled.get(settings.data_dir)) is not None and known.made_from == made_from:
        return known
    basis = _basis(settings, *made_from)
    if (kept := _kept(settings, basis)) is None:
        as_read = [_parsed_ledger(folder, *state) for folder, state, _ in found]
        profiles = {
            one.receipt_id: profile
            for one, (folder, _, state) in zip(as_read, found, strict=True)
            if state is not None and (profile := _parsed_profile(folder, *state)) is not None
        }
        settled = settle(
            as_read,
            load_contracts(settings.contracts_dir),
            profiles=profiles,
            thresholds=load_thresholds(settings.contracts_dir),
            overrides=overrides,
        )
        answer = _Settled(made_from, KeptVerdicts(basis=basis, ledgers=tuple(settled)), is_kept=False)
    else:
        answer = _Settled(made_from, kept, is_kept=True)
    _settled[settings.data_dir] = answer
    return answer


def _basis(settings: Settings, found: _Found, decided: tuple[str, ...], contracts_dir: Path) -> str:
    """A hash of everything that the verdicts follow from; files are known by their identity on disk.

    Of contracts and thresholds it counts what this process has loaded and judges by, not what lies on disk by now.
    """
    states = [f"{folder.relative_to(settings.data_dir)} {ledger} {profile}" for folder, ledger, profile in found]
    contracts, thresholds = load_contracts(contracts_dir).values(), load_thresholds(contracts_dir).entries
    rules = [*(each.fingerprint for each in contracts), *(each.model_dump_json() for each in thresholds)]
    return hashlib.sha256("\n".join((_judging_code(), *rules, *states, *decided)).encode()).hexdigest()


@cache
def _judging_code() -> str:
    """The code at the first question: this process keeps what it has loaded, an upgrade comes with the next one."""
    return code_hash(JUDGES)


def _kept(settings: Settings, basis: str) -> KeptVerdicts | None:
    try:
        kept = KeptVerdicts.model_validate_json((settings.state_dir / KEPT_FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    return kept if kept.basis == basis else None


def _states(folder: Path) -> tuple[_State, _State | None] | None:
    """What changes when a ledger or a profile is written anew; None without a ledger."""
    ledger = _state(folder / LEDGER_NAME)
    return None if ledger is None else (ledger, _state(folder / PROFILE_NAME))


def _state(path: Path) -> _State | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


@lru_cache(maxsize=_FILES)
def _parsed_ledger(folder: Path, _inode: int, _changed: int) -> FileLedger:
    return read_ledger(folder)


@lru_cache(maxsize=_FILES)
def _parsed_profile(folder: Path, _inode: int, _changed: int) -> Profile | None:
    return read_profile(folder)
