-- The error whose line was edited and became this one's; 0: none is known.
ALTER TABLE errors ADD COLUMN predecessor_id BIGINT NOT NULL DEFAULT 0;

CREATE INDEX errors_by_predecessor ON errors (predecessor_id) WHERE predecessor_id <> 0;
