-- The privileges on the database as they are, without those of the role of the flow.
SELECT CASE WHEN d.datacl IS NOT NULL THEN
  ARRAY(SELECT i FROM unnest(d.datacl) WITH ORDINALITY AS u(i, n)
        WHERE NOT EXISTS (SELECT FROM aclexplode(ARRAY[i]) a, pg_roles r
                          WHERE r.oid = a.grantee AND r.rolname = :'role') ORDER BY n) END
FROM pg_database d WHERE d.datname = :'database';
