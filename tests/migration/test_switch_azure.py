"""Names in Azure DNS: its REST interface as the reference describes it, over HTTPS on loopback. Azure itself is not here."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport

from estate.errors import RefusedError, UnreachableError, UsageError
from migration.switches.azure import AzureSwitch
from migration.switches.base import Answer
from tests.migration.azure_dns import TOKEN, AzureDns, running

APP, OLD = "app.council.test", Answer(("192.0.2.1",), 300)


class Signed:
    """Who is signed in."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        assert scopes == ("https://management.azure.com/.default",)
        return AccessToken(self.token, int(time.time()) + 3600)


@pytest.fixture(params=["dnsZones", "privateDnsZones"])
def azure(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AzureDns]:
    """A zone of either kind."""
    with running(request.param, tmp_path) as server:
        server.put("A", "app", 300, "192.0.2.1")
        server.put("A", "both", 300, "192.0.2.1")
        server.put("AAAA", "both", 300, "2001:db8::1")
        server.put("CNAME", "alias", 300, "app.council.test")
        yield server


def switch(azure: AzureDns, credential: Any = None, endpoint: str = "") -> AzureSwitch:
    transport = RequestsTransport(connection_verify=str(azure.authority), connection_timeout=3)
    return AzureSwitch(azure.zone_id, credential or Signed(), endpoint or azure.address, transport=transport)


def test_a_name_is_lowered_pointed_elsewhere_and_put_back(azure: AzureDns) -> None:
    names = switch(azure)
    assert "council.test" in names.check()
    assert names.lower_ttl(APP, 5).after == Answer(("192.0.2.1",), 5)
    change = names.point(APP, "192.0.2.9", 5, expected=OLD)
    assert change.after == names.current(APP) == Answer(("192.0.2.9",), 5)
    etag = azure.records["A", "app"][2]
    assert not names.point(APP, "192.0.2.9", 5, expected=OLD).changed
    assert azure.records["A", "app"][2] == etag
    assert names.put_back(APP, OLD, expected=change.after).after == OLD


def test_no_client_is_left_behind_on_an_ipv6_address(azure: AzureDns) -> None:
    names = switch(azure)
    change = names.point("both.council.test", "192.0.2.9", 5)
    assert change.before == Answer(("192.0.2.1", "2001:db8::1"), 300)
    assert ("AAAA", "both") not in azure.records
    assert names.put_back("both.council.test", change.before).after == change.before


def test_a_new_name_and_the_zone_itself_can_be_made_and_taken_away(azure: AzureDns) -> None:
    names = switch(azure)
    for name, relative in (("new.council.test", "new"), ("council.test", "@")):
        change = names.point(name, "192.0.2.8", 5)
        assert change.before == Answer((), 0)
        assert azure.records["A", relative][1] == ["192.0.2.8"]
        assert names.put_back(name, change.before).after == Answer((), 0)


def test_a_change_in_the_same_moment_is_refused_by_azure(azure: AzureDns) -> None:
    azure.before_change = lambda: azure.put("A", "app", 60, "192.0.2.77")
    with pytest.raises(RefusedError, match="a moment ago"):
        switch(azure).point(APP, "192.0.2.9", 5, expected=OLD)
    assert azure.records["A", "app"][1] == ["192.0.2.77"]
    with pytest.raises(RefusedError, match="somebody else changed it"):
        switch(azure).point(APP, "192.0.2.9", 5, expected=OLD)
    azure.before_change = lambda: azure.put("A", "new", 60, "192.0.2.77")
    with pytest.raises(RefusedError, match="a moment ago"):
        switch(azure).point("new.council.test", "192.0.2.9", 5)


def test_what_azure_refuses_is_said_with_the_way_on(azure: AzureDns) -> None:
    names = switch(azure)
    with pytest.raises(RefusedError, match="alias"):
        names.current("alias.council.test")
    with pytest.raises(UsageError, match="not in the zone"):
        names.current("app.example.org")
    with pytest.raises(RefusedError, match="Azure refuses") as refused:
        switch(azure, Signed("another")).current(APP)
    assert "DNS Zone Contributor" in refused.value.remedy
    assert "another" not in str(refused.value)
    for status, code, error in (
        (403, "AuthorizationFailed", RefusedError),
        (404, "ParentResourceNotFound", RefusedError),
        (409, "Conflict", RefusedError),
        (400, "BadRequest", RefusedError),
    ):
        azure.answers_with = [(status, code)]
        with pytest.raises(error, match=code):
            names.current(APP)


def test_a_moment_s_trouble_at_azure_is_waited_out_and_more_is_told(azure: AzureDns) -> None:
    azure.answers_with = [(503, "ServerBusy")]
    assert switch(azure).current(APP) == OLD
    azure.answers_with = [(503, "ServerBusy")] * 20
    with pytest.raises(UnreachableError, match="503"):
        switch(azure).current(APP)


def test_an_azure_that_is_not_there_and_an_id_that_is_none(azure: AzureDns) -> None:
    with pytest.raises(UnreachableError, match="could not be asked"):
        switch(azure, endpoint="https://127.0.0.1:9").current(APP)
    for wrong in ("", "council.test", f"{azure.zone_id}/A/app", azure.zone_id.replace("Network", "Compute")):
        with pytest.raises(UsageError, match="resource id"):
            AzureSwitch(wrong, Signed())
