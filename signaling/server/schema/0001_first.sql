-- First version of the hall's store. Each numbered file runs once, in order, in one transaction with user_version.

CREATE TABLE journal (
    seq       INTEGER PRIMARY KEY,          -- 1, 2, 3 ... without gaps
    time      TEXT NOT NULL,                -- ISO 8601 with offset
    actor     TEXT NOT NULL,
    case_id   TEXT NOT NULL,                -- '' when the entry belongs to no case
    kind      TEXT NOT NULL,
    body      BLOB NOT NULL,                -- the fact as JSON, exactly the bytes that were hashed
    prev_hash TEXT NOT NULL,
    hash      TEXT NOT NULL
) STRICT;
CREATE INDEX journal_by_case ON journal (case_id, seq);

CREATE TABLE cases (
    case_id TEXT PRIMARY KEY,
    is_open INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX open_cases ON cases (case_id) WHERE is_open = 1;

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE terminals (
    terminal_id TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    public_key  BLOB NOT NULL,              -- Ed25519, 32 bytes
    is_revoked  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE reviewers (
    reviewer_id   TEXT PRIMARY KEY,         -- the login name
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,            -- Argon2id, PHC string
    skills        TEXT NOT NULL,            -- JSON list
    is_revoked    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE materials (
    digest     TEXT PRIMARY KEY,
    size       INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    stored_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE uploads (                      -- who has shown that it holds these bytes
    digest      TEXT NOT NULL REFERENCES materials,
    uploaded_by TEXT NOT NULL,
    PRIMARY KEY (digest, uploaded_by)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
    notice_id TEXT PRIMARY KEY,
    digest    TEXT NOT NULL REFERENCES materials,
    sealed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
