"""Fact `agents`: backup, antivirus, monitoring and management agents, by the files that they install."""

from typing import Literal

from estate.records.facts.agents import Agent, Agents
from inventory.facts.base import Fact, Reading, Section, failed, known

Kind = Literal["backup", "antivirus", "monitoring", "management", "log"]

# Names as the makers' own documentation gives them for the packages on Linux; a name stands for a unit or an init
# script, a path for a file or folder.
TABLE: tuple[tuple[str, Kind, tuple[str, ...], tuple[str, ...]], ...] = (
    ("Veeam Agent", "backup", ("veeamservice",), ("/usr/bin/veeamconfig",)),
    ("Commvault", "backup", ("Galaxy", "commvault"), ("/opt/commvault",)),
    ("Veritas NetBackup", "backup", ("netbackup", "vxpbx_exchanged"), ("/usr/openv/netbackup",)),
    ("IBM Storage Protect", "backup", ("dsmcad",), ("/opt/tivoli/tsm/client",)),
    ("Dell NetWorker", "backup", ("networker",), ("/opt/nsr", "/nsr")),
    ("Bacula", "backup", ("bacula-fd", "bareos-fd", "bareos-filedaemon"), ()),
    ("Acronis", "backup", ("acronis_mms",), ("/usr/lib/Acronis",)),
    ("Rubrik", "backup", ("rubrikagents",), ("/etc/rubrik",)),
    ("Cohesity", "backup", ("cohesity-agent",), ("/opt/cohesity",)),
    ("Azure Backup", "backup", ("MAB-Agent",), ("/etc/azure/vmbackup.conf",)),
    ("Amanda", "backup", (), ("/etc/amanda", "/usr/sbin/amandad")),
    ("BackupPC", "backup", ("backuppc",), ()),
    ("UrBackup", "backup", ("urbackupclientbackend", "urbackupclient"), ()),
    ("Duplicati", "backup", ("duplicati",), ()),
    ("rsnapshot", "backup", (), ("/etc/rsnapshot.conf",)),
    ("borgmatic", "backup", ("borgmatic",), ("/etc/borgmatic", "/etc/borgmatic.d")),
    ("restic", "backup", ("restic",), ("/usr/bin/restic", "/usr/local/bin/restic")),
    ("pgBackRest", "backup", (), ("/etc/pgbackrest.conf", "/etc/pgbackrest")),
    ("Barman", "backup", (), ("/etc/barman.conf",)),
    ("automysqlbackup", "backup", (), ("/etc/default/automysqlbackup",)),
    ("ClamAV", "antivirus", ("clamav-daemon", "clamd", "clamd@scan"), ("/usr/sbin/clamd", "/usr/bin/clamscan")),
    ("Microsoft Defender", "antivirus", ("mdatp",), ("/opt/microsoft/mdatp",)),
    ("Sophos", "antivirus", ("sophos-spl", "sav-protect"), ("/opt/sophos-spl", "/opt/sophos-av")),
    ("Trellix (McAfee)", "antivirus", ("mfetpd", "isecav", "nails"), ("/opt/McAfee/ens", "/opt/NAI")),
    ("Trend Micro", "antivirus", ("ds_agent", "splx"), ("/opt/ds_agent", "/opt/TrendMicro")),
    ("CrowdStrike Falcon", "antivirus", ("falcon-sensor",), ("/opt/CrowdStrike",)),
    ("SentinelOne", "antivirus", ("sentinelone",), ("/opt/sentinelone",)),
    ("ESET", "antivirus", ("eea", "efs", "esets"), ("/opt/eset",)),
    ("Kaspersky", "antivirus", ("kesl",), ("/opt/kaspersky",)),
    ("Bitdefender", "antivirus", ("bdsec", "bd"), ("/opt/bitdefender-security-tools",)),
    ("Symantec", "antivirus", ("sisamdagent", "symcfgd"), ("/opt/Symantec",)),
    ("Carbon Black", "antivirus", ("cbagentd", "cbdaemon"), ("/opt/carbonblack",)),
    ("Cortex XDR", "antivirus", ("traps_pmd",), ("/opt/traps",)),
    ("Wazuh / OSSEC", "antivirus", ("wazuh-agent", "ossec"), ("/var/ossec/bin",)),
    ("rkhunter", "antivirus", (), ("/etc/rkhunter.conf",)),
    ("Zabbix agent", "monitoring", ("zabbix-agent", "zabbix-agent2"), ()),
    ("Nagios NRPE", "monitoring", ("nagios-nrpe-server", "nrpe"), ("/etc/nagios/nrpe.cfg",)),
    ("Checkmk agent", "monitoring", ("check-mk-agent", "cmk-agent-ctl-daemon"), ("/usr/bin/check_mk_agent",)),
    ("Icinga", "monitoring", ("icinga2",), ()),
    ("Prometheus node exporter", "monitoring", ("prometheus-node-exporter", "node_exporter"), ()),
    ("Munin node", "monitoring", ("munin-node",), ()),
    ("collectd", "monitoring", ("collectd",), ()),
    ("Telegraf", "monitoring", ("telegraf",), ()),
    ("Datadog", "monitoring", ("datadog-agent",), ("/opt/datadog-agent",)),
    ("New Relic", "monitoring", ("newrelic-infra",), ()),
    ("Dynatrace", "monitoring", ("oneagent",), ("/opt/dynatrace",)),
    ("SolarWinds", "monitoring", ("swiagentd",), ("/opt/SolarWinds/Agent",)),
    ("Monit", "monitoring", ("monit",), ()),
    ("Net-SNMP", "monitoring", ("snmpd",), ()),
    ("Azure Monitor agent", "monitoring", ("azuremonitoragent", "omsagent"), ("/opt/microsoft/omsagent",)),
    ("Puppet", "management", ("puppet",), ("/opt/puppetlabs",)),
    ("Chef", "management", ("chef-client",), ("/opt/chef",)),
    ("Salt minion", "management", ("salt-minion",), ()),
    ("Ivanti / LANDESK", "management", ("landesk",), ("/opt/landesk",)),
    ("Qualys", "management", ("qualys-cloud-agent",), ("/usr/local/qualys",)),
    ("Tenable Nessus agent", "management", ("nessusagent",), ("/opt/nessus_agent",)),
    ("Rapid7", "management", ("ir_agent",), ("/opt/rapid7",)),
    ("GLPI / OCS inventory", "management", ("glpi-agent", "fusioninventory-agent"), ("/etc/ocsinventory",)),
    ("Azure Arc", "management", ("himdsd",), ("/opt/azcmagent",)),
    ("Azure Linux agent", "management", ("walinuxagent", "waagent"), ()),
    ("VMware Tools", "management", ("open-vm-tools", "vmtoolsd", "vmware-tools"), ("/etc/vmware-tools",)),
    ("Landscape", "management", ("landscape-client",), ()),
    ("Splunk forwarder", "log", ("SplunkForwarder", "splunk"), ("/opt/splunkforwarder",)),
    ("Filebeat", "log", ("filebeat",), ()),
    ("Elastic agent", "log", ("elastic-agent",), ()),
    ("NXLog", "log", ("nxlog",), ("/opt/nxlog",)),
    ("Fluentd", "log", ("fluentd", "td-agent", "fluent-bit"), ()),
    ("Graylog sidecar", "log", ("graylog-sidecar",), ()),
)
_BY_NAME = {name: row for row in TABLE for name in (*row[2], *row[3])}
_UNITS = " ".join(name for row in TABLE for name in row[2])
_PATHS = " ".join(path for row in TABLE for path in row[3])

