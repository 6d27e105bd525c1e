"""The script for PowerShell: what is sent, that it stays within its limits, and what comes back cut into sections.

No PowerShell is here to run it: what it does on a host was never seen. A parser of its grammar reads every snippet, and
the text is held to what a host needs.
"""

import base64
import re
import shlex
import shutil
import subprocess
from dataclasses import replace

import pytest
import tree_sitter_powershell
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Parser

from estate.records.observation import Outcome
from inventory import script
from inventory.facts.base import Fact
from inventory.windows import _script as powershell
from inventory.windows import windows_facts
from tests.inventory.windows.answering import answer

FACTS = tuple(windows_facts().values())
COMMAND_LINE = 8191
"""The most characters that cmd takes (Microsoft's KB 830473)."""


def test_the_command_needs_no_quotes_in_any_shell_and_fits_a_command_line() -> None:
    assert shlex.join(powershell.ARGV) == " ".join(powershell.ARGV)
    assert not re.search(r"[\"'`$%^&|<>();,@{}\s]", "".join(powershell.ARGV))
    assert len(" ".join(powershell.ARGV)) < COMMAND_LINE // 8


def test_what_the_command_does_is_gather_its_input_and_run_it() -> None:
    gathers = base64.b64decode(powershell.ARGV[-1]).decode("utf-16-le")
    assert "$input" in gathers
    assert "-Command" not in powershell.ARGV, "-Command - runs its input line by line"


def test_the_script_is_ascii_and_each_snippet_stands_in_it_once() -> None:
    text = powershell.compose(FACTS).text
    assert text.isascii()
    assert text.count("MSFT_NetTCPConnection") == 1
    assert re.findall(r"^@\('([a-z_]+)'", text, re.M) == [
        *sorted({fact.section or fact.id for fact in FACTS if fact.tier == 1}, key=order),
        *sorted({fact.section or fact.id for fact in FACTS if fact.tier == 2}, key=order),
    ]


def order(key: str) -> int:
    return next(number for number, fact in enumerate(FACTS) if key in (fact.section, fact.id))


def test_a_list_of_one_fact_stays_a_list_of_facts() -> None:
    assert "$facts = @(,\n@('os'," in powershell.compose([windows_facts()["os"]]).text
    assert "$facts = @(\n@('" in powershell.compose(FACTS).text


def test_quotes_within_a_snippet_are_doubled_and_anything_but_ascii_is_refused() -> None:
    one = replace(windows_facts()["os"], snippet="'it''s'")
    assert "'''it''''s''')" in powershell.compose([one]).text
    with pytest.raises(ValueError, match="ASCII"):
        powershell.compose([replace(one, snippet="'\N{LATIN SMALL LETTER E WITH ACUTE}'")])


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_no_snippet_changes_anything_or_fetches_a_secret(fact: Fact) -> None:
    """By its words: cmdlets and methods that write, and those that reach for passwords."""
    writes = (
        r"\b(Set|New-Item|Remove|Add|Clear|Stop|Start|Restart|Enable|Disable|Install|Uninstall|Out-File|Export)-\w"
    )
    assert not re.search(writes, fact.snippet.replace("New-Object", "")), fact.id
    assert not re.search(r"\.(Put|Delete\w*|Create\w*Key|SetValue|WriteAll\w+|Commit\w*|Save)\(", fact.snippet)
    assert not re.search(r"Get-WmiObject|Win32_Product\b|Invoke-WebRequest|DownloadString", fact.snippet)
    assert not re.search(r"GetAttribute\('(password|userName)'\)|PrivateKey|ConvertTo-SecureString", fact.snippet)


def test_every_process_that_is_started_is_named_by_its_whole_path() -> None:
    started = [found for fact in FACTS for found in re.findall(r"& \"([^\"]+)\"", fact.snippet)]
    assert started == ["$env:SystemRoot\\System32\\w32tm.exe"]
    assert not any(".exe" in re.sub(r"& \"[^\"]+\"", "", fact.snippet) for fact in FACTS)


GRAMMAR = Parser(Language(tree_sitter_powershell.language()))


