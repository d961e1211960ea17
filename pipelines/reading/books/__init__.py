"""Workbooks and Parquet files as grids and tables: every format whose cells have types."""
