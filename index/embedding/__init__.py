"""Text to numbers. Alone imports sentence-transformers and torch, and only when it encodes."""

from index.embedding._encoder import SentenceEncoder
from index.embedding._loading import DEFAULT_SHA256
from index.embedding._reranker import Reranker

__all__ = ["DEFAULT_SHA256", "Reranker", "SentenceEncoder"]
