#!/bin/sh
# Make the secrets of the demo world, once, each readable by the one who needs it. Runs as root in a
# container without a network; what it makes stays in the volume `secrets`.
set -eu
umask 077
to=${1:-/run/erosion}
service=10001:10001 prometheus=65534:65534 grafana=472:0 postgres=999:999

# A random text, to a file that only its reader can open.
secret() {
  mkdir -p "$to/$1"
  [ -s "$to/$1/$2" ] || python -c 'import secrets; print(secrets.token_urlsafe(32))' >"$to/$1/$2"
}

# A token of the service: the token to its reader, its hash to the service.
token() {
  [ -s "$to/$1/token" ] && return
  mkdir -p "$to/$1"
  erosion token "$1" --scope "$2" >"$to/$1/token" 2>"$to/said"
  tail -n 1 "$to/said" >>"$to/service/api_tokens"
  rm "$to/said"
}

mkdir -p "$to/service"
token prometheus read
token feed send
token people admin
secret service customer_key
secret service link_key
secret grafana password
secret postgres password
[ -s "$to/service/pgpass" ] ||
  echo "postgres:5432:erosion:erosion:$(cat "$to/postgres/password")" >"$to/service/pgpass"

if [ "$(id -u)" = 0 ]; then
  chmod 755 "$to"
  chown -R "$service" "$to/service" "$to/feed"
  chown -R "$prometheus" "$to/prometheus"
  chown -R "$grafana" "$to/grafana"
  chown -R "$postgres" "$to/postgres"
fi
