-- Leans on no index: it adds one row.
--
-- The stream $1/$2, whose name was just given away.
INSERT INTO es.streams (category, key) VALUES ($1, $2);
