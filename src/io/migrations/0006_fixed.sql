-- An error that somebody marked as fixed, and since when it is back.
ALTER TABLE errors ADD COLUMN fixed_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE errors ADD COLUMN fixed_by TEXT NOT NULL DEFAULT '';
-- full hash of the newest commit in production then; empty when there was no repository
ALTER TABLE errors ADD COLUMN fixed_commit TEXT NOT NULL DEFAULT '';
ALTER TABLE errors ADD COLUMN back_at_ms BIGINT NOT NULL DEFAULT 0;
-- occurrences before it came back
ALTER TABLE errors ADD COLUMN back_count BIGINT NOT NULL DEFAULT 0;

-- What a site has to do with its error's fix: reports of it since, and what git says about its
-- revision (enum fix_age). While asks_fix is 1, blame_at_ms is when to ask that.
ALTER TABLE sites ADD COLUMN asks_fix BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN fix_age BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN fix_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN fix_seen_at_ms BIGINT NOT NULL DEFAULT 0;
