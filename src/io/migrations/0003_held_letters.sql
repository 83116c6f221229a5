-- One letter for one address (to_addresses holds one), so that each address has a bound of its own.
CREATE INDEX outbox_by_address ON outbox (LOWER(to_addresses), written_at_ms);

-- What letters about one error have in common, so that mail programs show them together; empty for
-- letters about none.
ALTER TABLE outbox ADD COLUMN thread_id TEXT NOT NULL DEFAULT '';

-- Errors of which an address (in small letters) has been told enough for this hour: they go into one
-- digest when it is due.
CREATE TABLE held_letters (
    address TEXT NOT NULL,
    error_id BIGINT NOT NULL REFERENCES errors (id),
    due_at_ms BIGINT NOT NULL,
    PRIMARY KEY (address, error_id)
) WITHOUT ROWID;

CREATE INDEX held_letters_by_error ON held_letters (error_id);
CREATE INDEX held_letters_by_time ON held_letters (due_at_ms);
