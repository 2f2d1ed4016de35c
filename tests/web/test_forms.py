"""Forms: money as people type it, refusals at their field, words in the reader's language."""

from __future__ import annotations

import pytest
from flask import Flask
from wtforms import StringField

from portal.errors import Invalid
from portal.http.forms import Form, needed, read_money
from portal.http.words import speaking
from portal.money import Money, UnknownCurrency


class NameForm(Form):
    """One field."""

    name = StringField("Name", [needed()])


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1,234.5", "CNY", 123450),
        ("１，２３４．５", "CNY", 123450),
        ("=1200+34.5", "CNY", 123450),
        ("=100-0.01", "CNY", 9999),
        (" 12 ", "JPY", 12),
        ("1.234", "KWD", 1234),
    ],
)
def test_reads_money_as_people_type_it(typed: str, currency: str, minor: int) -> None:
    assert read_money(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("", "CNY"), ("abc", "CNY"), ("1.005", "CNY"), ("10.50", "JPY"), ("1e3", "CNY"), ("-1", "CNY"), ("--1", "CNY"),
        ("1..2", "CNY"), ("9" * 16, "CNY"), ("=999999999999999+1", "CNY"), ("=", "CNY"), ("1+", "CNY"),
        ("2026-10-31", "CNY"), ("10\u00b2", "CNY"), ("1,5", "EUR"), ("1,2345", "CNY"),
    ],
)  # fmt: skip
def test_refuses_what_is_no_amount_and_rounds_nothing(typed: str, currency: str) -> None:
    """Attack case D34."""
    with pytest.raises(Invalid) as refused:
        read_money(typed, currency, field="amount")
    assert refused.value.field == "amount"


def test_takes_less_than_zero_only_where_asked() -> None:
    assert read_money("\u22125", "CNY", signed=True) == Money(-500, "CNY")
    with pytest.raises(UnknownCurrency):
        read_money("5", "XXQ")


def test_shows_a_refusal_at_the_field_it_names(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"name": "x"}), speaking("en"):
        form = NameForm()
        assert form.validate_on_submit()
        form.refuse(Invalid("Not %(name)s.", field="name", name="x"))
        form.refuse(Invalid("Something else."))
        assert (form.name.errors, form.form_errors, form.status) == (["Not x."], ["Something else."], 422)


def test_needs_what_is_needed(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"name": ""}), speaking("en"):
        form = NameForm()
        assert not form.validate_on_submit()
        assert form.name.errors == ["This is needed."]
