#!/bin/sh
# A step of a pipeline: starts a rollout, waits for it, and fails unless it is promoted.
# samples/pipeline.sh ROLLOUT [ADMIN-ADDRESS]; HALDANE says how haldane is called, TIMEOUT how long this may take.
set -eu
rollout=$1
admin=${2:-http://127.0.0.1:8081}
haldane=${HALDANE:-./haldane}
$haldane rollout start "$rollout" --why "pipeline ${BUILD_ID:-by hand}" --admin "$admin"
$haldane rollout wait "$rollout" --for promoted --timeout "${TIMEOUT:-2h}" --admin "$admin"
echo "$rollout is promoted, deploying may go on"
