"""``xianqing list-out`` and ``xianqing lists-out``: our people for one named recipient, and what was made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import AsJson, print_json, say, settings_of_process


def list_out(
    population: Annotated[str, typer.Argument(help="registered, monitored or leads.")],
    certificate: Annotated[Path, typer.Option(help="The recipient's RSA certificate: only its key opens the list.")],
    purpose: Annotated[str, typer.Option(help="What the list is for; goes on record.")],
    author: Annotated[str, typer.Option(help="Who makes the list; goes on record.")],
    out: Annotated[Path, typer.Option(help="Folder for the sealed file.")] = Path(),
) -> None:
    """Write the list of our people, sealed for one recipient, on record."""
    from pipelines.listing_out import list_out as make

    made = make(
        settings_of_process(), population=population, certificate=certificate, purpose=purpose, author=author, out=out
    )
    say(f"{made.path.name}: {made.row_count} people for {made.recipient}.")
    if made.unknown_count:
        say(f"{made.unknown_count} people are not in the vault and not on the list.")
    say("Recorded. Hits come back as a file of the feed screening_results.")


def lists_out(as_json: AsJson = False) -> None:
    """List every list that went out."""
    from pipelines.listing_out import recorded_lists

    found = recorded_lists(settings_of_process())
    if as_json:
        print_json(found)
        return
    for one in found:
        who = f"{one['author']}: {one['purpose']}"
        say(f"{one['at']}  {one['list_id']}  {one['row_count']} people  {one['recipient']}  {who}")
    if not found:
        say("No list has gone out.")


COMMANDS: tuple[Callable[..., None], ...] = (list_out, lists_out)
