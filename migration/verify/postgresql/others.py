"""What is neither a row nor a definition: where sequences stand, and large objects."""

SEQUENCES = r"""
    SELECT format('SELECT json_build_object(''name'', %L, ''value'', concat(last_value, '
                  'CASE WHEN is_called THEN '' used'' ELSE '' unused'' END)) FROM %I.%I',
                  format('%s.%s', n.nspname, c.relname), n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    \gexec"""
"""Where each sequence stands, whether or not that value was given out."""

LARGE_OBJECTS = """
    SELECT m.oid::text AS name, md5(concat_ws('|', pg_get_userbyid(m.lomowner),
           obj_description(m.oid, 'pg_largeobject'),
           (SELECT string_agg(concat(CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END, '=',
                   a.privilege_type, a.is_grantable), ',' ORDER BY a.grantee = 0,
                   pg_get_userbyid(a.grantee) COLLATE "C", a.privilege_type)
            FROM aclexplode(coalesce(m.lomacl, acldefault('L', m.lomowner))) a),
           (SELECT max(p.pageno::bigint * 2048 + length(p.data)) FROM pg_largeobject p WHERE p.loid = m.oid),
           (SELECT string_agg(p.pageno || ':' || md5(p.data || substr(z.zeros, 1, 2048 - length(p.data))), ','
                   ORDER BY p.pageno)
            FROM pg_largeobject p, (SELECT decode(repeat('00', 2048), 'hex') AS zeros) z
            WHERE p.loid = m.oid AND p.data <> substr(z.zeros, 1, length(p.data))))) AS digest
    FROM pg_largeobject_metadata m"""
"""Owner, privileges, comment, length, and each page that is not all zeros (a page that is missing reads as zeros)."""

FOLLOWED = """SELECT count(*) > 0 AS followed FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
              WHERE d.datname = current_database()"""
"""Whether this side takes up changes from elsewhere: else a copy cannot be in step while the other is written to."""

READY = """SELECT current_setting('wal_level') = 'logical' AND current_setting('server_encoding') <> 'SQL_ASCII'
                  AND (SELECT count(*) FROM pg_replication_slots) < current_setting('max_replication_slots')::int AS ready"""
"""Whether this side's log tells of rows, in a known encoding, and has room for one who reads it."""
