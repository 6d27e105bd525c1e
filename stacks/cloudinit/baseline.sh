#!/bin/sh
# Puts the baseline in force: each part whose program is on this machine. An isolated machine fetches no packages, and
# has what its image brings. Ends with 1 where a part is not in force, and says which.
set -u
left=0
part() {
    program=$1
    shift
    if ! command -v "$program" >/dev/null; then
        echo "decant-baseline: this machine has no $program" >&2
        left=1
    elif ! "$@"; then
        echo "decant-baseline: $* failed" >&2
        left=1
    fi
}
part journalctl systemctl restart systemd-journald
part sysctl sysctl --quiet --system
part nft systemctl enable nftables
part nft systemctl restart nftables
part chronyd systemctl restart chrony
part augenrules augenrules --load
part sshd systemctl try-reload-or-restart ssh
exit "$left"
