"""Parts of the command line that are too long for ``pipelines.cli``."""
