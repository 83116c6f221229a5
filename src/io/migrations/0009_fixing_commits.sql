-- How far the messages of commits were read for the errors that they mend.
CREATE TABLE read_commits (
    project_id BIGINT NOT NULL PRIMARY KEY REFERENCES projects (id),
    -- full hash of the branch's newest commit then
    commit_hash TEXT NOT NULL
);

-- What commits named, so that each of them marks an error once, whatever becomes of the branch.
CREATE TABLE fixing_commits (
    project_id BIGINT NOT NULL REFERENCES projects (id),
    commit_hash TEXT NOT NULL,
    error_id BIGINT NOT NULL,
    PRIMARY KEY (project_id, commit_hash, error_id)
);
