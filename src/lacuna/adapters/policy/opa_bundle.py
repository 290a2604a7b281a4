"""A set of policies as an OPA bundle (https://www.openpolicyagent.org/docs/management-bundles), for an OPA server that
decides instead of the embedded engine.

Promise: equal sets give equal bytes; the revision is the set's version, so decisions made there carry the same version
as those made here. Tests are left out.
"""

import gzip
import io
import json
import tarfile
from typing import Final

from lacuna.domain.policy_set import PolicySet

MEDIA_TYPE: Final = "application/gzip"


def bundle(policies: PolicySet) -> bytes:
    """The bundle, a gzipped tar file."""
    manifest = json.dumps({"revision": policies.version, "roots": [""], "rego_version": 1})
    files = {".manifest": manifest, "data.json": policies.data, **dict(policies.rules)}
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for path, text in files.items():
            body = text.encode()
            entry = tarfile.TarInfo(f"/{path}")
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return packed.getvalue()
