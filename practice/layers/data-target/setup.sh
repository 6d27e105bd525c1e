#!/bin/sh
# Servers that are ready to take data, and hold none.
set -eu
sh /run/layer/accounts.sh
install -d -m 2775 -o root -g shareddrive /srv/shared
version=$(ls /etc/postgresql)
cat > "/etc/postgresql/$version/main/conf.d/practice.conf" <<'EOF'
listen_addresses = '*'
wal_level = logical
max_replication_slots = 10
max_wal_senders = 10
shared_buffers = 64MB
EOF
cat >> "/etc/postgresql/$version/main/pg_hba.conf" <<'EOF'
# Applications of the council's network. `md5` takes either kind of stored password.
host    reports         reports_app     10.99.0.0/16            md5
EOF
cat > /etc/mysql/mariadb.conf.d/90-practice.cnf <<'EOF'
[mysqld]
bind-address = 0.0.0.0
skip-name-resolve
innodb_buffer_pool_size = 64M
innodb_log_file_size = 16M
EOF
systemctl disable --quiet nmbd.service || true
systemctl enable --quiet postgresql.service mariadb.service smbd.service
