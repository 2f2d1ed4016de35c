"""Passwords."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Person
from portal.access.passwords import (
    PasswordRules,
    WeakPassword,
    check_strength,
    common_passwords,
    earlier_hashes,
    hash_password,
    keep_password,
    new_password_hash,
    password_fits,
)


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


def test_knows_more_than_three_thousand_common_passwords() -> None:
    """ASVS 6.2.4: those that pass the rule of length, not those it refuses anyway."""
    known = common_passwords()
    assert len(known) > 3000
    assert min(map(len, known)) == 8


@pytest.mark.parametrize(
    "password",
    ["Password2024!", "P@ssw0rd123", "QWERTYUIOP", "abcdefghijk", "87654321", "wodemima123", "dragondragon",
     "zhangsan", "aaaaaaaaab", "abcabcabc", "concord2026"],
)  # fmt: skip
def test_refuses_words_with_what_people_put_behind_them(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(password)


def test_dengbao_asks_for_three_kinds_and_refuses_the_last_five(
    session: Session, ping: Actor, now: datetime
) -> None:
    strict = PasswordRules(cost="test", profile="dengbao")
    with pytest.raises(WeakPassword):
        new_password_hash("only small letters", strict, email="")
    person = session.get_one(Person, ping.person_id)
    words = [f"Word number {number} here" for number in range(7)]
    for word in words:
        made = new_password_hash(word, strict, email="", earlier=earlier_hashes(session, person.id))
        keep_password(session, person, made, now=now)
    earlier = earlier_hashes(session, person.id)
    assert len(earlier) == 5
    for word in words[2:]:
        with pytest.raises(WeakPassword):
            new_password_hash(word, strict, email="", earlier=earlier)
    assert new_password_hash(words[1], strict, email="", earlier=earlier)
    assert new_password_hash(words[6], PasswordRules(cost="test"), email="", earlier=earlier)
