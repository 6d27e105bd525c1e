"""What a database is made of, each thing by kind, name and digest: equal on both sides, or different.

Where two versions call one thing by two names (`utf8`, `utf8mb3`), it is the same.
"""

from migration.verify.mariadb_sql.session import literal


def queries(database: str, frozen: bool) -> list[str]:
    """SELECTs of every definition; with `frozen` also what is carried over inside the freeze alone."""
    here = literal(database)
    found = [*_tables(here), *_programs(here), *_rights(here)]
    if frozen:
        found.append(
            _select(
                "event",
                "EVENT_NAME",
                "EVENT_DEFINITION, DEFINER, TIME_ZONE, EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, SQL_MODE, "
                "STARTS, ENDS, ON_COMPLETION, EVENT_COMMENT, CHARACTER_SET_CLIENT, COLLATION_CONNECTION",
                f"information_schema.EVENTS WHERE EVENT_SCHEMA = {here}",
            )
        )
        found.append(
            f"""SELECT JSON_OBJECT('kind', 'number', 'name', CONCAT('of ', TABLE_NAME), 'digest',
                CAST(AUTO_INCREMENT AS CHAR)) FROM information_schema.TABLES
                WHERE TABLE_SCHEMA = {here} AND AUTO_INCREMENT IS NOT NULL"""
        )
    return found


def _select(kind: str, name: str, fields: str | tuple[str, ...], where: str) -> str:
    """Every row of a catalogue as one thing. A NULL is kept apart from an empty text."""
    each = fields.split(", ") if isinstance(fields, str) else fields
    parts = ", ".join(f"COALESCE(QUOTE({_alike(field)}), 'NULL')" for field in each)
    what = f"'kind', {literal(kind)}, 'name', {name}"
    return f"SELECT JSON_OBJECT({what}, 'digest', MD5(CONCAT_WS(',', {parts}))) FROM {where}"


_NAMED = (
    "COLLATION",
    "CHARACTER_SET",
    "VIEW_DEFINITION",
    "GENERATION_EXPRESSION",
    "COLUMN_DEFAULT",
    "CHECK_CLAUSE",
)


def _alike(field: str) -> str:
    """A field that names a character set: since 10.6 `utf8` is called `utf8mb3`."""
    if not any(name in field for name in _NAMED) or field == "COLLATION":
        return field
    return f"REGEXP_REPLACE({field}, '(?<![[:alnum:]])utf8(?![[:alnum:]])', 'utf8mb3')"


def _tables(here: str) -> list[str]:
    column = "CONCAT(TABLE_NAME, '.', COLUMN_NAME)"
    index = "CONCAT(TABLE_NAME, '.', INDEX_NAME, '.', SEQ_IN_INDEX)"
    return [
        _select(
            "database",
            "'itself'",
            "DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME",
            f"information_schema.SCHEMATA WHERE SCHEMA_NAME = {here}",
        ),
        _select(
            "table",
            "TABLE_NAME",
            "TABLE_TYPE, ENGINE, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT",
            f"information_schema.TABLES WHERE TABLE_SCHEMA = {here}",
        ),
        _select(
            "column",
            column,
            "ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, COLUMN_TYPE, COLLATION_NAME, EXTRA, COLUMN_COMMENT, "
            "GENERATION_EXPRESSION",
            f"information_schema.COLUMNS WHERE TABLE_SCHEMA = {here}",
        ),
        _select(
            "index",
            index,
            "NON_UNIQUE, COLUMN_NAME, COLLATION, SUB_PART, INDEX_TYPE, INDEX_COMMENT",
            f"information_schema.STATISTICS WHERE TABLE_SCHEMA = {here}",
        ),
        _select(
            "foreign key",
            "CONCAT(r.TABLE_NAME, '.', r.CONSTRAINT_NAME, '.', k.ORDINAL_POSITION)",
            "r.UNIQUE_CONSTRAINT_NAME, r.MATCH_OPTION, r.UPDATE_RULE, r.DELETE_RULE, k.COLUMN_NAME, "
            "k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME",
            f"""information_schema.REFERENTIAL_CONSTRAINTS r JOIN information_schema.KEY_COLUMN_USAGE k
                ON k.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA AND k.CONSTRAINT_NAME = r.CONSTRAINT_NAME
                AND k.TABLE_NAME = r.TABLE_NAME WHERE r.CONSTRAINT_SCHEMA = {here}""",
        ),
        _select(
            "check",
            "CONCAT(TABLE_NAME, '.', CONSTRAINT_NAME)",
            "CHECK_CLAUSE",
            f"information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = {here}",
        ),
        _select(
            "partition",
            "CONCAT(TABLE_NAME, '.', PARTITION_NAME, '.', COALESCE(SUBPARTITION_NAME, ''))",
            "PARTITION_METHOD, SUBPARTITION_METHOD, PARTITION_EXPRESSION, SUBPARTITION_EXPRESSION, PARTITION_DESCRIPTION",
            f"information_schema.PARTITIONS WHERE TABLE_SCHEMA = {here} AND PARTITION_NAME IS NOT NULL",
        ),
    ]


