-- Who else wrote the commit of an error's line: "Name <address>", one a line.
ALTER TABLE errors ADD COLUMN co_authors TEXT NOT NULL DEFAULT '';
