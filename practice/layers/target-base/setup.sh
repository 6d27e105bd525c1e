#!/bin/sh
# Accounts, sshd and time zone of a new server, as a council would want it.
set -eu

sed -i 's/^# *\(en_GB.UTF-8\)/\1/' /etc/locale.gen
locale-gen >/dev/null
echo 'LANG=en_GB.UTF-8' > /etc/default/locale
ln -sf /usr/share/zoneinfo/Europe/London /etc/localtime
echo Europe/London > /etc/timezone

useradd --create-home --shell /bin/bash --comment 'Operator of migrations' ops
useradd --create-home --shell /bin/bash --comment 'May look, may not touch' viewer
useradd --create-home --shell /bin/bash --comment 'Engineer, sudo with a password' engineer
printf 'ops ALL=(ALL) NOPASSWD: ALL\nengineer ALL=(ALL) ALL\n' > /etc/sudoers.d/practice
chmod 0440 /etc/sudoers.d/practice

cat > /etc/ssh/sshd_config.d/practice.conf <<'EOF'
PermitRootLogin no
PasswordAuthentication no
X11Forwarding no
UseDNS no
MaxStartups 200
MaxSessions 100
EOF
rm -f /etc/ssh/ssh_host_*
systemctl mask --quiet console-getty.service getty@.service systemd-networkd-wait-online.service
