"""Checks that rules share: one setting must have one value, or one of a few; each of one thing needs another."""

from collections.abc import Callable, Collection, Iterable, Sequence

from estate.documents.words import count
from estate.errors import UndecidedError
from estate.records.facts.sshd import Sshd
from estate.records.preview import Resource
from estate.records.server import ServerFacts
from policies import reading
from policies.observed import known
from policies.rules.base import Context, Verdict, failed, not_applicable, passed, plain_type

Check = Callable[[Resource, Context], Verdict]
StackCheck = Callable[[Sequence[Resource], Context], Verdict]
HostCheck = Callable[[ServerFacts, Context], Verdict]


def flag(path: str, wanted: bool, *, unset: bool) -> Check:
    """The setting at `path` must be `wanted`; `unset` is what Azure takes where the program says nothing."""

    def check(resource: Resource, context: Context) -> Verdict:
        del context
        said = reading.flag(resource.inputs, path)
        value = unset if said is None else said
        observed = f"{path} is {str(value).lower()}" + (" (not set)" if said is None else "")
        return passed(observed) if value is wanted else failed(f"{path} should be {str(wanted).lower()}", observed)

    return check


def one_of(path: str, *allowed: str, unset: str | None) -> Check:
    """The setting at `path` must be one of `allowed`, whatever its case.

    `unset` is what Azure takes where the program says nothing; None where that is never right.
    """
    lower = {a.lower() for a in allowed}

    def check(resource: Resource, context: Context) -> Verdict:
        del context
        said = reading.text(resource.inputs, path)
        value = unset if said is None else said
        observed = f"{path} is {value or 'nothing'}" + (" (not set)" if said is None else "")
        if value is not None and value.lower() in lower:
            return passed(observed)
        return failed(f"{path} should be {' or '.join(allowed)}", observed)

    return check


def covered(
    what: str, type_: str, by: Collection[str], covers: Callable[[Resource], Iterable[str]], *, lacking: str
) -> StackCheck:
    """Each resource of `type_` ("virtual machine") must be covered by one of the types `by`.

    `covers` gives the URNs that such a resource covers; `lacking` is what is said where none does.
    """

    def check(resources: Sequence[Resource], context: Context) -> Verdict:
        del context
        wanted = {r.urn: r.name for r in resources if plain_type(r.type) == type_}
        if not wanted:
            return not_applicable(f"it has no {what}")
        reached = {urn for r in resources if plain_type(r.type) in by for urn in covers(r)}
        bare = sorted(name for urn, name in wanted.items() if urn not in reached)
        if bare:
            return failed(lacking, f"{len(bare)} of {count(len(wanted), what)}: {', '.join(bare)}")
        return passed(f"each of {count(len(wanted), what)}")

    return check


def sshd_refuses(setting: str) -> HostCheck:
    """The SSH server's `setting`, named in lower case as `sshd -T` prints it, must be "no"."""

    def check(facts: ServerFacts, context: Context) -> Verdict:
        del context
        sshd = known(facts, "sshd", Sshd)
        if sshd is None:
            return not_applicable("no SSH server")
        value = sshd.value(setting)
        if value is None:
            raise UndecidedError(f"the SSH server does not say {setting}", "look at `sshd -T` on the host")
        observed = f"{setting} {value}"
        return passed(observed) if value == "no" else failed(f"{setting} should be no", observed)

    return check
