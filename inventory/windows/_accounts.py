"""What both facts about accounts read: accounts and groups of the machine itself, and its policy for passwords."""

# The provider WinNT is on every version, asks no domain for its members, and says names without looking them up.
# On a domain controller there are no local accounts: it would list the whole domain.
SNIPPET = r"""
$c = cim Win32_ComputerSystem
if ($c.DomainRole -ge 4) { @{ kind = 'controller'; domain = $c.Domain } }
else {
  $here = [ADSI]"WinNT://$($c.Name),computer"
  function plain($entry, $name) { $v = $entry.Properties[$name]; if ($v -and $v.Count) { $v[0] } }
  @{ kind = 'policy'; length = (plain $here 'MinPasswordLength'); longest = (plain $here 'MaxPasswordAge')
     shortest = (plain $here 'MinPasswordAge'); remembers = (plain $here 'PasswordHistoryLength')
     after = (plain $here 'MaxBadPasswordsAllowed'); unlock = (plain $here 'AutoUnlockInterval')
     domain = [string]$c.Domain; joined = $c.PartOfDomain }
  cim Win32_UserAccount 'root/cimv2' 'LocalAccount=True' | ForEach-Object {
    @{ kind = 'user'; name = $_.Name; sid = $_.SID; off = $_.Disabled; locked = $_.Lockout } }
  foreach ($group in $here.Children) {
    if ($group.SchemaClassName -ne 'Group') { continue }
    $id = (New-Object Security.Principal.SecurityIdentifier ([byte[]](plain $group 'objectSid')), 0).Value
    part "members of $($group.Name)" {
      $members = @($group.Invoke('Members') | ForEach-Object {
        ([string]$_.GetType().InvokeMember('ADsPath', 'GetProperty', $null, $_, $null)) -replace '^WinNT://', '' })
      @{ kind = 'group'; name = [string](plain $group 'Name'); sid = $id; members = $members }
    }
  }
}
@{ kind = 'end' }
"""
TOOL = "the WMI class Win32_UserAccount"
