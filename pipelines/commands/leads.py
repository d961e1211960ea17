"""``xianqing leads``: contradictions between departments, for people to look into."""

from __future__ import annotations

from pipelines.commands.common import AsJson, print_json, say, settings_of_process


def leads(as_json: AsJson = False) -> None:
    """List contradictions between departments; decides nothing."""
    from pipelines.reporting import leads as current_leads

    found = current_leads(settings_of_process())
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        say(f"{one.period}: {one.en}: {one.count}")
        for place in one.places:
            other = f" against {place.other_file_name} row {place.other_row}" if place.other_file_name else ""
            say(f"  {place.file_name} row {place.row}{other}")
    if not found:
        say("No records of different departments contradict each other.")
