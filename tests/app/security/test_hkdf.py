"""HKDF gives the results of the test vectors in RFC 5869, appendix A."""

import pytest

from app.security.hkdf import hkdf_sha256
from app.security.tokens import derived_token


@pytest.mark.parametrize(
    ("secret", "salt", "info", "derived"),
    [
        (
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            "0b" * 22,
            "",
            "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ],
    ids=["A.1", "A.3"],
)
def test_the_vectors_of_the_rfc(secret: str, salt: str, info: str, derived: str) -> None:
    found = hkdf_sha256(
        bytes.fromhex(secret), salt=bytes.fromhex(salt), info=bytes.fromhex(info), length=len(derived) // 2
    )

    assert found.hex() == derived


def test_every_purpose_has_a_token_of_its_own() -> None:
    secret = b"s" * 32
    tokens = {derived_token(secret, purpose) for purpose in ("demo researcher key", "demo invitation to a")}

    assert len(tokens) == 2
    assert derived_token(secret, "demo researcher key") in tokens


def test_more_than_255_blocks_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="255"):
        hkdf_sha256(b"s" * 32, info=b"", length=255 * 32 + 1)
