"""Many hosts at once, each on its own: one that is dead, slow or wrong costs the others nothing."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from estate.errors import DecantError, InterruptedRunError
from estate.progress import Progress, Step, silent
from estate.records.host import Host
from estate.records.observation import Observation
from estate.records.server import Server
from estate.transport.base import Transport
from inventory.collect import Collected, collect, unreached
from inventory.facts import all_facts

TASK = "discover"


def discover(
    hosts: Sequence[Host],
    connect: Callable[[Host], Transport],
    keep: Callable[[Collected], None],
    previous: Mapping[str, Server] | None = None,
    parallel: int = 32,
    timeout: float = 60,
    progress: Progress = silent,
    tier: int = 2,
    earlier: Mapping[str, Mapping[str, Observation]] | None = None,
) -> list[Collected]:
    """Read every fact of every host; `timeout` is what tier 1 of one host may take, in seconds, and tier 2 twice that.

    `tier` 1 leaves out the facts that cost a host more than a moment. `earlier` holds by host and fact what was known
    last, for what can only be told from two readings.

    `keep` gets each host as soon as it is read, always in the caller's own thread, so what was read is kept even
    where the run is stopped. Raises `InterruptedRunError` on Ctrl-C: every host read until then was kept.
    """
    facts = tuple(fact for fact in all_facts().values() if fact.tier <= tier)
    before = previous or {}
    open_now: dict[str, Transport] = {}
    done: list[Collected] = []

    def one(host: Host) -> Collected:
        try:
            transport = open_now[host.name] = connect(host)
        except DecantError as wrong:
            return unreached(host, wrong, before.get(host.name))
        try:
            return collect(host, transport, facts, timeout, before.get(host.name), (earlier or {}).get(host.name))
        finally:
            transport.close()

    progress(Step(TASK, 0, len(hosts), "hosts"))
    pool = ThreadPoolExecutor(max_workers=max(1, min(parallel, len(hosts))), thread_name_prefix="discover")
    waiting: set[Future[Collected]] = {pool.submit(one, host) for host in hosts}

    def take(futures: set[Future[Collected]]) -> None:
        for future in futures:
            collected = future.result()
            keep(collected)
            waiting.discard(future)
            done.append(collected)
            note = "" if collected.server.reached else f"{collected.server.id} was not reached"
            progress(Step(TASK, len(done), len(hosts), "hosts", note))

    try:
        while waiting:
            take(wait(waiting, return_when=FIRST_COMPLETED).done)
    except KeyboardInterrupt:
        # What was read and not yet kept, or half kept, is kept now; keeping twice does no harm.
        take({future for future in waiting if future.done() and not future.cancelled()})
        raise InterruptedRunError(
            f"Stopped after {len(done)} of {len(hosts)} hosts, which are kept",
            "run `decant discover` again for the rest",
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        # A thread that waits for a host ends when its connection does.
        for transport in list(open_now.values()) if waiting else ():
            transport.close()
    return sorted(done, key=lambda collected: collected.server.id)
