"""Writing so that a power cut leaves the old file or the new one, never half of either; and reading our own YAML."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

# The same language read by C where the library was built with it: every process reads a hundred contracts at its start.
_YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def fsync_directory(folder: Path) -> None:
    """Make renames inside ``folder`` durable; raises OSError when the disk refuses."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_file(path: Path) -> None:
    """Make the bytes of ``path`` durable; raises OSError when the disk refuses."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Replace ``path`` by rename, durable when this returns; it is never open to more than ``mode``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    fsync_directory(path.parent)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a JSON file atomically; Chinese stays readable."""
    write_atomically(path, json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def remove(path: Path) -> None:
    """Delete a file, a link or a folder with everything in it; raises OSError when the disk refuses."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def read_yaml(path: Path) -> Any:
    """The content of a YAML file of ours; raises OSError, yaml.YAMLError."""
    return parse_yaml(path.read_bytes())


def parse_yaml(content: bytes) -> Any:
    """The content of YAML in UTF-8; raises yaml.YAMLError."""
    return yaml.load(content.decode(), Loader=_YAML_LOADER)  # noqa: S506 - a safe loader, see above
