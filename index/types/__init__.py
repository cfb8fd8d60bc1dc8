"""The nouns of Footnote, as plain immutable values. Every other module speaks in these."""

from index.types._answer import (
    Answer,
    Citation,
    Context,
    IndexInfo,
    Lead,
    Listing,
    Passage,
    Status,
    Turn,
    Why,
    Word,
)
from index.types._article import CITABLE, Article, ArticleCard, Chunk, Sentence, SentenceKind
from index.types._claim import Claim, Comparison, Likeness, Match
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
    "Claim",
    "Comparison",
    "Context",
    "CrossEncoder",
    "Encoder",
    "IndexInfo",
    "Lead",
    "Likeness",
    "Listing",
    "Match",
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
