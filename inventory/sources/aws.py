"""AWS accounts: EC2 machines with their EBS volumes, RDS databases, S3 buckets and load balancers.

Every call describes, lists or gets; any other is refused before it is sent. Each service of each region and account
ends as a part of its own: a right that is missing in one costs nothing of the others. Credentials come the usual ways
of AWS's own tools (profiles, environment, instance roles), and are neither asked for nor kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from estate.errors import RefusedError
from estate.records.base import now
from inventory.sources._aws_services import SERVICES, Place, Service
from inventory.sources.base import Count, Item, Part, Request, Source

HOME_REGION = "eu-west-2"
"""London: where the list of regions is asked for, where the profile names no region."""

_NO_RIGHT = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthFailure", "AuthorizationError",
     "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "InvalidAccessKeyId", "OptInRequired",
     "SignatureDoesNotMatch", "UnrecognizedClientException", "RequestExpired"}
)  # fmt: skip
_READS = ("Describe", "List", "Get")


@dataclass(frozen=True)
class _Account:
    """One profile, as it signed in."""

    profile: str
    number: str
    session: Any


def _read(request: Request) -> Iterator[Item]:
    for profile in request.profiles or ("",):
        label = f"profile {profile}" if profile else "the default profile"
        try:
            account = _sign_in(profile)
            regions = list(request.regions) or _regions(account.session)
        except _errors() as wrong:
            yield _failed(Count(f"AWS, {label}"), wrong, "sts:GetCallerIdentity and ec2:DescribeRegions")
            continue
        for service in SERVICES:
            for region in regions[:1] if service.is_global else regions:
                where = f"AWS account {account.number}, {'' if service.is_global else f'{region}, '}{service.name}"
                yield from _service(service, Place(account.number, region, where, now()), account, Count(where))


def _service(service: Service, place: Place, account: _Account, count: Count) -> Iterator[Item]:
    def client(name: str) -> Any:
        return _client(account.session, name, place.region)

    try:
        yield from service.read(client, place, count)
    except _errors() as wrong:
        yield _failed(count, wrong, service.needs)
        return
    yield count.end()


def _errors() -> tuple[type[Exception], ...]:
    # Imported late, as all of boto3: a third of a second that no other command should take.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    return (BotoCoreError, ClientError)


def _failed(count: Count, wrong: Exception, needs: str) -> Part:
    """How a service ended that could not be read, or not wholly. AWS's own messages may name people, so they stay out."""
    response: Mapping[str, Any] = getattr(wrong, "response", {})
    code = str(response.get("Error", {}).get("Code", ""))
    if code in _NO_RIGHT or response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (401, 403):
        count.notes.append(f"AWS refused ({code}): allow {needs}")
        return count.end("refused")
    count.notes.append(f"AWS could not be read ({code or type(wrong).__name__}): try again, or check the settings")
    return count.end("unreachable")


def _sign_in(profile: str) -> _Account:
    import boto3  # noqa: PLC0415

    session = boto3.session.Session(profile_name=profile or None)
    number = str(_client(session, "sts", session.region_name or HOME_REGION).get_caller_identity()["Account"])
    return _Account(profile, number, session)


def _regions(session: Any) -> list[str]:
    found = _client(session, "ec2", session.region_name or HOME_REGION).describe_regions()
    return sorted(region["RegionName"] for region in found["Regions"])


def _client(session: Any, name: str, region: str) -> Any:
    from botocore.config import Config  # noqa: PLC0415

    settings = Config(
        connect_timeout=10,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": 4},
        parameter_validation=True,
    )
    client = session.client(name, region_name=region, config=settings)
    client.meta.events.register("before-call", _only_reads)
    return client


def _only_reads(model: Any, **_: object) -> None:
    if not str(model.name).startswith(_READS):
        raise RefusedError(f"the AWS call {model.name} could change something", "tell Decant's makers")


SOURCE = Source(
    id="aws",
    about="Machines, databases, buckets and load balancers of AWS accounts; read-only calls.",
    read=_read,
    machine_rank=1,
    owner_rank=2,
    takes="accounts",
)
