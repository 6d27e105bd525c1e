"""The parts of a first copy: a table each, and of a large table ranges, so that a cut costs one of them at most."""

from migration.postgres.sides import Sides
from migration.postgres.tables import OF_EXTENSION, USER_SCHEMA

PART_MIB = 1024
"""A table of twice this size is copied in ranges of about this size."""

_PARTS = f"""
SELECT row_number() OVER (ORDER BY t.size DESC, t.name, p.i),
       {{read}},
       {{write}}
FROM (SELECT *, CASE WHEN size < {{twice}} THEN 1 ELSE greatest(1, {{parts}}) END AS parts
      FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_relation_size(c.oid) AS size,
                   string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns,
                   (SELECT quote_ident(k.attname) FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid
                    WHERE i.indrelid = c.oid AND i.indisprimary AND k.attnum = i.indkey[0]) AS key,
                   (SELECT s.histogram_bounds::text::text[] FROM pg_index i, pg_attribute k, pg_stats s
                    WHERE i.indrelid = c.oid AND i.indisprimary AND k.attrelid = c.oid AND k.attnum = i.indkey[0]
                      AND (s.schemaname, s.tablename, s.attname) = (n.nspname, c.relname, k.attname)
                      AND NOT s.inherited) AS bounds
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped {{generated}}
            WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {USER_SCHEMA} AND NOT {OF_EXTENSION}
            GROUP BY n.nspname, c.relname, c.oid) named) t
CROSS JOIN LATERAL generate_series(0, t.parts - 1) AS p(i)
ORDER BY 1;
"""
_READ = """
    CASE WHEN t.parts = 1 THEN format('COPY %s(%s) TO STDOUT', t.name, t.columns)
         ELSE format('COPY (SELECT %s FROM ONLY %s WHERE true', t.columns, t.name)
           || CASE WHEN p.i > 0 THEN {lower} ELSE '' END
           || CASE WHEN p.i + 1 < t.parts THEN {upper} ELSE '' END
           || ') TO STDOUT' END"""
# Rows that are frozen as they come save a pass later; that is allowed to a table which this transaction emptied.
_WRITE = """
    CASE WHEN t.parts = 1 THEN format('TRUNCATE ONLY %1$s; COPY %1$s(%2$s) FROM STDIN (FREEZE)', t.name, t.columns)
         ELSE format('COPY %s(%s) FROM STDIN', t.name, t.columns) END"""
_BOUND = "t.bounds[1 + {number} * (array_length(t.bounds, 1) - 1) / t.parts]"


def parts(sides: Sides) -> str:
    """SQL for psql that prints a line a part, the largest tables first: number, reading and writing, both in base64.

    From version 14 on PostgreSQL reads a range of pages by itself. Before, the ranges are those of the primary key's
    first column, and their bounds the ones that ANALYZE saw; a table without either is one part.
    """
    source = sides.source
    size = int(sides.setting("part_mib", PART_MIB)) << 20
    wanted = f"ceil(size / {size}::numeric)::int"
    if source.major >= 14:
        pages = size // int(source.value("SELECT current_setting('block_size')::int AS bytes"))
        count = wanted
        lower = f"format($$ AND ctid >= '(%s,0)'$$, p.i::bigint * {pages})"
        upper = f"format($$ AND ctid < '(%s,0)'$$, (p.i + 1)::bigint * {pages})"
    else:
        count = f"least({wanted}, coalesce(array_length(bounds, 1), 1) - 1)"
        lower = f"format(' AND %s >= %L', t.key, {_BOUND.format(number='p.i')})"
        upper = f"format(' AND %s < %L', t.key, {_BOUND.format(number='(p.i + 1)')})"
    query = _PARTS.format(
        read=_in_base64(_READ.format(lower=lower, upper=upper)),
        write=_in_base64(_WRITE),
        twice=2 * size,
        parts=count,
        generated="AND a.attgenerated = ''" if source.major >= 12 else "",
    )
    return f"SET search_path = '';\n\\pset fieldsep ' '\n{query}"


def _in_base64(sql: str) -> str:
    return f"replace(encode(convert_to({sql}, 'UTF8'), 'base64'), E'\\n', '')"
