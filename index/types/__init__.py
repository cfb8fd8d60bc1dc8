"""The nouns of Footnote, as plain immutable values. Every other module speaks in these."""

from index.types._answer import Answer, Citation, Context, IndexInfo, IndexStatus, Passage, Status, Turn
from index.types._article import CITABLE, Article, ArticleCard, Chunk, Sentence, SentenceKind
from index.types._work import BuildReport, Encoder, OnProgress, Progress, Skipped, Tokens, Vectors

__all__ = [
    "Answer",
    "Article",
    "ArticleCard",
    "BuildReport",
    "CITABLE",
    "Chunk",
    "Citation",
    "Context",
    "Encoder",
    "IndexInfo",
    "IndexStatus",
    "OnProgress",
    "Passage",
    "Progress",
    "Sentence",
    "SentenceKind",
    "Skipped",
    "Status",
    "Tokens",
    "Turn",
    "Vectors",
]
