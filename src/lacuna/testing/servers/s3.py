"""A stand-in for an S3-style object store: `PUT` and `GET` of objects and `ListObjectsV2`, with Signature Version 4
checked."""

import hashlib
import hmac
import re
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

_CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, SignedHeaders=([a-z0-9;-]+), "
    r"Signature=([0-9a-f]{64})"
)


class S3Double(LoopbackServer):
    """Keeps `objects` by path. As a real one, it answers 403 to a wrong signature and 412 where `If-None-Match: *`
    meets an object. Listings come in pages of `page` keys. A bucket is the first part of a path, or with `own_host` the
    host; an object's path is no bucket."""

    def __init__(
        self, access_key: str, secret_key: str, region: str, page: int = 1_000, *, own_host: bool = False
    ) -> None:
        super().__init__(self._object)
        self._access_key = access_key
        self._secret_key = secret_key
        self._region = region
        self._page = page
        self._own_host = own_host
        self.objects: dict[str, bytes] = {}

    def _object(self, request: Received) -> Reply:
        if not self._signed(request):
            return Reply(status=403)
        if request.method == "PUT":
            if request.path in self.objects and request.headers.get("if-none-match") == "*":
                return Reply(status=412)
            self.objects[request.path] = request.body
            return Reply()
        parts = request.path.strip("/").count("/") + bool(request.path.strip("/"))
        if request.query.get("list-type") == "2" and parts == (not self._own_host):
            return self._listing(request.path, request.query)
        kept = self.objects.get(request.path)
        return Reply(status=404) if kept is None else Reply((kept,), headers={"ETag": _tag(kept)})

    def _listing(self, bucket: str, query: dict[str, str]) -> Reply:
        below = f"{bucket.rstrip('/')}/"
        keys = sorted(path.removeprefix(below) for path in self.objects if path.startswith(below))
        keys = [key for key in keys if key.startswith(query.get("prefix", ""))]
        start = int(query.get("continuation-token", "0"))
        shown = keys[start : start + self._page]
        contents = "".join(
            f"<Contents><Key>{escape(quote_plus(key, safe='/'))}</Key><ETag>{escape(_tag(self.objects[below + key]))}"
            f"</ETag><Size>{len(self.objects[below + key])}</Size></Contents>"
            for key in shown
        )
        more = start + self._page < len(keys)
        token = f"<NextContinuationToken>{start + self._page}</NextContinuationToken>" if more else ""
        body = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{contents}"
        namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
        return Reply((f'<ListBucketResult xmlns="{namespace}">{body}</ListBucketResult>'.encode(),))

    def _signed(self, request: Received) -> bool:
        match = _CREDENTIAL.fullmatch(request.headers.get("authorization", ""))
        if match is None or (match[1], match[3]) != (self._access_key, self._region):
            return False
        digest = hashlib.sha256(request.body).hexdigest()
        names = match[4].split(";")
        if request.headers.get("x-amz-content-sha256") != digest or not {"host", "x-amz-date"} <= set(names):
            return False
        query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(request.query.items()))
        canonical = [request.method, quote(request.path, safe="/-._~"), query]
        canonical += [f"{name}:{request.headers[name].strip()}" for name in names]
        canonical += ["", match[4], digest]
        moment = request.headers["x-amz-date"]
        scope = f"{match[2]}/{match[3]}/s3/aws4_request"
        hashed = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        key = ("AWS4" + self._secret_key).encode()
        for piece in (match[2], match[3], "s3", "aws4_request"):
            key = hmac.new(key, piece.encode(), "sha256").digest()
        text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashed])
        return moment[:8] == match[2] and hmac.new(key, text.encode(), "sha256").hexdigest() == match[5]


def _tag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def _quoted(text: str) -> str:
    return quote(text, safe="-._~")