def _programs(here: str) -> list[str]:
    return [
        _select(
            "view",
            "TABLE_NAME",
            "VIEW_DEFINITION, CHECK_OPTION, DEFINER, SECURITY_TYPE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION",
            f"information_schema.VIEWS WHERE TABLE_SCHEMA = {here}",
        ),
        _select(
            "trigger",
            "TRIGGER_NAME",
            "EVENT_MANIPULATION, EVENT_OBJECT_TABLE, ACTION_ORDER, ACTION_STATEMENT, ACTION_TIMING, SQL_MODE, DEFINER, "
            "CHARACTER_SET_CLIENT, COLLATION_CONNECTION",
            f"information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {here}",
        ),
        _select(
            "routine",
            "CONCAT(ROUTINE_TYPE, ' ', ROUTINE_NAME)",
            "DTD_IDENTIFIER, ROUTINE_DEFINITION, IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE, SQL_MODE, DEFINER, "
            "ROUTINE_COMMENT, CHARACTER_SET_CLIENT, COLLATION_CONNECTION",
            f"information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {here}",
        ),
        _select(
            "parameter",
            "CONCAT(ROUTINE_TYPE, ' ', SPECIFIC_NAME, '.', ORDINAL_POSITION)",
            "PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER",
            f"information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = {here}",
        ),
    ]


def _rights(here: str) -> list[str]:
    """Rights of accounts that have some on the database, and their passwords' digests."""
    ours = "User NOT LIKE 'decant\\\\_%'"
    bits = (
        "Select_priv, Insert_priv, Update_priv, Delete_priv, Create_priv, Drop_priv, Grant_priv, References_priv, "
        "Index_priv, Alter_priv, Create_tmp_table_priv, Lock_tables_priv, Create_view_priv, Show_view_priv, "
        "Create_routine_priv, Alter_routine_priv, Execute_priv, Event_priv, Trigger_priv"
    )
    return [
        _select(
            "right", "CONCAT(User, '@', Host)", bits, f"mysql.db WHERE Db IN ({here}, {_escaped(here)}) AND {ours}"
        ),
        _select(
            "right on table",
            "CONCAT(User, '@', Host, '.', Table_name)",
            "Table_priv, Column_priv",
            f"mysql.tables_priv WHERE Db = {here} AND {ours}",
        ),
        _select(
            "right on column",
            "CONCAT(User, '@', Host, '.', Table_name, '.', Column_name)",
            "Column_priv",
            f"mysql.columns_priv WHERE Db = {here} AND {ours}",
        ),
        _select(
            "right on routine",
            "CONCAT(User, '@', Host, '.', Routine_type, '.', Routine_name)",
            "Proc_priv",
            f"mysql.procs_priv WHERE Db = {here} AND {ours}",
        ),
        _select(
            "account",
            "CONCAT(User, '@', Host)",
            ("JSON_VALUE(Priv, '$.plugin')", "JSON_VALUE(Priv, '$.authentication_string')"),
            "mysql.global_priv WHERE (User, Host) IN "
            f"(SELECT User, Host FROM mysql.db WHERE Db IN ({here}, {_escaped(here)})) AND {ours}",
        ),
    ]


def _escaped(here: str) -> str:
    return here.replace("_", "\\\\_").replace("%", "\\\\%")
