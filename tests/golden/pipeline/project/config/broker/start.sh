#!/bin/sh
# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
#
# Starts the broker with the password of its secret file. It counts at the first start only: to change it later, run
# `rabbitmqctl change_password worker`.
set -eu

RABBITMQ_DEFAULT_PASS="$(cat /run/secrets/broker_password)"
export RABBITMQ_DEFAULT_PASS

# Debian's package has a wrapper of the same name that does not pass signals on
PATH="/usr/lib/rabbitmq/bin:$PATH"
exec rabbitmq-server
