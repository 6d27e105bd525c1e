-- Makes the privileges on the database what they were: :acl is the old value of datacl, empty where that was null.
BEGIN;
SELECT format('SET LOCAL ROLE %I; REVOKE %s ON DATABASE %I FROM %s CASCADE; RESET ROLE',
              pg_get_userbyid(a.grantor), a.privilege_type, d.datname,
              CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
WHERE d.datname = :'database' AND NOT EXISTS (
  SELECT FROM aclexplode(coalesce(nullif(:'acl', '')::aclitem[], acldefault('d', d.datdba))) was
  WHERE (was.grantor, was.grantee, was.privilege_type) = (a.grantor, a.grantee, a.privilege_type))
\gexec
SELECT format('SET LOCAL ROLE %I; GRANT %s ON DATABASE %I TO %s%s; RESET ROLE',
              pg_get_userbyid(a.grantor), a.privilege_type, d.datname,
              CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
              CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_database d, aclexplode(coalesce(nullif(:'acl', '')::aclitem[], acldefault('d', d.datdba))) a
WHERE d.datname = :'database'
ORDER BY a.grantor <> d.datdba
\gexec
-- GRANT cannot bring back the null that stands for the defaults, nor the order of the entries. Where the
-- privileges are the same as before, their old form is written.
UPDATE pg_database d SET datacl = nullif(:'acl', '')::aclitem[]
WHERE d.datname = :'database'
  AND d.datacl IS DISTINCT FROM nullif(:'acl', '')::aclitem[]
  AND NOT EXISTS (
    SELECT FROM (SELECT * FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))) is_now
    FULL JOIN (SELECT * FROM aclexplode(coalesce(nullif(:'acl', '')::aclitem[], acldefault('d', d.datdba)))) was
    USING (grantor, grantee, privilege_type, is_grantable)
    WHERE is_now.* IS NULL OR was.* IS NULL);
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', d.datname, r.rolname)
FROM pg_database d, pg_roles r
WHERE d.datname = :'database' AND r.rolname = :'role' AND NOT has_database_privilege(r.oid, d.oid, 'CONNECT') \gexec
COMMIT;
