#!/bin/sh
# A step of a pipeline: puts a specification in force, starts one of its rollouts, waits for it, and fails unless it is promoted.
# samples/pipeline.sh FILE ROLLOUT [ADMIN-ADDRESS]; HALDANE says how haldane is called, TIMEOUT how long this may take.
set -eu
admin=${3:-http://127.0.0.1:8081}
haldane=${HALDANE:-./haldane}
$haldane apply "$1" --why "pipeline ${BUILD_ID:-by hand}" --admin "$admin"
$haldane rollout start "$2" --why "pipeline ${BUILD_ID:-by hand}" --admin "$admin"
$haldane rollout wait "$2" --for promoted --timeout "${TIMEOUT:-2h}" --admin "$admin"
echo "$2 is promoted, deploying may go on"
