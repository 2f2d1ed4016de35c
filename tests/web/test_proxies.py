"""Only our own proxies say who calls, and log lines hold no secret of an address."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from portal.http.logs import masked
from portal.http.proxies import caller_of
from portal.settings import Settings

OURS = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("198.51.100.7", "192.0.2.1", "198.51.100.7"),
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "6.6.6.6, 192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "6.6.6.6, 192.0.2.1, 10.9.9.9", "192.0.2.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.1, <script>", "10.0.0.1"),
        ("fd00::1", "2001:db8::5", "2001:db8::5"),
    ],
)
def test_believes_what_our_proxies_added_and_nothing_before(peer: str, forwarded: str, caller: str) -> None:
    """Attack case D15."""
    assert caller_of(peer, forwarded, OURS) == caller


def test_refuses_networks_that_are_none() -> None:
    for text in ("1", "10.0.0.1/8", "proxy"):
        with pytest.raises(ValidationError):
            Settings(trusted_proxies=text)
    assert len(Settings(trusted_proxies=" 10.0.0.0/8, ::1/128 ").proxies) == 2


@pytest.mark.parametrize(
    "path", ["/l/{}", "/l/{}/code", "/invitation/{}/accept", "/reset/{}", "/account/e-mail/{}"]
)
def test_log_lines_hold_no_token(path: str) -> None:
    """Attack case D36."""
    assert masked(path.format("S3cret")) == path.format("…")
    assert masked("/statements/x") == "/statements/x"
