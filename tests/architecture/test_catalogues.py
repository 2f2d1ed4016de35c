"""Every word people read stands in both catalogues, complete and with the same placeholders."""

import re

import pytest
from babel.messages.catalog import Message

from admin.commands.catalogues import LANGUAGES, extract, path_of, read

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
HINT = "run .venv/bin/python admin/commands/catalogues.py update, then translate"


def forms(value: object) -> list[str]:
    return [str(form) for form in value] if isinstance(value, list | tuple) else [str(value)]


def messages(language: str) -> dict[object, Message]:
    return {message.id: message for message in read(language) if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_exactly_the_messages_of_the_product(language: str) -> None:
    wanted, present = {message.id for message in extract() if message.id}, set(messages(language))
    assert wanted - present == set(), HINT
    assert present - wanted == set(), HINT


def test_every_message_is_translated_into_chinese() -> None:
    empty = [message.id for message in messages("zh").values() if not all(forms(message.string))]
    assert empty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [message.id for message in messages(language).values() if message.fuzzy] == []


def keeps_placeholders(message: Message) -> bool:
    """Say whether each form uses the names of the original, and a percent sign for nothing else."""
    wanted = {name for form in forms(message.id) for name in PLACEHOLDER.findall(form)}
    optional = {"num"} if isinstance(message.id, tuple) else set()
    for form in filter(None, forms(message.string)):
        names = PLACEHOLDER.findall(form)
        if set(names) - wanted or wanted - set(names) - optional:
            return False
        if wanted and form.replace("%%", "").count("%") != len(names):
            return False
    return True


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    assert [message.id for message in messages(language).values() if not keeps_placeholders(message)] == []


def test_no_english_sentence_is_left_in_the_chinese_catalogue() -> None:
    left = [
        message.id
        for message in messages("zh").values()
        if message.string == message.id and len(re.findall(r"[A-Za-z]{2,}", str(message.id))) > 2
    ]
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_not_older_than_its_text(language: str) -> None:
    assert path_of(language).with_suffix(".mo").stat().st_mtime >= path_of(language).stat().st_mtime
