"""The settings of vector stores."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from lacuna.config.section import Seconds, Section
from lacuna.config.values import LowerText, PostgresAddress, StoreName, Token, WebAddress, Whole


class VectorsSettings(Section):
    """Where passages and their vectors are kept (docs/vector-stores.md)."""

    backend: Annotated[Literal["embedded", "pgvector", "qdrant"], LowerText] = Field(
        "embedded", description="The data folder, PostgreSQL with pgvector, or Qdrant."
    )
    postgres_url: PostgresAddress | None = Field(
        None, description="PostgreSQL with pgvector; empty: the address in storage.postgres_url."
    )
    name: StoreName = Field(
        "lacuna_passages",
        description="Name of the schema in PostgreSQL; beginning of the names of collections in Qdrant.",
    )
    qdrant_url: WebAddress | None = Field(None, description="Qdrant, such as `http://qdrant:6333`.")
    qdrant_api_key: Token | None = Field(None, description="Key for Qdrant.")
    qdrant_replicas: Annotated[Whole, Field(ge=1, le=16)] = Field(
        1, description="Copies that a Qdrant cluster keeps of new collections; more than half answer every call."
    )
    readers: Annotated[Whole, Field(ge=1, le=100)] = Field(
        4, description="Searches at a time in one process, each on a connection of its own."
    )
    timeout_s: Seconds = Field(10.0, description="Seconds before a search counts as failed.")

    def postgres(self, otherwise: SecretStr | None) -> str | None:
        """The address of the database with pgvector, where one is configured: `otherwise` is the ledger's."""
        address = self.postgres_url or otherwise
        return None if address is None else address.get_secret_value()
