"""What the facts about services and agents read."""

SNIPPET = r"""
cim Win32_Service | ForEach-Object {
  @{ kind = 'service'; name = $_.Name; title = $_.DisplayName; state = $_.State; mode = $_.StartMode
     command = $_.PathName; account = $_.StartName; pid = $_.ProcessId; exit = $_.ExitCode } }
"""
TOOL = "the WMI class Win32_Service"


def program(command: str) -> str:
    """The program of a command line: what stands in quotes, or goes up to its ending."""
    if command.startswith('"'):
        return command[1:].partition('"')[0]
    lowered = command.lower()
    for ending in (".exe", ".sys", ".bat", ".cmd"):
        at = lowered.find(ending)
        if at > 0:
            return command[: at + len(ending)]
    return command.partition(" ")[0]
