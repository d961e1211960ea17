"""One hash over files of code: what was made by it holds as long as none of them changes.

Belongs here: which files count. Does not belong here: what depends on them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

CODE_ENDINGS = (".py", ".yml", ".sql", ".csv")
WRITTEN_BY_DBT = ("target", "logs")


def _code_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in CODE_ENDINGS and not set(path.relative_to(folder).parts) & set(WRITTEN_BY_DBT):
            yield path


def code_hash(folders: Iterable[Path]) -> str:
    """A hash of everything in these folders that can change a figure: code, contracts, models, seeds."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in _code_files(folder):
            digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
