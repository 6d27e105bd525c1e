"""Fact `updates` of Windows: which updates wait, by what its own agent found last, and whether they come by themselves."""

import re

from estate.records.facts.updates import PendingUpdate, Updates
from inventory.facts.base import Reading
from inventory.windows.base import Rows, fact

# `Online = $false` asks what the agent has found at its last search: nothing goes over the network, nothing is
# fetched. A category's id is the same in every language.
SNIPPET = r"""
$policy = 'SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'
$agent = 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update'
@{ kind = 'policy'; off = (value "$policy\AU" 'NoAutoUpdate'); how = (value "$policy\AU" 'AUOptions')
   own = (value $agent 'AUOptions'); from = [string](value $policy 'WUServer')
   reboot = [bool]((key "$agent\RebootRequired") -or
     (key 'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending')) }
part 'when it last searched' {
  $seen = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results.LastSearchSuccessDate
  if ($seen) { @{ kind = 'searched'; at = (when ([datetime]::SpecifyKind($seen, 'Utc'))) } }
}
$search = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
$search.Online = $false
foreach ($one in $search.Search('IsInstalled=0 and IsHidden=0').Updates) {
  @{ kind = 'update'; title = $one.Title; articles = @($one.KBArticleIDs | ForEach-Object { [string]$_ })
     severity = $one.MsrcSeverity; categories = @($one.Categories | ForEach-Object { $_.CategoryID }) }
}
@{ kind = 'end' }
"""

_SECURITY = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
_DEFINITIONS = "e0789628-ce08-4437-be74-2495b842f43b"
"""Patterns of an antivirus come several times a day, and wait for nobody."""
_INSTALLS = 4


def parse(rows: Rows) -> Reading:
    """An update is a security one by Microsoft's category or severity. Windows has no version for what it replaces."""
    rows.one("end")
    policy = rows.one("policy")
    how = policy.number("how") if policy.number("how") is not None else policy.number("own")
    off = policy.number("off") == 1
    searched = next((row.moment("at") for row in rows.of("searched")), None)
    pending = []
    for row in rows.of("update"):
        categories = {one.lower() for one in row.texts("categories")}
        if _DEFINITIONS in categories:
            continue
        articles = [f"KB{one}" for one in row.texts("articles") if re.fullmatch(r"\d{1,9}", one)]
        pending.append(
            PendingUpdate(
                name=row.text("title") or (articles or ["unnamed"])[0],
                installed="",
                available=", ".join(articles),
                security=_SECURITY in categories or bool(row.text("severity")),
            )
        )
    server = re.sub(r"^\w+://|[:/].*$", "", policy.text("from").replace("://", "\0", 1).partition("\0")[2])
    return rows.known(
        Updates(
            automatic=False if off else None if how is None else how == _INSTALLS,
            automatic_by=("WSUS " + server if server else "Windows Update")
            if how == _INSTALLS and not off
            else "",
            pending=tuple(pending) if searched is not None or pending else None,
            lists_updated_at=searched,
            reboot_required=policy.flag("reboot"),
        ),
        "" if searched is not None else "updates that wait: Windows has not searched yet",
    )


FACT = fact(
    "updates",
    "Microsoft.Update.Session, offline: what the update agent found at its last search, which nothing here starts; "
    "its policy, and whether a restart waits, in the registry. Any account.",
    "the update agent (Microsoft.Update.Session)",
    SNIPPET,
    parse,
    tier=2,
)
