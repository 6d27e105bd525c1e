"""Fact `cron`: every crontab, and the scripts of /etc/cron.daily and its like."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from estate.records.facts.cron import AtJob, Cron, CronJob
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, absent, known

# Packages own their cron files as conffiles, and these lists are short: that tells them from a council's own.
SNIPPET = r"""
for f in /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* \
  /etc/periodic/hourly/* /etc/periodic/daily/* /etc/periodic/weekly/* /etc/periodic/monthly/*; do
  [ -f "$f" ] && [ -x "$f" ] && printf 'run %s\n' "$f"
done
command -v crontab >/dev/null && echo crontab
for f in /var/spool/cron/atjobs/[a-zA-Z=]* /var/spool/at/[a-zA-Z=]*; do
  [ -f "$f" ] && { ls -ln /var/spool/cron/atjobs /var/spool/at 2>/dev/null; break; }
done
exit 0
"""
FILES = (
    *("/etc/crontab", "/etc/anacrontab", "/etc/cron.d/*"),
    *("/var/spool/cron/crontabs/*", "/var/spool/cron/*"),
)

_AT_NAME = re.compile(r"([a-zA-Z=])[0-9a-f]{5}([0-9a-f]{8})")
_SCRIPT = re.compile(r"/etc/(?:cron\.|periodic/)(hourly|daily|weekly|monthly)/[A-Za-z0-9_.-]+$")
_SETTING = re.compile(r"\s*(\w+)\s*=\s*(.*)$")
_WHEN = re.compile(r"(@\w+|(?:[^\s=]+\s+){4}[^\s=]+)\s+(.*)$")


def parse(section: Section) -> Reading:
    """Read the lines by file. Which package brought a file is joined from the fact `packages`."""
    pairs, refused = section.pairs, section.refused
    scripts = [line.removeprefix("run ") for line in section.lines if line.startswith("run ")]
    at = tuple(found for found in map(_at, section.lines) if found)
    if not pairs and not refused and not scripts and not at and "crontab" not in section.lines:
        return absent("there is no cron on the host")
    zone: list[str] = []
    jobs = (*_jobs(pairs, zone), *map(_script, scripts))
    private = sorted({folder for folder in refused if folder.startswith("/var/spool")})
    return known(
        Cron(jobs=jobs, at=at, timezone=zone[0] if zone else None),
        partial=f"crontabs that could not be read: {', '.join(private or refused)}" if refused else "",
        privilege="root" if refused else "",
    )


def _script(file: str) -> CronJob:
    when = _SCRIPT.match(file)
    if when is None:
        # run-parts passes over such a name, but it is shown.
        return CronJob(file=file, user="", schedule="", command=file)
    return CronJob(file=file, user="root", schedule=f"@{when[1]}", command=file)


def _at(line: str) -> AtJob | None:
    """A line of `ls -ln`. The name is a queue's letter, a number, and the minutes since 1970, in hexadecimal."""
    words = line.split()
    found = _AT_NAME.fullmatch(words[-1]) if len(words) >= 9 else None
    if found is None:
        return None
    due = datetime.fromtimestamp(int(found[2], 16) * 60, UTC)
    return AtJob(queue=found[1], uid=int(words[2]), due=due)


def _jobs(pairs: list[tuple[str, str]], zone: list[str]) -> Iterator[CronJob]:
    for file, line in pairs:
        setting = _SETTING.match(line)
        if setting:
            if setting[1] in ("CRON_TZ", "TZ"):
                zone.append(setting[2].strip("\"' "))
            continue
        if file == "/etc/anacrontab":
            words = line.split(None, 3)
            if len(words) == 4:
                command = redact(words[3])
                yield CronJob(file=file, user="root", schedule=words[0], command=command)
            continue
        when = _WHEN.match(line.strip())
        if when is None:
            # Cron would not run it either, but it is shown.
            yield CronJob(file=file, user="", schedule="", command=redact(line.strip()))
        elif file.startswith("/var/spool/"):
            user = file.rsplit("/", 1)[-1]
            schedule = " ".join(when[1].split())
            yield CronJob(file=file, user=user, schedule=schedule, command=redact(when[2]))
        else:
            user, command = [*when[2].split(None, 1), ""][:2]
            schedule = " ".join(when[1].split())
            yield CronJob(file=file, user=user, schedule=schedule, command=redact(command))


FACT = Fact(
    id="cron",
    reads="/etc/crontab, /etc/anacrontab, /etc/cron.*, users' crontabs (commands redacted), and of jobs of at their "
    "owner and time alone. Any account; root for users' crontabs and jobs.",
    tool="sh",
    snippet=SNIPPET,
    files=FILES,
    parser=parse,
    run_as="root",
)
