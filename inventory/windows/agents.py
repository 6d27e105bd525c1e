"""Fact `agents` of Windows: backup, antivirus, monitoring and management agents, by the services that they install."""

import re
from collections.abc import Sequence

from estate.records.facts.agents import Agent, Agents
from inventory.facts.agents import Kind
from inventory.facts.base import Reading
from inventory.windows._services import SNIPPET, TOOL, program
from inventory.windows.base import Rows, fact

# Names of services as the makers' documentation gives them; `*` stands for a version or an instance.
_TABLE: Sequence[tuple[str, Kind, tuple[str, ...]]] = (
    (
        "Veeam Agent",
        "backup",
        ("VeeamEndpointBackupSvc", "VeeamDeploySvc", "VeeamTransportSvc", "VeeamGuestHelper"),
    ),
    ("Commvault", "backup", ("GxCVD(*", "GxClMgrS(*", "GxFWD(*", "GxVssProv(*")),
    ("Veritas NetBackup", "backup", ("NetBackup *",)),
    ("Veritas Backup Exec", "backup", ("BackupExecAgentAccelerator", "BackupExecAgentBrowser")),
    ("IBM Storage Protect", "backup", ("TSM *", "TSMClient*")),
    ("Dell NetWorker", "backup", ("nsrexecd", "nsrpsd")),
    ("Dell Avamar", "backup", ("avbackup", "backupagent")),
    ("Arcserve", "backup", ("CASAD2DWebSvc", "CASUniversalAgent")),
    ("Acronis", "backup", ("AcronisAgent", "mms", "AcrSch2Svc")),
    ("Rubrik", "backup", ("Rubrik Backup Service", "rubrikbackupservice")),
    ("Cohesity", "backup", ("CohesityAgent",)),
    ("Azure Backup", "backup", ("obengine", "DPMRA", "IaasVmProvider")),
    ("Windows Server Backup", "backup", ("wbengine",)),
    ("Bacula", "backup", ("Bacula-fd", "Bareos-fd")),
    ("Microsoft Defender", "antivirus", ("WinDefend",)),
    ("Microsoft Defender for Endpoint", "antivirus", ("Sense",)),
    ("Sophos", "antivirus", ("SAVService", "Sophos *", "SntpService", "SophosFS")),
    ("Trellix (McAfee)", "antivirus", ("mfetp", "mfeesp", "McShield", "masvc", "mfemms")),
    ("Trend Micro", "antivirus", ("ds_agent", "ntrtscan", "TMBMServer", "tmlisten")),
    ("CrowdStrike Falcon", "antivirus", ("CSFalconService",)),
    ("SentinelOne", "antivirus", ("SentinelAgent",)),
    ("ESET", "antivirus", ("ekrn", "EraAgentSvc")),
    ("Kaspersky", "antivirus", ("AVP*", "klnagent", "KAVFS")),
    ("Bitdefender", "antivirus", ("EPSecurityService", "EPProtectedService")),
    ("Symantec", "antivirus", ("SepMasterService",)),
    ("Carbon Black", "antivirus", ("CbDefense", "CarbonBlack")),
    ("Cortex XDR", "antivirus", ("cyserver",)),
    ("Cylance", "antivirus", ("CylanceSvc",)),
    ("Wazuh / OSSEC", "antivirus", ("WazuhSvc", "OssecSvc")),
    ("Zabbix agent", "monitoring", ("Zabbix Agent", "Zabbix Agent 2")),
    ("NSClient++", "monitoring", ("nscp", "NSClientpp")),
    ("Checkmk agent", "monitoring", ("CheckMkService", "Check_MK_Agent")),
    ("Icinga", "monitoring", ("icinga2",)),
    ("Prometheus windows exporter", "monitoring", ("windows_exporter", "wmi_exporter")),
    ("Telegraf", "monitoring", ("telegraf",)),
    ("Datadog", "monitoring", ("datadogagent",)),
    ("New Relic", "monitoring", ("newrelic-infra",)),
    ("Dynatrace", "monitoring", ("Dynatrace OneAgent",)),
    ("SolarWinds", "monitoring", ("SolarWindsAgent*",)),
    ("PRTG", "monitoring", ("PRTGProbeService",)),
    ("Azure Monitor agent", "monitoring", ("AzureMonitorAgent", "HealthService")),
    ("SNMP", "monitoring", ("SNMP",)),
    ("Puppet", "management", ("puppet",)),
    ("Chef", "management", ("chef-client",)),
    ("Salt minion", "management", ("salt-minion",)),
    ("Configuration Manager", "management", ("CcmExec",)),
    ("Ivanti / LANDESK", "management", ("CBA8", "LANDesk*", "Intel Local Scheduler Service")),
    ("Qualys", "management", ("QualysAgent",)),
    ("Tenable Nessus agent", "management", ("Tenable Nessus Agent",)),
    ("Rapid7", "management", ("ir_agent",)),
    ("GLPI / OCS inventory", "management", ("glpi-agent", "OCS Inventory Service")),
    ("Azure Arc", "management", ("himds",)),
    ("Azure Windows agent", "management", ("WindowsAzureGuestAgent", "RdAgent")),
    ("VMware Tools", "management", ("VMTools", "VGAuthService")),
    ("Splunk forwarder", "log", ("SplunkForwarder",)),
    ("Winlogbeat", "log", ("winlogbeat",)),
    ("Filebeat", "log", ("filebeat",)),
    ("Elastic agent", "log", ("Elastic Agent",)),
    ("NXLog", "log", ("nxlog",)),
    ("Fluent Bit", "log", ("fluent-bit",)),
    ("Snare", "log", ("SNARE", "SnareCore")),
)
_TELLS = tuple(
    (name, kind, re.compile("|".join(re.escape(one).replace(r"\*", ".*") for one in services), re.I))
    for name, kind, services in _TABLE
)


def agent_of(service: str) -> tuple[str, Kind] | None:
    """The product that a service belongs to, and what sort it is; None for a service of none of these."""
    return next(((name, kind) for name, kind, tells in _TELLS if tells.fullmatch(service)), None)


def parse(rows: Rows) -> Reading:
    """Look each service up; of several of one product, the one that runs counts."""
    rows.one("service")
    found: dict[str, Agent] = {}
    for row in rows.of("service"):
        said = agent_of(row.text("name"))
        if said is None:
            continue
        name, kind = said
        active = row.text("state") == "Running"
        if name not in found or (active and not found[name].active):
            path = program(row.text("command"))
            found[name] = Agent(name=name, kind=kind, unit=row.text("name"), path=path, active=active)
    return rows.known(Agents(agents=tuple(found.values())))


FACT = fact(
    "agents",
    "the list of services again (`services`), by a list of products. Any account.",
    TOOL,
    SNIPPET,
    parse,
    section="services",
)
