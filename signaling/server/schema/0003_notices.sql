-- How a notice was sealed, for an order that comes again. Rows from before say no more than they did.

ALTER TABLE notices ADD COLUMN base_digest TEXT NOT NULL DEFAULT '';   -- SHA-256 of the unsealed notice
ALTER TABLE notices ADD COLUMN seal_id     TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN level       TEXT NOT NULL DEFAULT '';   -- PAdES level when it was handed out
