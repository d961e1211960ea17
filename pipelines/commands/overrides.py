"""``xianqing override`` and ``xianqing overrides``: a steward lets one file pass one check, with author and reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.common import AsJson, print_json, say, settings_of_process

if TYPE_CHECKING:
    from collections.abc import Callable


def override(
    receipt_id: Annotated[str, typer.Argument(help="The file, as `xianqing ledger` names it.")],
    check: Annotated[list[str], typer.Option("--check", help="The check it passes; may be given several times.")],
    author: Annotated[str, typer.Option(help="Who decides.")],
    reason: Annotated[str, typer.Option(help="What was found when it was looked into.")],
) -> None:
    """Let one file pass a failed check, on record."""
    from pipelines.meaning.overrides import record_override

    settings = settings_of_process()
    for each in check:
        record_override(settings, receipt_id=receipt_id, check=each, author=author, reason=reason)
        say(f"{receipt_id} passes {each}: {reason} ({author})")
    say("The next `xianqing run` takes the file in. No threshold has changed.")


def overrides(as_json: AsJson = False) -> None:
    """List the decisions by which files passed checks."""
    from pipelines.meaning.overrides import list_overrides

    found = list_overrides(settings_of_process())
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        say(f"{one.decided_at:%Y-%m-%d %H:%M}  {one.receipt_id}  {one.check}  {one.author}: {one.reason}")
    if not found:
        say("No file has passed a check by decision.")


COMMANDS: tuple[Callable[..., None], ...] = (override, overrides)
