"""What both facts about sockets read: one look at the tables of TCP and UDP, and the names of processes."""

SNIPPET = r"""
$own = "$env:SSH_CONNECTION".Split(' ')
$names = @{}
part 'processes' { foreach ($p in [Diagnostics.Process]::GetProcesses()) { $names[[int]$p.Id] = $p.ProcessName } }
cim MSFT_NetTCPConnection 'root/StandardCimv2' | ForEach-Object {
  $state = $_.CimInstanceProperties['State'].Value
  if ($state -ne 2 -and $state -ne 5) { return }
  if ($own.Count -eq 4 -and "$($_.RemoteAddress) $($_.RemotePort)" -eq "$($own[0]) $($own[1])") { return }
  @{ kind = $(if ($state -eq 2) { 'listens' } else { 'talks' }); protocol = 'tcp'
     address = $_.LocalAddress; port = $_.LocalPort; peer = $_.RemoteAddress; peer_port = $_.RemotePort
     pid = $_.OwningProcess; process = $names[[int]$_.OwningProcess] } }
part 'UDP' { cim MSFT_NetUDPEndpoint 'root/StandardCimv2' | ForEach-Object {
  @{ kind = 'listens'; protocol = 'udp'; address = $_.LocalAddress; port = $_.LocalPort
     pid = $_.OwningProcess; process = $names[[int]$_.OwningProcess] } } }
@{ kind = 'end' }
"""
READS = (
    "MSFT_NetTCPConnection (states by number) and MSFT_NetUDPEndpoint, and the names of processes; Decant's own "
    "connection is left out. Any account."
)
TOOL = "the WMI class MSFT_NetTCPConnection, which Server 2012 brought,"


def plain_address(text: str) -> str:
    """Without the scope (`fe80::1%7`), and of an IPv4 address within IPv6 the address itself."""
    address = text.partition("%")[0]
    return address.removeprefix("::ffff:") if "." in address else address
