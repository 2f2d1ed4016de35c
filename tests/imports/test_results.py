"""The answer is the public JSON, to the letter."""

from portal.imports import ImportResult, problem_json
from portal.imports.rules import Problem

WRONG = Problem(17, "amount", "bad_amount", "“%(text)s” is not a number we can read.", {"text": "12,00"})


def test_the_json_is_as_other_programs_know_it() -> None:
    result = ImportResult(
        rows=3, imported=1, updated=0, duplicates=0, conflicts=1, rejected=1, problems=(WRONG,),
        totals={("CNY", "invoice"): 10050, ("JPY", "receipt"): 100, ("CNY", "adjustment"): -5},
    )  # fmt: skip
    assert result.as_json() == {
        "rows": 3, "imported": 1, "updated": 0, "duplicates": 0, "conflicts": 1, "rejected": 1, "disputed": 0,
        "errors": [
            {"row": 17, "column": "amount", "code": "bad_amount",
             "message": "“12,00” is not a number we can read."},
        ],
        "totals": {"CNY": {"adjustment": "-0.05", "invoice": "100.50"}, "JPY": {"receipt": "100"}},
        "control": {}, "new_customers": {"count": 0, "first": []},
    }  # fmt: skip
    assert not result.is_clean


def test_a_message_with_a_percent_sign_in_a_value_stays_whole() -> None:
    assert problem_json(Problem(2, "a", "b", "“%(text)s”", {"text": "50%"}))["message"] == "“50%”"


def test_a_file_that_cannot_be_read_is_not_clean() -> None:
    result = ImportResult(0, 0, 0, 0, 0, 0, problems=(Problem(None, "", "encoding", "no"),))
    assert not result.is_clean
    (error,) = result.as_json()["errors"]
    assert (error["row"], error["column"]) == (None, None)
    assert ImportResult(1, 0, 0, 1, 0, 0).is_clean
