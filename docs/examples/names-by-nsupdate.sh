#!/bin/sh
# Reads and changes the names of a zone that takes updates with GSS-TSIG, as Active Directory's does.
# Needs bind9-dnsutils and krb5-user, and a ticket of an account that may change the zone's records: kinit -kt KEYTAB ACCOUNT
set -eu
server=${SERVER:-dc1.council.example}
dig=${DIG:-dig}
update=${NSUPDATE:-nsupdate -g}

case $1 in
get)
  { $dig +noall +answer +norecurse "@$server" "$2" A && $dig +noall +answer +norecurse "@$server" "$2" AAAA; } | awk '
    $4 == "CNAME" { print "that name is an alias" >"/dev/stderr"; failed = 1; exit 1 }
    $4 == "A" || $4 == "AAAA" { list = list sep "\"" $5 "\""; sep = ", "; if (ttl == "" || $2 < ttl) ttl = $2 }
    END { if (!failed) printf "{\"addresses\": [%s], \"ttl\": %d}\n", list, ttl }'
  ;;
set)
  name=$2 ttl=$3
  shift 3
  {
    echo "server $server"
    echo "update delete $name A"
    echo "update delete $name AAAA"
    for address; do
      case $address in *:*) kind=AAAA ;; *) kind=A ;; esac
      echo "update add $name $ttl $kind $address"
    done
    echo send
  } | $update
  ;;
*) echo "get NAME, or set NAME TTL ADDRESS ..." >&2 && exit 2 ;;
esac
