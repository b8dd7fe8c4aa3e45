"""Programs that run a network from the user's own installation. Drivers import nothing of this project.

See docs/vbench.md for the protocol.
"""
