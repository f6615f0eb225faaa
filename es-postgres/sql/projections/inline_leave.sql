-- Leans on nothing: it looks at the session, and at constraints that are deferred.
--
-- Takes the guard down that inline_path.sql has put up, once what the handlers wrote can be kept and they
-- have left the search path $1 and the role $2. The search path is $3 from here on.
SELECT es.unguard_inline($1, $2, $3);
