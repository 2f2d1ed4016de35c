"""Passwords."""

from __future__ import annotations

import pytest

from portal.access.passwords import WeakPassword, check_strength, hash_password, password_fits


@pytest.mark.parametrize(
    "weak", ["short", "x" * 129, "Password123", "ping@acme.example", "aaaaaaaaab", "12345678"]
)
def test_refuses_what_others_would_guess(weak: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(weak, email="Ping@Acme.example")


@pytest.mark.parametrize(
    "good", ["对账门户里的长密码", "four words in a row", "p" * 60 + "qr🔑", "  spaces stay  "]
)
def test_takes_any_letters_without_rules_about_kinds(good: str) -> None:
    made = hash_password(good, cost="test")
    assert password_fits(good, made, cost="test")
    assert not password_fits(good + "x", made, cost="test")


def test_hashes_with_argon2id_at_the_cost_the_standard_asks() -> None:
    """ASVS / OWASP: argon2id, at least 19 MiB and two passes."""
    assert hash_password("four words in a row", cost="strong").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_says_no_to_people_without_a_password() -> None:
    assert not password_fits("nobody has this password", None, cost="test")
    assert not password_fits("x", "not a hash", cost="test")
