#!/bin/sh
# Data disks by their LUN: formatted where there is nothing on them, and mounted by UUID.
#   decant-disks LUN:FOLDER ...
# A disk that holds anything is never formatted; running this again changes nothing.
set -eu
for pair in "$@"; do
    lun=${pair%%:*}
    folder=${pair#*:}
    disk=/dev/disk/azure/scsi1/lun$lun
    tries=60
    until [ -b "$disk" ]; do
        tries=$((tries - 1))
        if [ "$tries" -le 0 ]; then
            echo "decant-disks: no disk at LUN $lun" >&2
            exit 1
        fi
        sleep 2
    done
    # 0: something is there, 2: nothing is. All else is trouble, and no reason to format.
    found=0
    blkid --probe "$disk" >/dev/null || found=$?
    case $found in
    0) ;;
    2) mkfs.ext4 -q -m 1 "$disk" ;;
    *)
        echo "decant-disks: cannot tell what is on LUN $lun (blkid: $found)" >&2
        exit 1
        ;;
    esac
    uuid=$(blkid --probe --match-tag UUID --output value "$disk")
    if [ -z "$uuid" ]; then
        echo "decant-disks: LUN $lun holds no file system that can be mounted" >&2
        exit 1
    fi
    mkdir -p "$folder"
    if ! grep -q "^UUID=$uuid[[:space:]]" /etc/fstab; then
        echo "UUID=$uuid $folder auto defaults,nodev,nosuid,nofail 0 2" >>/etc/fstab
    fi
    mountpoint -q "$folder" || mount "$folder"
done
