"""What a steward can do about one file from the command line, ready to be copied.

Belongs here: the commands, with everything in them that is known. Does not belong here: running anything; a page only
shows.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from dashboards.data import Row
from dashboards.words import Words
from pipelines.settings import PROJECT_DIR, get_settings


def commands(words: Words, file: Row, status: Row) -> Iterator[tuple[str, str]]:
    """Pairs of what a command is for and the command itself; none for a file about which nothing can be done here."""
    by = f"--author {shlex.quote(words('files.author'))} --reason {shlex.quote(words('files.because'))}"
    every = [*status.get("held", []), *status.get("closed", []), *status.get("refused", [])]
    known: Row = next((one for one in every if one.get("receipt_id") == file["receipt_id"]), {})
    if file["verdict"] in ("held", "dismissed") and known.get("stored_path"):
        feed = known.get("likely_feed") or words("files.feed_unknown")
        period = known.get("likely_period") or "YYYY-MM"
        path = shlex.quote(_shown_path(get_settings().data_dir / known["stored_path"]))
        yield words("files.command_land"), f"xianqing land {path} --feed {feed} --period {period}"
    if file["verdict"] == "held" and known.get("receipt_id"):
        yield words("files.command_dismiss"), f"xianqing dismiss {file['receipt_id']} {by}"
    if file["verdict"] == "refused" and known.get("stopped_by"):
        checks = " ".join(f"--check {check}" for check in known["stopped_by"])
        yield words("files.command_override"), f"xianqing override {file['receipt_id']} {checks} {by}"


def _shown_path(path: Path) -> str:
    """From the project's folder where it lies inside, as the commands are run there."""
    return str(path.relative_to(PROJECT_DIR) if path.is_relative_to(PROJECT_DIR) else path)
