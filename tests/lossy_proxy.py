"""A TCP proxy that loses responses after the server has sent them, so after the server's commit."""

import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close the connection with a reset


class LossyProxy:
    """Loses `lost_in_10` of every ten responses: half of them completely, and half from the middle on.

    Every request needs a separate connection (`Connection: close`).
    """

    def __init__(self, upstream: str, *, lost_in_10: int, seed: int) -> None:
        url = urlsplit(upstream)
        assert url.hostname
        self._upstream = (url.hostname, url.port)
        self._lost_in_10 = lost_in_10
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._fates: list[bool] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.lost: list[bytes] = []

    @contextmanager
    def running(self) -> Iterator["LossyProxy"]:
        thread = threading.Thread(target=self._accept)
        thread.start()
        try:
            yield self
        finally:
            self._listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            self._listening.close()

    def _accept(self) -> None:
        relays = []
        with suppress(OSError):  # the test is over
            while True:
                client, _ = self._listening.accept()
                relays.append(threading.Thread(target=self._relay, args=(client,)))
                relays[-1].start()
        for relay in relays:
            relay.join()

    def _relay(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._upstream) as server:
            requests = threading.Thread(target=_pump, args=(client, server))
            requests.start()
            answer = b"".join(iter(lambda: server.recv(65536), b""))
            with suppress(OSError):  # the client closed first
                self._answer(client, answer)
                client.shutdown(socket.SHUT_RD)
            requests.join()

    def _answer(self, client: socket.socket, answer: bytes) -> None:
        sent = self._sent_bytes(answer)
        client.sendall(answer[:sent])
        if sent == len(answer):
            return
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _sent_bytes(self, answer: bytes) -> int:
        """Decide how many bytes of an answer arrive: all, half of them or none."""
        with self._lock:
            if not self._fates:
                self._fates = [number < self._lost_in_10 for number in range(10)]
                self._chance.shuffle(self._fates)
            if not self._fates.pop():
                return len(answer)
            self.lost.append(answer)
            return len(answer) // 2 * (len(self.lost) % 2)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # one of the two closed
        while data := source.recv(65536):
            target.sendall(data)
