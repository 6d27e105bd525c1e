"""HC-19: websites take TLS 1.2 at least."""

from estate.errors import UndecidedError
from estate.records.facts.websites import Website, Websites
from estate.records.server import ServerFacts
from policies.observed import insist_on_all, known
from policies.rules.base import (
    Context,
    HostRule,
    Verdict,
    cyber_essentials,
    failed,
    host,
    ncsc,
    not_applicable,
    passed,
)

_OLD = frozenset({"sslv2", "sslv3", "tlsv1", "tlsv1.0", "tlsv1.1"})


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    websites = known(facts, "websites", Websites)
    if websites is None:
        return not_applicable("no web server")
    old = sorted(_named(site) for site in websites.sites if _takes_old(site))
    if old:
        return failed("versions of TLS before 1.2 are taken", ", ".join(old))
    insist_on_all(facts, "websites")
    secure = [site for site in websites.sites if site.tls]
    silent = sorted(_named(site) for site in secure if not site.tls_protocols)
    if silent:
        raise UndecidedError(
            f"the server's own default decides for {', '.join(silent)}", "name the versions in its configuration"
        )
    if not secure:
        return not_applicable("no website with TLS")
    return passed(f"{len(secure)} websites with TLS take 1.2 or newer only, as configured")


def _takes_old(site: Website) -> bool:
    """In Apache's `all -SSLv3 -TLSv1` what a minus takes away is not taken; `all` alone takes TLS 1.0 and
    1.1."""
    said = {protocol.lower().removeprefix("+") for protocol in site.tls_protocols}
    everything = "all" in said and not {"-tlsv1", "-tlsv1.1"} <= said
    return site.tls and (everything or bool(said & _OLD))


def _named(site: Website) -> str:
    return (
        f"{next(iter(site.names), site.file or 'a site')} ({' '.join(site.tls_protocols) or 'no versions named'})"
    )


def _host(*protocols: str, tls: bool = True) -> ServerFacts:
    site = Website(server="nginx", names=("report-it.example",), tls=tls, tls_protocols=protocols)
    return host({"websites": Websites(sites=(site,))})


RULE = HostRule(
    id="HC-19",
    title="Websites take TLS 1.2 or newer only",
    severity="high",
    enforcement="mandatory",
    rationale="Older versions have known weaknesses; what residents type into a form crosses this connection.",
    remedy="Set ssl_protocols TLSv1.2 TLSv1.3 (nginx) or SSLProtocol -all +TLSv1.2 +TLSv1.3 (Apache).",
    controls=(*ncsc("1"), *cyber_essentials("CE-SC-05")),
    facts=("websites",),
    check=_check,
    passing=(_host("TLSv1.2", "TLSv1.3"), _host("all", "-SSLv3", "-TLSv1", "-TLSv1.1")),
    failing=(_host("TLSv1", "TLSv1.2"), _host("+TLSv1.1"), _host("all", "-SSLv3")),
)
