#!/bin/sh
# below.sh TREE   the file systems that are mounted inside a tree, one a line. Reads only.
export LC_ALL=C
# The kernel writes backslash, space and tab of a path in octal.
spot=$(printf %s "$1" | sed 's/\\/\\134/g; s/ /\\040/g; s/\t/\\011/g')
spot=$spot awk 'index($5, ENVIRON["spot"] "/") == 1 { print $5 }' /proc/self/mountinfo | sort -u
