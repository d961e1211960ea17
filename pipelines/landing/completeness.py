"""Is a file complete: by its manifest if it has one, else because its size has stopped changing.

Belongs here: when a file may be touched. Does not belong here: what is in it (a cut-off workbook fails to parse later).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path

from pipelines.files import sha256_of

MANIFEST_ENDINGS = (".manifest.json", ".sha256")
POLL_SECONDS = 0.5
_CHECKSUM = re.compile(rb"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")


def is_sidecar(path: Path) -> bool:
    """True for a manifest or checksum file that belongs to another file, and for temporary files of uploads."""
    return path.name.endswith((*MANIFEST_ENDINGS, ".part", ".tmp", ".crdownload")) or path.name.startswith((".", "~$"))


def stated_sha256(path: Path) -> str | None:
    """The sha256 that a manifest beside the file states, None without one or while it is not readable JSON.

    Empty text, which fits no file, when the checksum file beside it holds no checksum.
    """
    manifest, checksum = (path.with_name(path.name + ending) for ending in MANIFEST_ENDINGS)
    if manifest.is_file():
        try:
            content = json.loads(manifest.read_text(encoding="utf-8"))
        except ValueError:
            return None
        return str(content["sha256"]).lower() if isinstance(content, dict) and "sha256" in content else None
    if checksum.is_file():
        return _first_checksum(checksum.read_bytes())
    return None


def stated_row_count(path: Path) -> int | None:
    """The number of data rows that a manifest beside the file states as ``row_count``, None without one."""
    manifest = path.with_name(path.name + MANIFEST_ENDINGS[0])
    try:
        content = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else None
    except ValueError:
        return None
    stated = content.get("row_count") if isinstance(content, dict) else None
    return stated if isinstance(stated, int) and not isinstance(stated, bool) and stated >= 0 else None


def _first_checksum(raw: bytes) -> str:
    """The first sha256 in a checksum file of any encoding (checksums are plain letters), empty text without one."""
    found = _CHECKSUM.search(raw.replace(b"\0", b""))
    return found[0].decode().lower() if found else ""


def _trace(path: Path) -> tuple[int, int] | None:
    """Size and last change; None when the file is gone."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_size, status.st_mtime_ns


def complete_files(paths: Sequence[Path], *, stable_seconds: float) -> list[Path]:
    """Those of ``paths`` that are complete, waiting up to ``stable_seconds`` for young files to stand still.

    A file is complete when its manifest's sha256 fits, or, without a manifest, when its size and time did not change
    for ``stable_seconds``. A file whose manifest does not fit is not complete, however long it has been there.
    """
    stated = {path: stated_sha256(path) for path in paths}
    by_manifest = {path for path, sha256 in stated.items() if sha256 is not None and sha256 == sha256_of(path)}
    rest = [path for path in paths if stated[path] is None]
    first = {path: _trace(path) for path in rest}
    now = time.time()
    youngest = max((trace[1] / 1e9 for trace in first.values() if trace is not None), default=0.0)
    deadline = time.monotonic() + min(stable_seconds, max(0.0, stable_seconds - (now - youngest)))
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, POLL_SECONDS))
    still = {path for path in rest if first[path] is not None and _trace(path) == first[path]}
    return [path for path in paths if path in still or path in by_manifest]
