"""Approvals: a second person signs, with their own SSH key, what a move was described to do.

What is signed is a short text with the workspace, the move, the action and the hash of the description. The
signature is kept in the ledger and checked again when the action is taken, against the workspace's
`allowed_signers` as it then is. That file counts only as the ledger knows it: `record_signers` notes each change.
"""

import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from estate import reading, signing
from estate.canonical import canonical, sha256
from estate.errors import RefusedError, ToolMissingError, UsageError
from estate.ledger import Entry, Ledger
from estate.records.move import Move
from estate.signers import FORM, read

NAMESPACE = "decant-approval"
APPROVED = "move.approved"
SIGNERS = "approvers.recorded"


@dataclass(frozen=True)
class Approval:
    """One approval that holds: who approved, and the ledger entry that says so."""

    principal: str
    entry: int


def text(ledger: Ledger, move: Move, action: str) -> str:
    """What a person signs to approve `action` on `move` as it was described, in the workspace of this ledger.

    The fingerprint of the ledger's key names the workspace: a rehearsal's move of the same name is another.
    """
    if move.description is None:
        raise RefusedError(f"{move.id} was not described yet", f"run `decant move {move.workload}` first")
    if sha256(canonical(move.description)) != move.description_sha256:
        raise RefusedError(
            f"the description of {move.id} was changed after it was made", "cancel this move and start it again"
        )
    return canonical(
        {
            "schema": "decant.approval/2",
            "workspace": signing.fingerprint(signing.load_public(ledger.workspace.ledger_public)),
            "action": action,
            "move": move.id,
            "workload": move.workload,
            "target": move.target,
            "description_sha256": move.description_sha256,
        }
    )


def sign(message: str, key: Path) -> str:
    """Sign with the SSH key at `key` (a private key, or a public one whose private half the ssh-agent has).

    Raises `RefusedError` where `ssh-keygen` cannot sign with it.
    """
    done = _ssh_keygen(["-Y", "sign", "-n", NAMESPACE, "-f", str(key)], message)
    if done.returncode != 0:
        raise RefusedError(
            f"{key} cannot sign ({_last_line(done)})",
            "give your own SSH key, with its passphrase or your ssh-agent",
        )
    return done.stdout


def signer(message: str, signature: str, allowed_signers: Path) -> str:
    """Who signed: the principal of `allowed_signers` whose key it is. Raises `RefusedError` where it is nobody."""
    with tempfile.TemporaryDirectory(prefix="decant-") as folder:
        file = Path(folder) / "signature"
        file.write_text(signature)
        found = _ssh_keygen(["-Y", "find-principals", "-s", str(file), "-f", str(allowed_signers)], "")
        for principal in found.stdout.splitlines() if found.returncode == 0 else ():
            checked = _ssh_keygen(
                ["-Y", "verify", "-n", NAMESPACE, "-I", principal, "-s", str(file), "-f", str(allowed_signers)],
                message,
            )
            if checked.returncode == 0:
                return principal
    raise RefusedError(
        f"the signature is of nobody in {allowed_signers.name}, or of another text",
        f"see that the approver's public key is in {allowed_signers}, valid now and for {NAMESPACE}",
    )


def _sign_by_agent(message: str, principal: str, signers: Path) -> str:
    """Sign with the key that `allowed_signers` gives for `principal`; the ssh-agent holds its private half."""
    for one in read(signers):
        if one.name == principal:
            with tempfile.TemporaryDirectory(prefix="decant-") as folder:
                public = Path(folder) / "key.pub"
                public.write_text(f"{one.public}\n")
                return sign(message, public)
    raise RefusedError(
        f"{signers.name} has no key of {principal}", "`decant approvers list` shows who may approve"
    )


def record_signers(ledger: Ledger, actor: str) -> Entry:
    """Note in the ledger who may approve from now on: the people, their keys, and the hash of `allowed_signers`.

    Raises `UsageError` as `signers.read` does.
    """
    path = ledger.workspace.allowed_signers
    people = read(path)
    payload = {
        "sha256": _sha256(path),
        "principals": sorted({one.name for one in people}),
        "keys": [f"{one.name} {one.kind} {one.fingerprint}" for one in people],
    }
    return ledger.append(SIGNERS, [path.name], payload, actor)


