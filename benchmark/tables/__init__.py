"""The strict reader of all tables that users provide: CSV, TSV, JSONL and Parquet (docs/tables.md).

A cell that is not understood is an error with file, line and column, never a default.
"""

from benchmark.tables.problems import Problems, TableError, TableProblem
from benchmark.tables.reader import read_table
from benchmark.tables.table import Column, Table, Value

__all__ = ["Column", "Problems", "Table", "TableError", "TableProblem", "Value", "read_table"]
