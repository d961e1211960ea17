"""Setting an office up, and taking the synthetic county away again."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Collection
from pathlib import Path

from pipelines.areas import build_areas
from pipelines.files import write_atomically, write_json
from pipelines.settings import PREFIX, Settings, load_settings

ENVIRONMENT_FILE = "xianqing.env"
KEY_BYTES = 32
KEPT_NAMES = ("README.md", ".gitignore", ".gitkeep")


class InstallationError(RuntimeError):
    """The data folder is not in a state in which this may be done."""


def initialise(
    data_dir: Path,
    *,
    place: str,
    synthetic: bool,
    area_table: Path | None = None,
    key_file: Path | None = None,
    scale: float | None = None,
    not_expected: Collection[str] = (),
) -> Settings:
    """Make the folders, the pseudonym key and ``xianqing.env``; an existing key is kept, never replaced.

    ``scale`` is the size of the synthetic county that will lie there, where it is known; ``not_expected`` are feeds
    that nobody sends there. A real installation (``synthetic`` False) refuses synthetic identities from then on.
    Raises InstallationError when the folder already serves the other purpose, AreaTableError for a division table
    that cannot be used, KeyFileError for a key that others can read.
    """
    data_dir = data_dir.resolve()
    _refuse_mixture(data_dir, synthetic=synthetic)
    values: dict[str, str] = {
        "PLACE": place,
        "ALLOW_SYNTHETIC": str(synthetic).lower(),
        "AREA_TABLE": str(area_table.resolve()) if area_table else "",
        "KEY_FILE": str(key_file.resolve()) if key_file else "",
        "FEEDS_NOT_EXPECTED": ",".join(sorted(not_expected)),
    }
    lines = [f"{PREFIX}{name}={value}" for name, value in values.items() if value]
    environment = dict(line.split("=", 1) for line in lines) | {f"{PREFIX}DATA_DIR": str(data_dir)}
    settings = load_settings(environment)
    for folder in (settings.inbox_dir, settings.held_dir, settings.marts_dir, settings.state_dir, settings.build_dir):
        folder.mkdir(parents=True, exist_ok=True)
    settings.vault_dir.mkdir(mode=0o700, exist_ok=True)
    settings.vault_dir.chmod(0o700)
    build_areas(settings)
    make_key(settings.pseudonym_key_file)
    settings.read_key()
    size = {} if scale is None else {"scale": scale}
    write_json(settings.installation_file, {"place": place, "is_synthetic": synthetic} | size)
    write_atomically(data_dir / ENVIRONMENT_FILE, "\n".join(lines) + "\n")
    return settings


def make_key(path: Path) -> bool:
    """Create a pseudonym key of 32 random bytes that only its owner can read; False when there already is one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(secrets.token_bytes(KEY_BYTES))
        handle.flush()
        os.fsync(handle.fileno())
    return True


def _refuse_mixture(data_dir: Path, *, synthetic: bool) -> None:
    """Real and synthetic people never meet in one data folder."""
    if not (data_dir / ENVIRONMENT_FILE).is_file():
        return
    before = load_settings({f"{PREFIX}DATA_DIR": str(data_dir)})
    has_files = any(before.raw_dir.rglob("*.receipt.json")) or any(before.bronze_dir.rglob("ledger.json"))
    if is_made_synthetic(before) == synthetic or not has_files:
        return
    if synthetic:
        raise InstallationError(
            f"{data_dir} is a real installation with landed files: a synthetic county may not be put into it. Choose "
            "another folder, for example XIANQING_DATA_DIR=/tmp/xianqing-demo."
        )
    raise InstallationError(
        f"{data_dir} holds a synthetic county: remove it with `xianqing clear-synthetic`, then run `xianqing init` "
        "again."
    )


def is_made_synthetic(settings: Settings) -> bool:
    """Whether the data folder itself says that it was set up for invented people; the environment is not asked."""
    path = settings.installation_file
    recorded = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    written = load_settings({f"{PREFIX}DATA_DIR": str(settings.data_dir)})
    return bool(recorded.get("is_synthetic")) or written.allow_synthetic


def clear_synthetic(settings: Settings) -> list[Path]:
    """Remove the synthetic county with everything made from it; returns what was removed.

    Raises InstallationError unless the folder itself was set up as synthetic; then nothing is removed.
    """
    if not is_made_synthetic(settings):
        raise InstallationError(
            f"{settings.data_dir} is a real installation, or was never set up: nothing was removed. Only a folder made "
            "with `xianqing init --synthetic` or `make run` can be cleared."
        )
    removed = []
    for folder in (settings.raw_dir, settings.marts_dir):
        removed += [path for path in folder.iterdir() if path.name not in KEPT_NAMES] if folder.is_dir() else []
    whole = (settings.bronze_dir, settings.vault_dir, settings.build_dir, settings.state_dir, deliveries_dir(settings))
    removed += [path for path in (*whole, settings.data_dir / ENVIRONMENT_FILE) if path.exists()]
    for path in removed:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return removed


def deliveries_dir(settings: Settings) -> Path:
    """Where ``xianqing demo`` writes the synthetic departments' files."""
    return settings.data_dir / "synthetic"


def synthetic_deliveries(settings: Settings, name: str) -> Path:
    """The folder for the files of the synthetic county ``name``.

    Raises InstallationError when the data folder already holds another county: their files would replace each other.
    """
    folder = deliveries_dir(settings)
    others = sorted(path.name for path in folder.iterdir() if path.name != name) if folder.is_dir() else []
    if others:
        raise InstallationError(
            f"{settings.data_dir} already holds the synthetic county {others[0]}, and two counties may not share one "
            "folder: remove it with `make clean-data`, or choose another folder with XIANQING_DATA_DIR."
        )
    return folder / name
