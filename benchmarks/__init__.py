"""Speed as ratios in one run: the pipeline against the bare reading of the same files."""
