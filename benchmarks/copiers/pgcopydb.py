"""pgcopydb at its best, from the target, then every row of every table counted and hashed on both sides at once."""

import subprocess
import tempfile
from pathlib import Path

from benchmarks.copiers.base import DATABASE, PASSWORD, ROLE, SOURCES, TARGET, Field, address, quoted
from benchmarks.measure import Used

HOME = "/opt/bench-pgcopydb"
PACKAGES = ("pgcopydb", "libgc1")
_EVERY_ROW = r"""
SELECT format('SELECT %L, count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM %I.%I t',
              c.oid::regclass, n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)' ORDER BY c.oid::regclass::text
\gexec
"""
_COPY = f"""
set -euo pipefail
cd /tmp
rm -rf pgcopydb
export LD_LIBRARY_PATH=$(echo {HOME}/usr/lib/*-linux-gnu)
export PATH={HOME}/usr/bin:$(ls -d /usr/lib/postgresql/*/bin | tail -1):$PATH
createdb {DATABASE}
pgcopydb clone --source '{{source}}' --target 'dbname={DATABASE}' --table-jobs 2 --index-jobs 2 --dir /tmp/pgcopydb \\
  >pgcopydb.log 2>&1
cat >every_row.sql <<'END'
{_EVERY_ROW}
END
psql -qAtX -d '{{source}}' -f every_row.sql >bench_source &
psql -qAtX -d {DATABASE} -f every_row.sql >bench_target
wait $!
test -s bench_source
cmp bench_source bench_target
"""


class Pgcopydb:
    """`pgcopydb clone` with two jobs for tables and two for indexes, as the machine has two cores."""

    name = "pgcopydb"
    kind = "postgres"

    def missing(self) -> str:
        """Whether its package can be had."""
        done = subprocess.run(["apt-cache", "policy", "pgcopydb"], capture_output=True, text=True, check=False)
        return "" if "Candidate: 0" in done.stdout else "no package pgcopydb can be had here"

    def prepare(self, field: Field) -> None:
        """Unpack it on the target, and let it in at the source."""
        with tempfile.TemporaryDirectory() as name:
            subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=name, check=True, capture_output=True)
            for package in Path(name).glob("*.deb"):
                self._unpack(field, package)
        come = address(field, TARGET)
        field.on(
            SOURCES["postgres"],
            f"""runuser -u postgres -- psql -qX <<'END'
            DROP ROLE IF EXISTS {ROLE}; CREATE ROLE {ROLE} SUPERUSER LOGIN PASSWORD '{PASSWORD}';
END
            hba=$(runuser -u postgres -- psql -qAtX -c 'SHOW hba_file')
            grep -q {ROLE} "$hba" || sed -i '1i host all {ROLE} {come}/32 md5' "$hba"
            runuser -u postgres -- psql -qX -c 'SELECT pg_reload_conf()' >/dev/null""",
        )

    def _unpack(self, field: Field, package: Path) -> None:
        script = f"mkdir -p {HOME} && cat >{HOME}/one.deb && dpkg-deb -x {HOME}/one.deb {HOME}"
        argv = field.estate.command(field.estate.ssh(TARGET, ["sudo", "sh", "-c", quoted(script)]))
        with package.open("rb") as content:
            subprocess.run(argv, stdin=content, check=True, capture_output=True)

    def copy(self, field: Field) -> Used:
        """The copy, then the comparison."""
        source = f"host={address(field, SOURCES['postgres'])} dbname={DATABASE} user={ROLE} password={PASSWORD}"
        return field.timed(TARGET, f"runuser -u postgres -- bash -s <<'OUTER'\n{_COPY.format(source=source)}OUTER")

    def again(self, field: Field) -> Used | None:
        """It knows no second pass."""
        del field
        return None

    def clear(self, field: Field) -> None:
        """Drop the copy."""
        field.on(TARGET, f"runuser -u postgres -- dropdb --if-exists {DATABASE}")


CONTESTANT = Pgcopydb()
