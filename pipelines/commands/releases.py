"""``xianqing releases …``: list, show, diff, rollback."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.commands.common import AsJson, print_json, say, settings_of_process

releases_app = typer.Typer(help="Releases: list, show, diff, rollback.", no_args_is_help=True, rich_markup_mode=None)


@releases_app.command("list")
def releases_list(as_json: AsJson = False) -> None:
    """List releases, newest first; * is what readers see."""
    from pipelines.publishing.releases import current_release_id, list_releases

    settings = settings_of_process()
    current = current_release_id(settings)
    manifests = list_releases(settings)
    if as_json:
        rows = [
            one.model_dump(mode="json", include={"release_id", "created_at", "content_hash", "as_of_period"})
            for one in manifests
        ]
        print_json([row | {"is_current": row["release_id"] == current} for row in rows])
        return
    for one in manifests:
        mark = "*" if one.release_id == current else " "
        rows_in_all = sum(table.row_count for table in one.tables.values())
        say(
            f"{mark} {one.release_id}  as of {one.as_of_period}  {len(one.tables)} tables  {rows_in_all:,} rows  "
            f"data light {one.data_light.en}"
        )
    if not manifests:
        say("No release yet: `xianqing run` makes the first one.")


def _release_or_current(release_id: str | None, back: int = 0) -> str:
    """The given release, or the one ``back`` steps before the current one; a usage error when there is none."""
    from pipelines.publishing.releases import current_release_id, list_release_ids

    settings = settings_of_process()
    if release_id is not None:
        return release_id
    ids, current = list_release_ids(settings), current_release_id(settings)
    position = ids.index(current) - back if current in ids else -1
    if position < 0:
        raise typer.BadParameter("there is no such release yet; name one that `xianqing releases list` shows")
    return ids[position]


@releases_app.command("show")
def releases_show(
    release_id: Annotated[str | None, typer.Argument(help="Default: the current one.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Recompute every file's sha256.")] = False,
    inputs: Annotated[bool, typer.Option("--inputs", help="List the files it was made from.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a release holds and was made from."""
    from pipelines.publishing.releases import release_manifest, verify_release
    from pipelines.reporting import release_inputs

    settings = settings_of_process()
    chosen = _release_or_current(release_id)
    manifest = verify_release(settings, chosen) if verify else release_manifest(settings, chosen)
    if as_json:
        print_json(manifest.model_dump(mode="json") | {"inputs": release_inputs(settings, manifest)})
        return
    synthetic = ", synthetic" if manifest.is_synthetic else ""
    say(f"{manifest.release_id}  {manifest.place.en}, as of {manifest.as_of_period}{synthetic}")
    say(
        f"made {manifest.created_at.isoformat(timespec='seconds')} by {manifest.code_version} "
        f"from {len(manifest.inputs)} files{'' if inputs else ' (--inputs lists them)'}"
    )
    say(
        f"data light: {manifest.data_light.en}"
        + "".join(f"\n  - {reason.en}" for reason in manifest.data_light.reasons)
    )
    for one in release_inputs(settings, manifest) if inputs else []:
        said = [one[name] or "unknown" for name in ("feed", "period", "receipt_id", "file_name")]
        say("  " + "  ".join(said))
    for name, table in manifest.tables.items():
        say(f"  {name:34}{table.row_count:>12,} rows")
    if verify:
        say("Every file has the recorded sha256.")


@releases_app.command("diff")
def releases_diff(
    old: Annotated[str | None, typer.Argument(help="Default: the one before the current.")] = None,
    new: Annotated[str | None, typer.Argument(help="Default: the current one.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Single figures listed per table.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two releases."""
    from pipelines.publishing.diff import diff_releases

    diff = diff_releases(settings_of_process(), _release_or_current(old, back=1), _release_or_current(new), limit=limit)
    if as_json:
        print_json(diff.model_dump(mode="json"))
        return
    say(f"{diff.old_release_id} → {diff.new_release_id}")
    for table in diff.tables:
        if table.is_equal:
            continue
        keyed = (
            ""
            if table.changed_count is None
            else (f"  +{table.added_count:,} −{table.removed_count:,} ~{table.changed_count:,}")
        )
        say(f"{table.table}: {table.old_row_count} → {table.new_row_count} rows{keyed}")
        for change in table.changes:
            key = " ".join(value or "—" for name, value in change.key.items() if name != "method_version")
            say(f"  {key}  {change.column}: {change.old} → {change.new}")
    if all(table.is_equal for table in diff.tables):
        say("Nothing differs.")


@releases_app.command("rollback")
def releases_rollback(
    release_id: Annotated[str | None, typer.Argument(help="Default: the one before.")] = None,
) -> None:
    """Point readers to an earlier, verified release."""
    from pipelines.reporting import roll_back

    manifest = roll_back(settings_of_process(), _release_or_current(release_id, back=1))
    say(
        f"Readers now see {manifest.release_id}. Nothing was deleted. The next run publishes the newest "
        "files again: correct or replace a wrong file first."
    )
