"""Stands in for Pulumi's language host of Python: runs programs and policy packs with this interpreter."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from tests.stacks.plugins.serving import serve

PROGRAM = Path(__file__).parent / "program.py"
BAILED = 32
"""How Pulumi's own runner ends where the program has told already what is wrong."""


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Nothing has to be installed: the packages are this interpreter's."""

    def __init__(self, engine: str) -> None:
        self._engine = engine

    def Handshake(self, request: Any, context: Any) -> Any:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="3.0.0")

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPackagesResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        return iter(())

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:
        return language_pb2.RuntimeOptionsResponse()

    def About(self, request: Any, context: Any) -> Any:
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version)

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        return language_pb2.GetProgramDependenciesResponse()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Run(self, request: Any, context: Any) -> Any:
        said = {
            "project": request.project, "stack": request.stack, "engine": self._engine,
            "monitor": request.monitor_address, "dry_run": request.dryRun, "pwd": request.pwd,
            "program": request.info.program_directory or request.program,
        }  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-u", PROGRAM, json.dumps(said)],
            env={
                **os.environ,
                "PULUMI_CONFIG": json.dumps(dict(request.config)),
                "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
            },
            stdout=sys.stderr,
            check=False,
        )
        if ran.returncode == BAILED:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program ended with {ran.returncode}" if ran.returncode else "")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        """A policy pack: as `pulumi.policy` runs it, with the environment that the CLI gives."""
        pack = request.info.program_directory or request.program
        ran = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.policy", *request.args, pack],
            env=dict(one.split("=", 1) for one in request.env),
            cwd=pack,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        context.add_callback(ran.kill)
        lines: queue.Queue[tuple[str, bytes | None]] = queue.Queue()
        for pipe, name in ((ran.stdout, "stdout"), (ran.stderr, "stderr")):
            assert pipe is not None
            threading.Thread(target=_pump, args=(pipe, name, lines), daemon=True).start()
        ended = 0
        while ended < len(("stdout", "stderr")):
            name, line = lines.get()
            if line is None:
                ended += 1
            else:
                yield language_pb2.RunPluginResponse(**{name: line})
        yield language_pb2.RunPluginResponse(exitcode=ran.wait())


def _pump(pipe: IO[bytes], name: str, lines: "queue.Queue[tuple[str, bytes | None]]") -> None:
    for line in pipe:
        lines.put((name, line))
    lines.put((name, None))


if __name__ == "__main__":
    address = [one for one in sys.argv[1:] if not one.startswith("-")][-1]
    serve(lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(address), server))
