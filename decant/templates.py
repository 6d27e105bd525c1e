"""What `decant init` writes into a workspace, for people to fill in."""

TEMPLATE = """\
# Settings of this workspace. `decant config show` gives each value in force and where it came from.

[workspace]
council = ""             # for reports
# operator = "jsmith"    # who is at work, as an id; default: the login name

# Where services are named, so that a cutover can change it (RFC 2136, TSIG).
# [dns]
# server = "10.0.0.53"
# zone = "internal.example"
# key = "file:/etc/decant/dns.key"   # BIND key file, mode 0600
# ttl = 5
# Or by a program of your own, where the names are Active Directory's (docs/names.md):
# command = ["/usr/local/sbin/council-names"]
# Or in Azure DNS, public or private:
# azure_zone = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/privateDnsZones/internal.example"

# Which workload answers to which name. `decant estate list` shows the workloads.
# [[service]]
# name = "reports-db.internal.example"
# workload = "db01/postgres/reports"

# Containers that file trees can move to: Azure Blob Storage, or S3. The container must be there.
# [[object_store]]
# name = "archive"
# kind = "azure"                         # or "s3": bucket, region, id of the access key
# url = "https://ACCOUNT.blob.core.windows.net"
# container = "archive"
# account = "ACCOUNT"
# key = "file:/etc/decant/archive.key"   # mode 0600

# A second place for the heads of the ledger, so that a change of it can be shown.
# [ledger]
# anchor_file = "/mnt/elsewhere/anchors.jsonl"   # or "syslog:", the system log

# The mail server through which `decant stack remind` tells owners of stacks that expire.
# [mail]
# host = "mail.example.gov.uk"
# sender = "decant@example.gov.uk"
# user = "decant"
# password = "file:/etc/decant/mail.password"   # mode 0600

[move]
freeze_seconds = 300     # a freeze ends by itself after this many seconds

# How long the past of the inventory is kept; without this, for ever.
# [retention]
# days = 400
"""

HOSTS_TEMPLATE = """\
# The servers to discover, and the targets to move to. Secrets are references, never literals:
# file:PATH (mode 0600), env:NAME, keyring:SERVICE/NAME, prompt:

# [[host]]
# name = "db01"
# address = "10.0.0.12"
# user = "svc-decant"
# key = "file:/home/me/.ssh/id_ed25519"   # leave out to use the ssh-agent
# sudo = "nopasswd"                       # none, nopasswd, password
# owner = "Revenues"
# authority = "Anytown Council"
# contract_end = 2027-03-31
# role = "legacy"                         # or "target"
# system = "windows"                      # leave out: the SSH server's greeting tells
"""
