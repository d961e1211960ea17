"""The pollution suite: clean tables, damage with seeds, truth, a scorer that knows positions, and peers beside us."""
