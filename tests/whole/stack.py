"""The processes of docker-compose.yml without Docker: S3 server, two servers, Caddy with TLS."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.ports import free_port

CADDYFILE = Path(__file__).resolve().parents[2] / "deploy" / "Caddyfile"
BUCKET = "ti2v"
SECRET = "a-secret-of-the-stack-with-32-bytes"
START = "import sys; from benchmark.cli.main import main; sys.exit(main(['serve']))"


@dataclass
class Stack:
    """The running processes. `address` is the proxy's; `certificate` is the root that the proxy made."""

    address: str
    certificate: Path
    servers: list["subprocess.Popen[bytes]"]

    def client(self, **options: object) -> httpx2.Client:
        context = ssl.create_default_context(cafile=str(self.certificate))
        return httpx2.Client(base_url=self.address, verify=context, timeout=60, **options)  # type: ignore[arg-type]


def s3_environment(address: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL_S3": address,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@contextmanager
def s3_server() -> Iterator[str]:
    """Yield the address of an S3 server with the bucket of the media."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    try:
        given = s3_environment(address)
        boto3.client(
            "s3",
            endpoint_url=address,
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            region_name=given["AWS_DEFAULT_REGION"],
        ).create_bucket(Bucket=BUCKET)
        yield address
    finally:
        server.stop()


@contextmanager
def running_stack(home: Path, *, database_url: str, s3: str, caddy: str) -> Iterator[Stack]:
    """Run two servers on one database and one bucket, behind Caddy with its own certificate."""
    site = f"https://localhost:{free_port()}"
    ports = [free_port(), free_port()]
    with ExitStack() as running:
        servers = []
        for number, port in enumerate(ports):
            environment = {
                "TI2V_HOME": str(home / f"server-{number}"),
                "TI2V_PORT": str(port),
                "TI2V_ENVIRONMENT": "production",
                "TI2V_PUBLIC_URL": site,
                "TI2V_SECRET_KEY": SECRET,
                "TI2V_DATABASE_URL": database_url,
                "TI2V_MEDIA_URL": f"s3://{BUCKET}/media",
                "TI2V_TRUSTED_PROXIES": "127.0.0.1",
                **s3_environment(s3),
            }
            command = [sys.executable, "-c", START]
            servers.append(
                running.enter_context(_process(command, environment, home / f"server-{number}.log"))
            )
        for port, server in zip(ports, servers, strict=True):
            _wait_until_ready(f"http://127.0.0.1:{port}/readyz", server)
        proxy = {
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / "caddy"),
            "CADDY_ADMIN": f"localhost:{free_port()}",
            "TI2V_SITE": site,
            "TI2V_UPSTREAM": " ".join(f"127.0.0.1:{port}" for port in ports),
        }
        config = _caddyfile(home)
        running.enter_context(
            _process(
                [caddy, "run", "--config", str(config), "--adapter", "caddyfile"], proxy, home / "caddy.log"
            )
        )
        stack = Stack(site, home / "caddy/caddy/pki/authorities/local/root.crt", servers)
        _wait_for_tls(stack)
        yield stack


def _caddyfile(home: Path) -> Path:
    """Return the shipped Caddyfile, changed so that Caddy adds no certificate authority to this machine."""
    shipped = CADDYFILE.read_text()
    local = shipped.replace(
        "{\n\tservers {",
        "{\n\tskip_install_trust\n\tlocal_certs\n\tauto_https disable_redirects\n\tservers {",
        1,
    )
    assert local != shipped
    path = home / "Caddyfile"
    path.write_text(local)
    return path


@contextmanager
def _process(
    command: Sequence[str], environment: dict[str, str], log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the process behind {address} ended"
        try:
            if httpx2.get(address, timeout=10).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{address} is not ready")


def _wait_for_tls(stack: Stack) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with stack.client() as client:
                if client.get("/healthz").status_code == 200:
                    return
        except (httpx2.TransportError, OSError):
            time.sleep(0.1)
    raise AssertionError("the proxy does not answer")
