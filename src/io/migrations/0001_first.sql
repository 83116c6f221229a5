-- The first schema. Written for SQLite; a PostgreSQL store runs the same text after replacing
-- INTEGER PRIMARY KEY AUTOINCREMENT (an identity), BLOB (BYTEA) and WITHOUT ROWID (nothing).
--
-- Times are milliseconds since 1970 UTC by the server's clock, hours are such times / 3600000.
-- Booleans are 0 or 1. An unknown text is empty, an unknown time is 0.

CREATE TABLE schema_version (
    version BIGINT NOT NULL
);

CREATE TABLE projects (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL UNIQUE
);

-- What every batch changes stands first, so that a change need not read past the texts.
CREATE TABLE errors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    count BIGINT NOT NULL,
    first_seen_at_ms BIGINT NOT NULL,
    last_seen_at_ms BIGINT NOT NULL,
    threshold BIGINT NOT NULL,
    letter_at_ms BIGINT NOT NULL,
    -- the line in history; an empty commit says that it is not known
    origin_commit TEXT NOT NULL,
    origin_path TEXT NOT NULL,
    origin_number BIGINT NOT NULL,
    -- enum owner_state, enum confidence
    owner_state BIGINT NOT NULL,
    confidence BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    owner_email TEXT NOT NULL,
    author_name TEXT NOT NULL,
    author_email TEXT NOT NULL,
    commit_subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- as in the newest report
    line_number BIGINT NOT NULL,
    path TEXT NOT NULL,
    function_name TEXT NOT NULL,
    line_text TEXT NOT NULL,
    exception_type TEXT NOT NULL,
    message TEXT NOT NULL
);

-- One error for one line.
CREATE UNIQUE INDEX errors_by_origin
    ON errors (project_id, origin_commit, origin_path, origin_number)
    WHERE origin_commit <> '';

CREATE TABLE sites (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site_key BLOB NOT NULL UNIQUE,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    error_id BIGINT NOT NULL REFERENCES errors (id),
    -- when to ask git (again); NULL: somebody has answered, or nobody is to be asked
    blame_at_ms BIGINT,
    blame_attempts BIGINT NOT NULL,
    is_mapped BIGINT NOT NULL,
    is_unowned BIGINT NOT NULL,
    line_number BIGINT NOT NULL,
    path TEXT NOT NULL,
    function_name TEXT NOT NULL,
    line_text TEXT NOT NULL,
    revision TEXT NOT NULL
);

CREATE INDEX sites_by_error ON sites (error_id);
CREATE INDEX sites_by_place ON sites (project_id, path, function_name);
CREATE INDEX sites_awaiting_blame ON sites (blame_at_ms) WHERE blame_at_ms IS NOT NULL;

-- By hour first: what a batch adds lies together, and so does what a week's page reads.
CREATE TABLE error_hours (
    project_id BIGINT NOT NULL REFERENCES projects (id),
    hour BIGINT NOT NULL,
    error_id BIGINT NOT NULL REFERENCES errors (id),
    count BIGINT NOT NULL,
    PRIMARY KEY (project_id, hour, error_id)
) WITHOUT ROWID;

CREATE INDEX error_hours_by_error ON error_hours (error_id);

CREATE TABLE error_variants (
    error_id BIGINT NOT NULL REFERENCES errors (id),
    exception_type TEXT NOT NULL,
    count BIGINT NOT NULL,
    last_seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (error_id, exception_type)
) WITHOUT ROWID;

CREATE TABLE occurrences (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    error_id BIGINT NOT NULL REFERENCES errors (id),
    at_ms BIGINT NOT NULL,
    -- why it stays: 0 while it is among the newest, 1 first of its hour, 2 first of the error
    kept_as BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    -- zstd
    body BLOB NOT NULL
);

CREATE INDEX occurrences_by_time ON occurrences (error_id, at_ms);
CREATE INDEX occurrences_by_reason ON occurrences (error_id, kept_as, at_ms);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- NULL: about no error
    error_id BIGINT REFERENCES errors (id),
    -- enum outbox_state
    state BIGINT NOT NULL,
    written_at_ms BIGINT NOT NULL,
    sent_at_ms BIGINT NOT NULL,
    next_try_at_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    from_address TEXT NOT NULL,
    to_addresses TEXT NOT NULL,
    subject TEXT NOT NULL,
    text_part TEXT NOT NULL,
    html_part TEXT NOT NULL
);

CREATE INDEX outbox_by_error ON outbox (error_id);
CREATE INDEX outbox_by_state ON outbox (state, next_try_at_ms);
