"""Typed base of every form: labels and errors are message ids, translated here; the CSRF guard stands before it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField, SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.attachments import FileDraft
from portal.clock import is_usable_day
from portal.errors import N_, Invalid, Refusal
from portal.http.words import _, say
from portal.money import BadAmount, Money, currency_digits, parse_minor

#: One figure, or a sum that begins with ``=``: a date or phone number is no sum.
_SUM = re.compile(r"=([+-]?[0-9.]+(?:[+-][0-9.]+)*)|([+-]?[0-9.]+)")
#: A comma that does not stand before three digits: ``1,5`` is one and a half to some, and never fifteen.
_ODD_COMMA = re.compile(r",(?![0-9]{3}(?![0-9]))")
#: What Chinese keyboards write for ASCII, and the minus of figures on our pages; nothing else is taken for a digit.
_NARROW = str.maketrans("０１２３４５６７８９．，＋－＝\u2212\u3000", "0123456789.,+-=- ")


#: Line ends, control and direction marks: a name or number goes into mail headers, file names and lists.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _is_line(field: Any) -> bool:
    return isinstance(field, StringField) and not isinstance(field, TextAreaField | PasswordField)


def sent() -> MultiDict[str, str]:
    """Return what this request says for itself: a form never listens to the address it was sent to."""
    return request.form if request.method == "POST" else request.args


def options(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return the choices of a RadioField or SelectField from (value, message id) pairs."""
    return [SelectChoice(value, label) for value, label in pairs]


def _translated(choice: SelectChoice | tuple[Any, ...]) -> SelectChoice:
    one = choice if isinstance(choice, SelectChoice) else SelectChoice(choice[0], choice[1])
    return replace(one, label=_(str(one.label)))


class Form(FlaskForm):  # type: ignore[misc] # Flask-WTF has no types
    """A form: ``StringField(N_("Name"), [needed(), at_most(120)])``; ``if form.validate_on_submit(): …``."""

    form_errors: list[str]

    class Meta(FlaskForm.Meta):  # type: ignore[misc] # the same
        """The guard in front of every POST has checked the token already."""

        csrf = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill from the request, ``data`` or ``obj``; write labels and choices in the reader's language."""
        super().__init__(*args, **kwargs)
        for field in self:
            if isinstance(field, StringField) and field.data is None:
                field.data = ""
            field.label.text = _(str(field.label.text))
            if field.description:
                field.description = _(str(field.description))
            if isinstance(getattr(field, "choices", None), list):
                field.choices = [_translated(choice) for choice in field.choices]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; what is wrong is said in the reader's language."""
        is_valid: bool = super().validate(extra_validators)
        for field in self:
            if isinstance(field.data, date) and not is_usable_day(field.data):
                field.errors, is_valid = [N_("This is not a date.")], False
            if _is_line(field) and _CONTROL.search((field.data or "").strip()):
                wrong = N_("This text holds characters that cannot be kept.")
                field.errors, is_valid = [wrong], False
            if isinstance(field.errors, list | tuple):
                field.errors = [_(str(text)) for text in field.errors]
        return is_valid

    def refuse(self, refusal: Refusal) -> None:
        """Show what a verb refused, at the field it names where the form has one."""
        name = getattr(refusal, "field", None)
        if name and name in self:
            self[name].errors = [*self[name].errors, say(refusal)]
        else:
            self.form_errors = [*self.form_errors, say(refusal)]

    @property
    def status(self) -> int:
        """Status to answer with: 422 when something is wrong, else 200."""
        return 422 if self.errors or self.form_errors else 200


def needed(message: str = N_("This is needed.")) -> InputRequired:
    """Return the check that a field is filled."""
    return InputRequired(message)


def at_most(count: int) -> Length:
    """Return the check that a text is no longer than ``count`` characters."""
    return Length(max=count, message=N_("This is too long."))


def read_money(text: str, currency: str, *, field: str = "amount", signed: bool = False) -> Money:
    """Read what a person typed as money: ``1,234.5``, ``１２３４．５``, ``=1200+34.5``.

    Args:
        text: As typed.
        currency: ISO 4217 code.
        field: Name of the form field, for the refusal.
        signed: Whether less than zero is allowed.

    Raises:
        Invalid: Not such an amount, or more decimals than the currency has; nothing is rounded.
    """
    typed = text.translate(_NARROW).replace(" ", "")
    found = None if _ODD_COMMA.search(typed) else _SUM.fullmatch(typed.replace(",", ""))
    currency_digits(currency)
    wrong = Invalid(
        N_("“%(text)s” is not an amount in %(currency)s."), field=field, text=text[:40], currency=currency
    )
    if found is None:
        raise wrong
    try:
        parts = re.findall(r"[+-]?[0-9.]+", found[1] or found[2])
        minor = sum(parse_minor(part.removeprefix("+"), currency, signed=True) for part in parts)
    except BadAmount:
        raise wrong from None
    if (minor < 0 and not signed) or abs(minor) >= 10 ** (15 + currency_digits(currency)):
        raise wrong
    return Money(minor, currency)


def read_count(text: str) -> int | None:
    """Return a count or line number that came in as up to nine ASCII digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def uploads(name: str = "files") -> tuple[FileDraft, ...]:
    """Return the files that came in under a field name; empty choices are left out."""
    files = request.files.getlist(name)
    return tuple(FileDraft(file.filename, file.read()) for file in files if file.filename)
