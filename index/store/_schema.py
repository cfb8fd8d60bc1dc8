"""The database's schema. A change of it raises `VERSION`: older indexes are then made anew.

A change of what the full text holds raises `index.text.words.VERSION` instead, so that the new index can take
over the vectors of the old one.

SQLite has no checksums: a page can be in order and hold what was never written. So every row from which an
answer is made has one over its other columns, and it is compared whenever the row is read.
"""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x46744E74  # "FtNt", in the file's header: no other database has it
VERSION: Final = 2

SCHEMA: Final = r"""
-- About the index itself: config, dimension, digest, when it changed, whether `Writer.compact` is due.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL)
STRICT, WITHOUT ROWID;

-- Values that other packages keep in the index, such as a calibrated threshold.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL)
STRICT, WITHOUT ROWID;

-- One row for each change of the articles. The token is random, so (seq, token) says whether something was
-- derived from an earlier state of this very database.
CREATE TABLE history (seq INTEGER PRIMARY KEY, token TEXT NOT NULL) STRICT;

-- Files of the corpus; the hash is NULL where a file could not be read or must be read again.
CREATE TABLE file (path TEXT PRIMARY KEY, hash BLOB) STRICT, WITHOUT ROWID;

-- Files and rows that were not indexed: for a reason, or because another file has the id that they claim.
CREATE TABLE skipped (
    key INTEGER PRIMARY KEY,
    file TEXT NOT NULL REFERENCES file ON DELETE CASCADE,
    place TEXT NOT NULL,
    reason TEXT,
    claims TEXT,
    CHECK ((reason IS NULL) <> (claims IS NULL))
) STRICT;
CREATE INDEX skipped_file ON skipped (file);
CREATE INDEX skipped_claims ON skipped (claims);

-- The text is in another table, so that lists of articles read little. The hash is of the text too.
CREATE TABLE article (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    url TEXT,
    source TEXT,
    published TEXT,
    language TEXT,
    tags TEXT NOT NULL,
    collection TEXT NOT NULL,
    file TEXT NOT NULL REFERENCES file ON DELETE CASCADE,
    hash BLOB NOT NULL,
    short TEXT NOT NULL,
    names TEXT NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX article_file ON article (file);
CREATE INDEX article_short ON article (short);
CREATE INDEX article_collection ON article (collection);

CREATE TABLE body (
    article INTEGER PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;

-- Vectors by the hash of the text that was embedded; float16, little-endian.
CREATE TABLE vector (
    key INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, value BLOB NOT NULL, checksum INTEGER NOT NULL
) STRICT;

-- Vectors that nothing refers to yet: those of a rebuild that is not finished.
CREATE TABLE pending (vector INTEGER PRIMARY KEY REFERENCES vector ON DELETE CASCADE) STRICT;

-- The text of a sentence is the article's, from start to end.
CREATE TABLE sentence (
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    kind TEXT NOT NULL,
    vector INTEGER REFERENCES vector,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (article, ordinal),
    CHECK (0 <= start AND start < "end")
) STRICT, WITHOUT ROWID;
CREATE INDEX sentence_vector ON sentence (vector);

-- AUTOINCREMENT: the key of a removed chunk is never used again, so a vector in memory cannot mean another.
-- `terms` is the checksum of the chunk's terms in `words`.
CREATE TABLE chunk (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    heading TEXT NOT NULL,
    context TEXT NOT NULL,
    vector INTEGER NOT NULL REFERENCES vector,
    terms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (article, ordinal),
    CHECK (0 <= start AND start < "end" AND first <= last)
) STRICT;
CREATE INDEX chunk_vector ON chunk (vector);
CREATE INDEX chunk_seq ON chunk (seq);

-- Keys of removed chunks, so that vectors in memory can follow; it goes as far back as `history`.
CREATE TABLE removed (seq INTEGER NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (seq, chunk))
STRICT, WITHOUT ROWID;

-- The terms of what was embedded for each chunk, as `index.text.words.terms` gives them, separated by single
-- spaces. The tokenizer `ascii` takes letters, digits and all characters beyond ASCII as parts of a word, and
-- with these options all signs of ASCII too. So it splits at spaces alone, and finds the words of Python.
CREATE VIRTUAL TABLE words USING fts5(
    terms, tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);

-- Each table with checksums, and whether each row is what was stored. The function `checksum` is ours.
CREATE VIEW checked_meta AS SELECT *, checksum = checksum(name, value) AS intact FROM meta;
CREATE VIEW checked_setting AS SELECT *, checksum = checksum(name, value) AS intact FROM setting;
CREATE VIEW checked_vector AS SELECT *, checksum = checksum(hash, value) AS intact FROM vector;
CREATE VIEW checked_article AS SELECT *, checksum = checksum(
    id, title, url, source, published, language, tags, collection, file, hash, short, names
) AS intact FROM article;
CREATE VIEW checked_sentence AS SELECT *, checksum = checksum(
    article, ordinal, start, "end", kind, vector
) AS intact FROM sentence;
CREATE VIEW checked_chunk AS SELECT *, checksum = checksum(
    article, ordinal, start, "end", first, last, heading, context, vector, terms, seq
) AS intact FROM chunk;

CREATE TRIGGER chunk_removed AFTER DELETE ON chunk BEGIN
    DELETE FROM words WHERE rowid = old.key;
    INSERT INTO removed (seq, chunk) VALUES ((SELECT max(seq) FROM history), old.key);
END;
"""
