-- First version of the signing store. Each numbered file runs once, in order, in one transaction with user_version.

CREATE TABLE log (                          -- of custody and use; chained like the hall's journal
    seq       INTEGER PRIMARY KEY,          -- 1, 2, 3 ... without gaps
    time      TEXT NOT NULL,                -- ISO 8601 with offset
    actor     TEXT NOT NULL,                -- a person at the console, or 'signer'
    case_id   TEXT NOT NULL,
    kind      TEXT NOT NULL,
    body      BLOB NOT NULL,                -- the entry as JSON, exactly the bytes that were hashed
    prev_hash TEXT NOT NULL,
    hash      TEXT NOT NULL
) STRICT;
CREATE INDEX log_of_custody ON log (seq)
    WHERE kind IN ('SealRegistered', 'GrantGiven', 'GrantWithdrawn', 'SealSuspended', 'SealResumed', 'SealRevoked');
CREATE INDEX log_of_heads ON log (seq) WHERE kind = 'HeadStamped';

CREATE TABLE notices (                      -- every notice that was sealed; its number is used once and for all
    notice_id   TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,
    case_id     TEXT NOT NULL,
    query_code  TEXT NOT NULL,
    base_digest TEXT NOT NULL,
    base_size   INTEGER NOT NULL,           -- bytes of the unsealed base, with which every version begins
    seal_id     TEXT NOT NULL,
    sealed_at   TEXT NOT NULL,
    journal_seq INTEGER NOT NULL,           -- row of the order in the hall's journal
    issued      INTEGER                     -- the version that is handed out, always the same; NULL: none yet
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_by_code ON notices (query_code) WHERE query_code != '';
CREATE INDEX notices_pending ON notices (notice_id) WHERE issued IS NULL;

CREATE TABLE versions (                     -- version 1 is the sealed file, each later one adds bytes to the one before
    notice_id   TEXT NOT NULL REFERENCES notices,
    version     INTEGER NOT NULL,
    level       TEXT NOT NULL,
    digest      TEXT NOT NULL,              -- SHA-256 of all bytes up to this version's end
    made_at     TEXT NOT NULL,
    holds_until TEXT NOT NULL,              -- end of the newest timestamp authority's certificate; '' without timestamp
    added       BLOB NOT NULL,
    PRIMARY KEY (notice_id, version)
) STRICT;
CREATE INDEX versions_by_digest ON versions (digest);
CREATE INDEX versions_by_end ON versions (notice_id, holds_until);

CREATE TABLE witnessed (                    -- rows of the hall's journal that are proof in a case, as they were first seen
    seq  INTEGER PRIMARY KEY,
    hash TEXT NOT NULL
) STRICT;

CREATE TABLE journal_head (                 -- how far the hall's journal was seen
    only INTEGER PRIMARY KEY CHECK (only = 1),
    seq  INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
