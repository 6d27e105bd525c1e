"""The practice estate: bring it up, take it down, say how it is, run something in it."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from estate.errors import RefusedError, UnreachableError, UsageError
from estate.progress import Progress, Step, silent
from estate.records.host import Host
from practice import (
    certificate,
    container,
    dns,
    handover,
    identity,
    images,
    limits,
    lock,
    network,
    passwords,
    places,
    processes,
    spec,
    tool,
)
from practice.host import BootedHost, HostStatus
from practice.images import layers
from practice.mirror import BULLSEYE

DEFAULT_NAME = "decant"
_TASK = "practice estate"


def build(progress: Progress = silent, legacy: str = BULLSEYE.codename) -> dict[str, list[Path]]:
    """Build what is not cached of the estate's images; gives each layer's folders, the lowest first.

    Raises `UnreachableError` where the mirror does not answer.
    """
    return layers([host.layer for host in spec.HOSTS], progress, legacy)


class Estate:
    """One practice estate, by name. Nothing is kept in the object: all of it is read from the machine."""

    def __init__(self, name: str = DEFAULT_NAME) -> None:
        self.name = places.checked(name)
        self.folder = places.folder(name)
        self.client = places.namespace(name, network.CLIENT)

    @property
    def key(self) -> Path:
        """The operator's private SSH key; may log in as `ops`, `viewer` and `engineer`."""
        return self.folder / "id_ops"

    @property
    def known_hosts(self) -> Path:
        """Every host's SSH key."""
        return self.folder / "known_hosts"

    @property
    def hosts_file(self) -> Path:
        """`hosts.toml` for a workspace."""
        return self.folder / "hosts.toml"

    @property
    def settings_file(self) -> Path:
        """The estate's part of a workspace's `decant.toml`."""
        return self.folder / "decant-settings.toml"

    @property
    def tsig_key(self) -> Path:
        """The key that may change the zone, as BIND writes it."""
        return self.folder / "practice.key"

    def password_file(self, account: str) -> Path:
        """The password of an application account (`spec.PASSWORDS`), or of `engineer` for sudo."""
        return self.folder / "passwords" / account

    def hosts(self) -> list[Host]:
        """The legacy servers and targets, as records."""
        return handover.hosts(self.key)

    def hosts_toml(self) -> str:
        """The same as text for `hosts.toml`."""
        return handover.hosts_toml(self.key)

    def settings_toml(self) -> str:
        """[dns] and [[service]] of a workspace that works on this estate."""
        return handover.settings_toml(self.tsig_key)

    def up(
        self,
        progress: Progress = silent,
        legacy: str = BULLSEYE.codename,
        disks: Mapping[str, int] | None = None,
    ) -> None:
        """Bring every host up and wait until it does all that it should; returns at once where it does.

        Builds images first where they are not cached. `legacy` is the release of the legacy servers. `disks` gives
        hosts a disk of their own of so many bytes, so that it can be filled; the others share the machine's. Raises
        `RefusedError` without root or where a part of the estate is there already, `ToolMissingError`,
        `UnreachableError` where a mirror or a host does not answer.
        """
        tool.need()
        self._from_outside()
        with self._held(progress):
            if any(network.exists(places.namespace(self.name, host.name)) for host in spec.HOSTS):
                if self.ready():
                    return
                raise RefusedError(
                    f"a part of the estate {self.name} is there already, and not all of it works",
                    f"run `decant practice down --estate {self.name}` first",
                )
            built = build(progress, legacy)
            limits.ensure()
            self._boot(built, disks or {}, progress)

    def _boot(self, built: dict[str, list[Path]], disks: Mapping[str, int], progress: Progress) -> None:
        self.prepare()
        network.attach(self.name, [(host.name, host.address) for host in spec.HOSTS])
        engineer = identity.password_hash(self.password_file(spec.ENGINEER).read_text())
        hosts = self._hosts()
        done = 0

        def start(host: BootedHost) -> str:
            root = host.mount(built[host.spec.layer], disks.get(host.spec.name))
            public = self.key.with_suffix(".pub").read_text()
            known = identity.write(root, host.spec.name, host.spec.address, public, engineer)
            if host.spec.layer == "web-legacy":
                certificate.write(root)
            if host.spec.layer == "dns":
                dns.write(root, self.tsig_key.read_text())
            host.boot()
            return known

        def wait(host: BootedHost) -> None:
            nonlocal done
            host.wait()
            done += 1
            progress(Step(_TASK, done, len(hosts), "hosts", f"{host.spec.name} is ready"))

        progress(Step(_TASK, 0, len(hosts), "hosts", "booting"))
        with ThreadPoolExecutor(len(hosts)) as pool:
            self.known_hosts.write_text("".join(pool.map(start, hosts)))
            list(pool.map(wait, hosts))

    def prepare(self) -> None:
        """Make the estate's folder, keys and clients' namespace where they are not there yet."""
        (self.folder / "passwords").mkdir(parents=True, exist_ok=True)
        places.RUN.chmod(0o700)
        if not self.key.exists():
            identity.new_key(self.key, f"ops@{self.name}")
            passwords.write(self.tsig_key, dns.new_key())
            passwords.write(self.password_file(spec.ENGINEER), passwords.new())
            for account in spec.PASSWORDS:
                passwords.write(self.password_file(account), passwords.of(account))
            self.hosts_file.write_text(self.hosts_toml())
            self.settings_file.write_text(self.settings_toml())
        network.prepare(self.name)

    def down(self, progress: Progress = silent) -> bool:
        """Remove what is there of the estate, however it came to be: processes, mounts, namespaces, files.

        Returns whether anything was there.
        """
        tool.need_root()
        self._from_outside()
        with self._held(progress):
            namespaces = network.of_estate(self.name)
            there = bool(namespaces) or self.folder.exists()
            if there:
                progress(Step(_TASK, 0, len(namespaces), "namespaces", "ending"))
            while running := self._running():
                processes.end(running)
            for host in self._hosts():
                container.forget(host.overlay.root, host.namespace)
            processes.unmount_below(self.folder)
            for one in namespaces:
                network.remove(one)
            if self.folder.exists():
                shutil.rmtree(self.folder)
            images.sweep()
            if there:
                progress(Step(_TASK, len(namespaces), len(namespaces), "namespaces", "gone"))
            return there

    def _running(self) -> set[int]:
        """What runs in the estate or boots into it, but the caller itself."""
        namespaces = network.of_estate(self.name)
        inside = {pid for one in namespaces for pid in processes.in_namespace(places.NETNS / one)}
        booting = set(processes.naming(f"--directory={self.folder}/"))
        return (inside | booting) - processes.lineage()

    def status(self) -> list[HostStatus]:
        """What is true of each host now. Raises `RefusedError` without root."""
        tool.need_root()
        hosts = self._hosts()
        with ThreadPoolExecutor(len(hosts)) as pool:
            return list(pool.map(BootedHost.status, hosts))

    def ready(self) -> bool:
        """Whether every host does all that it should."""
        return all(one.ready for one in self.status())

    def command(self, argv: Sequence[str]) -> list[str]:
        """The command line that runs `argv` as a client in the estate. Raises `UsageError` where it is not up."""
        if not network.exists(self.client):
            raise UsageError(f"the estate {self.name} is not up", "start it with `decant practice up`")
        return ["ip", "netns", "exec", self.client, *argv]

    def run(self, argv: Sequence[str]) -> int:
        """Run `argv` as a client in the estate, on this terminal; gives its exit status, 128 + N for signal N."""
        tool.need_root()
        status = subprocess.run(self.command(argv), check=False).returncode
        return 128 - status if status < 0 else status

    def shell(self, host: str) -> int:
        """An SSH session on a host as the operator; gives its exit status."""
        return self.run(self.ssh(host, []))

    def inside(self, host: str) -> list[str]:
        """The start of a command line that runs as the operator inside a host, the light ones too, with no SSH.

        Needs root. Raises `UnreachableError` where the host does not run.
        """
        first = processes.leader(places.NETNS / places.namespace(self.name, host))
        if first is None:
            raise UnreachableError(f"{host} of the estate {self.name} does not run", "start it first")
        accounts = Path(f"/proc/{first}/root/etc/passwd").read_text("utf-8").splitlines()
        uid = next(line.split(":")[2] for line in accounts if line.startswith(f"{spec.OPERATOR}:"))
        return ["nsenter", f"--target={first}", "--all", f"--setuid={uid}", f"--setgid={uid}", "--"]

    def ssh(self, host: str, argv: Sequence[str], user: str = spec.OPERATOR) -> list[str]:
        """The command line of OpenSSH's client for a host; for `command` or `run`."""
        options = [f"UserKnownHostsFile={self.known_hosts}", "StrictHostKeyChecking=yes", "IdentitiesOnly=yes"]
        flags = [part for option in options for part in ("-o", option)]
        return ["ssh", "-i", str(self.key), *flags, f"{user}@{spec.host(host).address}", *argv]

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Put the calling thread into the clients' namespace while the body runs. Names are not resolved there."""
        with network.entered(self.client):
            yield

    def _hosts(self) -> list[BootedHost]:
        return [BootedHost(self.name, host) for host in spec.HOSTS]

    def _from_outside(self) -> None:
        """A change made by a client in the estate would be seen by that client alone. Raises `RefusedError`."""
        if network.in_private_view():
            raise RefusedError(
                "this runs as a client in a practice estate", "run it outside of `decant practice run`"
            )

    @contextmanager
    def _held(self, progress: Progress) -> Iterator[None]:
        with lock.held(places.RUN / f"{self.name}.lock", f"the estate {self.name}", 0.0, progress):
            yield
