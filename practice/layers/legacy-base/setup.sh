#!/bin/sh
# Accounts, sshd and time zone of an old server, weak where old servers are weak: host checks find it.
set -eu

sed -i 's/^# *\(en_GB.UTF-8\)/\1/' /etc/locale.gen
locale-gen >/dev/null
echo 'LANG=en_GB.UTF-8' > /etc/default/locale
ln -sf /usr/share/zoneinfo/Europe/London /etc/localtime
echo Europe/London > /etc/timezone

useradd --create-home --shell /bin/bash --comment 'Operator of migrations' ops
useradd --create-home --shell /bin/bash --comment 'May look, may not touch' viewer
useradd --create-home --shell /bin/bash --comment 'Engineer, sudo with a password' engineer
useradd --create-home --shell /bin/bash --comment 'Supplier, left in 2019' oldsupplier
install -d -m 0440 /etc/sudoers.d
printf 'ops ALL=(ALL) NOPASSWD: ALL\nengineer ALL=(ALL) ALL\n' > /etc/sudoers.d/practice
chmod 0440 /etc/sudoers.d/practice

# A key of somebody who left: its private half is thrown away here.
ssh-keygen -q -t rsa -b 2048 -N '' -C 'support@old-supplier' -f /run/old
install -d -m 0700 -o oldsupplier -g oldsupplier /home/oldsupplier/.ssh
install -m 0600 -o oldsupplier -g oldsupplier /run/old.pub /home/oldsupplier/.ssh/authorized_keys
rm /run/old /run/old.pub

cat > /etc/ssh/sshd_config.d/practice.conf <<'EOF'
PermitRootLogin yes
PasswordAuthentication yes
X11Forwarding yes
UseDNS no
MaxStartups 200
MaxSessions 100
EOF
rm -f /etc/ssh/ssh_host_*

cat > /etc/sysctl.d/60-old-application.conf <<'EOF'
net.ipv4.conf.all.accept_redirects = 1
net.ipv4.ip_forward = 1
EOF
install -d -m 0777 /opt/old-application
printf '#!/bin/sh\n# Left behind by a supplier.\nexit 0\n' > /opt/old-application/housekeeping.sh
chmod 0777 /opt/old-application/housekeeping.sh
systemctl disable --quiet systemd-timesyncd.service || true
systemctl mask --quiet console-getty.service getty@.service systemd-networkd-wait-online.service
