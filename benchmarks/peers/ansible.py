"""Ansible's `setup` at its best: pipelining, kept connections, one fork a host up to fifty."""

import shutil

from benchmarks.peers.base import ENVIRONMENT, Course

CONFIGURATION = """\
[defaults]
forks = 50
host_key_checking = True
interpreter_python = /usr/bin/python3
stdout_callback = minimal
[ssh_connection]
pipelining = True
ssh_args = -F none -o ControlMaster=auto -o ControlPersist=60s -o StrictHostKeyChecking=yes \
-o UserKnownHostsFile={known_hosts} -o KexAlgorithms=curve25519-sha256 -o GSSAPIAuthentication=no
control_path_dir = {folder}/sockets
"""


class Ansible:
    """`ansible all -m setup`, every subset that it gathers by default, as an ordinary user."""

    name = "ansible"

    def missing(self) -> str:
        """Whether it is installed."""
        return "" if (ENVIRONMENT / "bin" / "ansible").exists() else "ansible-core is not installed: `make bench`"

    def prepare(self, course: Course) -> None:
        """Its settings and inventory; no connection is kept from an earlier run."""
        shutil.rmtree(course.folder / "sockets", ignore_errors=True)
        settings = CONFIGURATION.format(known_hosts=course.fleet.known_hosts, folder=course.folder)
        (course.folder / "ansible.cfg").write_text(settings)
        key = course.fleet.estate.key
        lines = [
            f"{host.name} ansible_host={host.address} ansible_user={host.user} ansible_ssh_private_key_file={key}"
            for host in course.fleet.hosts()
        ]
        (course.folder / "inventory.ini").write_text("\n".join(lines) + "\n")

    def run(self, course: Course) -> int:
        """One gathering."""
        program = str(ENVIRONMENT / "bin" / "ansible")
        settings = {"LANG": "C.UTF-8", "ANSIBLE_CONFIG": str(course.folder / "ansible.cfg")}
        done = course.run([program, "all", "-i", "inventory.ini", "-m", "setup"], settings)
        return done.stdout.count(b" | SUCCESS => ")


CONTESTANT = Ansible()
