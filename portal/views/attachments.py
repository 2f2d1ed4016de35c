"""Files are handed out as downloads only, to those who may see them."""

from __future__ import annotations

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.attachments import open_attachment
from portal.http.access import requires
from portal.http.files import as_download

bp = Blueprint("attachments", __name__)


@bp.get("/attachments/<public_id:public_id>")
@requires(Permission.STATEMENTS_READ, Permission.DISPUTES_READ, side="any")
def show(public_id: str) -> ResponseReturnValue:
    return as_download(open_attachment(g.session, public_id=public_id, actor=g.actor))
