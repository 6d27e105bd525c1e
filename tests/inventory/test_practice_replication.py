"""Who copies a real PostgreSQL server: slots, replicas, the server that it follows, subscriptions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from estate.records.facts.postgresql import PostgresCluster, Postgresql
from estate.transport.connect import connect
from inventory.collect import collect
from inventory.facts import all_facts
from practice.estate import Estate
from tests.inventory.practice_hosts import as_root, servers

pytestmark = [pytest.mark.practice, pytest.mark.slow]
HOST = "data-target"
SECRET = "ZqReplicationPassword9"

# The standby has a socket and a port of its own; Debian keeps the settings outside of the data.
START = """
su postgres -c "pg_basebackup -D /var/lib/postgresql/second -R -C -S follows -X stream -c fast -d 'application_name=second'"
v=$(ls /etc/postgresql); b=/usr/lib/postgresql/$v/bin
su postgres -c "$b/pg_ctl -w -s -D /var/lib/postgresql/second -l /var/lib/postgresql/second.log start -o '\
-c config_file=/etc/postgresql/$v/main/postgresql.conf -c data_directory=/var/lib/postgresql/second -c port=5433 \
-c external_pid_file= -c cluster_name=second'" >/dev/null
psql() { su postgres -c "psql -qXv ON_ERROR_STOP=1 -d $1"; }
echo "create database subscribed" | psql postgres
echo "create subscription orders connection 'host=10.99.1.12 user=x password=SECRET' publication orders
  with (connect = false, slot_name = 'orders')" | psql subscribed
"""
STOP = """
v=$(ls /etc/postgresql); b=/usr/lib/postgresql/$v/bin
su postgres -c "$b/pg_ctl -s -D /var/lib/postgresql/second stop -m immediate" || :
rm -rf /var/lib/postgresql/second /var/lib/postgresql/second.log
psql() { su postgres -c "psql -qX -d $1" || :; }
echo "alter subscription orders set (slot_name = none); drop subscription orders" | psql subscribed
echo "drop database if exists subscribed; select pg_drop_replication_slot('follows')" | psql postgres
"""


@pytest.fixture
def copied(practice_estate: Estate) -> Iterator[Estate]:
    try:
        as_root(practice_estate, HOST, START.replace("SECRET", SECRET))
        yield practice_estate
    finally:
        as_root(practice_estate, HOST, STOP)


def test_slots_replicas_the_primary_and_subscriptions_are_facts(copied: Estate, tmp_path: Path) -> None:
    hosts = servers(copied, tmp_path)
    with copied.entered():
        link = connect(hosts[HOST], hosts, copied.known_hosts)
        [seen] = collect(hosts[HOST], link, [all_facts()["postgresql"]], 60).observations
        link.close()
    found = seen.as_(Postgresql)
    assert found is not None, seen.reason
    assert not seen.partial
    by_port: dict[int, PostgresCluster] = {cluster.port: cluster for cluster in found.clusters}
    first, second = by_port[5432], by_port[5433]
    assert (first.standby, second.standby) == (False, True)
    assert [(slot.name, slot.type, slot.active) for slot in first.slots] == [("follows", "physical", True)]
    [replica] = first.replicas
    assert (replica.name, replica.address, replica.state, replica.sync) == ("second", None, "streaming", "async")
    assert second.primary is not None
    assert second.primary.endswith(":5432")
    assert first.subscriptions == ("subscribed/orders",)
    # The connection of a subscription holds a password: of it the name is kept alone.
    assert SECRET not in seen.model_dump_json()
