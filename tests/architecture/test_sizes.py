"""Nothing grows beyond what a reader can hold; the counts of "look again" only go down."""

import pytest

from tests.architecture.sources import Place, functions, modules, relative, templates

#: How many pieces are above the size at which one looks again. Lower a figure when it falls; never raise one.
LOOK_AGAIN = {"functions": 2, "views": 2, "templates": 0}
#: Of modules, how many in a hundred: the product grows, its share of long modules does not.
LONG_MODULES_PERCENT = 3


def sizes(kind: str) -> dict[str, int]:
    match kind:
        case "functions":
            return {str(place): place.lines for place in functions("portal", "admin", "migrations", "tests")}
        case "views":
            return {str(place): place.lines for place in functions("portal", "admin") if place.is_route}
        case "modules":
            paths = modules("portal", "admin", "tests")
        case _:
            paths = templates()
    return {relative(path): len(path.read_text("utf-8").splitlines()) for path in paths}


@pytest.mark.parametrize(
    ("kind", "most"), [("functions", 70), ("views", 30), ("modules", 500), ("templates", 200)]
)
def test_nothing_is_larger_than_the_hard_limit(kind: str, most: int) -> None:
    assert {name: size for name, size in sizes(kind).items() if size > most} == {}


@pytest.mark.parametrize(
    ("kind", "wanted"), [("functions", 40), ("views", 20), ("modules", 300), ("templates", 120)]
)
def test_large_pieces_become_fewer(kind: str, wanted: int) -> None:
    found = sizes(kind)
    large = {name: size for name, size in found.items() if size > wanted}
    most = len(found) * LONG_MODULES_PERCENT // 100 if kind == "modules" else LOOK_AGAIN[kind]
    assert len(large) <= most, large


def arguments(place: Place) -> tuple[int, int]:
    """Count the positional and all arguments, without self and cls."""
    given = place.node.args
    positional = [arg.arg for arg in [*given.posonlyargs, *given.args] if arg.arg not in {"self", "cls"}]
    return len(positional), len(positional) + len(given.kwonlyargs)


def test_no_function_takes_more_than_nine_arguments() -> None:
    taken = {str(place): arguments(place)[1] for place in functions("portal", "admin")}
    assert {name: count for name, count in taken.items() if count > 9} == {}


def test_verbs_and_queries_take_two_positional_arguments_at_most() -> None:
    too_many = []
    for place in functions("portal"):
        given = place.node.args
        names = {argument.arg for argument in [*given.args, *given.kwonlyargs]}
        if {"session", "actor"} <= names and not place.node.name.startswith("_") and arguments(place)[0] > 2:
            too_many.append(str(place))
    assert too_many == []