def recorded(ledger: Ledger) -> Entry | None:
    """The entry that notes `allowed_signers` as it is now; None where the file has changed since, or never was noted.

    Raises `UsageError` where it cannot be read.
    """
    noted = ledger.entries(SIGNERS)
    now = _sha256(ledger.workspace.allowed_signers)
    return noted[-1] if noted and noted[-1].payload.get("sha256") == now else None


def require_recorded(ledger: Ledger) -> None:
    """Raise `RefusedError` unless `allowed_signers` is as the ledger last noted it."""
    if recorded(ledger) is None:
        raise RefusedError(
            f"{ledger.workspace.allowed_signers} is not as the ledger knows it",
            "look at who may approve (`decant approvers list`), then run `decant approvers record`",
        )


def approve(
    ledger: Ledger, move: Move, action: str, key: Path | None, principal: str | None, actor: str
) -> Approval:
    """Sign `action` on `move` and note it in the ledger.

    `key` is an SSH key; without it, the key that `allowed_signers` gives for `principal` is used, through the
    ssh-agent. Raises `RefusedError` where the key is not an approver's, or not `principal`'s; where the approver
    is who started the move; or where `allowed_signers` changed without a note in the ledger.
    """
    require_recorded(ledger)
    message = text(ledger, move, action)
    signers = ledger.workspace.allowed_signers
    if key is not None:
        signature = sign(message, key)
    elif principal is not None:
        signature = _sign_by_agent(message, principal, signers)
    else:
        raise UsageError(
            "nobody was named to approve", "give --key FILE, or --as NAME with the key in your ssh-agent"
        )
    found = signer(message, signature, signers)
    if principal is not None and found != principal:
        raise RefusedError(f"that key is {found}'s and not {principal}'s", "approve with your own key and name")
    principal = found
    _must_differ(principal, move)
    entry = ledger.append(
        APPROVED,
        [move.id, move.workload],
        {"approval": message, "principal": principal, "signature": signature},
        actor,
    )
    return Approval(principal, entry.sequence)


def require(ledger: Ledger, move: Move, action: str) -> Approval:
    """The newest approval of `action` on `move` that holds now. Raises `RefusedError` where there is none: why the newest
    does not hold, where one was given.
    """
    require_recorded(ledger)
    expected = text(ledger, move, action)
    stale, refusal = "", None
    for entry in reversed(ledger.entries(APPROVED)):
        if move.id not in entry.subjects:
            continue
        if entry.payload["approval"] != expected:
            stale = " as it is described now (what was approved has changed)"
            continue
        try:
            principal = signer(expected, entry.payload["signature"], ledger.workspace.allowed_signers)
            _must_differ(principal, move)
        except RefusedError as wrong:
            refusal = refusal or wrong
            continue
        return Approval(principal, entry.sequence)
    if refusal is not None:
        raise refusal
    raise RefusedError(
        f"nobody has approved the {action} of {move.workload}{stale}",
        f"have a second person run `decant approve {move.id} --key THEIR_KEY`",
    )


def _must_differ(principal: str, move: Move) -> None:
    if principal.casefold() == move.started_by.casefold():
        raise RefusedError(
            f"{principal} started {move.id} and cannot approve it too", "have a second person approve it"
        )


def _sha256(path: Path) -> str:
    how = f"write a line `{FORM}` for each approver, then run `decant approvers record`"
    return hashlib.sha256(reading.content(path, how)).hexdigest()


def _ssh_keygen(arguments: Sequence[str], stdin: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments], input=stdin, capture_output=True, text=True, timeout=120, check=False
        )
    except FileNotFoundError:
        raise ToolMissingError(
            "ssh-keygen is not installed", "install OpenSSH's client (Debian: apt-get install openssh-client)"
        ) from None
    except subprocess.TimeoutExpired:
        raise RefusedError(
            "ssh-keygen waited two minutes for a passphrase", "put the key into your ssh-agent and run again"
        ) from None


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.strip().splitlines()
    return lines[-1][:200] if lines else f"status {done.returncode}"
