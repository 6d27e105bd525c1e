#!/bin/sh
# Makes the accounts that a file names, with the ids it gives, and the Samba account of the share.
set -eu
grep -v '^#' /run/layer/accounts | while read -r kind id name groups; do
    case $kind in
        group) groupadd --gid "$id" "$name" ;;
        user) useradd --uid "$id" --user-group --groups "$groups" --no-create-home --shell /usr/sbin/nologin "$name" ;;
    esac
done
password=$(cat /run/bundle/drive)
printf '%s\n%s\n' "$password" "$password" | smbpasswd -s -a drive
