-- Who may see the pages. What a visitor shows (a session's cookie, a token) is here as a digest only.

CREATE TABLE users (
    -- an e-mail address in lower case
    name TEXT NOT NULL PRIMARY KEY,
    -- argon2id, as libsodium writes it with its parameters
    password_hash TEXT NOT NULL,
    -- of the token for scripts; empty: none
    token_digest TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL
);

CREATE UNIQUE INDEX users_by_token ON users (token_digest) WHERE token_digest <> '';

CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    user_name TEXT NOT NULL REFERENCES users (name),
    begun_at_ms BIGINT NOT NULL,
    -- to the day
    used_at_ms BIGINT NOT NULL
);

CREATE INDEX sessions_by_user ON sessions (user_name);

-- What signs forms and links, in hexadecimal digits. One row.
CREATE TABLE seal_keys (
    id BIGINT NOT NULL PRIMARY KEY,
    seal_key TEXT NOT NULL
);
