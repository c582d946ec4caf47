#!/bin/sh
# shellcheck shell=sh
# What healthcheck.sh of mariadb does with --connect and --innodb_initialized: the server
# answers.
set -eu
exec mariadb-admin --user=healthcheck --protocol=tcp --host=127.0.0.1 --silent ping
