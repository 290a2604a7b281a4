"""A stand-in for `POST /rerank`, in Text Embeddings Inference's form and in Cohere's."""

import json
from collections.abc import Callable

from lacuna.testing.fakes.reranker import shared_words
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

JSON_HEADERS = {"Content-Type": "application/json"}


class RerankDouble(LoopbackServer):
    """Answers as a server that speaks `protocol` ("tei" or "cohere") would; 422 for the other's fields. `judge`
    is asked for the score of a question and a text: by shared words, unless told otherwise. `reply` replaces the
    answer."""

    def __init__(self, protocol: str) -> None:
        super().__init__(self._rerank)
        self.protocol = protocol
        self.judge: Callable[[str, str], float] = shared_words
        self.reply: Reply | None = None

    @property
    def judged(self) -> list[tuple[str, list[str]]]:
        """Question and texts of every request."""
        bodies = [json.loads(request.body) for request in self.received]
        return [(body["query"], body.get("texts") or body["documents"]) for body in bodies]

    def _rerank(self, request: Received) -> Reply:
        if self.reply is not None:
            return self.reply
        if (request.method, request.path) != ("POST", "/rerank"):
            return Reply(status=404)
        body = json.loads(request.body)
        texts = body.get("texts" if self.protocol == "tei" else "documents")
        if texts is None or (self.protocol == "cohere" and not body.get("model")):
            return Reply(status=422)
        field = "score" if self.protocol == "tei" else "relevance_score"
        scored = [{"index": n, field: self.judge(body["query"], text)} for n, text in enumerate(texts)]
        scored.sort(key=lambda one: -one[field])
        answer = scored if self.protocol == "tei" else {"results": scored}
        return Reply((json.dumps(answer).encode(),), headers=JSON_HEADERS)
