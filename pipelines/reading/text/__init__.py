"""Delimited text as grids and tables: encodings, dialects, records, damaged rows."""
