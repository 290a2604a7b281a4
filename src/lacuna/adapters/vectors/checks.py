"""What every store refuses before it writes anything."""

from collections.abc import Sequence

import numpy as np

from lacuna.domain.errors import InvalidInput
from lacuna.ports.vectors import IndexedChunk


def checked_dimension(document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> int:
    """The dimension of the vectors, 0 where there are none. Raises InvalidInput where a chunk or vector does not
    belong."""
    dimensions = {len(item.vector) for item in chunks if item.vector is not None}
    if len(dimensions) > 1 or 0 in dimensions:
        raise InvalidInput(f"The vectors of document {document_id} differ in length or are empty.")
    if dimensions and not fingerprint:
        raise InvalidInput(f"The vectors of document {document_id} have no fingerprint.")
    if any(item.chunk.document_id != document_id for item in chunks):
        raise InvalidInput(f"A chunk given for document {document_id} belongs to another document.")
    if not all(np.isfinite(item.vector).all() for item in chunks if item.vector is not None):
        raise InvalidInput(f"A vector of document {document_id} is not finite.")
    return dimensions.pop() if dimensions else 0


def no_unicode(document_id: str) -> InvalidInput:
    """For a text with half a character."""
    return InvalidInput(
        f"The text of document {document_id} holds half a character (a surrogate).", cure="Decode it anew."
    )


def stored_already(chunk_id: str) -> InvalidInput:
    """For an id that a chunk of this or another document has."""
    return InvalidInput(f"Chunk {chunk_id} is stored already, for this or another document.")
