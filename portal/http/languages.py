"""Which language a request speaks: ``?lang=``, else the person's choice, else the cookie, else the browser."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, request, session
from flask_babel import Babel
from sqlalchemy.exc import DBAPIError

from portal.access import set_language
from portal.http.unit import unit
from portal.http.words import install_words, language, speak
from portal.i18n import LANGUAGES, LOCALE_FOLDER, negotiate


def _chosen() -> str:
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    signed_in = unit().signed_in
    if signed_in is not None:
        return signed_in.actor.language
    kept = session.get("lang")
    return kept if kept in LANGUAGES else negotiate(request.headers.get("Accept-Language", ""))


def _choose() -> None:
    if request.endpoint == "static":
        return
    chosen = _chosen()
    speak(chosen)
    if request.args.get("lang") == chosen:
        _remember(chosen)


def _remember(chosen: str) -> None:
    if session.get("lang") != chosen:
        session["lang"] = chosen
    g = unit()
    if g.signed_in is not None and g.actor.language != chosen:
        try:
            with g.database.writing() as writing:
                set_language(writing, language=chosen, actor=g.actor)
        except DBAPIError:
            return  # busy; the cookie remembers meanwhile


def _forget(_error: BaseException | None) -> None:
    speak("en")  # the thread serves others next, and what runs between requests has asked for no language


def other_language_url() -> str:
    """Return this page's address in the other language."""
    other = "en" if language() == "zh" else "zh"
    return "?" + urlencode(
        [*((k, v) for k, v in request.args.items(multi=True) if k != "lang"), ("lang", other)]
    )


def set_up_languages(app: Flask) -> None:
    """Choose a language before each request; templates and forms reach the same catalogues."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(LOCALE_FOLDER)
    Babel(app, locale_selector=language)
    install_words(app.jinja_env)
    app.before_request(_choose)
    app.teardown_request(_forget)
    app.context_processor(lambda: {"lang": language()})
