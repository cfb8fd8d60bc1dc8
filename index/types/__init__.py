"""The nouns of Footnote, as plain immutable values. Every other module speaks in these."""

from index.types._answer import (
    Answer,
    Citation,
    Context,
    IndexInfo,
    IndexStatus,
    Lead,
    Passage,
    Status,
    Turn,
    Why,
    Word,
)
from index.types._article import CITABLE, Article, ArticleCard, Chunk, Sentence, SentenceKind
from index.types._work import (
    BuildReport,
    CrossEncoder,
    Encoder,
    OnProgress,
    Progress,
    Skipped,
    Tokens,
    Vectors,
)

__all__ = [
    "Answer",
    "Article",
    "ArticleCard",
    "BuildReport",
    "CITABLE",
    "Chunk",
    "Citation",
    "Context",
    "CrossEncoder",
    "Encoder",
    "IndexInfo",
    "IndexStatus",
    "Lead",
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
    "Why",
    "Word",
]
