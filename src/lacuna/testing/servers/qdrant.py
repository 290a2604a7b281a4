"""A stand-in for a Qdrant server: the part of its REST API that the store uses, over the client's own engine in memory.

Real requests over a real socket, so what is sent can be looked at and every fault of a server be played; what searching
and filtering mean is that engine's business. It is no proof of a real server.
"""

import json
import warnings
from collections.abc import Mapping
from typing import Any

from qdrant_client import QdrantClient, models

from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

_HEADERS = {"Content-Type": "application/json"}


class QdrantDouble(LoopbackServer):
    """Asks for `api_key` where there is one. `fault` is answered instead, to each request that it is not None for."""

    def __init__(self, api_key: str | None = None) -> None:
        super().__init__(self._reply)
        self.engine = QdrantClient(":memory:")
        self.api_key = api_key
        self.fault: Reply | None = None

    def sent(self, ending: str) -> list[tuple[Mapping[str, str], Any]]:
        """Query parameters and body of every request whose path ends so."""
        return [(each.query, json.loads(each.body)) for each in self.received if each.path.endswith(ending)]

    def _reply(self, request: Received) -> Reply:
        if self.fault is not None:
            return self.fault
        if self.api_key is not None and request.headers.get("api-key") != self.api_key:
            return Reply((b'{"status":{"error":"Must provide an API key"}}',), status=401, headers=_HEADERS)
        body = json.loads(request.body) if request.body else {}
        _, _, name, *rest = [*request.path.split("/"), "", ""]
        known = self.engine.collection_exists(name) if name else True
        path = "/".join(filter(None, rest))
        if not known and path != "exists" and request.method != "PUT":
            return Reply((b'{"status":{"error":"Not found"}}',), status=404, headers=_HEADERS)
        result = self._result(request.method, name, path, body)
        answer = {"result": result, "status": "ok", "time": 0.0}
        return Reply((json.dumps(answer).encode(),), headers=_HEADERS)

    def _result(self, method: str, name: str, path: str, body: dict[str, Any]) -> Any:
        engine = self.engine
        match method, path:
            case "GET", "":
                return {"collections": [{"name": each.name} for each in engine.get_collections().collections]}
            case "GET", "exists":
                return {"exists": engine.collection_exists(name)}
            case "PUT", "":
                made = models.CreateCollection(**body)
                return engine.create_collection(
                    name, vectors_config=made.vectors or {}, sparse_vectors_config=made.sparse_vectors
                )
            case "DELETE", "":
                return engine.delete_collection(name)
            case "PUT", "index":
                with warnings.catch_warnings(action="ignore"):
                    engine.create_payload_index(name, body["field_name"], field_schema=body["field_schema"])
            case "PUT", "points":
                engine.upsert(name, models.PointsList(**body).points)
            case "PUT", "points/vectors":
                engine.update_vectors(name, models.UpdateVectors(**body).points)
            case "POST", "points/payload":
                wanted = models.SetPayload(**body)
                engine.set_payload(name, wanted.payload, wanted.filter or [])
            case "POST", "points/delete":
                by_filter = "filter" in body
                engine.delete(name, models.FilterSelector(**body) if by_filter else models.PointIdsList(**body))
            case "POST", "points":
                asked = models.PointRequest(**body)
                found = engine.retrieve(name, asked.ids, with_payload=True, with_vectors=asked.with_vector or False)
                return [each.model_dump(mode="json", exclude_none=True) for each in found]
            case "POST", "points/scroll":
                page = models.ScrollRequest(**body)
                points, after = engine.scroll(
                    name,
                    page.filter,
                    limit=page.limit or 10,
                    offset=page.offset,
                    with_payload=page.with_payload if page.with_payload is not None else True,
                    with_vectors=page.with_vector or False,
                )
                dumped = [each.model_dump(mode="json", exclude_none=True) for each in points]
                return {"points": dumped, "next_page_offset": after}
            case "POST", "points/count":
                return engine.count(name, models.CountRequest(**body).filter).model_dump()
            case "POST", "points/query":
                query = models.QueryRequest(**body)
                best = engine.query_points(
                    name, query=query.query, using=query.using, query_filter=query.filter, limit=query.limit or 10
                )
                return best.model_dump(mode="json", exclude_none=True)
        return {"operation_id": 1, "status": "completed"}
