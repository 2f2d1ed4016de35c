"""Money is integers beside their currency; instants and dates have their own types and endings."""

import pytest
from sqlalchemy import Boolean, Column, Date, Float, Numeric, Table

import portal.models
from portal.db import Base, Minor, UtcDateTime
from tests.architecture.sources import features

#: Tables whose currency stands in the row they belong to: table → where.
CURRENCY_OF_PARENT = {
    "comparison_rows": "comparisons",
    "line_answers": "statements",
    "match_parts": "matches",
    "remittance_lines": "remittance_advices",
    "statement_lines": "statements",
}

INSTANT = ("_at", "_until")
DAY = ("_on", "_until", "_from", "month")
STATEMENT = {"is", "has", "was", "may", "wants", "needs"}
TABLES = [pytest.param(table, id=name) for name, table in sorted(Base.metadata.tables.items())]


def test_every_models_module_is_known_where_a_database_is_opened() -> None:
    known = [module.__name__ for module in portal.models.MODELS]
    kept = [f"portal.{feature.name}.models" for feature in features() if (feature / "models.py").exists()]
    assert sorted(known) == sorted([*kept, "portal.numbering"])


def misnamed(column: Column[object]) -> bool:
    """Say whether the ending of a column's name and its type tell different things."""
    name, kind = column.name, column.type
    if isinstance(kind, Minor) or name.endswith("_minor"):
        return not (isinstance(kind, Minor) and name.endswith("_minor"))
    if isinstance(kind, UtcDateTime) or name.endswith("_at"):
        return not (isinstance(kind, UtcDateTime) and (name.endswith(INSTANT) or name == "at"))
    if isinstance(kind, Date) or name.endswith("_on"):
        return not (isinstance(kind, Date) and name.endswith(DAY))
    return isinstance(kind, Boolean) and name.split("_")[0] not in STATEMENT


@pytest.mark.parametrize("table", TABLES)
def test_no_column_is_a_float(table: Table) -> None:
    assert [column.name for column in table.columns if isinstance(column.type, Float | Numeric)] == []


@pytest.mark.parametrize("table", TABLES)
def test_the_ending_of_a_name_tells_the_type(table: Table) -> None:
    assert [column.name for column in table.columns if misnamed(column)] == []


@pytest.mark.parametrize("table", TABLES)
def test_an_amount_has_its_currency_beside_it(table: Table) -> None:
    amounts = [column.name for column in table.columns if column.name.endswith("_minor")]
    has_currency = any(column.name.endswith("currency") for column in table.columns)
    if amounts:
        assert has_currency != (table.name in CURRENCY_OF_PARENT), amounts


def test_a_currency_of_the_parent_is_really_there() -> None:
    for child, parent in CURRENCY_OF_PARENT.items():
        tables = Base.metadata.tables
        assert parent in {key.column.table.name for key in tables[child].foreign_keys}
        assert "currency" in tables[parent].columns


@pytest.mark.parametrize("table", TABLES)
def test_every_constraint_has_a_name(table: Table) -> None:
    assert [str(constraint) for constraint in table.constraints if constraint.name is None] == []
