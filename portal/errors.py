"""The four refusals of the product; every other refusal is a subclass that says what was refused."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - the gettext convention for "mark, translate later"
    """Mark an English message for the catalogues without translating it here."""
    return message


class Refusal(Exception):
    """A business answer "no" with a message for people.

    Attributes:
        message: English message id with ``%(name)s`` placeholders, translated at the edge.
        params: Values of the placeholders (text, int, Money, date), formatted at the edge.
        code: Short stable word for JSON answers.
    """

    code = "refused"
    default_message = N_("This cannot be done.")

    def __init__(self, message: str | None = None, **params: object) -> None:
        """Keep message id and values apart so that each reader gets their language."""
        self.message = message or self.default_message
        self.params = params
        super().__init__(self.message % params if params else self.message)


class NotFound(Refusal):
    """Unknown, or out of the actor's scope: the two must not be told apart (404)."""

    code = "not_found"
    default_message = N_("This page is not here, or not for you.")


class NotAllowed(Refusal):
    """In scope, but the role lacks the act (403)."""

    code = "not_allowed"
    default_message = N_("Your role does not allow this.")


class SecondPersonRequired(NotAllowed):
    """Maker and checker must be two people (403)."""

    code = "second_person_required"
    default_message = N_("You prepared this. Someone else must approve it.")


class Conflict(Refusal):
    """Wrong state, lost race, superseded version (409)."""

    code = "conflict"
    default_message = N_("Someone was faster: this has changed since you opened it. Nothing was saved.")


class Invalid(Refusal):
    """Readable but refused values (422).

    Attributes:
        field: Name of the form field or column that is wrong, where one is.
    """

    code = "invalid"
    default_message = N_("This value cannot be used.")

    def __init__(self, message: str | None = None, *, field: str | None = None, **params: object) -> None:
        """Keep the field beside message and values."""
        self.field = field
        super().__init__(message, **params)


class Throttled(Refusal):
    """Too many tries (429).

    Attributes:
        retry_after_seconds: When trying again makes sense.
    """

    code = "throttled"
    default_message = N_("Too many tries. Please wait a few minutes and try again.")

    def __init__(self, retry_after_seconds: int, message: str | None = None, **params: object) -> None:
        """Keep the waiting time for the Retry-After header."""
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message, **params)
