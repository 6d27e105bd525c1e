"""Every definition of a database, each as a name and a digest, read from the catalogues alike in all versions.

What belongs to an extension is the extension's own, and is not compared object by object. Owners, privileges and
comments are part of each digest.
"""

_OWN = """NOT EXISTS (SELECT FROM pg_depend dep
    WHERE dep.classid = '{catalogue}'::regclass AND dep.objid = {oid} AND dep.deptype = 'e')"""
_USER = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def _own(catalogue: str, oid: str) -> str:
    return _OWN.format(catalogue=catalogue, oid=oid)


def _acl(column: str, kind: str, owner: str) -> str:
    """Privileges as a sorted text; no entry at all means the defaults of that kind of object."""
    return f"""(SELECT string_agg(concat(CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END,
                    '=', a.privilege_type, a.is_grantable), ',' ORDER BY a.grantee = 0,
                    pg_get_userbyid(a.grantee) COLLATE "C", a.privilege_type)
                FROM aclexplode(coalesce({column}, acldefault('{kind}', {owner}))) a)"""


def _digest(*parts: str) -> str:
    return f"md5(concat_ws('|', {', '.join(parts)})) AS digest"


def _owner(column: str) -> str:
    return f"pg_get_userbyid({column})"


_MEMBER_OF = """(SELECT string_agg(pg_get_userbyid(m.roleid), ',' ORDER BY pg_get_userbyid(m.roleid) COLLATE "C")
    FROM pg_auth_members m WHERE m.member = r.oid)"""
_POLICY_ROLES = """(SELECT string_agg(pg_get_userbyid(o), ',' ORDER BY pg_get_userbyid(o) COLLATE "C")
    FROM unnest(p.polroles) o)"""
_COLUMN_OPTIONS = """array_to_string(ARRAY(
    SELECT o FROM unnest(a.attoptions) o WHERE o !~ '^pg_attver=' ORDER BY 1), ',')"""
"""Without the stamp that newer minor versions put on each column for their own use."""
_RELATION = "format('%s.%s', n.nspname, c.relname)"
_IN_TABLES = f"""FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 AND {_USER} AND {_own("pg_class", "c.oid")} AND c.relpersistence <> 't'"""


