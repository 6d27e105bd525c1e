#!/bin/sh
# People, jobs and a website, so that a reading has something to read. sshd and nginx start with the host.
set -eu

for number in $(seq 1 30); do
    useradd --create-home --shell /bin/bash --comment "Officer $number" "officer$number"
done
groupadd planning
usermod --append --groups planning officer1

cat > /etc/cron.d/council <<'JOBS'
MAILTO=""
15 2 * * * root /usr/local/sbin/nightly-export
*/10 * * * * officer1 /usr/bin/test -d /srv/inbox
0 6 * * 1-5 officer2 /usr/bin/find /srv/inbox -mtime +30 -delete
JOBS
printf '30 1 * * 0 /usr/bin/true weekly\n' | crontab -u officer3 -
printf '#!/bin/sh\nexit 0\n' > /usr/local/sbin/nightly-export
chmod 0755 /usr/local/sbin/nightly-export
mkdir -p /srv/inbox

cat > /etc/nginx/sites-available/default <<'SITE'
server {
    listen 80 default_server;
    server_name intranet.example;
    root /var/www/html;
}
SITE
sed -i 's/^worker_processes .*/worker_processes 1;/' /etc/nginx/nginx.conf
