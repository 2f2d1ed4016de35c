"""The tokens hold the contrasts they promise, both dark blocks agree, and style sheets and scripts stay small."""

import gzip
import re

import pytest

from tests.architecture.sources import ROOT, templates

CSS = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text("utf-8")
COLOUR = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{6});")

#: Text on its ground (4.5:1 or more), WCAG 2.2 success criterion 1.4.3.
TEXTS = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("surface", "canvas", "sunken")],
    *[
        (state, "surface")
        for state in ("confirmed", "disputed", "unanswered", "overdue", "credit", "negative")
    ],
    *[
        (state, f"{state}-tint")
        for state in ("confirmed", "disputed", "unanswered", "overdue", "credit", "act")
    ],
    *[("negative", ground) for ground in ("sunken", "act-tint")],
    *[("act", ground) for ground in ("surface", "canvas", "sunken")],
    *[("ink", ground) for ground in ("note", "highlight", "act-tint", "disputed-tint", "overdue-tint")],
    *[("ink-2", ground) for ground in ("note", "act-tint")],
    *[(ink, "frame") for ink in ("frame-ink", "frame-muted")],
    ("frame-ink", "frame-raised"),
    *[(ink, "viewing") for ink in ("viewing-ink", "viewing-muted")],
    ("viewing-ink", "viewing-raised"),
    ("on-act", "act"),
    ("bar-select-ink", "bar-select"),
]
#: Borders of controls, bars and the focus ring against their ground (3:1 or more), criterion 1.4.11.
MARKS = [
    ("control", "surface"),
    ("confirmed-bar", "surface"),
    ("disputed-bar", "surface"),
    ("focus", "canvas"),
]


def colours(block: str) -> dict[str, str]:
    """Return the colours a block of declarations sets."""
    return dict(COLOUR.findall(block))


BLOCKS = re.split(r"\n(?=@media screen)", TOKENS)
LIGHT, DARK, DARK_OF_DEVICE = (colours(block) for block in BLOCKS)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXTS)
def test_text_can_be_read_on_its_ground(theme: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(theme[ink], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_a_mark_stands_out_from_its_ground(theme: dict[str, str], mark: str, ground: str) -> None:
    assert contrast(theme[mark], theme[ground]) >= 3


def test_dark_by_choice_and_dark_by_device_are_the_same_colours() -> None:
    assert DARK == DARK_OF_DEVICE


def test_every_light_colour_of_the_page_has_its_dark_one() -> None:
    assert LIGHT.keys() - DARK.keys() == {"frame-focus"}


def test_every_token_a_style_sheet_uses_exists() -> None:
    texts = "\n".join(path.read_text("utf-8") for path in CSS)
    known = set(re.findall(r"(--[a-z0-9-]+):", texts))
    assert {name for name in re.findall(r"var\((--[a-z0-9-]+)\)", texts) if name not in known} == set()


def test_every_colour_is_a_token() -> None:
    """Colours are written in tokens.css; elsewhere only what lies on the ink frame or on paper."""
    allowed = {"print.css", "tokens.css"}
    found = {
        (path.name, colour)
        for path in CSS
        if path.name not in allowed
        for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b(?![\w-])", path.read_text("utf-8"))
    }
    on_ink = {
        "#fff",
        "#12263a",
        "#12202e",
        "#d3dfe9",
        "#c9d8e6",
        "#b9c9d8",
        "#c3d1de",
        "#8fd3b8",
        "#ffffff0f",
        "#ffffff1f",
    }
    assert {colour for _, colour in found} <= on_ink


def test_style_sheets_and_scripts_are_small() -> None:
    """At most 40 kB each, compressed; the chart library is not counted."""
    for files in (CSS, SCRIPTS):
        assert len(gzip.compress(b"".join(path.read_bytes() for path in files))) <= 40_000


def test_nothing_is_fetched_from_another_site() -> None:
    for path in [*CSS, *SCRIPTS]:
        assert re.findall(r"(?:url\(|import |fetch\()\s*[\"']?(?:https?:)?//", path.read_text("utf-8")) == []


def test_no_script_makes_code_from_text() -> None:
    for path in SCRIPTS:
        assert (
            re.findall(
                r"\beval\(|new Function|innerHTML|insertAdjacentHTML|\.style\.", path.read_text("utf-8")
            )
            == []
        )


def test_a_chart_never_offers_to_send_figures_away() -> None:
    text = (ROOT / "static" / "js" / "chart.js").read_text("utf-8")
    assert 'showSendToCloud: false, plotlyServerURL: ""' in text


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    listed = set((ROOT / "static" / "icons.txt").read_text("utf-8").split())
    named: set[str] = set()
    for path in templates():
        text = path.read_text("utf-8")
        named |= set(re.findall(r"\bicon(?:_name)?[=(]\s*\"([a-z0-9-]+)\"", text))
        named |= set(re.findall(r"\"icon\": \"([a-z0-9-]+)\"", text))
    assert named - listed == set()
