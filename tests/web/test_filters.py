"""Filters of templates: figures and dates in both languages, names of people and browsers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from jinja2 import Environment

from portal.http.devices import device_name
from portal.http.filters import initials, install_filters
from portal.http.words import install_words, speaking
from portal.money import Money


def _say(template: str, language: str, **values: object) -> str:
    environment = Environment(autoescape=True)
    install_words(environment)
    install_filters(environment, lambda: "Asia/Shanghai")
    with speaking(language):
        return environment.from_string(template).render(values)


@pytest.mark.parametrize(
    ("template", "english", "chinese"),
    [
        ("{{ on|day }}", "2 Mar 2026", "2026-03-02"),
        ("{{ on|month }}", "March 2026", "2026 年 3 月"),
        ("{{ at|moment }}", "3 Mar 2026, 04:05", "2026-03-03 04:05"),
        ("{{ none|day }}", "—", "—"),
        ("{{ money|amount }}", "\u2212588,908.80", "\u2212588,908.80"),
        ("{{ money|headline }}", "\u2212CNY\u202f588,908.80", "\u2212¥588,908.80"),
        ("{{ 61240|count }}", "61,240", "61,240"),
    ],
)
def test_writes_figures_and_dates_as_readers_expect(template: str, english: str, chinese: str) -> None:
    values = {
        "on": date(2026, 3, 2),
        "at": datetime(2026, 3, 2, 20, 5, tzinfo=UTC),
        "money": Money(-58890880, "CNY"),
        "none": None,
    }
    assert (_say(template, "en", **values), _say(template, "zh", **values)) == (english, chinese)


def test_escapes_the_values_of_a_message() -> None:
    """Attack case D18."""
    said = _say('{{ _("Hello %(name)s, 100 %%", name=name) }}', "en", name="<script>")
    assert said == "Hello &lt;script&gt;, 100 %"


def test_a_name_is_never_taken_for_a_template() -> None:
    """Attack case D19."""
    assert (
        _say('{{ _("Hello %(name)s", name=name) }}', "en", name="{{ 7*7 }} %(x)s") == "Hello {{ 7*7 }} %(x)s"
    )


def test_counts_with_the_right_word() -> None:
    template = '{{ ngettext("%(num)s line", "%(num)s lines", n) }}'
    assert [_say(template, "en", n=n) for n in (1, 2)] == ["1 line", "2 lines"]


@pytest.mark.parametrize(("name", "short"), [("Mei Lin", "ML"), ("周萍", "周"), ("Cher", "C"), ("", "")])
def test_shortens_names(name: str, short: str) -> None:
    assert initials(name) == short


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140.0 Safari/537 Edg/140.0", "Edge, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) MicroMessenger/8.0 Safari/604",
            "WeChat, iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox, Linux"),
        ("curl/8", "curl/8"),
    ],
)
def test_names_browsers_as_people_know_them(agent: str, name: str) -> None:
    assert device_name(agent) == name
