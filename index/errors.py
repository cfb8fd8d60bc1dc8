"""Expected failures. Each says what is wrong, where, and what to do; its text is meant for a user's eyes.

FootnoteError
├── UsageError               wrong argument or setting (exit code 2)
├── CorpusError              a file under corpus/ or given to `add`
│   ├── UnreadableFile       not UTF-8, bad front matter, bad JSON, empty
│   ├── UnsupportedFormat    no reader or converter for it
│   ├── ConversionFailed     HTML, PDF, DOCX or URL that gave no article
│   ├── ArticleExists        `add` would overwrite another article
│   └── ArticlesMissing      so many files are gone that the corpus may not be there
├── ArticleNotFound          no article of that id
├── CalibrationFailed        too few articles to choose a threshold by
├── StoreError               the index on disk
│   ├── IndexMissing         nothing built yet
│   ├── IndexCorrupt         not a database, truncated, or inconsistent
│   ├── IndexVersion         written by another version of Footnote
│   ├── IndexModel           made with another embedding model or other parameters
│   ├── IndexBusy            another process is writing
│   ├── IndexDisk            disk full or failing, or its permissions
│   └── NothingToRollBack    no previous index is kept
└── ModelError               the embedding model
    ├── ModelUnavailable     not installed, not downloadable, not loadable
    └── ModelCorrupt         its weights are not the published ones
"""

from __future__ import annotations


class FootnoteError(Exception):
    """An expected failure; `str(error)` is one or two clear sentences for a user."""

    exit_code = 1


class UsageError(FootnoteError):
    """A wrong argument or setting."""

    exit_code = 2


class CorpusError(FootnoteError):
    """A file of the corpus, or one given to `add`, cannot be used."""


class UnreadableFile(CorpusError):
    """The file is not what its suffix says: wrong encoding, bad front matter, bad JSON, or empty."""


class UnsupportedFormat(CorpusError):
    """No reader or converter exists for this kind of file."""


class ConversionFailed(CorpusError):
    """An HTML page, PDF, DOCX or URL gave no article."""


class ArticleExists(CorpusError):
    """`add` would overwrite a different article."""


class ArticlesMissing(CorpusError):
    """All or most articles would go, as when the folder of the articles is not mounted."""


class ArticleNotFound(FootnoteError):
    """No article has that id."""


class CalibrationFailed(FootnoteError):
    """The articles give too few questions to choose a threshold by."""


class StoreError(FootnoteError):
    """The index on disk cannot be used."""


class IndexMissing(StoreError):
    """No index has been built yet."""


class IndexCorrupt(StoreError):
    """The database is not one, is truncated, or contradicts itself."""


class IndexVersion(StoreError):
    """The database was written by another version of Footnote."""


class IndexModel(StoreError):
    """The database was made with another embedding model or other parameters."""


class IndexBusy(StoreError):
    """Another process is writing."""


class IndexDisk(StoreError):
    """The disk is full or fails, or the permissions do not allow it."""


class NothingToRollBack(StoreError):
    """No previous index is kept."""


class ModelError(FootnoteError):
    """The embedding model cannot be used."""


class ModelUnavailable(ModelError):
    """The model is not installed, not downloadable or not loadable."""


class ModelCorrupt(ModelError):
    """The model's weights are not the published ones."""
