"""By Azure DNS, public or private: one record set at a time, each held against the etag that was seen.

The same calls serve both kinds of zone; they differ in the version of the interface and in the spelling of two
properties. An A and an AAAA record set are changed one after the other: Azure knows no change of both at once.

Sources: Azure's REST reference, "Record Sets", of dnsZones (2018-05-01) and privateDnsZones (2024-06-01).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy
from azure.core.rest import HttpRequest, HttpResponse

from estate.errors import RefusedError, UnreachableError, UsageError
from migration.switches.base import Answer, NameSwitch, changed_meanwhile, of_type

MANAGEMENT = "https://management.azure.com"
RETRIES = 3
_ZONE = re.compile(
    r"/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]+/providers/Microsoft\.Network/(dnsZones|privateDnsZones)/([^/]+)",
    re.IGNORECASE,
)
_OF_ADDRESS = MappingProxyType({"A": ("ARecords", "ipv4Address"), "AAAA": ("AAAARecords", "ipv6Address")})


@dataclass(frozen=True)
class _Spelling:
    version: str
    ttl: str
    records: Mapping[str, str]


_SPELT = {
    "dnszones": _Spelling("2018-05-01", "TTL", {"A": "ARecords", "AAAA": "AAAARecords"}),
    "privatednszones": _Spelling("2024-06-01", "ttl", {"A": "aRecords", "AAAA": "aaaaRecords"}),
}


@dataclass(frozen=True)
class _Set:
    """One record set, or that there is none: then without an etag."""

    addresses: tuple[str, ...] = ()
    ttl: int = 0
    etag: str = ""


class AzureSwitch(NameSwitch):
    """Changes names of the zone with this resource id, as whom `credential` signs in. See `NameSwitch`.

    `transport` says how the interface is reached, where not by its own address and this machine's authorities.
    Raises `UsageError` where the id is not that of a zone.
    """

    def __init__(
        self, zone_id: str, credential: TokenCredential, endpoint: str = MANAGEMENT, **transport: Any
    ) -> None:
        found = _ZONE.fullmatch(zone_id)
        if found is None:
            raise UsageError(
                f"{zone_id!r} is not the resource id of a DNS zone",
                "take it from `az network dns zone show --query id`",
            )
        super().__init__(found[2])
        self._spelt = _SPELT[found[1].lower()]
        self._role = "DNS Zone Contributor" if found[1].lower() == "dnszones" else "Private DNS Zone Contributor"
        self._path = zone_id
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            endpoint,
            policies=[
                RetryPolicy(retry_total=RETRIES),
                BearerTokenCredentialPolicy(credential, f"{MANAGEMENT}/.default"),
            ],
            **transport,
        )

    def current(self, name: str) -> Answer:
        """See `NameSwitch.current`."""
        if self._get(name, "CNAME").etag:
            raise RefusedError(
                f"{name} is an alias (CNAME) in {self.zone_text}", "name the record that it points to"
            )
        sets = [self._get(name, kind) for kind in _OF_ADDRESS]
        return _joined(sets)

    def replace(self, name: str, before: Answer, wished: Answer) -> None:
        """See `NameSwitch.replace`: Azure holds each record set against what was seen here."""
        seen = {kind: self._get(name, kind) for kind in _OF_ADDRESS}
        if _joined(list(seen.values())) != before:
            raise changed_meanwhile(name, before)
        for kind, there in seen.items():
            addresses = tuple(of_type(wished.addresses, kind))
            if (addresses, wished.ttl if addresses else 0) != (there.addresses, there.ttl):
                self._put(name, kind, addresses, wished.ttl, there, before)

    def check(self) -> str:
        """See `NameSwitch.check`."""
        said = self._send("GET", self._path, self.zone_text)
        return f"Azure DNS has {said['name']}, with {said['properties'].get('numberOfRecordSets', 'some')} record sets"

    def _get(self, name: str, kind: str) -> _Set:
        said = self._send("GET", self._record(name, kind), name, missing=True)
        if said is None:
            return _Set()
        # The two kinds of zone differ in capital letters.
        properties = {key.lower(): value for key, value in said["properties"].items()}
        listed, key = _OF_ADDRESS.get(kind, ("cnameRecord", ""))
        addresses = tuple(sorted(one[key] for one in properties.get(listed.lower()) or ())) if key else ()
        return _Set(addresses, int(properties["ttl"]), str(said["etag"]))

    def _put(
        self, name: str, kind: str, addresses: tuple[str, ...], ttl: int, there: _Set, before: Answer
    ) -> None:
        held = {"If-Match": there.etag} if there.etag else {"If-None-Match": "*"}
        if not addresses:
            self._send("DELETE", self._record(name, kind), name, headers=held, before=before)
            return
        _, key = _OF_ADDRESS[kind]
        records = [{key: address} for address in addresses]
        body = {"properties": {self._spelt.ttl: ttl, self._spelt.records[kind]: records}}
        self._send("PUT", self._record(name, kind), name, body, held, before=before)

    def _record(self, name: str, kind: str) -> str:
        relative = self.owner(name).relativize(self.zone).to_text()
        return f"{self._path}/{kind}/{relative}"

    def _send(
        self,
        method: str,
        path: str,
        name: str,
        body: dict[str, Any] | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
        missing: bool = False,
        before: Answer | None = None,
    ) -> Any:
        """What Azure answers, as JSON; None where there is nothing and that may be."""
        request = HttpRequest(
            method, path, params={"api-version": self._spelt.version}, headers=dict(headers), json=body
        )
        request.url = self._client.format_url(request.url)
        try:
            answer = self._client.send_request(request)
        except ClientAuthenticationError as error:
            raise RefusedError(
                "Azure let nobody in to change DNS", "sign in with `az login`, and run again"
            ) from error
        except AzureError as error:
            raise UnreachableError(
                f"Azure DNS could not be asked for {name} ({type(error).__name__})",
                "see that this machine reaches Azure",
            ) from error
        if answer.status_code < 300:
            return answer.json() if answer.content else {}
        return self._refused(answer, name, missing, before)

    def _refused(self, answer: HttpResponse, name: str, missing: bool, before: Answer | None) -> None:
        code = _code(answer)
        # Of a zone that is not there Azure says so; of a record set it says that it was not found.
        if answer.status_code == 404 and missing and code in ("NotFound", "ResourceNotFound"):
            return
        if answer.status_code == 404:
            raise RefusedError(f"Azure has no DNS zone {self.zone_text} there ({code})", "mend [dns] azure_zone")
        if answer.status_code == 412 and before is not None:
            raise changed_meanwhile(name, before)
        if answer.status_code in (401, 403):
            raise RefusedError(
                f"Azure refuses to show or change {name} ({code})",
                f"give who signs in the role {self._role} on the zone",
            )
        if answer.status_code >= 500 or answer.status_code == 429:
            raise UnreachableError(f"Azure DNS answers {answer.status_code} ({code})", "run again in a minute")
        raise RefusedError(
            f"Azure DNS refused {name} ({answer.status_code} {code})", "see the record in the portal"
        )


def _joined(sets: list[_Set]) -> Answer:
    found = [one for one in sets if one.addresses]
    return Answer(
        tuple(address for one in found for address in one.addresses), min((one.ttl for one in found), default=0)
    )


def _code(answer: HttpResponse) -> str:
    try:
        return str(answer.json()["error"]["code"])[:60]
    except (ValueError, KeyError, TypeError):
        try:
            return str(answer.json()["code"])[:60]
        except (ValueError, KeyError, TypeError):
            return "no code"
