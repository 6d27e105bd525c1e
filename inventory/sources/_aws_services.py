"""What is read of each AWS service, a page at a time."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from estate.records.sighting import Holding, Link, Power, Sighting
from estate.records.workload import Kind
from inventory.identity import short_of
from inventory.sources._systems import system
from inventory.sources.base import Count, Item

GIB = 1024**3
_POWER: Mapping[str, Power] = {"running": "on", "pending": "on", "stopped": "off", "stopping": "off"}
_OWNER_TAGS = ("owner", "serviceowner", "service-owner", "team")
_PURPOSE_TAGS = ("purpose", "description", "service", "application", "app")

Client = Callable[[str], Any]
Read = Callable[[Client, "Place", Count], Iterator[Item]]


@dataclass(frozen=True)
class Place:
    """Where something was read: account, region, both for people, and when."""

    account: str
    region: str
    where: str
    at: datetime


@dataclass(frozen=True)
class Service:
    """One service: what reads it, and the rights that takes."""

    name: str
    read: Read
    needs: str
    is_global: bool = False


def _pages(client: Any, call: str, key: str, **words: Any) -> Iterator[Mapping[str, Any]]:
    for page in client.get_paginator(call).paginate(**words):
        yield from page.get(key, [])


def _tags(listed: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    return {one["Key"].casefold(): one["Value"] for one in listed or () if one.get("Value")}


def _tag(tags: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((tags[name] for name in names if name in tags), None)


def _sighting(place: Place, key: str, **values: Any) -> Sighting:
    return Sighting.model_validate(
        {
            "id": f"aws:{place.account}/{place.region}:{key}",
            "source": "aws",
            "scope": f"{place.account}/{place.region}",
            "where": place.where,
            "at": place.at,
            **values,
        }
    )


def _machines(client: Client, place: Place, count: Count) -> Iterator[Item]:
    ec2 = client("ec2")
    disks: dict[str, int] = defaultdict(int)
    for volume in _pages(ec2, "describe_volumes", "Volumes"):
        held = [one["InstanceId"] for one in volume.get("Attachments", []) if one.get("InstanceId")]
        for instance in held:
            disks[instance] += volume["Size"] * GIB
        if not held:
            yield count.leave(
                f"{place.where}, {volume['VolumeId']}",
                _tags(volume.get("Tags")).get("name", ""),
                f"a volume of {volume['Size']} GiB that no machine has attached",
            )
    kinds: dict[str, tuple[int, int]] = {}
    for reservation in _pages(ec2, "describe_instances", "Reservations"):
        for one in reservation["Instances"]:
            identity = str(one["InstanceId"])
            name = _tags(one.get("Tags")).get("name", identity)
            state = one["State"]["Name"]
            if state in ("terminated", "shutting-down"):
                yield count.leave(f"{place.where}, {identity}", name, f"it is {state}")
            else:
                yield count.took(_machine(ec2, place, one, kinds, disks.get(identity)))


def _machine(
    ec2: Any, place: Place, one: Mapping[str, Any], kinds: dict[str, tuple[int, int]], disk: int | None
) -> Sighting:
    kind = one["InstanceType"]
    if kind not in kinds:
        for found in ec2.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"]:
            kinds[kind] = found["VCpuInfo"]["DefaultVCpus"], found["MemoryInfo"]["SizeInMiB"] * 1024**2
    cpus, memory = kinds.get(kind, (None, None))
    chosen = one.get("CpuOptions", {})
    if chosen.get("CoreCount") and chosen.get("ThreadsPerCore"):
        cpus = chosen["CoreCount"] * chosen["ThreadsPerCore"]
    tags = _tags(one.get("Tags"))
    name = tags.get("name", one["InstanceId"])
    own = (one.get("PrivateIpAddress"), one.get("PublicIpAddress"))
    # "Linux/UNIX" is all that AWS says of most machines: it is no release.
    seen = system(one.get("PlatformDetails"))
    return _sighting(
        place,
        one["InstanceId"],
        name=name,
        names=tuple(filter(None, [short_of(name)])),
        instance=one["InstanceId"],
        addresses=tuple(filter(None, own)),
        address=own[0] or own[1],
        os_id=seen.id,
        os_version=seen.version,
        os_name=seen.name,
        cpus=cpus,
        memory_bytes=memory,
        disk_bytes=disk,
        platform="aws-ec2",
        power=_POWER.get(one["State"]["Name"]),
        owner=_tag(tags, _OWNER_TAGS),
        purpose=_tag(tags, _PURPOSE_TAGS),
    )


_ENGINES: Mapping[str, Kind] = {"postgres": "postgres", "aurora-postgresql": "postgres", "mariadb": "mariadb",
                                "mysql": "mariadb", "aurora-mysql": "mariadb"}  # fmt: skip


def _databases(client: Client, place: Place, count: Count) -> Iterator[Item]:
    for one in _pages(client("rds"), "describe_db_instances", "DBInstances"):
        identity = str(one["DBInstanceIdentifier"])
        tags = _tags(one.get("TagList"))
        endpoint = one.get("Endpoint", {})
        engine = str(one["Engine"])
        yield count.took(
            _sighting(
                place,
                f"rds/{identity}",
                name=identity,
                instance=one.get("DBInstanceArn") or identity,
                hostname=endpoint.get("Address"),
                address=endpoint.get("Address"),
                disk_bytes=one["AllocatedStorage"] * GIB if one.get("AllocatedStorage") else None,
                platform="aws-rds",
                power="on" if one.get("DBInstanceStatus") == "available" else None,
                owner=_tag(tags, _OWNER_TAGS),
                purpose=_tag(tags, _PURPOSE_TAGS),
                managed=True,
                holds=(
                    Holding(
                        kind=_ENGINES.get(engine, "service"),
                        name=one.get("DBName") or identity,
                        detail={
                            "product": engine,
                            "version": one.get("EngineVersion", ""),
                            "port": endpoint.get("Port"),
                        },
                    ),
                ),
            )
        )


def _buckets(client: Client, place: Place, count: Count) -> Iterator[Item]:
    s3 = client("s3")
    found = []
    for one in _pages(s3, "list_buckets", "Buckets"):
        region = one.get("BucketRegion") or s3.get_bucket_location(Bucket=one["Name"])["LocationConstraint"]
        found.append(
            Holding(
                kind="files",
                name=one["Name"],
                detail={"path": f"s3://{one['Name']}", "region": region or "us-east-1"},
            )
        )
    count.rows += len(found)
    count.taken += len(found)
    if found:
        count.notes.append("what a bucket holds is not counted: AWS tells that only in its bills and metrics")
        whole = Place(place.account, "s3", place.where, place.at)
        yield _sighting(
            whole,
            "s3",
            name=f"s3-{place.account}",
            instance=f"s3/{place.account}",
            platform="aws-s3",
            managed=True,
            holds=tuple(found),
        )


def _balancers(client: Client, place: Place, count: Count) -> Iterator[Item]:
    elb = client("elbv2")
    behind: dict[str, list[Link]] = defaultdict(list)
    for group in _pages(elb, "describe_target_groups", "TargetGroups"):
        health = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
        for one in health["TargetHealthDescriptions"]:
            port = one["Target"].get("Port") or group.get("Port")
            for balancer in group.get("LoadBalancerArns", []) if port else []:
                behind[balancer].append(Link(to=one["Target"]["Id"], port=port))
    for one in _pages(elb, "describe_load_balancers", "LoadBalancers"):
        yield count.took(
            _balancer(place, one["LoadBalancerName"], one.get("DNSName"), behind.get(one["LoadBalancerArn"], []))
        )


def _classic(client: Client, place: Place, count: Count) -> Iterator[Item]:
    for one in _pages(client("elb"), "describe_load_balancers", "LoadBalancerDescriptions"):
        ports = [each["Listener"]["InstancePort"] for each in one.get("ListenerDescriptions", [])]
        links = [Link(to=each["InstanceId"], port=port) for each in one.get("Instances", []) for port in ports]
        yield count.took(_balancer(place, one["LoadBalancerName"], one.get("DNSName"), links))


def _balancer(place: Place, name: str, address: str | None, links: Sequence[Link]) -> Sighting:
    return _sighting(
        place,
        f"elb/{name}",
        name=name,
        instance=f"elb/{place.account}/{place.region}/{name}",
        hostname=address,
        address=address,
        platform="aws-elb",
        managed=True,
        links=tuple(dict.fromkeys(links)),
    )


SERVICES: Sequence[Service] = (
    Service("EC2", _machines, "ec2:DescribeInstances, ec2:DescribeVolumes and ec2:DescribeInstanceTypes"),
    Service("RDS", _databases, "rds:DescribeDBInstances"),
    Service(
        "load balancers",
        _balancers,
        "elasticloadbalancing:DescribeLoadBalancers, DescribeTargetGroups and DescribeTargetHealth",
    ),
    Service("classic load balancers", _classic, "elasticloadbalancing:DescribeLoadBalancers"),
    Service("S3", _buckets, "s3:ListAllMyBuckets and s3:GetBucketLocation", is_global=True),
)
