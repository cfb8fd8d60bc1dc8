"""Text to numbers. Alone imports sentence-transformers and torch, and only when it encodes."""

from index.embed._encoder import SentenceEncoder
from index.embed._loading import DEFAULT_SHA256
from index.embed._reader import SentenceReader

__all__ = ["DEFAULT_SHA256", "SentenceEncoder", "SentenceReader"]
