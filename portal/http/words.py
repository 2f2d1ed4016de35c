"""The language of what is being rendered: chosen once a request or mail, reached by templates and views alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from portal.errors import Refusal
from portal.i18n import LANGUAGES, Translator, translator

_language: ContextVar[str] = ContextVar("concord_language", default="en")


def speak(language: str) -> None:
    """Choose the language of this request."""
    _language.set(language if language in LANGUAGES else "en")


@contextmanager
def speaking(language: str) -> Iterator[Translator]:
    """Choose a language for a while, e.g. the recipient's of a mail."""
    token = _language.set(language if language in LANGUAGES else "en")
    try:
        yield words()
    finally:
        _language.reset(token)


def language() -> str:
    """Return ``zh`` or ``en``."""
    return _language.get()


def words() -> Translator:
    """Return the translator of the chosen language."""
    return translator(_language.get())


def _(message: str, **params: object) -> str:
    """Return a message in the chosen language; money and dates among the values are written as its readers expect."""
    return words().gettext(message, **params)


def ngettext(one: str, many: str, count: int, **params: object) -> str:
    """Return the form of a message for a count, ``%(num)s``."""
    return words().ngettext(one, many, count, **params)


def say(refusal: Refusal) -> str:
    """Return what a refusal says, in the chosen language."""
    return words().gettext(refusal.message, **refusal.params)


def _template_text(text: str, context: EvalContext) -> str:
    """Return a message of ours as markup, so that only the values put into it are escaped."""
    return Markup(text) if context.autoescape else text  # noqa: S704 - our own text # nosec B704


@pass_eval_context
def _in_template(context: EvalContext, message: str, **params: object) -> str:
    text = words().gettext(message)
    if not params:
        return _template_text(text, context)
    shown = {name: words().show(value) for name, value in params.items()}
    return _template_text(text, context) % shown


@pass_eval_context
def _counted_in_template(context: EvalContext, one: str, many: str, count: int, **params: object) -> str:
    text = words().pick(one, many, count)
    shown = {"num": count} | {name: words().show(value) for name, value in params.items()}
    return _template_text(text, context) % shown


def install_words(environment: Environment) -> None:
    """Give templates ``_`` and ``ngettext``."""
    environment.add_extension("jinja2.ext.i18n")
    environment.globals.update(_=_in_template, gettext=_in_template, ngettext=_counted_in_template)
