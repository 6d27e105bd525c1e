"""Personal data on many servers: what to sample is named by the facts; each host on its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from estate.errors import DecantError, InterruptedRunError, UnreachableError
from estate.progress import Progress, Step, silent
from estate.records.base import now
from estate.records.facts.mariadb import Mariadb
from estate.records.facts.postgresql import Postgresql
from estate.records.facts.shares import Shares
from estate.records.host import Host
from estate.records.observation import Outcome
from estate.records.personal import PersonalData
from estate.records.server import ServerFacts
from estate.transport.base import Transport
from inventory.personal import databases, files
from inventory.personal.databases import Database
from inventory.personal.files import Tree
from inventory.personal.sample import Limits
from inventory.personal.shell import Shell
from inventory.workloads import slug

TASK = "personal data"
Source = Database | Tree


def sources(facts: ServerFacts) -> list[Source]:
    """The databases and shared trees of one server, under the ids that their workloads have."""
    server = facts.server.id
    found: list[Source] = []
    taken: set[str] = set()

    def identity(kind: str, name: str) -> str:
        wanted, number = f"{server}/{kind}/{slug(name)}", 2
        whole = wanted
        while whole in taken:
            whole, number = f"{wanted}-{number}", number + 1
        taken.add(whole)
        return whole

    postgres = facts.get("postgresql", Postgresql)
    for cluster in postgres.clusters if postgres else ():
        for one in cluster.databases:
            if one.template or not one.allows_connections or (one.name == "postgres" and not one.tables):
                continue
            found.append(Database(identity("postgres", one.name), server, "postgres", one.name, cluster.port))
    mariadb = facts.get("mariadb", Mariadb)
    if mariadb:
        found += [
            Database(identity("mariadb", one.name), server, "mariadb", one.name, mariadb.port)
            for one in mariadb.databases
        ]
    shares = facts.get("shares", Shares)
    seen: set[str] = set()
    for share in shares.shares if shares else ():
        if share.path.startswith("/") and share.path != "/" and "%" not in share.path and share.path not in seen:
            seen.add(share.path)
            found.append(Tree(identity("files", share.name.rsplit("/", 1)[-1]), server, share.path))
    return found


def unread(facts: ServerFacts) -> list[PersonalData]:
    """What could not be sampled since the fact that would name it is not known, or the server runs Windows."""
    if facts.server.is_windows:
        return [
            PersonalData(
                id=f"{facts.server.id}/files",
                server=facts.server.id,
                source="files",
                name="all of it",
                outcome=Outcome.FAILED,
                reason="Decant samples nothing on Windows: look into its shares and databases by hand",
                at=now(),
            )
        ]
    return [
        PersonalData(
            id=f"{facts.server.id}/{kind}",
            server=facts.server.id,
            source=kind,
            name=fact,
            outcome=Outcome.UNREADABLE if facts.outcome(fact) is Outcome.UNREADABLE else Outcome.FAILED,
            reason=f"the fact {fact} is not known: {facts.why(fact)}",
            privilege=facts.observations[fact].privilege if fact in facts.observations else "",
            at=now(),
        )
        for fact, kind in (("postgresql", "postgres"), ("mariadb", "mariadb"), ("shares", "files"))
        if facts.outcome(fact) not in (Outcome.KNOWN, Outcome.ABSENT)
    ]


def search(
    servers: Sequence[tuple[Host, ServerFacts]],
    connect: Callable[[Host], Transport],
    keep: Callable[[Sequence[PersonalData]], None],
    limits: Limits,
    parallel: int = 8,
    progress: Progress = silent,
) -> list[PersonalData]:
    """Sample every database and shared tree of these servers. Raises `InterruptedRunError` on Ctrl-C.

    `keep` gets what one server held as soon as it was looked through, in the caller's own thread.
    """
    done: list[PersonalData] = []
    finished = 0
    open_now: dict[str, Transport] = {}
    pool = ThreadPoolExecutor(max_workers=max(1, min(parallel, len(servers))), thread_name_prefix="personal")

    def one(host: Host, facts: ServerFacts) -> list[PersonalData]:
        return [*unread(facts), *_host(host, facts, connect, limits, open_now)]

    progress(Step(TASK, 0, len(servers), "servers"))
    waiting: set[Future[list[PersonalData]]] = {pool.submit(one, host, facts) for host, facts in servers}
    try:
        while waiting:
            ended = wait(waiting, return_when=FIRST_COMPLETED).done
            for future in ended:
                found = future.result()
                keep(found)
                done += found
                finished += 1
                waiting.discard(future)
                progress(Step(TASK, finished, len(servers), "servers"))
    except KeyboardInterrupt:
        raise InterruptedRunError(
            f"Stopped after {finished} of {len(servers)} servers, which are kept",
            "run `decant discover --personal-data` again for the rest",
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for transport in list(open_now.values()) if waiting else ():
            transport.close()
    return sorted(done, key=lambda found: found.id)


def _host(
    host: Host,
    facts: ServerFacts,
    connect: Callable[[Host], Transport],
    limits: Limits,
    open_now: dict[str, Transport],
) -> Iterator[PersonalData]:
    wanted = sources(facts)
    if not wanted:
        return
    problem = ""
    try:
        transport = open_now[host.name] = connect(host)
    except DecantError as wrong:
        yield from (_without(source, str(wrong)) for source in wanted)
        return
    try:
        shell = Shell(transport, host)
        if shell.output_is_kept():
            problem = "sudo on the host writes down what commands print (log_output), so that values would land on its disk"
        for source in wanted:
            yield _without(source, problem) if problem else _look(shell, source, limits)
    except DecantError as wrong:
        # Before the first sample: sudo or the connection itself.
        yield from (_without(source, str(wrong)) for source in wanted)
    finally:
        transport.close()


def _look(shell: Shell, source: Source, limits: Limits) -> PersonalData:
    try:
        return (
            databases.look(shell, source, limits)
            if isinstance(source, Database)
            else files.look(shell, source, limits)
        )
    except UnreachableError as wrong:
        return _without(source, str(wrong))
    except (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError) as bug:
        # The message of a fault may quote the value at which it came: only its sort is kept.
        return _without(source, f"a fault in Decant ({type(bug).__name__}); nothing of the sample was kept")


def _without(source: Source, reason: str) -> PersonalData:
    return PersonalData(
        id=source.id,
        server=source.server,
        source="files"
        if not isinstance(source, Database)
        else "postgres"
        if source.engine == "postgres"
        else "mariadb",
        name=source.name if isinstance(source, Database) else source.path,
        outcome=Outcome.FAILED,
        reason=reason,
        at=now(),
    )
