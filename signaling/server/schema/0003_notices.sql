-- What the public page and the clerks ask about a notice without opening it. Rows from before say no more than they did.

ALTER TABLE notices ADD COLUMN number      TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN kind        TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN case_id     TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN query_code  TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN base_digest TEXT NOT NULL DEFAULT '';   -- SHA-256 of the unsealed notice
ALTER TABLE notices ADD COLUMN seal_id     TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN level       TEXT NOT NULL DEFAULT '';   -- PAdES level when it was handed out

CREATE INDEX notices_by_number ON notices (number) WHERE number != '';
CREATE INDEX notices_by_query_code ON notices (query_code) WHERE query_code != '';
