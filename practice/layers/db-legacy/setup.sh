#!/bin/sh
# Loads both databases, with their servers running inside the image and only there.
set -eu

version=$(ls /etc/postgresql)
settings=/etc/postgresql/$version/main
cat > "$settings/conf.d/practice.conf" <<'EOF'
listen_addresses = '*'
shared_buffers = 64MB
EOF
cat >> "$settings/pg_hba.conf" <<'EOF'
# Applications of the council's network.
host    reports         reports_app     10.99.0.0/16            md5
EOF
pg_ctlcluster "$version" main start -- -w -o '-c fsync=off'
su postgres -c 'psql -qX -v ON_ERROR_STOP=1 -f /run/layer/reports.sql'
su postgres -c 'vacuumdb --quiet --analyze reports'
pg_ctlcluster "$version" main stop -- -w

install -d -o mysql -g mysql /run/mysqld
mariadbd --user=mysql --skip-networking --innodb-flush-log-at-trx-commit=0 --innodb-log-file-size=16M &
for _ in $(seq 100); do mariadb-admin --silent ping >/dev/null 2>&1 && break; sleep 0.2; done
mariadb < /run/layer/shop.sql
printf "CREATE USER 'shop_app'@'10.99.%%' IDENTIFIED BY '%s';\n" "$(cat /run/bundle/shop_app)" | mariadb
mariadb -e "GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON shop.* TO 'shop_app'@'10.99.%'"
mariadb-admin shutdown
wait
systemctl enable --quiet postgresql.service mariadb.service
