"""Reads tables that users provide, strictly: CSV, TSV, JSONL and Parquet (docs/tables.md).

An invalid cell is an error with file, line and column; no default value replaces the cell.
"""

from benchmark.tables.problems import Problems, TableError, TableProblem
from benchmark.tables.reader import read_table
from benchmark.tables.table import Column, Table, Value

__all__ = ["Column", "Problems", "Table", "TableError", "TableProblem", "Value", "read_table"]
