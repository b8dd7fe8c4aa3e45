"""Imports benchmarks over REST and in the browser, as background tasks; lists the benchmarks."""
