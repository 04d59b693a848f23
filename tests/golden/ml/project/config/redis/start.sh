#!/bin/sh
# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
#
# Starts the server with the users below. Their passwords are secret files; only hashes are written, and only to memory.
#
#   sh start.sh SERVER CONFIG WORKER_PASSWORD_FILE
set -eu
umask 077

hash() {
    printf '%s' "$(cat "$1")" | sha256sum | cut -d ' ' -f 1
}

# Nobody can sign in as the user `default`, but Redis replays its append-only file as this user:
# without rights, every transaction in the file would be lost in a restart.
cat > /tmp/users.acl <<END
user default off resetpass ~* &* +@all
user worker on #$(hash "$3") ~* &* +@all -@admin -@dangerous +info +role +client|setinfo +client|setname +client|list +client|kill
user monitor on #$(hash /run/secrets/monitoring_password) ~* resetchannels -@all +ping +hello +auth +select +info +dbsize +type +llen +zcard +scard +hlen +xlen +memory|usage +strlen +config|get +slowlog|len +slowlog|get +latency|latest +latency|histogram +client|setname +client|setinfo
END

exec "$1" "$2" --aclfile /tmp/users.acl
