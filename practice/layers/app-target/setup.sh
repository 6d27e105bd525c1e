#!/bin/sh
# The account of the service that is to come.
set -eu
useradd --system --home-dir /var/lib/report-it --create-home --shell /usr/sbin/nologin reportit
systemctl enable --quiet nginx.service
