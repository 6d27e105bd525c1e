"""STO-07: what is deleted by mistake can be had back."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, passed, resource

_DAYS = 14


def _check(service: Resource, context: Context) -> Verdict:
    del context
    short = []
    for path in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy"):
        on = reading.flag(service.inputs, f"{path}.enabled")
        days = reading.number(service.inputs, f"{path}.days") or 0
        if not on or days < _DAYS:
            short.append(f"{path}: {'on' if on else 'off'}, {days:.0f} days")
    if short:
        return failed(f"deleted data is kept for less than {_DAYS} days", "; ".join(short))
    return passed(f"blobs and containers are kept for {_DAYS} days or more")


def _service(days: int, enabled: bool = True) -> Resource:
    policy = {"enabled": enabled, "days": days}
    return resource(
        "storage:BlobServiceProperties", deleteRetentionPolicy=policy, containerDeleteRetentionPolicy=policy
    )


RULE = ResourceRule(
    id="STO-07",
    title="Deleted blobs and containers are kept for 14 days",
    severity="medium",
    enforcement="advisory",
    rationale="Ransomware and mistakes delete first; without soft delete the only way back is a backup.",
    remedy="Turn on soft delete for blobs and containers, for at least 14 days.",
    controls=ncsc("2.5"),
    types=("azure-native:storage:BlobServiceProperties",),
    check=_check,
    passing=(_service(14), _service(30)),
    failing=(_service(7), _service(30, enabled=False), resource("storage:BlobServiceProperties")),
)
