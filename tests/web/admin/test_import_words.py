"""Every column of a file is said in words that no other column of the same file has."""

from __future__ import annotations

import pytest

from admin.views.import_words import COLUMN_WORDS, FIGURE_COLUMNS
from portal.imports.layouts import CUSTOMER_COLUMNS
from portal.imports.rules import COLUMNS


@pytest.mark.parametrize("columns", [COLUMNS, CUSTOMER_COLUMNS], ids=["documents", "customers"])
def test_no_column_is_shown_by_its_key_or_like_another(columns: tuple[str, ...]) -> None:
    words = [COLUMN_WORDS[column] for column in columns]
    assert len(set(words)) == len(words)


def test_figures_are_columns_with_words() -> None:
    assert FIGURE_COLUMNS - COLUMN_WORDS.keys() == set()
