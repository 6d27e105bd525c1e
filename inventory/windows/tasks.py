"""Fact `tasks` of Windows: scheduled tasks. Those that Windows brings itself are counted, not kept."""

from estate.records.facts.tasks import ScheduledTask, Tasks
from inventory.facts.base import Reading
from inventory.windows.base import Row, Rows, fact, redacted

# The task's XML is not sent: it names the person who wrote it. A folder that is closed is said.
SNIPPET = r"""
$service = New-Object -ComObject Schedule.Service
$service.Connect()
$left = New-Object System.Collections.Stack
$left.Push('\')
while ($left.Count) {
  $path = $left.Pop()
  part "the folder $path" {
    $folder = $service.GetFolder($path)
    foreach ($inner in $folder.GetFolders(0)) { $left.Push($inner.Path) }
    foreach ($task in $folder.GetTasks(1)) {
      if ($task.Path -like '\Microsoft\Windows\*') { @{ kind = 'own' }; continue }
      $about = $task.Definition
      @{ kind = 'task'; path = $task.Path; on = $task.Enabled; result = $task.LastTaskResult
         last = (when $task.LastRunTime); next = (when $task.NextRunTime)
         user = [string]$about.Principal.UserId; group = [string]$about.Principal.GroupId
         actions = @($about.Actions | ForEach-Object {
           if ($_.Type -eq 0) { "$($_.Path) $($_.Arguments)" } else { "action of type $($_.Type)" } })
         triggers = @($about.Triggers | ForEach-Object {
           @($_.Type, $_.Enabled, $_.StartBoundary, $_.Repetition.Interval, $_.DaysInterval, $_.WeeksInterval,
             $_.DaysOfWeek, $_.DaysOfMonth, $_.MonthsOfYear, $_.WeeksOfMonth) -join '|' }) }
    }
  }
}
@{ kind = 'end' }
"""

_EVENTS = {
    "0": "on an event", "6": "when idle", "7": "when it is registered", "8": "when Windows starts",
    "9": "when somebody logs on", "11": "when a session changes",
}  # fmt: skip
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKS = ("1st", "2nd", "3rd", "4th")
_FIELDS = 10


def parse(rows: Rows) -> Reading:
    """Say each schedule in words; days and months are bits of a number."""
    rows.one("end")
    return rows.known(
        Tasks(tasks=tuple(_task(row) for row in rows.of("task")), of_windows=len(rows.of("own"))),
    )


def _task(row: Row) -> ScheduledTask:
    path = row.text("path")
    if not path.startswith("\\"):
        raise ValueError(f"{path[:40]!r} is no task")
    return ScheduledTask(
        path=path,
        enabled=row.flag("on"),
        user=row.text("user") or row.text("group"),
        commands=tuple(redacted(one.strip()) for one in row.texts("actions")),
        schedule=tuple(said for one in row.texts("triggers") if (said := _schedule(one))),
        last=row.moment("last"),
        next=row.moment("next"),
        last_result=row.number("result"),
    )


def _schedule(trigger: str) -> str:
    fields = trigger.split("|")
    if len(fields) != _FIELDS:
        raise ValueError(f"{trigger[:40]!r} is no trigger")
    kind, on, start, repeat, days, weeks, of_week, of_month, of_year, nth = fields
    at = start[11:16]
    if kind in _EVENTS:
        said = _EVENTS[kind]
    elif kind == "1":
        said = f"once, {start[:10]} {at}"
    elif kind == "2":
        said = f"every {days} days {at}" if days not in ("", "1") else f"daily {at}"
    elif kind == "3":
        every = f"every {weeks} weeks" if weeks not in ("", "1") else "weekly"
        said = f"{every} {_bits(of_week, _DAYS)} {at}"
    elif kind in ("4", "5"):
        days_of_month = tuple(str(day) for day in range(1, 32))
        when = _bits(of_month, days_of_month) if kind == "4" else f"{_bits(nth, _WEEKS)} {_bits(of_week, _DAYS)}"
        months = _bits(of_year, _MONTHS)
        said = f"monthly {when} {at}" if months.count(",") == len(_MONTHS) - 1 else f"{months} {when} {at}"
    else:
        said = f"trigger of type {kind}"
    said = " ".join(said.split())
    return said + (f", every {repeat}" if repeat else "") + ("" if on.lower() != "false" else " (off)")


def _bits(text: str, names: tuple[str, ...]) -> str:
    bits = int(text) if text.isdecimal() and len(text) < 12 else 0
    return ",".join(name for number, name in enumerate(names) if bits >> number & 1)


FACT = fact(
    "tasks",
    "the task scheduler (Schedule.Service): schedule, account, command (redacted) and last result. Any account; "
    "Administrators for the tasks of others.",
    "the task scheduler (Schedule.Service)",
    SNIPPET,
    parse,
)
