"""What all commands share: settings when they are needed, and the two ways of answering."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipelines.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


def settings_of_process() -> Settings:
    """The settings of this process."""
    from pipelines.settings import get_settings

    return get_settings()


def say(text: str) -> None:
    """One line for a person."""
    typer.echo(text)


def print_json(content: object) -> None:
    """One JSON document for a program."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))
