"""Fact `redis`: Redis and Valkey servers, by their files, and what they say of themselves."""

from collections.abc import Mapping, Sequence

from estate.records.facts.redis import Redis, RedisServer
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, absent, failed, known, unreadable

FILES = ("/etc/redis.conf", "/etc/redis/*.conf", "/etc/valkey/*.conf", "/etc/valkey.conf")
# No password leaves the host. The pattern is that of redis and valkey: the oldest seds know no "or".
REDUCE = r"""
/^\/etc\/[rv][ea][dl][ik][se]y*[/.][^:]*conf:/{
s/:[[:space:]]*\(requirepass\)[[:space:]].*/:\1 set/
s/:[[:space:]]*\(masterauth\)[[:space:]].*/:\1 set/
s/:[[:space:]]*\(user\)[[:space:]].*/:\1 set/
s/:[[:space:]]*\(rename-command\)[[:space:]].*/:\1 set/
s/:[[:space:]]*\(tls-[a-z-]*pass\)[[:space:]].*/:\1 set/
}
"""
SNIPPET = r"""
c=
for c in redis-cli valkey-cli ''; do command -v "$c" >/dev/null 2>&1 && break; done
for f in /etc/redis.conf /etc/redis/*.conf /etc/valkey/*.conf /etc/valkey.conf; do
  [ -e "$f" ] || continue
  printf 'file %s\n' "$f"
  [ "$c" ] && [ -r "$f" ] || continue
  p=6379
  while read -r k v _; do [ "$k" = port ] && p=$v; done <"$f"
  [ "$p" = 0 ] || $t "$c" -p "$p" info 2>&1
done
echo end
"""


def parse(section: Section) -> Reading:
    """Read the settings of each file, and the answer of its server where it gave one."""
    lines = section.lines
    if not lines or lines[-1] != "end":
        return failed("the list of servers was cut off")
    answers: dict[str, dict[str, str]] = {}
    here: dict[str, str] = {}
    for line in lines[:-1]:
        if line.startswith("file "):
            here = answers.setdefault(line.removeprefix("file "), {})
        else:
            key, _, value = line.strip().partition(":")
            here.setdefault(key, value)
    refused = section.refused
    if not answers and refused:
        return unreadable(f"{', '.join(refused)} may not be read")
    if not answers:
        return absent("neither Redis nor Valkey is set up on the host")
    settings: dict[str, dict[str, list[list[str]]]] = {}
    for file, line in section.pairs:
        words = line.split()
        settings.setdefault(file, {}).setdefault(words[0].lower(), []).append(words[1:])
    if not settings:
        return unreadable(f"{', '.join(refused)} may not be read") if refused else failed("its files gave nothing")
    # Sentinels watch servers and hold nothing.
    servers = tuple(
        _server(file, one, answers.get(file, {}))
        for file, one in settings.items()
        if not any(key.startswith("sentinel") for key in one)
    )
    silent = [one.file for one in servers if one.version is None and one.port]
    missing = [f"servers in {', '.join(refused)}"] if refused else []
    missing += [f"what the server of {', '.join(silent)} says: it did not answer us"] if silent else []
    return known(
        Redis(
            servers=servers,
            modules={
                value[0]: file for file, one in settings.items() for value in one.get("loadmodule", []) if value
            },
        ),
        partial="; ".join(missing),
        privilege="root" if refused else "",
    )


def _server(file: str, settings: Mapping[str, Sequence[Sequence[str]]], said: Mapping[str, str]) -> RedisServer:
    def last(key: str, default: str = "") -> str:
        values = settings.get(key, [])
        return values[-1][0].strip('"') if values and values[-1] else default

    yes = {"yes": True, "no": False}
    keys = [value for key, value in said.items() if key.startswith("db") and value.startswith("keys=")]
    saves = settings.get("save")
    replica = settings.get("replicaof", settings.get("slaveof", []))
    return RedisServer(
        file=file,
        port=int(last("port", "6379")),
        bind=tuple(word.lstrip("-").strip('"') for value in settings.get("bind", []) for word in value),
        password="requirepass" in settings or "user" in settings or "aclfile" in settings,
        protected_mode=yes.get(last("protected-mode")),
        tls=last("tls-port", "0") != "0",
        directory=last("dir"),
        append_only=last("appendonly") == "yes",
        saves=None if saves is None else any(value and value != ['""'] for value in saves),
        max_memory=last("maxmemory"),
        replica_of=redact(":".join(replica[-1])) if replica else "",
        version=said.get("valkey_version") or said.get("redis_version"),
        keys=sum(int(value[5:].partition(",")[0]) for value in keys) if "redis_version" in said else None,
        used_bytes=int(said["used_memory"]) if "used_memory" in said else None,
        connected_replicas=int(said["connected_slaves"]) if "connected_slaves" in said else None,
    )


FACT = Fact(
    id="redis",
    reads="redis.conf and its like, without passwords, and INFO by redis-cli. Root, where the files are closed.",
    tool="sh",
    snippet=SNIPPET,
    files=FILES,
    reduce=REDUCE,
    parser=parse,
    run_as="root",
    tier=2,
)
