"""What Decant read itself, and what the hosts file says, as a sighting beside those of other sources."""

import ipaddress
from collections.abc import Mapping

from estate.records.facts.addresses import Addresses
from estate.records.observation import Observation
from estate.records.server import Server
from estate.records.sighting import OWN, Sighting
from inventory.identity import fqdn_of, serial_of, short_of, uuid_in_serial, uuid_of
from inventory.merge import HOSTS_FILE, MACHINE, OWNERSHIP


def sighting_of(
    server: Server, observations: Mapping[str, Observation], before: Sighting | None = None
) -> Sighting:
    """A server as discovery just left it. `before` is its last sighting, which stands where it was not reached."""
    if before is not None and not server.reached:
        words = {name: getattr(server, name) for name in (*OWNERSHIP, "address")}
        return before.model_copy(update=words)
    known = observations.get("addresses")
    listed = known.as_(Addresses) if known else None
    addresses = [one.address for one in listed.addresses] if listed else []
    uuid, serial = _firmware(observations)
    values = {
        name: getattr(server, name)
        for name in (*MACHINE, *OWNERSHIP)
        if server.reached or name in (*OWNERSHIP, "address")
    }
    names = (server.hostname, server.id)
    return Sighting.model_validate(
        {
            "id": f"{OWN}::{server.id}",
            "source": OWN,
            "scope": "",
            "where": "read over SSH" if server.reached else HOSTS_FILE,
            "at": server.seen_at,
            "server": server.id,
            "name": server.id,
            "names": tuple(dict.fromkeys(short for text in names if (short := short_of(text)))),
            "fqdn": fqdn_of(server.hostname) or fqdn_of(server.address),
            "uuid": uuid_of(uuid) or uuid_in_serial(serial),
            "serial": serial_of(serial),
            "addresses": tuple(
                dict.fromkeys(one for text in (*addresses, server.address) if (one := _address(text)))
            ),
            **values,
        }
    )


def _address(text: str | None) -> str | None:
    try:
        one = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    return None if one.is_loopback or one.is_link_local or one.is_unspecified else str(one)


def _firmware(observations: Mapping[str, Observation]) -> tuple[str | None, str | None]:
    """UUID and serial number, where the fact on hardware was read."""
    seen = observations.get("hardware")
    payload = (seen.payload if seen else None) or {}
    found = (payload.get("uuid"), payload.get("serial"))
    return found[0] if isinstance(found[0], str) else None, found[1] if isinstance(found[1], str) else None
