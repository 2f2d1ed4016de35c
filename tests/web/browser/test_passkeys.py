"""Passkeys in a real browser with a virtual authenticator: set up, signed in with, proved again with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from portal.access import make_link
from portal.access.models import Passkey, SignIn
from portal.clock import utc_now
from portal.customers.models import Customer
from tests.cast import CHEN, PING
from tests.web.browser.conftest import BrowserPage, LiveServer, OpenPage

pytestmark = pytest.mark.browser


def _with_authenticator(opened: BrowserPage) -> BrowserPage:
    """Give the page a device that holds passkeys and unlocks by itself; passkeys need a name, not an IP address."""
    devtools = opened.page.context.new_cdp_session(opened.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    opened.address = opened.address.replace("127.0.0.1", "localhost")
    return opened


def _add_passkey(opened: BrowserPage) -> None:
    opened.open("/account/second-factor?lang=en")
    opened.page.get_by_role("button", name="Set up a passkey").click()
    expect(opened.page.get_by_role("heading", name="Your recovery codes")).to_be_visible()


def test_opens_the_statement_of_a_mail_in_three_interactions(
    browser_page: OpenPage, live_server: LiveServer
) -> None:
    """Issue: with a passkey, at most three interactions from the mail to the open statement."""
    ping = _with_authenticator(browser_page())
    ping.sign_in(PING)
    _add_passkey(ping)
    ping.page.context.clear_cookies()
    with live_server.database.writing() as session:
        customer_id = session.scalars(select(Customer.id).where(Customer.number == "ACME")).one()
        statement = f"/statements/{live_server.company.statements[-1]}"
        link = make_link(
            session, path=statement, label={"kind": "statement", "month": "2026-10"}, customer_id=customer_id,
            recipient=PING.email, now=utc_now(),
        )  # fmt: skip
    ping.open(link)  # 1: the link of the mail
    ping.page.get_by_role("button", name="Passkey").click()  # 2: the passkey
    ping.page.wait_for_url(f"**{statement}")
    with live_server.database.reading() as session:
        newest = select(SignIn).order_by(SignIn.id.desc()).limit(1)
        assert session.scalars(newest).one().method == "passkey"


def test_staff_set_one_up_at_the_first_sign_in_and_prove_themselves_with_it(
    browser_page: OpenPage, live_server: LiveServer
) -> None:
    chen = _with_authenticator(browser_page())
    chen.open("/sign-in?lang=en&next=/account")
    chen.page.fill("input[name=email]", CHEN.email)
    chen.page.fill("input[name=password]", "correct horse battery staple")
    chen.page.press("input[name=password]", "Enter")
    expect(chen.page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    assert chen.breaches() == []
    chen.page.get_by_role("button", name="Set up a passkey").click()
    expect(chen.page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    chen.page.get_by_role("link", name="I have kept them").click()
    chen.page.wait_for_url("**/account")
    assert chen.breaches() == []
    with live_server.database.writing() as session:
        session.execute(update(SignIn).values(proved_at=utc_now() - timedelta(minutes=31)))
    chen.page.get_by_role("button", name="Make new codes").click()
    expect(chen.page.get_by_role("heading", name="Please prove again")).to_be_visible()
    chen.page.get_by_role("button", name="Passkey").click()
    expect(chen.page.get_by_role("heading", name="Your recovery codes")).to_be_visible()


def test_says_what_to_do_when_the_device_has_no_key(browser_page: OpenPage, live_server: LiveServer) -> None:
    nobody = browser_page()
    devtools = nobody.page.context.new_cdp_session(nobody.page)
    devtools.send("WebAuthn.enable")
    nobody.address = nobody.address.replace("127.0.0.1", "localhost")
    nobody.open("/sign-in?lang=en")
    assert nobody.breaches() == []
    with live_server.database.reading() as session:
        assert session.scalars(select(Passkey.id)).all() == []
    expect(nobody.page.get_by_role("button", name="Passkey")).to_be_visible()
    nobody.open("/sign-in?lang=zh")
    expect(nobody.page.get_by_role("button", name="用通行密钥登录")).to_be_visible()


def test_hides_passkeys_where_they_cannot_work(browser_page: OpenPage) -> None:
    """At an IP address browsers take none."""
    page = browser_page()
    page.open("/sign-in?lang=en")
    assert page.page.get_by_role("button", name="Passkey").count() == 0
