"""Zipped documents (fichiers Office) whose bytes do not tell when they were written."""

import io
import zipfile
from datetime import UTC, datetime


def fixed(archive: bytes, moment: datetime) -> bytes:
    """The same archive, its members in order and dated `moment`."""
    dated = moment.astimezone(UTC).timetuple()[:6]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as read, zipfile.ZipFile(out, "w") as written:
        for name in sorted(read.namelist()):
            member = zipfile.ZipInfo(name, dated)
            member.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(member, read.read(name))
    return out.getvalue()
