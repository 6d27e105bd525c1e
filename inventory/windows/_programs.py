"""What both facts about programs read: the registry's list of what can be uninstalled, and the server's own roles.

Win32_Product is never asked: it starts a repair of what it lists.
"""

SNIPPET = r"""
foreach ($place in 'SOFTWARE', 'SOFTWARE\WOW6432Node') {
  $k = key "$place\Microsoft\Windows\CurrentVersion\Uninstall"
  if ($k) { foreach ($name in $k.GetSubKeyNames()) { part "the entry $name" {
    $one = $k.OpenSubKey($name)
    if ($one -and $one.GetValue('DisplayName') -and -not $one.GetValue('ParentKeyName')) {
      @{ kind = 'program'; name = [string]$one.GetValue('DisplayName'); version = [string]$one.GetValue('DisplayVersion')
         maker = [string]$one.GetValue('Publisher'); folder = [string]$one.GetValue('InstallLocation')
         arch = $(if ($place -eq 'SOFTWARE') { 'x64' } else { 'x86' })
         own = [bool]($one.GetValue('SystemComponent') -eq 1) } }
  } } }
}
part 'roles and features' { cim Win32_ServerFeature | ForEach-Object {
  @{ kind = 'role'; name = $_.Name; id = $_.ID } } }
@{ kind = 'end' }
"""
TOOL = "the registry's list of programs"
