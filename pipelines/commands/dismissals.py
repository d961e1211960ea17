"""``xianqing dismiss`` and ``xianqing dismissals``: a steward puts a held file aside, with author and reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.common import AsJson, print_json, say, settings_of_process

if TYPE_CHECKING:
    from collections.abc import Callable


def dismiss(
    receipt_id: Annotated[str, typer.Argument(help="The held file, as `xianqing held` names it.")],
    author: Annotated[str, typer.Option(help="Who decides.")],
    reason: Annotated[str, typer.Option(help="Why nothing is to be done about it.")],
) -> None:
    """Put a held file aside, on record; nothing is deleted."""
    from pipelines.landing.dismissals import record_dismissal
    from pipelines.reporting import update_status

    settings = settings_of_process()
    decision = record_dismissal(settings, receipt_id=receipt_id, author=author, reason=reason)
    update_status(settings)
    say(f"{receipt_id} is put aside: {decision.reason} ({decision.author})")
    say("The file stays where it is; `xianqing land FILE --feed FEED --period YYYY-MM` still takes it in.")


def dismissals(as_json: AsJson = False) -> None:
    """List held files that were put aside or settled later."""
    from pipelines.held import held_problems

    found = [each for each in held_problems(settings_of_process()) if each.closed_by is not None]
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        say(f"{one.receipt_id}  {one.closing}  {one.file_name}: {one.closed_by.en if one.closed_by else ''}")
    if not found:
        say("No held file has been dismissed or settled.")


COMMANDS: tuple[Callable[..., None], ...] = (dismiss, dismissals)
