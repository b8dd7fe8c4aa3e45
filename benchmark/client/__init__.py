"""The client of the REST API, which the worker, the command line and `ti2v_bench` use."""
