"""The TLS settings that all connections of a process share."""

import ssl
from functools import cache

import httpx2


@cache
def tls_context() -> ssl.SSLContext:
    """Return the settings, with the certificate authorities that httpx2 trusts.

    Reading the certificates takes about 20 ms of processor time. Without these shared settings, each client
    would read the certificates again.
    """
    return httpx2.create_ssl_context()
