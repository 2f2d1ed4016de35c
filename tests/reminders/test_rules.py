"""Who is told, at which stage, and why not: the rules of reminders."""

from typing import Any

import pytest

from portal.reminders.rules import (
    SKIPS,
    Recipient,
    Situation,
    is_sendable,
    is_wanted,
    one_per_address,
    reached_stage,
    reason_to_skip,
)

STAGES = (0, 7, 12, 16, 30)


@pytest.mark.parametrize(
    ("days", "stage"),
    [(-1, None), (0, 0), (6, 0), (7, 1), (11, 1), (12, 2), (16, 3), (29, 3), (30, 4), (400, 4)],
)
def test_the_stage_is_the_last_one_whose_day_has_come(days: int, stage: int | None) -> None:
    assert reached_stage(days, STAGES) == stage


def situation(**changes: object) -> Situation:
    usual: dict[str, Any] = {
        "days": 7, "is_paused": False, "is_archived": False, "is_newest": True, "line_count": 3, "disputed_count": 0,
    }  # fmt: skip
    return Situation(**usual | changes)


@pytest.mark.parametrize(
    ("changes", "stage", "reason"),
    [
        ({}, 1, None),
        ({"disputed_count": 2}, 1, None),
        ({"disputed_count": 3}, 1, "all-disputed"),
        ({"disputed_count": 3}, 0, None),
        ({"line_count": 0}, 1, None),
        ({"is_paused": True}, 1, "paused"),
        ({"is_archived": True, "is_paused": True}, 1, "archived"),
        ({"is_newest": False}, 1, "newer-month"),
        ({}, None, "not-yet"),
    ],
)
def test_every_skip_has_its_reason(changes: dict[str, object], stage: int | None, reason: str | None) -> None:
    """The truth table of reminders that know: a nil statement is reminded of, a wholly disputed one is not."""
    assert reason_to_skip(situation(**changes), stage) == reason
    assert reason is None or reason in SKIPS


def test_one_address_is_told_once_and_for_the_strongest_reason() -> None:
    found = [
        Recipient("PING@acme.example", "P. Zhou", "en", "contact"),
        Recipient("ping@acme.example", "Ping Zhou", "zh", "confirmer"),
        Recipient("ap@acme.example", "Payables", "en", "contact"),
    ]
    assert [(one.email, one.name, one.language, one.reason) for one in one_per_address(found)] == [
        ("ap@acme.example", "Payables", "en", "contact"),
        ("ping@acme.example", "Ping Zhou", "zh", "confirmer"),
    ]


def test_a_wish_not_to_be_reminded_counts_for_the_address() -> None:
    (only,) = one_per_address(
        [
            Recipient("ping@acme.example", "Ping Zhou", "zh", "confirmer"),
            Recipient("ping@acme.example", "Ping Zhou", "zh", "contact", wants_reminders=False),
        ]
    )
    assert is_wanted(only, is_first=True)
    assert not is_wanted(only, is_first=False)


@pytest.mark.parametrize(
    "email", ["nobody", "@acme.example", "a b@acme.example", "a@acme.example\nBcc: x@y.example"]
)
def test_an_address_that_could_break_a_header_is_not_written_to(email: str) -> None:
    assert not is_sendable(Recipient(email, "Ping", "en", "contact"))
    assert is_sendable(Recipient("ping@acme.example", "Ping", "en", "contact"))
