"""What others use for the same work, written fairly: the yardstick beside the floor."""
