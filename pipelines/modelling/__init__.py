"""From judged rows to marts: the build file's bronze schema, the deliveries as tables, and dbt in this process."""

from pipelines.modelling.dbt import dbt_manifest

__all__ = ["dbt_manifest"]