def queries(database: str, version: int, nonce: str) -> list[str]:
    """SELECTs of (kind, name, digest); `database` and `nonce` are quoted literals, `version` that of this server.

    `nonce` salts the digest of each role's password, so that it can be compared and tells nothing.
    """
    found = [
        f"""SELECT 'database' AS kind, '' AS name, {
            _digest(
                "pg_encoding_to_char(d.encoding)",
                "d.datcollate",
                "d.datctype",
                _owner("d.datdba"),
                "d.datconnlimit",
                "shobj_description(d.oid, 'pg_database')",
            )
        } FROM pg_database d WHERE d.datname = {database}""",
        f"""SELECT 'setting' AS kind, concat(pg_get_userbyid(nullif(s.setrole, 0)), ' ', c) AS name, '' AS digest
            FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) c
            WHERE d.datname = {database} AND c !~ '^decant[.]'""",
        f"""SELECT 'role' AS kind, r.rolname AS name, {
            _digest(
                "r.rolsuper",
                "r.rolinherit",
                "r.rolcreaterole",
                "r.rolcreatedb",
                "r.rolcanlogin",
                "r.rolreplication",
                "r.rolbypassrls",
                "r.rolconnlimit",
                "extract(epoch FROM r.rolvaliduntil)",
                _MEMBER_OF,
                f"md5(concat({nonce}, r.rolpassword))",
            )
        } FROM pg_authid r WHERE r.oid >= 16384 AND r.rolname !~ '^decant_' AND r.oid IN (
            SELECT s.refobjid FROM pg_shdepend s, pg_database d
            WHERE d.datname = {database} AND s.refclassid = 'pg_authid'::regclass AND s.dbid = d.oid
            UNION SELECT datdba FROM pg_database WHERE datname = {database})""",
        f"""SELECT 'schema' AS kind, n.nspname AS name, {
            _digest(
                _owner("n.nspowner"), _acl("n.nspacl", "n", "n.nspowner"), "obj_description(n.oid, 'pg_namespace')"
            )
        } FROM pg_namespace n WHERE {_USER} AND {_own("pg_namespace", "n.oid")}""",
        f"""SELECT 'extension' AS kind, x.extname AS name, {_digest("n.nspname")}
            FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace""",
        f"""SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
                               WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind, {_RELATION} AS name, {
            _digest(
                "c.relkind",
                "c.relpersistence",
                _owner("c.relowner"),
                f"CASE WHEN c.relkind = 'S' THEN {_acl('c.relacl', 's', 'c.relowner')}"
                f" ELSE {_acl('c.relacl', 'r', 'c.relowner')} END",
                "array_to_string(c.reloptions, ',')",
                "c.relrowsecurity",
                "c.relforcerowsecurity",
                "c.relispopulated",
                "c.relreplident",
                "obj_description(c.oid, 'pg_class')",
                "CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END",
                "CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END",
                "CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END",
                "(SELECT string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno)"
                " FROM pg_inherits i WHERE i.inhrelid = c.oid)",
                "(SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgisinternal AND t.tgenabled <> 'O')",
            )
        } {_IN_TABLES} WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')""",
        f"""SELECT 'column' AS kind, {_RELATION} || '.' || a.attname AS name, {
            _digest(
                "format_type(a.atttypid, a.atttypmod)",
                "a.attnotnull",
                "a.attstorage",
                "pg_get_expr(f.adbin, f.adrelid)",
                "to_jsonb(a) ->> 'attidentity'",
                "to_jsonb(a) ->> 'attgenerated'",
                "nullif(a.attcollation, 0)::regcollation::text" if version >= 130000 else "NULL",
                _COLUMN_OPTIONS,
                f"CASE WHEN a.attacl IS NOT NULL THEN {_acl('a.attacl', 'c', 'c.relowner')} END",
                "col_description(c.oid, a.attnum)",
            )
        } {_IN_TABLES} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')""",
        f"""SELECT 'constraint' AS kind, {_RELATION} || '.' || k.conname AS name, {
            _digest("pg_get_constraintdef(k.oid)", "k.convalidated", "obj_description(k.oid, 'pg_constraint')")
        } {_IN_TABLES} JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('c', 'f', 'p', 'u', 'x')""",
        f"""SELECT 'index' AS kind, format('%s.%s', n.nspname, x.relname) AS name, {
            _digest(
                "pg_get_indexdef(x.oid)",
                "i.indisvalid",
                "i.indisclustered",
                "i.indisreplident",
                "obj_description(x.oid, 'pg_class')",
            )
        } {_IN_TABLES} JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid""",
        f"""SELECT 'trigger' AS kind, {_RELATION} || '.' || t.tgname AS name, {
            _digest("pg_get_triggerdef(t.oid)", "t.tgenabled", "obj_description(t.oid, 'pg_trigger')")
        } {_IN_TABLES} JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal""",
        f"""SELECT 'rule' AS kind, {_RELATION} || '.' || r.rulename AS name, {
            _digest("pg_get_ruledef(r.oid)", "r.ev_enabled", "obj_description(r.oid, 'pg_rewrite')")
        } {_IN_TABLES} JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename <> '_RETURN'""",
        f"""SELECT 'policy' AS kind, {_RELATION} || '.' || p.polname AS name, {
            _digest(
                "p.polcmd",
                "p.polpermissive",
                "pg_get_expr(p.polqual, c.oid)",
                "pg_get_expr(p.polwithcheck, c.oid)",
                _POLICY_ROLES,
            )
        } {_IN_TABLES} JOIN pg_policy p ON p.polrelid = c.oid""",
        f"""SELECT 'function' AS kind, p.oid::regprocedure::text AS name, {
            _digest(
                f"CASE WHEN {_is_aggregate(version)} THEN 'aggregate' ELSE pg_get_functiondef(p.oid) END",
                _owner("p.proowner"),
                _acl("p.proacl", "f", "p.proowner"),
                "obj_description(p.oid, 'pg_proc')",
            )
        } FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_USER} AND {
            _own("pg_proc", "p.oid")
        }""",
        f"""SELECT 'type' AS kind, format_type(t.oid, NULL) AS name, {
            _digest(
                "t.typtype",
                _owner("t.typowner"),
                _acl("t.typacl", "T", "t.typowner"),
                "format_type(nullif(t.typbasetype, 0), t.typtypmod)",
                "t.typnotnull",
                "t.typdefault",
                "(SELECT string_agg(l.enumlabel, ',' ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid)",
                "(SELECT string_agg(k.conname || pg_get_constraintdef(k.oid), ',' ORDER BY k.conname)"
                " FROM pg_constraint k WHERE k.contypid = t.oid)",
                "obj_description(t.oid, 'pg_type')",
            )
        } FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
            WHERE {_USER} AND {_own("pg_type", "t.oid")} AND t.typtype IN ('b', 'c', 'd', 'e', 'r')
              AND (t.typrelid = 0 OR c.relkind = 'c') AND t.typelem = 0""",
        """SELECT 'default privileges' AS kind, concat(pg_get_userbyid(d.defaclrole), ' ', n.nspname, ' ', d.defaclobjtype)
                   AS name, md5(array_to_string(ARRAY(SELECT unnest(d.defaclacl)::text ORDER BY 1), ',')) AS digest
            FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace""",
        f"""SELECT 'event trigger' AS kind, e.evtname AS name, {
            _digest(
                "e.evtevent", "e.evtfoid::regprocedure::text", "e.evtenabled", "array_to_string(e.evttags, ',')"
            )
        } FROM pg_event_trigger e WHERE {_own("pg_event_trigger", "e.oid")}""",
        f"""SELECT 'operator' AS kind, o.oid::regoperator::text AS name, {
            _digest(_owner("o.oprowner"), "o.oprcode::regprocedure::text")
        } FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
            WHERE {_USER} AND {_own("pg_operator", "o.oid")}""",
        f"""SELECT 'cast' AS kind, concat(c.castsource::regtype, ' ', c.casttarget::regtype) AS name, {
            _digest("c.castcontext", "c.castmethod", "nullif(c.castfunc, 0)::regprocedure::text")
        } FROM pg_cast c WHERE c.oid >= 16384 AND {_own("pg_cast", "c.oid")}""",
        f"""SELECT 'text search configuration' AS kind, format('%s.%s', n.nspname, f.cfgname) AS name, {
            _digest(
                _owner("f.cfgowner"),
                "(SELECT string_agg(concat(m.maptokentype, ':', m.mapseqno, ':', m.mapdict::regdictionary), ','"
                " ORDER BY m.maptokentype, m.mapseqno) FROM pg_ts_config_map m WHERE m.mapcfg = f.oid)",
            )
        } FROM pg_ts_config f JOIN pg_namespace n ON n.oid = f.cfgnamespace
            WHERE {_USER} AND {_own("pg_ts_config", "f.oid")}""",
        f"""SELECT 'collation' AS kind, format('%s.%s', n.nspname, l.collname) AS name, {
            _digest(_owner("l.collowner"), "to_jsonb(l) ->> 'collprovider'", "l.collcollate", "l.collctype")
        } FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
            WHERE {_USER} AND {_own("pg_collation", "l.oid")}""",
        f"""SELECT 'foreign server' AS kind, s.srvname AS name, {
            _digest(
                _owner("s.srvowner"),
                _acl("s.srvacl", "S", "s.srvowner"),
                "(SELECT w.fdwname FROM pg_foreign_data_wrapper w WHERE w.oid = s.srvfdw)",
                "array_to_string(s.srvoptions, ',')",
                "(SELECT string_agg(concat(pg_get_userbyid(nullif(m.umuser, 0)), array_to_string(m.umoptions, ',')), ','"
                " ORDER BY m.umuser) FROM pg_user_mapping m WHERE m.umserver = s.oid)",
            )
        } FROM pg_foreign_server s WHERE {_own("pg_foreign_server", "s.oid")}""",
    ]
    if version >= 100000:
        found += [
            f"""SELECT 'sequence definition' AS kind, {_RELATION} AS name, {
                _digest(
                    "q.seqtypid::regtype::text",
                    "q.seqstart",
                    "q.seqincrement",
                    "q.seqmin",
                    "q.seqmax",
                    "q.seqcache",
                    "q.seqcycle",
                    "(SELECT concat(d.refobjid::regclass, '.', a.attname, d.deptype) FROM pg_depend d"
                    " JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid"
                    " WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))",
                )
            } {_IN_TABLES} JOIN pg_sequence q ON q.seqrelid = c.oid""",
            f"""SELECT 'statistics' AS kind, format('%s.%s', n.nspname, s.stxname) AS name, {
                _digest(_owner("s.stxowner"), "pg_get_statisticsobjdef(s.oid)")
            } FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE {_USER}""",
        ]
    return found


def _is_aggregate(version: int) -> str:
    return "p.prokind = 'a'" if version >= 110000 else "p.proisagg"
