"""A HIT of Mechanical Turk in Chromium: the study runs in a frame of another site, over TLS.

The top page is a stand-in of www.mturk.com on loopback. The browser blocks unpartitioned cookies of other
sites.
"""

import datetime
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from app.context import AppContext
from benchmark.wire.phases import Phases
from tests.app.api.conftest import client_of
from tests.app.platforms.test_mturk import LINK
from tests.browser.conftest import CHROMIUM_ARGUMENTS, LAB_HOST, find_chromium
from tests.cast import Cast, Study
from tests.conftest import serving
from tests.http_server import StandInHandler, running_http_server

TURK_HOST = "www.mturk.com"
PHASES = Phases.model_validate(
    {
        "consent": {
            "sections": [{"title": "Who runs it", "text": "Example University."}],
            "statements": ["I agree to take part."],
        }
    }
)


class Turk:
    """The page of the stand-in for Mechanical Turk, and the submitted forms."""

    def __init__(self) -> None:
        self.study_url = ""
        self.port = 0
        self.forms: list[tuple[str, dict[str, list[str]]]] = []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate and its key."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, LAB_HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(LAB_HOST), x509.DNSName(TURK_HOST)]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def turk(certificate: tuple[Path, Path]) -> Iterator[Turk]:
    turk = Turk()

    class Handler(StandInHandler):
        def answer(self, body: bytes) -> None:
            page = f'<!DOCTYPE html><h1>HIT</h1><iframe src="{turk.study_url}" width="1200" height="800">'
            if self.command == "POST":
                turk.forms.append((self.path, parse_qs(body.decode())))
                page = "<!DOCTYPE html><p>The HIT was submitted."
            self.respond(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    with running_http_server(Handler, tls) as address:
        turk.port = urlsplit(address).port or 0
        yield turk


@pytest.fixture(scope="module")
def live_server(context: AppContext, certificate: tuple[Path, Path]) -> Iterator[str]:
    cert, key = map(str, certificate)
    with serving(context, ssl_certfile=cert, ssl_keyfile=key) as address:
        yield f"https://{LAB_HOST}:{urlsplit(address).port}"


@pytest.fixture(scope="module")
def chromium(turk: Turk) -> Iterator[Browser]:
    hosts = f"MAP {TURK_HOST}:443 127.0.0.1:{turk.port}, MAP {LAB_HOST} 127.0.0.1"
    arguments = [each for each in CHROMIUM_ARGUMENTS if not each.startswith("--host-resolver-rules")]
    arguments += [f"--host-resolver-rules={hosts}", "--test-third-party-cookie-phaseout"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 1300, "height": 900})
    yield context
    context.close()


def new_hit(cast: Cast, turk: Turk, live_server: str, slug: str) -> Study:
    study = cast.open_study(slug, others=["cinemo"], comparisons_per_annotator=1, phases=PHASES)
    owner = client_of(cast.context, cast.alice)
    sent = {"kind": "mturk", "completed": {"code": "D0NE"}}
    assert owner.put(f"/api/v1/studies/{slug}/platform", json=sent).status_code == 200
    turk.study_url, turk.forms = f"{live_server}/studies/{slug}/join?{urlencode(LINK)}", []
    return study


def test_a_worker_finishes_the_study_inside_the_hit(
    browser: BrowserContext, cast: Cast, turk: Turk, live_server: str
) -> None:
    new_hit(cast, turk, live_server, "in-the-frame")
    page = browser.new_page()
    page.goto(f"https://{TURK_HOST}/projects/1/tasks/2")
    hit = page.frame_locator("iframe")

    hit.get_by_label("I agree to take part.").check()
    hit.locator("button.submit").click()
    hit.locator("[data-part=submit] span", has_text="Choose A or B").wait_for()
    hit.get_by_role("article", name="Clip A").locator(".choose").click()
    hit.locator(".tiles label", has_text="Text alignment").click()
    hit.locator(".submit:visible").click()
    hit.get_by_role("button", name="Submit the HIT").click()
    hit.get_by_text("The HIT was submitted.").wait_for()

    expected = {"assignmentId": [LINK["assignmentId"]], "code": ["D0NE"]}
    assert turk.forms == [("/mturk/externalSubmit", expected)]
    (cookie,) = browser.cookies()
    assert (cookie["name"], cookie["sameSite"], cookie["secure"]) == ("ti2v_frame", "None", True)
    assert cookie["partitionKey"] == "https://mturk.com"


def test_without_cookies_in_the_frame_the_study_opens_in_a_new_tab(
    browser: BrowserContext, cast: Cast, turk: Turk, live_server: str
) -> None:
    study = new_hit(cast, turk, live_server, "in-a-tab")
    # Another client joins, so that this browser has no cookie, as if it had blocked the cookie.
    answer = client_of(cast.context).get(
        f"/studies/{study.slug}/join",
        params=LINK,
        headers={"Sec-Fetch-Dest": "iframe"},
        follow_redirects=False,
    )
    turk.study_url = live_server + answer.headers["location"]
    page = browser.new_page()
    page.goto(f"https://{TURK_HOST}/projects/1/tasks/2")

    with browser.expect_page() as opened:
        page.frame_locator("iframe").get_by_role("link", name="Open the study").click()
    opened.value.get_by_label("I agree to take part.").wait_for()

    assert urlsplit(opened.value.url).path == f"/studies/{study.slug}/phases/consent"
    assert [cookie["name"] for cookie in browser.cookies()] == ["ti2v_session"]


def test_another_site_cannot_show_the_study(
    browser: BrowserContext, cast: Cast, turk: Turk, live_server: str
) -> None:
    new_hit(cast, turk, live_server, "elsewhere")
    page = browser.new_page()

    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.set_content(f'<iframe src="{turk.study_url}"></iframe>')
