#!/bin/sh
# The zone and its key are written at `up`: each estate has its own key.
set -eu
sed -i 's/^OPTIONS=.*/OPTIONS="-u bind -4"/' /etc/default/named
systemctl enable --quiet named.service
