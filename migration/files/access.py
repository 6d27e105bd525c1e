"""The move's key: made on the target, taken in on the source for one command and from one address only."""

from estate.errors import RefusedError, UnreachableError, UsageError
from migration.context import Direction
from migration.files.sides import Place, Sides, conf, q, script

CIPHERS = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr"
"""The quickest first: bulk bytes are ciphered by one core."""


def login(source: Place) -> str:
    """The account on the source that the key opens: the one we use ourselves, or root.

    Raises `UsageError` where neither can read the whole tree without a password.
    """
    if source.host.user == "root" or source.host.sudo == "nopasswd":
        return source.host.user
    if _about(source, "root")[1] in ("yes", "without-password", "prohibit-password", "forced-commands-only"):
        return "root"
    raise UsageError(
        f"The copy needs root on {source.host.name} without a password: sudo asks for one, and sshd keeps root out",
        f"allow {source.host.user} sudo without a password, or set PermitRootLogin forced-commands-only, for the move",
    )


def prepare(sides: Sides) -> None:
    """Make the key on the target, and take it in on the source. Safe to repeat."""
    source, target = sides.source, sides.target
    target.note("key", f"{target.work}/key")
    target.run(
        f"""set -eu; umask 077; mkdir -p {q(target.work)}; cd {q(target.work)}
        [ -e key.pub ] || {{ rm -f key; ssh-keygen -q -t ed25519 -N '' -C {target.tag} -f key; }}"""
    ).must(f"Making a key on {target.host.name}")
    public = target.read(f"cat {q(target.work)}/key.pub").must("Reading the key").text.split()
    account = login(source)
    file = _about(source, account)[0]
    serve = f"{source.work}/serve.sh"
    source.note("directory", source.folder)
    source.put(
        source.work, {"serve.sh": script("serve.sh"), "serve.conf": conf(TREE=source.tree, SHADOW=source.shadow)}
    )
    point(sides, "forward")
    command = f'sh {serve} \\"$SSH_ORIGINAL_COMMAND\\"'
    if account != "root":
        command = f"sudo -n -- {command}"
    line = (
        f'restrict,from="{",".join(_addresses(sides))}",command="{command}" {public[0]} {public[1]} {source.tag}'
    )
    source.note("key line", f"{file} {source.tag}")
    source.run(_IN.format(file=q(file), user=q(account), line=q(line), tag=source.tag)).must(
        f"Taking the key in on {source.host.name}"
    )
    _write_transfer(sides, account)
    _try(sides)


_IN = """set -eu
umask 077
file={file} user={user}
group=$(id -g "$user")
folder=$(dirname "$file")
[ -d "$folder" ] || install -d -m 0700 -o "$user" -g "$group" "$folder"
[ -e "$file" ] || install -m 0600 -o "$user" -g "$group" /dev/null "$file"
cp -p "$file" "$file.{tag}"
{{ grep -v ' {tag}$' "$file" || true; printf '%s\\n' {line}; }} >"$file.{tag}"
mv -f "$file.{tag}" "$file"
"""

_OUT = """set -eu
file={file}
[ -e "$file" ] || exit 0
cp -p "$file" "$file.{tag}"
{{ grep -v ' {tag}$' "$file" || true; }} >"$file.{tag}"
mv -f "$file.{tag}" "$file"
"""


def withdraw(sides: Sides) -> None:
    """Take the key out on the source. Safe to repeat."""
    source = sides.source
    for account in dict.fromkeys((source.host.user, "root")):
        file = _about(source, account)[0]
        source.run(_OUT.format(file=q(file), tag=source.tag)).must(f"Taking the key out on {source.host.name}")
    source.forget("key line")


def key_lines(source: Place) -> list[str]:
    """Files on the source that still hold the move's key."""
    files = {_about(source, account)[0] for account in (source.host.user, "root")}
    return [file for file in sorted(files) if source.read(f"grep -q ' {source.tag}$' {q(file)}").ok]


def point(sides: Sides, direction: Direction) -> None:
    """Let the key carry in one direction only: reading the source, or writing behind its closed gate."""
    source = sides.source
    source.run(
        f"umask 077; cd {q(source.work)} && echo {direction} >direction.new && mv -f direction.new direction"
    ).must(f"Turning the direction on {source.host.name}")


def _about(source: Place, account: str) -> tuple[str, str]:
    """Where sshd looks for an account's keys, and how it lets root in."""
    said = (
        source.root.run(["sh", "-c", script("logins.sh"), "sh", account])
        .must(f"Asking sshd on {source.host.name}")
        .text.splitlines()
    )
    return said[0], said[1] if len(said) > 1 else ""


def _addresses(sides: Sides) -> list[str]:
    """The addresses from which the target comes."""
    source, target = sides.source, sides.target
    # The address is looked up there: it may be a name.
    asking = f"ip -o route get \"$(getent ahosts {q(source.host.address)} | head -n 1 | cut -d ' ' -f 1)\""
    words = target.read(asking).text.split()
    seen = [words[words.index("src") + 1]] if "src" in words[:-1] else []
    named = [target.host.address] if target.host.address.replace(".", "").replace(":", "").isalnum() else []
    return list(dict.fromkeys([*seen, *named]))


def _write_transfer(sides: Sides, account: str) -> None:
    source, target = sides.source, sides.target
    keys = source.read("cat /etc/ssh/ssh_host_*_key.pub").must(f"Reading the host keys of {source.host.name}").text
    name = source.host.address if source.host.port == 22 else f"[{source.host.address}]:{source.host.port}"
    known = "".join(f"{name} {' '.join(line.split()[:2])}\n" for line in keys.splitlines())
    settings = conf(
        HOST=source.host.address,
        PORT=source.host.port,
        LOGIN=account,
        TREE=target.tree,
        SHADOW=target.shadow,
        CIPHERS=CIPHERS,
    )
    target.put(
        target.work, {"transfer.sh": script("transfer.sh"), "transfer.conf": settings, "known_hosts": known}
    )


def _try(sides: Sides) -> None:
    """Log in once with the key, from the target. Raises with ssh's own words where that fails."""
    source, target = sides.source, sides.target
    result = target.read(f"exec sh {q(target.work)}/transfer.sh try", timeout=60)
    if result.ok:
        return
    said = (result.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1][:300]
    if result.status == 255:
        raise UnreachableError(
            f"{target.host.name} cannot log in to {source.host.name} with the move's key ({said})",
            "let it through on port 22, from the target's own address, and run again",
        )
    raise RefusedError(f"{source.host.name} does not let the move's key do its work ({said})", "see its sudoers")
