"""What both `os` and `cpu` read by commands: clock, zone, and the first processor's model and flags."""

# Of /proc/cpuinfo the first processor will do: on a large machine the whole is hundreds of kilobytes.
SNIPPET = r"""
printf 'clock '; date +%s
[ -r /proc/sys/kernel/arch ] || { printf 'machine '; uname -m; }
[ -r /etc/timezone ] || { printf 'localtime '; readlink /etc/localtime || echo; }
for f in /.dockerenv /run/.containerenv; do [ -e $f ] && echo "container $f"; done
grep -aE -m 2 '^(model name|cpu model|Model|Hardware|flags)[[:space:]]*:' /proc/cpuinfo
exit 0
"""
