"""The settings of finding passages."""

from typing import Annotated, Literal

from pydantic import Field

from lacuna.config.section import Seconds, Section
from lacuna.config.values import LowerText, Token, WebAddress, Whole


class RerankerSettings(Section):
    """A cross-encoder of the house that orders the best passages anew (docs/retrieval.md); off by default."""

    backend: Annotated[Literal["none", "tei", "cohere"], LowerText] = Field(
        "none", description="What `POST /rerank` speaks: Text Embeddings Inference, or Cohere's form (vLLM, Jina, ...)."
    )
    endpoint: WebAddress | None = Field(
        None, description="Base address, to which /rerank is added; private networks only."
    )
    model: str = Field("", description="The model's name, where the server wants one (`cohere`).")
    api_key: Token | None = Field(None, description="Sent as a bearer token.")
    passages: Annotated[Whole, Field(ge=2, le=200)] = Field(30, description="How many of the best are judged.")
    timeout_s: Seconds = Field(
        2.0, description="Seconds; after that the order stays as it was, and the answer says so."
    )


class RetrievalSettings(Section):
    """How passages are found and handed on."""

    neighbour_tokens: Annotated[Whole, Field(ge=0, le=20_000)] = Field(
        0, description="Tokens of text beside the passages found that a language model may read with them; 0: none."
    )
    reranker: RerankerSettings = Field(default_factory=RerankerSettings)
