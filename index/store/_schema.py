"""What the database looks like. A change here raises `VERSION`: older indexes are then made anew.

What the full text holds goes with `index.text.words.VERSION` instead, so that an index made before a change
of it still gives its vectors to the one that replaces it.
"""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x46744E74  # "FtNt", in the file's header: tells an index from any other database
VERSION: Final = 1

SCHEMA: Final = r"""
-- What the store keeps about itself: config, dimension, digest, when it changed.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What others keep in the index, such as a calibrated threshold.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- One row for each change of the articles. The token is drawn at random, so that (seq, token) tells whether
-- something derived from the database was derived from an earlier state of this very database.
CREATE TABLE history (seq INTEGER PRIMARY KEY, token TEXT NOT NULL) STRICT;

-- Files of the corpus; the hash is NULL where a file could not be read or must be looked at again.
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

-- Apart from its text, so that lists of articles read little.
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
    names TEXT NOT NULL
) STRICT;
CREATE INDEX article_file ON article (file);
CREATE INDEX article_short ON article (short);
CREATE INDEX article_collection ON article (collection);

CREATE TABLE body (
    article INTEGER PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;

-- Vectors by the hash of the text that was embedded; float16, little-endian.
CREATE TABLE vector (key INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, value BLOB NOT NULL) STRICT;

-- Vectors that nothing refers to yet: work of a rebuild that is not finished.
CREATE TABLE pending (vector INTEGER PRIMARY KEY REFERENCES vector ON DELETE CASCADE) STRICT;

-- The text of a sentence is the article's, from start to end.
CREATE TABLE sentence (
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    kind TEXT NOT NULL,
    vector INTEGER REFERENCES vector,
    PRIMARY KEY (article, ordinal),
    CHECK (0 <= start AND start < "end")
) STRICT, WITHOUT ROWID;
CREATE INDEX sentence_vector ON sentence (vector);

-- AUTOINCREMENT: a key that was removed never comes back, so a vector in memory cannot mean another chunk.
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
    seq INTEGER NOT NULL,
    UNIQUE (article, ordinal),
    CHECK (0 <= start AND start < "end" AND first <= last)
) STRICT;
CREATE INDEX chunk_vector ON chunk (vector);
CREATE INDEX chunk_seq ON chunk (seq);

-- Keys of removed chunks, so that vectors in memory can follow; as far back as `history`.
CREATE TABLE removed (seq INTEGER NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (seq, chunk))
STRICT, WITHOUT ROWID;

-- Holds `index.text.words.terms` of what was embedded for each chunk, with single spaces between. To the
-- tokenizer `ascii`, letters, digits and all characters beyond ASCII belong to a word, and here all signs of
-- ASCII do. So it cuts at spaces, and SQL sees the words that Python made.
CREATE VIRTUAL TABLE words USING fts5(
    terms, tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);

CREATE TRIGGER chunk_removed AFTER DELETE ON chunk BEGIN
    DELETE FROM words WHERE rowid = old.key;
    INSERT INTO removed (seq, chunk) VALUES ((SELECT max(seq) FROM history), old.key);
END;
"""
