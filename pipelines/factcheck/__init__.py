"""The checker of published figures: a Chinese report in, every relation its wording justifies out, with a verdict.

The way of a text: ``extraction`` (file to text) → ``normal`` (one notation, offsets kept) → ``figures`` (numbers with
unit and precision) → ``tokens`` and ``grammar.lark`` (roles of figures) → ``reading`` (entries: who has which figure)
→ ``sums``, ``shares``, ``changes``, ``bounds``, ``repeats``, ``tables``, ``against`` (relations) → ``check`` (verdicts,
offsets). ``docs/factcheck.md`` has the map and what was measured.
"""
