"""The Dagster code location: it loads the package and holds no logic."""

from pipelines.orchestration.code_location import build_definitions
from pipelines.settings import get_settings

defs = build_definitions(get_settings())
