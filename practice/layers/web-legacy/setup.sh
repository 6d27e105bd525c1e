#!/bin/sh
# The service's account and settings. Its settings file is readable to all, as such files often are.
set -eu

useradd --system --home-dir /var/lib/report-it --create-home --shell /usr/sbin/nologin reportit
install -d -m 0755 /etc/report-it
cat > /etc/report-it/report-it.ini <<EOF
[database]
host = reports-db.practice.test
dbname = reports
user = reports_app
password = $(cat /run/bundle/reports_app)
EOF
chmod 0644 /etc/report-it/report-it.ini
install -d -m 0700 /etc/ssl/report-it
ln -sf ../sites-available/report-it /etc/nginx/sites-enabled/report-it
rm -f /etc/nginx/sites-enabled/default
printf '30 4 1 * * /usr/bin/find /var/lib/report-it -empty -name "*.csv" -delete\n' | crontab -u reportit -
systemctl enable --quiet report-it.service report-it-digest.timer nginx.service
