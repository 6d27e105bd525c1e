#!/bin/sh
# MariaDB with its data on the disk at /srv/mariadb, on this machine's private address alone.
# Running this again leaves the data, the key and the address as they are.
set -eu
mountpoint -q /srv/mariadb || {
    echo "decant-mariadb: no disk is mounted at /srv/mariadb" >&2
    exit 1
}
systemctl stop mariadb
if [ ! -e /etc/mysql/tls/server.key ]; then
    install -d -m 0750 -o root -g mysql /etc/mysql/tls
    openssl req -x509 -newkey rsa:3072 -nodes -days 825 -subj "/CN=$(hostname)" \
        -keyout /etc/mysql/tls/server.key -out /etc/mysql/tls/server.crt 2>/dev/null
    chown root:mysql /etc/mysql/tls/server.key
    chmod 0640 /etc/mysql/tls/server.key
fi
if [ ! -d /srv/mariadb/data/mysql ]; then
    install -d -m 0700 -o mysql -g mysql /srv/mariadb/data
    # Root comes in through the machine's own socket, and from nowhere else.
    mariadb-install-db --user=mysql --datadir=/srv/mariadb/data --skip-test-db \
        --auth-root-authentication-method=socket >/dev/null
fi
install -m 0644 /etc/decant/mariadb.conf /etc/mysql/mariadb.conf.d/60-decant.cnf
address=$(ip -4 -o route get 168.63.129.16 | sed -n 's/.* src \([0-9.]*\).*/\1/p')
if [ -z "$address" ]; then
    echo "decant-mariadb: this machine has no private address" >&2
    exit 1
fi
printf '[mariadbd]\nbind_address = %s\n' "$address" >/etc/mysql/mariadb.conf.d/61-address.cnf
systemctl enable --now mariadb
