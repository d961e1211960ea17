"""What a checkout does once, whatever it then runs: its dbt project, parsed and compiled from nothing."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pipelines.modelling.build import project_statements
from pipelines.modelling.dbt import cache_dir, current_project
from pipelines.settings import get_settings

if __name__ == "__main__":
    settings = get_settings()
    shutil.rmtree(cache_dir(settings), ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        project_statements(settings, current_project(settings), Path(scratch))
