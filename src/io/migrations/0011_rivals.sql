-- By how many components at its end a site's path was found in the repository; 0: it has no rivals.
ALTER TABLE sites ADD COLUMN shared_n BIGINT NOT NULL DEFAULT 0;
