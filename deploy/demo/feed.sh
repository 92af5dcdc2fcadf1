#!/bin/sh
# Send invented test drives as they would come: the last six days at once, then each event in its
# time, for a week. Late facts are put where they belong, so the past is judged as if it had been seen.
set -eu
to=${FEED_TO:-http://door:8080}
stream=${FEED_STREAM:-/tmp/stream.ndjson}
every=${FEED_EVERY:-20}
EROSION_TOKEN=$(cat "${FEED_TOKEN:-/run/erosion/feed/token}")
export EROSION_TOKEN

erosion simulate "$stream" --dealers "${FEED_DEALERS:-40}" --weeks 2 \
  --start "$(date -u -d '6 days ago' +%F)"
all=$(wc -l <"$stream")
sent=0
while [ "$sent" -lt "$all" ]; do
  # Lines stand in the order in which they arrive; `recordedtime` says when.
  come=$(awk -F '"recordedtime":"' -v now="$(date -u +%FT%TZ)" \
    '{ split($2, at, "\""); if (at[1] > now) exit; n++ } END { print n + 0 }' "$stream")
  if [ "$come" -gt "$sent" ]; then
    sed -n "$((sent + 1)),${come}p" "$stream" >"$stream.part"
    erosion send "$stream.part" --to "$to"
    sent=$come
  fi
  sleep "$every"
done
