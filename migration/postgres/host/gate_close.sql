-- Takes CONNECT from everybody who has it.
SELECT format('REVOKE CONNECT ON DATABASE %I FROM %s CASCADE', d.datname,
              CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
WHERE d.datname = :'database' AND a.privilege_type = 'CONNECT' \gexec
