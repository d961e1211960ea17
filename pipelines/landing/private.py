"""Folders and files that only their owner may enter and read: registers hold people's lives even without names."""

from __future__ import annotations

from pathlib import Path


def private_folder(root: Path, folder: Path) -> None:
    """Make ``folder`` and every folder between it and ``root`` (which stays as it is), open to the owner only."""
    root.mkdir(parents=True, exist_ok=True)
    relative = folder.relative_to(root)
    for each in (*reversed(relative.parents[:-1]), relative):
        path = root / each
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)


def make_private(path: Path) -> None:
    """Let only the owner read and write a file."""
    path.chmod(0o600)
