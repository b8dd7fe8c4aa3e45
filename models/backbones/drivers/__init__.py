"""Programs (drivers) that run a network from the user's own installation.

A driver imports no module of this project outside this folder.

See docs/vbench.md for the protocol.
"""
