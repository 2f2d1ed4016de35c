"""The seller's own data and the accounts that entries use."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.ledger import account_mapping, entity_view
from tests.cast import CHEN, MEI, SEC, Part
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
SELLER = {
    "name": "岚桥精密",
    "name_en": "Lanqiao",
    "time_zone": "Asia/Shanghai",
    "bank_details": "Bank 1\nNo. 2",
}


def test_saves_the_seller(browser_of: Open, session: Session) -> None:
    mei = browser_of(MEI)
    assert mei.post("/admin/settings", SELLER).status_code == 303
    seller = entity_view(session)
    session.rollback()
    assert (seller.name, seller.bank_details.splitlines()) == ("岚桥精密", ["Bank 1", "No. 2"])
    assert "Lanqiao" in browser_of(CHEN).get("/admin/settings").text


def test_keeps_what_was_typed_when_the_zone_is_unknown(browser_of: Open) -> None:
    mei = browser_of(MEI)
    answer = mei.post("/admin/settings", SELLER | {"time_zone": "Mars/Base"})
    assert answer.status_code == 422
    assert 'value="Lanqiao"' in answer.text
    assert mei.post("/admin/settings", SELLER | {"csrf_token": ""}).status_code == 400


def test_uses_another_account_from_now_on(browser_of: Open, session: Session) -> None:
    mei = browser_of(MEI)
    given = {"code": "1002.02", "name": "二号账户", "name_en": "Second account"}
    assert mei.post("/admin/settings/accounts/bank", given).status_code == 303
    entity = entity_view(session)
    assert account_mapping(session, entity.id)["bank"].code == "1002.02"
    session.rollback()
    assert mei.post("/admin/settings/accounts/bank", given | {"code": ""}).status_code == 422
    assert mei.post("/admin/settings/accounts/moon", given).status_code in {404, 422}


def test_others_look_or_are_kept_out(browser_of: Open) -> None:
    chen = browser_of(CHEN)
    assert 'name="bank_details"' not in chen.get("/admin/settings").text
    assert chen.post("/admin/settings", SELLER).status_code == 403
    assert browser_of(SEC).get("/admin/settings").status_code == 403
