"""Ranks a collection as LlamaIndex and LangChain do by default. Runs in a virtual environment without Lacuna.

Reads a line of JSON from standard input: `{"documents": [[id, title, text]], "questions": [[id, text]], "depth": n}`.
Vectors come from the parent, so that everybody uses one embedder: it prints `{"embed": [text]}` and reads a line of
vectors, and ends with `{"ranked": {system: {question id: [document id]}}}`. Needs the packages of
requirements/retrieval-rivals.in.
"""

import json
import sys
from typing import Any

# The packages are not among Lacuna's, so nothing checks their types here.
Ranked = dict[str, dict[str, list[str]]]

CHUNK_CHARACTERS = 1_000
OVERLAP_CHARACTERS = 200
"""Of LangChain's splitter, as in its tutorial."""


def main() -> None:
    """Serves one collection."""
    wanted = json.loads(sys.stdin.readline())
    ranked = {**llama_index(wanted), **lang_chain(wanted)}
    print(json.dumps({"ranked": ranked}), flush=True)


def embedded(texts: list[str]) -> list[list[float]]:
    """Vectors from the parent."""
    print(json.dumps({"embed": texts}), flush=True)
    vectors: list[list[float]] = json.loads(sys.stdin.readline())
    return vectors


def llama_index(wanted: dict[str, Any]) -> Ranked:
    """`VectorStoreIndex` (titles are embedded with the text), and `QueryFusionRetriever` over it and BM25."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.retrievers.bm25 import BM25Retriever

    class Parent(BaseEmbedding):  # type: ignore[misc]
        def _get_query_embedding(self, query: str) -> list[float]:
            return embedded([query])[0]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return embedded([query])[0]

        def _get_text_embedding(self, text: str) -> list[float]:
            return embedded([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return embedded(texts)

    documents = [
        Document(text=text, id_=name, metadata={"title": title} if title else {})
        for name, title, text in wanted["documents"]
    ]
    nodes = SentenceSplitter().get_nodes_from_documents(documents)
    index = VectorStoreIndex(nodes, embed_model=Parent())
    vector = index.as_retriever(similarity_top_k=wanted["depth"])
    words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=min(wanted["depth"], len(nodes)))
    fusion = QueryFusionRetriever(
        [vector, words],
        llm=_no_model(),
        similarity_top_k=wanted["depth"],
        num_queries=1,
        mode="relative_score",
        use_async=False,
    )
    return {
        name: {
            question: _once(found.node.ref_doc_id for found in retriever.retrieve(text))
            for question, text in wanted["questions"]
        }
        for name, retriever in (("LlamaIndex, default", vector), ("LlamaIndex, fusion by relative score", fusion))
    }


def _no_model() -> Any:
    from llama_index.core.llms import MockLLM

    return MockLLM()  # one query is asked, so none is generated


def lang_chain(wanted: dict[str, Any]) -> Ranked:
    """`InMemoryVectorStore`, and `EnsembleRetriever` over it and BM25."""
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_core.vectorstores import InMemoryVectorStore
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    class Parent(Embeddings):  # type: ignore[misc]
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return embedded(texts)

        def embed_query(self, text: str) -> list[float]:
            return embedded([text])[0]

    documents = [
        Document(page_content=f"{title}\n\n{text}" if title else text, metadata={"name": name})
        for name, title, text in wanted["documents"]
    ]
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS)
    pieces = splitter.split_documents(documents)
    vector = InMemoryVectorStore.from_documents(pieces, Parent()).as_retriever(search_kwargs={"k": wanted["depth"]})
    words = BM25Retriever.from_documents(pieces, k=wanted["depth"])
    ensemble = EnsembleRetriever(retrievers=[words, vector], weights=[0.5, 0.5])
    return {
        name: {
            question: _once(found.metadata["name"] for found in retriever.invoke(text))
            for question, text in wanted["questions"]
        }
        for name, retriever in (("LangChain, default", vector), ("LangChain, ensemble with BM25", ensemble))
    }


def _once(names: Any) -> list[str]:
    return list(dict.fromkeys(names))


if __name__ == "__main__":
    main()
