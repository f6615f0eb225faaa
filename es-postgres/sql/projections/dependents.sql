-- Leans on pg_depend_reference_index, from each object of the schema to what depends on it.
--
-- What depends on something in the schema $1 and is not in it, by kind and full name. With the schema $2,
-- whose tables are to take the place of those, also what the service has put on a table and the table of
-- that name in $2 lacks: triggers that call a function of another schema, policies, row security.
WITH schema AS MATERIALIZED (
    SELECT namespace.oid
      FROM pg_catalog.pg_namespace namespace
     WHERE namespace.nspname = $1::text
),
other AS MATERIALIZED (
    SELECT namespace.oid
      FROM pg_catalog.pg_namespace namespace
     WHERE namespace.nspname = $2::text
),
objects AS MATERIALIZED (
    SELECT 'pg_catalog.pg_namespace'::regclass AS class, schema.oid AS object
      FROM schema
     UNION ALL
    SELECT 'pg_catalog.pg_class'::regclass, class.oid
      FROM schema
      JOIN pg_catalog.pg_class class ON class.relnamespace = schema.oid
     UNION ALL
    SELECT 'pg_catalog.pg_type'::regclass, type.oid
      FROM schema
      JOIN pg_catalog.pg_type type ON type.typnamespace = schema.oid
     UNION ALL
    SELECT 'pg_catalog.pg_proc'::regclass, proc.oid
      FROM schema
      JOIN pg_catalog.pg_proc proc ON proc.pronamespace = schema.oid
),
dependents AS MATERIALIZED (
    SELECT DISTINCT depend.classid, depend.objid, depend.objsubid
      FROM objects
      JOIN pg_catalog.pg_depend depend
        ON depend.refclassid = objects.class AND depend.refobjid = objects.object
     WHERE depend.classid <> 'pg_catalog.pg_default_acl'::regclass
),
-- A rule, a default, a trigger and a policy are where their table is; a rule stands for its view.
placed AS (
    SELECT CASE dependents.classid WHEN 'pg_catalog.pg_rewrite'::regclass
                                   THEN 'pg_catalog.pg_class'::regclass
                                   ELSE dependents.classid END AS classid,
           CASE dependents.classid WHEN 'pg_catalog.pg_rewrite'::regclass
                                   THEN relation.oid
                                   ELSE dependents.objid END AS objid,
           CASE dependents.classid WHEN 'pg_catalog.pg_rewrite'::regclass
                                   THEN 0
                                   ELSE dependents.objsubid END AS objsubid,
           relation.relnamespace
      FROM dependents
      LEFT JOIN LATERAL (
               SELECT rewrite.ev_class AS oid
                 FROM pg_catalog.pg_rewrite rewrite
                WHERE dependents.classid = 'pg_catalog.pg_rewrite'::regclass
                  AND rewrite.oid = dependents.objid
                UNION ALL
               SELECT attrdef.adrelid
                 FROM pg_catalog.pg_attrdef attrdef
                WHERE dependents.classid = 'pg_catalog.pg_attrdef'::regclass
                  AND attrdef.oid = dependents.objid
                UNION ALL
               SELECT trigger.tgrelid
                 FROM pg_catalog.pg_trigger trigger
                WHERE dependents.classid = 'pg_catalog.pg_trigger'::regclass
                  AND trigger.oid = dependents.objid
                UNION ALL
               SELECT policy.polrelid
                 FROM pg_catalog.pg_policy policy
                WHERE dependents.classid = 'pg_catalog.pg_policy'::regclass
                  AND policy.oid = dependents.objid
           ) owner ON true
      LEFT JOIN pg_catalog.pg_class relation ON relation.oid = owner.oid
),
described AS (
    SELECT DISTINCT identity.type || ' ' || identity.identity AS name
      FROM schema
     CROSS JOIN placed
     CROSS JOIN LATERAL pg_catalog.pg_identify_object(placed.classid, placed.objid, placed.objsubid)
                        identity
      LEFT JOIN pg_catalog.pg_namespace home ON home.nspname = identity.schema
     WHERE coalesce(placed.relnamespace, home.oid) IS DISTINCT FROM schema.oid
       AND coalesce(identity.schema, '') NOT LIKE 'pg\_toast%'
),
tables AS MATERIALIZED (
    SELECT class.oid, class.relname, class.relrowsecurity, heir.oid AS heir,
           coalesce(heir.relrowsecurity, false) AS heir_has_row_security
      FROM schema
     CROSS JOIN other
      JOIN pg_catalog.pg_class class ON class.relnamespace = schema.oid AND class.relkind IN ('r', 'p')
      LEFT JOIN pg_catalog.pg_class heir
        ON heir.relnamespace = other.oid AND heir.relname = class.relname
),
left_behind AS (
    SELECT format('trigger %I on %I.%I', trigger.tgname, $1, tables.relname) AS name
      FROM tables
     CROSS JOIN schema
      JOIN pg_catalog.pg_trigger trigger ON trigger.tgrelid = tables.oid AND NOT trigger.tgisinternal
      JOIN pg_catalog.pg_proc proc ON proc.oid = trigger.tgfoid AND proc.pronamespace <> schema.oid
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger same
                        WHERE same.tgrelid = tables.heir AND same.tgname = trigger.tgname)
     UNION ALL
    SELECT format('policy %I on %I.%I', policy.polname, $1, tables.relname)
      FROM tables
      JOIN pg_catalog.pg_policy policy ON policy.polrelid = tables.oid
     WHERE tables.heir IS NOT NULL
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy same
                        WHERE same.polrelid = tables.heir AND same.polname = policy.polname)
     UNION ALL
    SELECT format('row security of %I.%I', $1, tables.relname)
      FROM tables
     WHERE tables.relrowsecurity AND tables.heir IS NOT NULL AND NOT tables.heir_has_row_security
)
SELECT described.name FROM described
 UNION ALL
SELECT left_behind.name FROM left_behind
 ORDER BY 1
 LIMIT 20;
