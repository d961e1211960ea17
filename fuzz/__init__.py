"""Fuzzing of the reader: one target per parser, run by atheris (Linux only).

Belongs here: targets, their invariants, generated seeds. Does not belong here: finds, which are fixtures of the fault
tests (``tests/faults/finds``).
"""
