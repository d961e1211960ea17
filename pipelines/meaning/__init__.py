"""MEANING: do a file's values mean what they meant before: units, columns, codes, holes, drift, leads.

Stands beside READ: a reading process leaves a small profile of each file, free of personal values; what it says is
compared with the accepted earlier periods whenever ledgers are settled. Does not belong here: judging single rows.
"""
