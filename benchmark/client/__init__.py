"""The client of the REST API, used by the worker, the command line and `ti2v_bench`."""
