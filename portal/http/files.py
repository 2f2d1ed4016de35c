"""Hand out bytes as a download that cannot run."""

from __future__ import annotations

import io

from flask import Response, send_file

from portal.attachments import FileContent


def as_download(file: FileContent) -> Response:
    """Answer with a file: as an attachment, never sniffed, in a sandbox."""
    answer = send_file(
        io.BytesIO(file.content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        max_age=0,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return answer
