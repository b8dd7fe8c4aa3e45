"""Speed and memory, measured: `make perf` prints a table with the machine; nothing here is a test."""
