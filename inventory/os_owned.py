"""What belongs to an operating system rather than to a council, by name, where no package tells."""

SERVICES = frozenset(
    {
        *(
            "accounts-daemon",
            "acpid",
            "amazon-ssm-agent",
            "anacron",
            "apparmor",
            "apport",
            "atd",
            "auditd",
            "avahi-daemon",
        ),
        *(
            "blk-availability",
            "chrony",
            "chronyd",
            "cloud-config",
            "cloud-final",
            "cloud-init",
            "console-getty",
            "cron",
        ),
        *(
            "crond",
            "cups",
            "cups-browsed",
            "dbus",
            "dbus-broker",
            "dm-event",
            "dnf-makecache",
            "emergency",
            "fail2ban",
        ),
        *("firewalld", "fstrim", "fwupd", "getty@", "gssproxy", "haveged", "hv-kvp-daemon", "ifup@", "irqbalance"),
        *("iscsid", "kdump", "lvm2-monitor", "mdadm", "mdmonitor", "ModemManager", "multipathd", "NetworkManager"),
        *("NetworkManager-wait-online", "networkd-dispatcher", "networking", "nftables", "ntp", "ntpd", "ntpsec"),
        *(
            "open-vm-tools",
            "openntpd",
            "packagekit",
            "polkit",
            "polkitd",
            "qemu-guest-agent",
            "resolvconf",
            "rngd",
        ),
        *(
            "rpc-statd",
            "rpc-statd-notify",
            "rpcbind",
            "rsyslog",
            "rtkit-daemon",
            "serial-getty@",
            "smartd",
            "smartmontools",
        ),
        *("snapd", "ssh", "sshd", "ssh@", "sshd@", "sssd", "syslog-ng", "sysstat", "tuned", "udisks2", "ufw"),
        *("unattended-upgrades", "upower", "vgauth", "vmtoolsd", "walinuxagent", "wpa_supplicant"),
    }
)
"""systemd units, without `.service`; an instance's name is left out (`getty@`)."""

CARRIERS = frozenset(
    {
        *(
            "apache2",
            "httpd",
            "nginx",
            "php-fpm",
            "postgresql",
            "postgresql@",
            "mariadb",
            "mysql",
            "mysqld",
            "mariadb@",
        ),
        *("nmb", "nmbd", "smb", "smbd", "winbind", "winbindd", "samba-ad-dc", "samba"),
        *("nfs-server", "nfs-kernel-server", "nfs-mountd", "nfs-idmapd", "nfs-blkmap"),
    }
)
"""Services that carry workloads of another kind: their websites, databases and shares are what moves."""

CRON = frozenset(
    {
        *(
            "0anacron",
            "0hourly",
            "apache2",
            "apt-compat",
            "aptitude",
            "bsdmainutils",
            "certwatch",
            "dailyjobs",
            "debsums",
        ),
        *(
            "dpkg",
            "e2scrub_all",
            "exim4-base",
            "logrotate",
            "man-db",
            "man-db.cron",
            "mdadm",
            "mlocate",
            "ntp",
            "passwd",
        ),
        *(
            "php",
            "popularity-contest",
            "raid-check",
            "rhsmd",
            "sysstat",
            "ubuntu-advantage-tools",
            "unbound-anchor",
        ),
        *("update-motd", "update-notifier-common"),
    }
)
"""Files of /etc/cron.*, for systems whose packages do not list them."""
