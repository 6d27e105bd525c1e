"""Fact `cron`: every crontab, and the scripts of /etc/cron.daily and its like."""

import re
from collections.abc import Iterator

from estate.records.facts.cron import Cron, CronJob
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, absent, file_lines, known

# Packages own their cron files as conffiles, and these lists are short: that tells them from a council's own.
SNIPPET = r"""
for d in /var/spool/cron/crontabs /var/spool/cron /etc/cron.d; do
  [ -d $d ] && { [ -r $d ] && [ -x $d ] || printf 'unreadable %s\n' $d; }
done
grep -aHvE '^[[:space:]]*(#|$)' /etc/crontab /etc/anacrontab /etc/cron.d/* /var/spool/cron/crontabs/* \
  /var/spool/cron/* 2>&1 | grep -avE '^grep: .*(No such file or directory|[Ii]s a directory)$'
for f in /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/*; do
  [ -f "$f" ] && [ -x "$f" ] && printf '%s:run\n' "$f"
done
echo '--- packages'
grep -aH '^/etc/cron' /var/lib/dpkg/info/*.conffiles 2>/dev/null
command -v crontab >/dev/null && echo crontab
exit 0
"""

_SCRIPT = re.compile(r"/etc/cron\.(hourly|daily|weekly|monthly)/[A-Za-z0-9_.-]+$")
_SETTING = re.compile(r"\s*(\w+)\s*=\s*(.*)$")
_WHEN = re.compile(r"(@\w+|(?:[^\s=]+\s+){4}[^\s=]+)\s+(.*)$")


def parse(section: Section) -> Reading:
    """Read the lines by file, then which package owns which file."""
    text, marker, rest = section.text.partition("--- packages\n")
    if not marker:
        raise ValueError("the list of crontabs was cut off")
    owned: dict[str, str] = {}
    for line in rest.splitlines():
        source, colon, path = line.partition(":")
        if colon:
            owned[path.split(" ")[0]] = source.rsplit("/", 1)[-1].removesuffix(".conffiles").partition(":")[0]
    pairs, refused = file_lines(Section(text.encode()))
    if not pairs and not refused and "crontab" not in rest.split("\n"):
        return absent("there is no cron on the host")
    zone: list[str] = []
    jobs = tuple(_jobs(pairs, owned, zone))
    private = sorted({folder for folder in refused if folder.startswith("/var/spool")})
    return known(
        Cron(jobs=jobs, timezone=zone[0] if zone else None),
        partial=f"crontabs that could not be read: {', '.join(private or refused)}" if refused else "",
        privilege="root" if refused else "",
    )


def _jobs(pairs: list[tuple[str, str]], owned: dict[str, str], zone: list[str]) -> Iterator[CronJob]:
    for file, line in pairs:
        package = owned.get(file)
        script = _SCRIPT.match(file)
        if script:
            yield CronJob(file=file, user="root", schedule=f"@{script[1]}", command=file, package=package)
            continue
        setting = _SETTING.match(line)
        if setting:
            if setting[1] in ("CRON_TZ", "TZ"):
                zone.append(setting[2].strip("\"' "))
            continue
        if file == "/etc/anacrontab":
            words = line.split(None, 3)
            if len(words) == 4:
                command = redact(words[3])
                yield CronJob(file=file, user="root", schedule=words[0], command=command, package=package)
            continue
        when = _WHEN.match(line.strip())
        if when is None:
            # Cron would not run it either, but it is shown.
            yield CronJob(file=file, user="", schedule="", command=redact(line.strip()), package=package)
        elif file.startswith("/var/spool/"):
            user = file.rsplit("/", 1)[-1]
            schedule = " ".join(when[1].split())
            yield CronJob(file=file, user=user, schedule=schedule, command=redact(when[2]), package=package)
        else:
            user, command = [*when[2].split(None, 1), ""][:2]
            schedule = " ".join(when[1].split())
            yield CronJob(file=file, user=user, schedule=schedule, command=redact(command), package=package)


FACT = Fact(
    id="cron",
    reads="/etc/crontab, /etc/anacrontab, /etc/cron.*, users' crontabs (commands redacted), "
    "dpkg's lists of conffiles. Any account; root for users' crontabs.",
    tool="grep",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=4 << 20,
)
