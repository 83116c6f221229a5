-- What git said around each error's line, so that pages need not ask git.
CREATE TABLE studies (
    error_id BIGINT NOT NULL PRIMARY KEY REFERENCES errors (id),
    -- as which the line is studied: the one that was settled last
    site_id BIGINT NOT NULL REFERENCES sites (id),
    -- when to ask git (again); NULL: body is the answer
    study_at_ms BIGINT,
    attempts BIGINT NOT NULL,
    -- zstd; empty: none yet
    body BLOB NOT NULL
);

CREATE INDEX studies_awaited ON studies (study_at_ms) WHERE study_at_ms IS NOT NULL;

-- Of the errors that are there, those of the newest week are studied.
INSERT INTO studies (error_id, site_id, study_at_ms, attempts, body)
    SELECT errors.id, MAX(sites.id), 0, 0, '' FROM errors JOIN sites ON sites.error_id = errors.id
    WHERE errors.origin_commit <> '' AND sites.blame_at_ms IS NULL
        AND errors.last_seen_at_ms > (SELECT MAX(last_seen_at_ms) FROM errors) - 604800000
    GROUP BY errors.id;
