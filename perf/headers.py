"""Sends one header of 16 MiB and ten unfinished headers to a server, and prints the server's memory."""

import socket
import tempfile
import time
from pathlib import Path

from app import migrations
from app.database import Database
from app.settings import Settings
from perf.server import running_server

HEADER_BYTES, UNFINISHED, CHUNK_BYTES = 16 * 1024**2, 10, 65_536
BEGIN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: "
SMALL = 31 * 1024


def main() -> None:
    """Print the response to a large header, and the server's memory before and during unfinished headers."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = Database.of(Settings(_env_file=None, home=home))  # type: ignore[call-arg]  # pydantic-settings
        migrations.upgrade(database)
        database.close()
        with running_server(home) as server:
            before = server.memory_mb()
            started = time.monotonic()
            with _connected(server.port) as connection:
                sent = _send(connection, HEADER_BYTES)
                answer = _received(connection)
            print(
                f"a header of 16 MiB: {answer!r} after {time.monotonic() - started:.2f} s and "
                f"{sent / 1024:.0f} KiB sent; server {server.memory_mb() - before:+.1f} MB"
            )
            for name, size in (("16 MiB", HEADER_BYTES), ("31 KiB, just below the limit", SMALL)):
                before = server.memory_mb()
                connections = [_connected(server.port) for _ in range(UNFINISHED)]
                sent = sum(_send(connection, size) for connection in connections)
                time.sleep(1)
                grown = server.memory_mb() - before
                for connection in connections:
                    connection.close()
                print(
                    f"{UNFINISHED} unfinished headers of {name}: {sent / 1024:.0f} KiB sent; {grown:+.1f} MB"
                )


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def _send(connection: socket.socket, size: int) -> int:
    """Send the beginning of a header until it has this size or the server closes. Return the bytes sent."""
    connection.sendall(BEGIN)
    sent = 0
    try:
        while sent < size:
            connection.sendall(b"a" * min(CHUNK_BYTES, size - sent))
            sent += CHUNK_BYTES
    except OSError:
        pass  # the server has closed the connection
    return min(sent, size)


def _received(connection: socket.socket) -> str:
    try:
        return connection.recv(65_536).partition(b"\r\n")[0].decode()
    except OSError as error:
        return f"no answer ({error.strerror})"


if __name__ == "__main__":
    main()