def mistakes(text: str) -> list[str]:
    """What of a script is no PowerShell, by its grammar."""
    source = text.encode()
    left, found = [GRAMMAR.parse(source).root_node], []
    while left:
        node = left.pop()
        if node.type == "ERROR" or node.is_missing:
            found.append(source[node.start_byte : node.end_byte + 40].decode())
        else:
            left += node.children
    return found


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_every_snippet_is_powershell_by_its_grammar(fact: Fact) -> None:
    assert mistakes(f"rows {{\n{fact.snippet}\n}}") == []


def test_the_whole_script_and_its_parts_are_powershell_by_its_grammar() -> None:
    assert mistakes(powershell.compose(FACTS).text) == []
    for part in (powershell._ROOM, powershell._MAIN, base64.b64decode(powershell.ARGV[-1]).decode("utf-16-le")):
        assert mistakes(part) == []


def test_the_grammar_sees_a_mistake() -> None:
    assert mistakes("foreach ($x in 1) { @{ kind = 'a' }")
    assert mistakes("if ($x -eq ) { 1 }")


def test_sections_come_back_as_they_do_from_sh() -> None:
    sent = powershell.compose(FACTS)
    read = script.read(FACTS, script.cut(sent, answer(sent.text.encode())))
    assert {one.outcome for one in read.values()} == {Outcome.KNOWN}


def test_output_over_the_limit_fails_its_fact_and_no_other() -> None:
    sent = powershell.compose(FACTS)
    flood = answer(sent.text.encode(), {"processes": (b'{"kind":"process"}\n' * 1000, "over")})
    read = script.read(FACTS, script.cut(sent, flood))
    assert {name for name, one in read.items() if one.outcome is not Outcome.KNOWN} == {"processes"}
    assert read["processes"].reason == "its output was cut off"


def test_output_that_ends_in_the_middle_fails_what_did_not_come() -> None:
    sent = powershell.compose(FACTS)
    whole = answer(sent.text.encode())
    read = script.read(FACTS, script.cut(sent, whole[: whole.index(b" end memory ")]))
    assert read["cpu"].outcome is Outcome.KNOWN
    assert read["memory"].reason == "its output was cut off"
    assert read["timesync"].reason == "the host did not answer it"


def test_a_marker_in_what_is_read_is_no_marker() -> None:
    sent = powershell.compose(FACTS, word="f" * 32)
    forged = b'{"kind":"forwards","to":"x"}\n\n' + b"0" * 32 + b" end logging 0\n"
    read = script.read(FACTS, script.cut(sent, answer(sent.text.encode(), {"logging": (forged, "0")})))
    assert read["logging"].outcome is Outcome.FAILED
    assert read["memory"].outcome is Outcome.KNOWN


@given(output=st.binary(max_size=400))
def test_output_of_any_kind_is_cut_without_an_error(output: bytes) -> None:
    found = script.cut(powershell.compose(FACTS), output)
    assert set(found.sections) | set(found.broken) == {fact.id for fact in FACTS}


def test_powershells_own_form_of_errors_is_read_as_text() -> None:
    clixml = (
        b'#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
        b'<Obj S="progress" RefId="0"><MS><PR N="Record"><AV>Preparing modules for first use.</AV></PR></MS></Obj>'
        b'<S S="Error">Cannot invoke method. &lt;x&gt;_x000D__x000A_</S><S S="Error">At line:1_x000D__x000A_</S></Objs>'
    )
    assert powershell.plain_errors(clixml) == "Cannot invoke method. <x>\r\nAt line:1\r\n"
    assert powershell.plain_errors(b"'powershell.exe' is not recognized\xff") == (
        "'powershell.exe' is not recognized\\xff"
    )


@given(st.binary(max_size=200))
def test_any_standard_error_is_text(stderr: bytes) -> None:
    powershell.plain_errors(stderr)
    powershell.plain_errors(b"#< CLIXML" + stderr)


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="no PowerShell on this machine")
def test_a_powershell_that_is_here_can_parse_the_script() -> None:
    parse = "[void][scriptblock]::Create((@($input) -join [char]10))"
    done = subprocess.run(
        ["pwsh", "-NoProfile", "-NonInteractive", "-Command", parse],
        input=powershell.compose(FACTS).text.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
