"""The Pulumi program: reads the stack's settings, and composes the stack. Nothing else.

`decant stack` says where the settings are. With the ordinary CLI, from a checkout:

    pulumi stack init production
    pulumi config set decant:settings /path/to/workspace/stacks/production.toml
    pulumi config set decant:vpnSharedKey --secret    (where the stack has a [server_room])
    pulumi preview
"""

from pathlib import Path

import pulumi
from pulumi_azure_native import Provider

from stacks.base import Site
from stacks.ground import standing
from stacks.moves import open_ports
from stacks.platform_stack import build_platform
from stacks.settings.file import load
from stacks.workload_stack import build_workloads

settings_file = Path(pulumi.Config("decant").require("settings"))
settings = load(settings_file)
site = Site.of(settings_file.stem, settings, open_ports(settings, settings_file))
azure = Provider(
    "azure",
    subscription_id=site.settings.subscription,
    tenant_id=site.settings.tenant,
    location=site.settings.region,
)
opts = pulumi.ResourceOptions(provider=azure)
ground = standing(site) if site.settings.platform else build_platform(site, opts)
targets = build_workloads(site, ground, opts)

pulumi.export("kind", site.settings.kind)
pulumi.export("targets", targets)
