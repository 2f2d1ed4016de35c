"""Who calls: the peer's address, or what our own proxies say of it; nobody else's ``X-Forwarded-*`` is believed."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Networks = tuple[IPv4Network | IPv6Network, ...]


def caller_of(peer: str, forwarded: str, networks: Networks) -> str:
    """Return the address of who calls.

    The list is read from its end, where our own proxies wrote: the first address that is not one of ours is the
    caller. What stands before it came from the caller and may be made up.

    Args:
        peer: Address of the connection.
        forwarded: ``X-Forwarded-For`` as it came in.
        networks: Our own proxies.
    """
    caller = peer
    for part in reversed(forwarded.split(",")):
        if not _is_ours(caller, networks):
            break
        named = part.strip().strip("[]")
        if not _is_address(named):
            break
        caller = named
    return caller


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_ours(text: str, networks: Networks) -> bool:
    if not _is_address(text):
        return False
    address = ip_address(text)
    return any(address.version == network.version and address in network for network in networks)


class ProxiesKnown:
    """WSGI: puts the caller's address and scheme where Flask looks for them."""

    def __init__(self, application: WSGIApplication, networks: Networks) -> None:
        """Stand in front of ``application``."""
        self._application = application
        self._networks = networks

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        peer = str(environ.get("REMOTE_ADDR", ""))
        if _is_ours(peer, self._networks):
            environ["REMOTE_ADDR"] = caller_of(
                peer, str(environ.get("HTTP_X_FORWARDED_FOR", "")), self._networks
            )
            scheme = str(environ.get("HTTP_X_FORWARDED_PROTO", "")).rpartition(",")[2].strip()
            if scheme in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme
        return self._application(environ, start_response)
