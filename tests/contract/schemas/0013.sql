-- A store of schema version 13 with an error of two sites and its study, another that awaits blame, a letter, a rule and a user.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_version (
    version BIGINT NOT NULL
);
INSERT INTO schema_version VALUES(13);
CREATE TABLE projects (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL UNIQUE
);
INSERT INTO projects VALUES(1,'first','0123456789abcdef0123456789abcdef');
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
, letter_count BIGINT NOT NULL DEFAULT 0
);
INSERT INTO errors VALUES(1,1,7,1699747200000,1699750800000,0,1699747200005,'6f1ed002ab5595859014ebf0951522d9cafe0000','origin.py',12,1,3,1699315200000,'ada@example.com','Ada Author','ada@laptop','Add the handler','wrote the line',40,'shop/basket.py','handle','total = price / n','ValueError','bad value',7);
INSERT INTO errors VALUES(3,1,1,1699747200002,1699747200002,0,0,'','',0,0,0,0,'','','','','',7,'shop/views.py','handle','raise_it()','ValueError','bad value',0);
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
INSERT INTO sites VALUES(1,X'dcac10abbfd451d1f5cf3108bd186aed',1,1,NULL,0,1,0,42,'shop/cart.py','handle','total = price / n','1.0');
INSERT INTO sites VALUES(2,X'dbce208ce09527316d6ffbe5bccc1342',1,1,NULL,0,1,0,40,'shop/basket.py','handle','total = price / n','1.0');
INSERT INTO sites VALUES(3,X'70968d14646e03fce46c93a762453591',1,3,1699747200002,0,1,0,7,'shop/views.py','handle','raise_it()','1.0');
CREATE TABLE error_hours (
    project_id BIGINT NOT NULL REFERENCES projects (id),
    hour BIGINT NOT NULL,
    error_id BIGINT NOT NULL REFERENCES errors (id),
    count BIGINT NOT NULL,
    PRIMARY KEY (project_id, hour, error_id)
) WITHOUT ROWID;
INSERT INTO error_hours VALUES(1,472152,1,5);
INSERT INTO error_hours VALUES(1,472152,3,1);
INSERT INTO error_hours VALUES(1,472153,1,2);
CREATE TABLE error_variants (
    error_id BIGINT NOT NULL REFERENCES errors (id),
    exception_type TEXT NOT NULL,
    count BIGINT NOT NULL,
    last_seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (error_id, exception_type)
) WITHOUT ROWID;
INSERT INTO error_variants VALUES(1,'ValueError',7,1699750800000);
INSERT INTO error_variants VALUES(3,'ValueError',1,1699747200002);
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
INSERT INTO occurrences VALUES(1,1,1699747200000,2,'e0',X'28b52ffd20118900007b226576656e745f6964223a226530227d');
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
INSERT INTO outbox VALUES(1,1,1,1699747200005,0,1699747200005,0,'','m1@example.com','flawless@example.com','ada@example.com','Error on web1 in shop/cart.py','plain','<p>rich</p>');
CREATE TABLE users (
    -- an e-mail address in lower case
    name TEXT NOT NULL PRIMARY KEY,
    -- argon2id, as libsodium writes it with its parameters
    password_hash TEXT NOT NULL,
    -- of the token for scripts; empty: none
    token_digest TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL
);
INSERT INTO users VALUES('ada@example.com','$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA','0123456789abcdef0123456789abcdef',1699747200005);
CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    user_name TEXT NOT NULL REFERENCES users (name),
    begun_at_ms BIGINT NOT NULL,
    -- to the day
    used_at_ms BIGINT NOT NULL
);
INSERT INTO sessions VALUES('fedcba9876543210fedcba9876543210','ada@example.com',1699747200005,1699747200005);
CREATE TABLE seal_keys (
    id BIGINT NOT NULL PRIMARY KEY,
    seal_key TEXT NOT NULL
);
INSERT INTO seal_keys VALUES(1,'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
CREATE TABLE read_commits (
    project_id BIGINT NOT NULL PRIMARY KEY REFERENCES projects (id),
    -- full hash of the branch's newest commit then
    commit_hash TEXT NOT NULL
);
CREATE TABLE fixing_commits (
    project_id BIGINT NOT NULL REFERENCES projects (id),
    commit_hash TEXT NOT NULL,
    error_id BIGINT NOT NULL,
    PRIMARY KEY (project_id, commit_hash, error_id)
);
INSERT INTO read_commits VALUES(1,'7777777777777777777777777777777777777777');
INSERT INTO fixing_commits VALUES(1,'7777777777777777777777777777777777777777',1);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('errors',3);
INSERT INTO sqlite_sequence VALUES('sites',3);
INSERT INTO sqlite_sequence VALUES('occurrences',1);
INSERT INTO sqlite_sequence VALUES('outbox',1);
CREATE UNIQUE INDEX errors_by_origin
    ON errors (project_id, origin_commit, origin_path, origin_number)
    WHERE origin_commit <> '';
CREATE INDEX sites_by_error ON sites (error_id);
CREATE INDEX sites_by_place ON sites (project_id, path, function_name);
CREATE INDEX sites_awaiting_blame ON sites (blame_at_ms) WHERE blame_at_ms IS NOT NULL;
CREATE INDEX error_hours_by_error ON error_hours (error_id);
CREATE INDEX occurrences_by_time ON occurrences (error_id, at_ms);
CREATE INDEX occurrences_by_reason ON occurrences (error_id, kept_as, at_ms);
CREATE INDEX outbox_by_error ON outbox (error_id);
CREATE INDEX outbox_by_state ON outbox (state, next_try_at_ms);
CREATE INDEX outbox_by_address ON outbox (LOWER(to_addresses), written_at_ms);
ALTER TABLE outbox ADD COLUMN thread_id TEXT NOT NULL DEFAULT '';
CREATE TABLE held_letters (
    address TEXT NOT NULL,
    error_id BIGINT NOT NULL REFERENCES errors (id),
    due_at_ms BIGINT NOT NULL,
    PRIMARY KEY (address, error_id)
) WITHOUT ROWID;
CREATE INDEX held_letters_by_error ON held_letters (error_id);
CREATE INDEX held_letters_by_time ON held_letters (due_at_ms);
CREATE TABLE rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    -- name of the rule file that could hold it, and the JSON object that it would hold
    file TEXT NOT NULL,
    body TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at_ms BIGINT NOT NULL
);
CREATE INDEX rules_by_project ON rules (project_id);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms BIGINT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    rule_id BIGINT NOT NULL,
    who TEXT NOT NULL,
    file TEXT NOT NULL,
    -- the rule's body; empty: it was not there
    body_before TEXT NOT NULL,
    body_after TEXT NOT NULL
);
CREATE INDEX audit_by_project ON audit (project_id, id);
INSERT INTO rules VALUES(1,1,'known_errors','{"filename":"shop/cart.py"}','ann',1699747200000,'',0);
INSERT INTO audit VALUES(1,1699747200000,1,1,'ann','known_errors','','{"filename":"shop/cart.py"}');
CREATE UNIQUE INDEX users_by_token ON users (token_digest) WHERE token_digest <> '';
CREATE INDEX sessions_by_user ON sessions (user_name);
ALTER TABLE errors ADD COLUMN fixed_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE errors ADD COLUMN fixed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE errors ADD COLUMN fixed_commit TEXT NOT NULL DEFAULT '';
ALTER TABLE errors ADD COLUMN back_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE errors ADD COLUMN back_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN asks_fix BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN fix_age BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN fix_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN fix_seen_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN lines_before TEXT NOT NULL DEFAULT '';
ALTER TABLE sites ADD COLUMN lines_after TEXT NOT NULL DEFAULT '';
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
INSERT INTO studies VALUES(1,2,NULL,0,X'28b52ffd24108100007b227265766973696f6e223a2272227d2939319a');
CREATE INDEX studies_awaited ON studies (study_at_ms) WHERE study_at_ms IS NOT NULL;
ALTER TABLE errors ADD COLUMN co_authors TEXT NOT NULL DEFAULT '';
ALTER TABLE sites ADD COLUMN shared_n BIGINT NOT NULL DEFAULT 0;
ALTER TABLE errors ADD COLUMN predecessor_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX errors_by_predecessor ON errors (predecessor_id) WHERE predecessor_id <> 0;

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
INSERT INTO error_variants VALUES(1,1,'','',4,1699750800000);
COMMIT;
