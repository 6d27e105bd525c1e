"""rsync over SSH at its best, from host to host, then the fastest hash that both hosts have over every file."""

from benchmarks.copiers.base import SOURCES, TARGET, TREE, Field, address
from benchmarks.measure import Used

COPY = "/srv/bench-rsync"
KEY = "/root/bench_key"
_SSH = f"ssh -F none -i {KEY} -c aes128-gcm@openssh.com -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR"


class Rsync:
    """`rsync -aHAXS`, pulled by the target over one connection with the fastest cipher."""

    name = "rsync"
    kind = "files"

    def missing(self) -> str:
        """The hosts have it."""
        return ""

    def prepare(self, field: Field) -> None:
        """The operator's key on the target, and the programs that run there."""
        field.on(TARGET, f"umask 077; cat >{KEY} <<'END'\n{field.estate.key.read_text()}END\n")

    def copy(self, field: Field) -> Used:
        """The copy, then hashes at both ends at once, and their comparison."""
        return field.timed(TARGET, f"{self._pull(field)}\n{self._compare(field)}")

    def again(self, field: Field) -> Used | None:
        """A pass alone, with nothing to carry."""
        return field.timed(TARGET, self._pull(field))

    def clear(self, field: Field) -> None:
        """Remove the copy."""
        field.on(TARGET, f"rm -rf {COPY}")

    def _pull(self, field: Field) -> str:
        source = f"ops@{address(field, SOURCES['files'])}:{TREE}/"
        return f"rsync -aHAXS --rsync-path='sudo rsync' -e '{_SSH}' {source} {COPY}/"

    def _compare(self, field: Field) -> str:
        hashes = "find . -type f -print0 | sort -z | xargs -0 -r -n 200 openssl dgst -sha256 -r"
        there = f"{_SSH} ops@{address(field, SOURCES['files'])}"
        return (
            f"{there} \"sudo sh -c 'cd {TREE} && {hashes}'\" >/root/bench_source & "
            f"(cd {COPY} && {hashes}) >/root/bench_target\nwait $!\ncmp /root/bench_source /root/bench_target"
        )


CONTESTANT = Rsync()
