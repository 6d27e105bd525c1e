#!/bin/sh
# The shared drive's accounts and ACLs; its tree is there already (practice/data/shared_drive.py).
set -eu
sh /run/layer/accounts.sh
cd /srv/shared
for department in housing planning revenues democratic highways; do
    setfacl --modify "group:$department:rwx,group:democratic:r-x,default:group:$department:rwx" "$department"
done
setfacl --modify user:jhughes:rw-,user:akhan:r-- planning/2019/file-00001.txt
setfacl --recursive --modify user:oldsupplier:r-X revenues/2021
setfacl --modify mask::r-- highways/2020/file-00002.txt
systemctl disable --quiet nmbd.service || true
systemctl enable --quiet smbd.service
