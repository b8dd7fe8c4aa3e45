"""Reads and writes bit fields of H.264 headers.

Source: ITU-T H.264 (08/2021), 7.2 (rbsp_trailing_bits), 7.4.1 (emulation prevention), 9.1 (Exp-Golomb codes).
"""

import re

_EMULATION = re.compile(rb"\x00\x00\x03")
_TO_ESCAPE = re.compile(rb"\x00\x00(?=[\x00-\x03])")


class RbspError(Exception):
    """A field is missing or out of range, or bits follow the last field. The message is for logs."""


def unescaped(payload: bytes) -> bytes:
    """Remove the emulation prevention bytes from a unit's payload."""
    return _EMULATION.sub(b"\0\0", payload)


def escaped(rbsp: bytes) -> bytes:
    """Insert emulation prevention bytes, so that no start code occurs in a payload.

    >>> escaped(bytes([0, 0, 1])).hex()
    '00000301'
    """
    return _TO_ESCAPE.sub(b"\0\0\3", rbsp)


class BitReader:
    """Reads fields one after the other. Each call states the range of values that the field may have."""

    def __init__(self, rbsp: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in rbsp)
        self._at = 0

    def u(self, bits: int, *, least: int = 0, most: int | None = None) -> int:
        """Read an unsigned number with the given number of bits."""
        found = self._bits[self._at : self._at + bits]
        if len(found) < bits:
            raise RbspError("a field is cut off")
        self._at += bits
        return _checked(int(found, 2), least, most)

    def ue(self, *, least: int = 0, most: int) -> int:
        """Read an unsigned Exp-Golomb number."""
        one = self._bits.find("1", self._at)
        zeros = one - self._at
        if one < 0 or zeros > 31:
            raise RbspError("no Exp-Golomb number")
        self._at = one
        return _checked(self.u(zeros + 1) - 1, least, most)

    def se(self, *, least: int, most: int) -> int:
        """Read a signed Exp-Golomb number."""
        code = self.ue(most=2 * max(-least, most))
        return _checked((code + 1) // 2 if code % 2 else -(code // 2), least, most)

    @property
    def is_at_end(self) -> bool:
        """Return whether only the stop bit and zeros are left to read."""
        return self._bits.find("1", self._at) == self._at and "1" not in self._bits[self._at + 1 :]

    def expect_end(self) -> None:
        if not self.is_at_end:
            raise RbspError("bits follow the last field")


class BitWriter:
    """Writes fields one after the other. Each method returns the written value."""

    def __init__(self) -> None:
        self._bits: list[str] = []

    def u(self, bits: int, number: int) -> int:
        self._bits.append(f"{number:0{bits}b}")
        return number

    def ue(self, number: int) -> int:
        code = f"{number + 1:b}"
        self._bits.append("0" * (len(code) - 1) + code)
        return number

    def se(self, number: int) -> int:
        self.ue(2 * number - 1 if number > 0 else -2 * number)
        return number

    def rbsp(self) -> bytes:
        """Return the written fields, followed by the stop bit and by zeros that complete the last byte."""
        bits = "".join(self._bits) + "1"
        bits += "0" * (-len(bits) % 8)
        return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _checked(number: int, least: int, most: int | None) -> int:
    if number < least or (most is not None and number > most):
        raise RbspError(f"{number} is out of range")
    return number
