-- Takes CONNECT from everybody who has it, and gives it to the role of the flow, so that the drain can reconnect.
BEGIN;
SELECT format('REVOKE CONNECT ON DATABASE %I FROM %s CASCADE', d.datname,
              CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
WHERE d.datname = :'database' AND a.privilege_type = 'CONNECT' \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', d.datname, r.rolname)
FROM pg_database d, pg_roles r WHERE d.datname = :'database' AND r.rolname = :'role' \gexec
COMMIT;
