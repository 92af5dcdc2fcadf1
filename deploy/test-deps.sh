#!/bin/sh
# Install the system programs that some tests use. Run by `make test-deps`, and by CI.
set -eu
missing=""
for program in strace openssl; do
  command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
[ -z "$missing" ] && exit 0
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
$as_root apt-get update -q
# shellcheck disable=SC2086 - one word for each program
$as_root apt-get install -q -y --no-install-recommends $missing
