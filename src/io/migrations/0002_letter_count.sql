-- How many occurrences an error had when its newest letter was written: known errors get a letter
-- whenever their count passes a multiple of a number. Errors that got theirs before are told up to
-- now.
ALTER TABLE errors ADD COLUMN letter_count BIGINT NOT NULL DEFAULT 0;
UPDATE errors SET letter_count = count WHERE letter_at_ms <> 0;
