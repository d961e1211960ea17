"""Dagster around the stages of ``pipelines.run``: what exists, what runs, what is watched. No logic of its own."""