# Whether a file is there the shell itself can tell.
SNIPPET = f"""
echo agents
for d in /etc/init.d /etc/systemd/system /lib/systemd/system /usr/lib/systemd/system; do
  [ -d $d ] || continue
  e=.service
  [ $d = /etc/init.d ] && e=
  for n in {_UNITS}; do [ -e $d/$n$e ] && echo "unit $n $d/$n$e"; done
done
for f in {_PATHS}; do [ -e $f ] && echo "path $f $f"; done
echo end
"""


def parse(section: Section) -> Reading:
    """Look each name up in the table; a unit says more than a path."""
    lines = section.lines
    if not lines or lines[0] != "agents" or lines[-1] != "end":
        return failed("the host did not answer to the end which agents it has")
    found: dict[str, Agent] = {}
    for line in lines[1:-1]:
        label, name, path = line.split(" ", 2)
        title, kind, _, _ = _BY_NAME[name]
        unit = name if label == "unit" else ""
        before = found.get(title)
        if before is None or (unit and not before.unit):
            found[title] = Agent(name=title, kind=kind, unit=unit, path=path)
    return known(Agents(agents=tuple(found.values())))


FACT = Fact(
    id="agents",
    reads="whether the units, init scripts or folders of backup, antivirus, monitoring and management agents "
    "are there, by a list of products. Any account.",
    tool="sh",
    snippet=SNIPPET,
    parser=parse,
    light=True,
)
