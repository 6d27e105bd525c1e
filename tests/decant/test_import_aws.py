"""`decant import aws`, against AWS's own replies: moto's server, in a process of its own, over HTTP."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.decant.face import Said, decant
from tests.decant.published import held

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "canary-secret-key-7731"}
READER = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["ec2:Describe*", "sts:GetCallerIdentity"], "Resource": "*"}],
}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an AWS that checks rights only once it is told to."""
    log = tmp_path_factory.mktemp("aws") / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "100000", "PYTHONUNBUFFERED": "1"},
        )
    try:
        yield _address(server, log)
    finally:
        server.terminate()
        server.wait(10)


def _address(server: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(300):
        said = log.read_text()
        if "Running on http://" in said:
            return said.partition("Running on ")[2].split()[0]
        assert server.poll() is None, said
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def client(aws: str, name: str, region: str = "eu-west-2") -> Any:
    return boto3.client(
        name, region_name=region, endpoint_url=aws, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def tell(aws: str, path: str, body: bytes = b"") -> None:
    asked = urllib.request.Request(  # noqa: S310 - our own server
        f"{aws}/moto-api/{path}", data=body, method="POST", headers={"Content-Type": "text/plain"}
    )
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 - our own server
        assert answer.status == 200


def run(aws: str, root: Path, *words: str, **more: str) -> Said:
    environment = {**KEYS, "AWS_ENDPOINT_URL": aws, "AWS_EC2_METADATA_DISABLED": "true", **more}
    return decant("import", "aws", *words, at=root, environment=environment)


@pytest.fixture
def estate(aws: str) -> dict[str, str]:
    """Machines in two regions, a database, a bucket, a load balancer, and a volume that nobody uses."""
    tell(aws, "reset")
    made: dict[str, str] = {}
    for region, count in (("eu-west-2", 3), ("eu-west-1", 1)):
        ec2 = client(aws, "ec2", region)
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        for number in range(count):
            name = f"{region}-app{number}"
            tags = [{"Key": "Name", "Value": name}, {"Key": "Owner", "Value": "Housing"}]
            made[name] = ec2.run_instances(
                ImageId=image,
                MinCount=1,
                MaxCount=1,
                InstanceType="m5.large",
                TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
            )["Instances"][0]["InstanceId"]
    ec2 = client(aws, "ec2")
    ec2.stop_instances(InstanceIds=[made["eu-west-2-app1"]])
    ec2.terminate_instances(InstanceIds=[made["eu-west-2-app2"]])
    made["volume"] = ec2.create_volume(AvailabilityZone="eu-west-2a", Size=70)["VolumeId"]
    client(aws, "rds").create_db_instance(
        DBInstanceIdentifier="reports",
        DBInstanceClass="db.m5.large",
        Engine="postgres",
        EngineVersion="13.7",
        AllocatedStorage=100,
        DBName="reports",
        MasterUsername="owner",
        MasterUserPassword="canary-master-4410",
    )
    client(aws, "s3").create_bucket(
        Bucket="council-scans", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
    )
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    elb = client(aws, "elbv2")
    balancer = elb.create_load_balancer(Name="front", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = elb.create_target_group(Name="apps", Protocol="HTTP", Port=8080, VpcId=vpc)["TargetGroups"][0][
        "TargetGroupArn"
    ]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": made["eu-west-2-app0"], "Port": 8080}])
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    return made


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert decant("init", "anytown", at=tmp_path).code == 0
    return tmp_path / "anytown"


@pytest.mark.slow
def test_an_account_comes_in_with_all_its_services(aws: str, estate: dict[str, str], workspace: Path) -> None:
    said = run(aws, workspace, "--region", "eu-west-2", "--region", "eu-west-1", "--json")
    assert said.code == 0, said.err
    done = held(said.json, "import aws")
    assert {one["name"] for one in done["taken"]} >= {
        "eu-west-2-app0",
        "eu-west-2-app1",
        "eu-west-1-app0",
        "reports",
        "front",
    }
    reasons = {one["reason"] for one in done["left_out"]}
    assert "a volume of 70 GiB that no machine has attached" in reasons
    assert any("terminated" in reason for reason in reasons)
    assert all(part["outcome"] == "read" for part in done["parts"])
    assert all(part["rows"] == part["taken"] + part["left_out"] for part in done["parts"])

    listed = decant("estate", "list", "--json", at=workspace).json
    servers = {one["id"]: one for one in listed["servers"]}
    app = servers["eu-west-2-app0"]
    assert (app["cpus"], app["memory_bytes"], app["platform"], app["owner"]) == (
        2,
        8 * 1024**3,
        "aws-ec2",
        "Housing",
    )
    assert app["disk_bytes"] > 0
    assert app["origins"]["cpus"]["where"].endswith("eu-west-2, EC2")
    assert servers["eu-west-2-app1"]["power"] == "off"
    workloads = {one["id"]: one for one in listed["workloads"]}
    assert workloads["reports/postgres/reports"]["detail"]["version"] == "13.7"
    assert any(one["kind"] == "files" and one["name"] == "council-scans" for one in listed["workloads"])
    assert workloads["eu-west-2-app0/machine/eu-west-2-app0"]["kind"] == "machine"
    assert {(one["client"], one["server"], one["port"]) for one in listed["dependencies"]} == {
        ("front", "eu-west-2-app0", 8080)
    }
    again = run(aws, workspace, "--region", "eu-west-2", "--json").json
    assert not any(one["new"] for one in again["taken"])
    everything = b"".join(path.read_bytes() for path in workspace.rglob("*") if path.is_file())
    assert b"canary" not in everything


@pytest.mark.slow
def test_a_key_without_rights_is_an_outcome_per_service_and_the_rest_comes_in(
    aws: str, estate: dict[str, str], workspace: Path
) -> None:
    iam = client(aws, "iam")
    iam.create_user(UserName="reader")
    iam.put_user_policy(UserName="reader", PolicyName="reads", PolicyDocument=json.dumps(READER))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    tell(aws, "reset-auth", b"0")
    try:
        said = run(aws, workspace, "--region", "eu-west-2", "--json", **keys)
    finally:
        tell(aws, "reset-auth", b"100000")
    assert said.code == 3, said.err
    done = held(said.json, "import aws")
    outcomes = {part["where"].rpartition(", ")[2]: part for part in done["parts"]}
    assert {name: part["outcome"] for name, part in outcomes.items()} == {
        "EC2": "read",
        "RDS": "refused",
        "load balancers": "refused",
        "classic load balancers": "refused",
        "S3": "refused",
    }
    assert "allow rds:DescribeDBInstances" in outcomes["RDS"]["notes"][-1]
    assert {one["name"] for one in done["taken"]} == {"eu-west-2-app0", "eu-west-2-app1"}


@pytest.mark.slow
def test_profiles_are_accounts_and_one_that_cannot_sign_in_is_said(
    aws: str, estate: dict[str, str], workspace: Path
) -> None:
    settings = workspace / "aws-config"
    settings.write_text(
        "[profile housing]\nregion = eu-west-2\naws_access_key_id = a\naws_secret_access_key = canary-secret-2\n"
    )
    said = run(
        aws, workspace, "--profile", "housing", "--profile", "nobody", "--region", "eu-west-2", "--json",
        AWS_CONFIG_FILE=str(settings), AWS_SHARED_CREDENTIALS_FILE=str(workspace / "none"),
    )  # fmt: skip
    assert said.code == 3
    assert said.json["parts"][-1]["where"] == "AWS, profile nobody"
    assert said.json["parts"][-1]["outcome"] == "unreachable"
    assert said.json["rows"]["taken"] > 0


def test_a_call_that_could_change_something_is_never_sent(aws: str) -> None:
    from estate.errors import RefusedError
    from inventory.sources.aws import _client

    session = boto3.session.Session(aws_access_key_id="testing", aws_secret_access_key="testing")
    with suppress(urllib.error.URLError), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", aws)
        ec2 = _client(session, "ec2", "eu-west-2")
        assert "Regions" in ec2.describe_regions()
        with pytest.raises(RefusedError, match="StopInstances could change something"):
            ec2.stop_instances(InstanceIds=["i-1"])
