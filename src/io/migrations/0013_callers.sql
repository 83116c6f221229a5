-- Variants of an error are told apart by their caller, too (core/caller.h). Those beyond a bound are
-- one row, with is_rest 1 and no names.
CREATE TABLE variants_by_caller (
    error_id BIGINT NOT NULL REFERENCES errors (id),
    is_rest BIGINT NOT NULL,
    exception_type TEXT NOT NULL,
    caller TEXT NOT NULL,
    count BIGINT NOT NULL,
    last_seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (error_id, is_rest, exception_type, caller)
) WITHOUT ROWID;

INSERT INTO variants_by_caller
    SELECT error_id, 0, exception_type, '', count, last_seen_at_ms FROM error_variants;
DROP TABLE error_variants;
ALTER TABLE variants_by_caller RENAME TO error_variants;
