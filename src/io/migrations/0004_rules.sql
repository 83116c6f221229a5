-- The rules of the pages, beside those of the rule files, and who changed which of them when.

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
