-- Leans on the catalog's indexes of names in a schema.
--
-- What has to be said so that the schema $2 and what is in it give the rights that the schema $1 and what
-- is called the same in it give: on the schema, tables, views, sequences, columns and routines, and by
-- default on what is still to be made. Without those of the owner, and of objects of other roles.
WITH was AS MATERIALIZED (
    SELECT namespace.oid, namespace.nspacl, namespace.nspowner
      FROM pg_catalog.pg_namespace namespace
     WHERE namespace.nspname = $1::text
),
becomes AS MATERIALIZED (
    SELECT namespace.oid
      FROM pg_catalog.pg_namespace namespace
     WHERE namespace.nspname = $2::text
),
relations AS MATERIALIZED (
    SELECT old.oid, old.relacl, old.relowner, class.oid AS heir, class.relname,
           CASE WHEN class.relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
      FROM was
     CROSS JOIN becomes
      JOIN pg_catalog.pg_class old
        ON old.relnamespace = was.oid AND old.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      JOIN pg_catalog.pg_class class
        ON class.relnamespace = becomes.oid AND class.relname = old.relname
       AND class.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
       AND (class.relkind = 'S') = (old.relkind = 'S')
     WHERE pg_catalog.pg_has_role(class.relowner, 'USAGE')
),
given AS (
    SELECT acl.privilege_type AS privilege, format('SCHEMA %I', $2) AS object, acl.grantee,
           acl.is_grantable
      FROM was
     CROSS JOIN LATERAL aclexplode(was.nspacl) acl
     WHERE acl.grantee <> was.nspowner
     UNION ALL
    SELECT acl.privilege_type, format('%s %I.%I', relations.kind, $2, relations.relname), acl.grantee,
           acl.is_grantable
      FROM relations
     CROSS JOIN LATERAL aclexplode(relations.relacl) acl
     WHERE acl.grantee <> relations.relowner
     UNION ALL
    SELECT format('%s (%I)', acl.privilege_type, attribute.attname),
           format('TABLE %I.%I', $2, relations.relname), acl.grantee, acl.is_grantable
      FROM relations
      JOIN pg_catalog.pg_attribute attribute
        ON attribute.attrelid = relations.oid AND NOT attribute.attisdropped
      JOIN pg_catalog.pg_attribute same
        ON same.attrelid = relations.heir AND same.attname = attribute.attname
       AND NOT same.attisdropped
     CROSS JOIN LATERAL aclexplode(attribute.attacl) acl
     WHERE acl.grantee <> relations.relowner
     UNION ALL
    SELECT acl.privilege_type,
           format('ROUTINE %I.%I(%s)', $2, proc.proname, pg_get_function_identity_arguments(proc.oid)),
           acl.grantee, acl.is_grantable
      FROM was
     CROSS JOIN becomes
      JOIN pg_catalog.pg_proc old ON old.pronamespace = was.oid
      JOIN pg_catalog.pg_proc proc
        ON proc.pronamespace = becomes.oid AND proc.proname = old.proname
       AND proc.proargtypes = old.proargtypes
     CROSS JOIN LATERAL aclexplode(old.proacl) acl
     WHERE acl.grantee <> old.proowner AND pg_catalog.pg_has_role(proc.proowner, 'USAGE')
),
by_default AS (
    SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I ', defaults.defaclrole::regrole, $2)
               AS opening,
           acl.privilege_type AS privilege,
           CASE defaults.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
                                       WHEN 'f' THEN 'ROUTINES' ELSE 'TYPES' END AS object,
           acl.grantee, acl.is_grantable
      FROM was
      JOIN pg_catalog.pg_default_acl defaults ON defaults.defaclnamespace = was.oid
     CROSS JOIN LATERAL aclexplode(defaults.defaclacl) acl
     WHERE pg_catalog.pg_has_role(defaults.defaclrole, 'USAGE')
)
SELECT format('%sGRANT %s ON %s TO %s%s', every.opening, every.privilege, every.object,
              CASE every.grantee WHEN 0 THEN 'PUBLIC' ELSE every.grantee::regrole::text END,
              CASE WHEN every.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM (SELECT '' AS opening, given.* FROM given
         UNION ALL
        SELECT by_default.* FROM by_default) every;
