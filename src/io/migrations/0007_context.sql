-- The lines around a site's line, as its first report has them: top first, each with a line feed.
ALTER TABLE sites ADD COLUMN lines_before TEXT NOT NULL DEFAULT '';
ALTER TABLE sites ADD COLUMN lines_after TEXT NOT NULL DEFAULT '';
