"""Divisions from province to village, with their history."""

from pipelines.areas.build import AreaTableError, Place, build_areas, load_places

__all__ = ["AreaTableError", "Place", "build_areas", "load_places"]
