"""TCP ports for servers that tests start."""

import random
import socket

# Linux and macOS take the ports of outgoing connections from a range above, so no connection takes the port
# before the server does. The choice is random, because several test processes run at once.
_FIRST, _LAST = 20_000, 32_000


def free_port() -> int:
    """Return a port of the loopback address on which nothing listens."""
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(_FIRST, _LAST)
        with socket.socket() as listening:
            try:
                listening.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
