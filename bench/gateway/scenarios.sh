# Sourced: the scenarios. Each starts what it needs and prints its table; what every column means is in bench/README.md.
# shellcheck shell=bash

throughput() {
  : "${seconds:=4}" "${connections:=64}"
  start_gateways 19101
  warm 5 small
  turns small small
  head_row path "requests/s, median (least to most)" "of straight" "of nginx" "p50 µs" "p99 µs" "CPU µs a request" "memory MB" failed
  local t
  for t in "${targets[@]}"; do
    row "$t" "$(of "small.$t" $RATE | spread)" "$(against over small "$t" straight $RATE)" "$(against over small "$t" nginx $RATE)" "$(of "small.$t" $P50 | median)" "$(of "small.$t" $P99 | median)" \
      "$(of "small.$t" $CPU | median)" "$(of "small.$t" $MEMORY | tail -1)" "$(of "small.$t" $FAILED | sum)"
  done
}

one() {
  : "${seconds:=4}" "${connections:=1}"
  start_gateways 19101
  warm 5 small
  turns one small
  head_row path "requests/s" "p50 µs" "p99 µs" "added p50 µs" "added p99 µs" "added p99 above nginx's, µs" "CPU µs a request" failed
  local t
  for t in "${targets[@]}"; do
    row "$t" "$(of "one.$t" $RATE | spread)" "$(of "one.$t" $P50 | spread)" "$(of "one.$t" $P99 | spread)" "$(against above one "$t" straight $P50)" "$(against above one "$t" straight $P99)" \
      "$(against above one "$t" nginx $P99)" "$(of "one.$t" $CPU | median)" "$(of "one.$t" $FAILED | sum)"
  done
}

connections() {
  : "${seconds:=4}"
  local counts=(1 8 64 256 1024) cells count t
  [ -z "$connections" ] || counts=($connections)
  start_gateways 19101
  connections=64 warm 5 small
  for count in "${counts[@]}"; do turns "c$count" wrk_with "$count"; done
  head_row path "${counts[@]/%/ connections: requests/s, of nginx, p99 µs}" failed
  for t in "${targets[@]}"; do
    cells=()
    for count in "${counts[@]}"; do
      cells+=("$(of "c$count.$t" $RATE | median); $(against over "c$count" "$t" nginx $RATE); $(of "c$count.$t" $P99 | spread)")
    done
    row "$t" "${cells[@]}" "$(cat "$work"/c*."$t" | cut -d' ' -f$FAILED | sum)"
  done
}

churn() {
  : "${seconds:=4}" "${connections:=64}"
  start_gateways 19101
  warm 5 closing
  turns churn closing
  head_row path "requests/s" "of nginx" "p50 µs" "p99 µs" "CPU µs a request" "memory MB" failed
  local t
  for t in "${targets[@]}"; do
    row "$t" "$(of "churn.$t" $RATE | spread)" "$(against over churn "$t" nginx $RATE)" "$(of "churn.$t" $P50 | median)" "$(of "churn.$t" $P99 | spread)" "$(of "churn.$t" $CPU | median)" \
      "$(of "churn.$t" $MEMORY | tail -1)" "$(of "churn.$t" $FAILED | sum)"
  done
}

bodies() {
  : "${seconds:=4}" "${connections:=16}"
  start_gateways 19111 bodies
  warm 2 both
  local kind t cells
  for kind in there back both; do turns "$kind" "$kind"; done
  head_row path "1 MB there: requests/s" "of nginx" "CPU µs" "1 MB back: requests/s" "of nginx" "CPU µs" "both: requests/s" "of nginx" "CPU µs" "p99 of both, µs" "memory MB" failed
  for t in "${targets[@]}"; do
    cells=()
    for kind in there back both; do cells+=("$(of "$kind.$t" $RATE | spread)" "$(against over "$kind" "$t" nginx $RATE)" "$(of "$kind.$t" $CPU | median)"); done
    row "$t" "${cells[@]}" "$(of "both.$t" $P99 | median)" "$(of "both.$t" $MEMORY | tail -1)" "$(cat "$work"/{there,back,both}."$t" | cut -d' ' -f$FAILED | sum)"
  done
}
there() { driven drive "$1" --connections "$connections" --body 1048576; }
back() { driven drive "$1" --connections "$connections" --path /v2/models/fraud/megabyte; }
both() { driven drive "$1" --connections "$connections" --body 1048576 --path /v2/models/fraud/megabyte; }

frontier() {
  : "${seconds:=2}" "${connections:=64}"
  start_gateways 19101
  warm 5 small
  turns frontier line
  head_row path "most requests/s" "p99 below 1 ms: requests/s" "of nginx" "below 5 ms" "of nginx" "below 10 ms" "of nginx"
  local t
  for t in "${targets[@]}"; do
    row "$t" "$(of "frontier.$t" 3 | median)" "$(of "frontier.$t" 4 | spread)" "$(against over frontier "$t" nginx 4)" "$(of "frontier.$t" 5 | spread)" "$(against over frontier "$t" nginx 5)" \
      "$(of "frontier.$t" 6 | spread)" "$(against over frontier "$t" nginx 6)"
  done
}
line() { driven frontier "$1" --connections "$connections"; }

streams() {
  : "${seconds:=8}" "${connections:=1000}"
  start_gateways 19111 events
  warm 1 flows
  turns streams flows
  head_row path "events/s" "first event p50 µs" "p99 µs" "added p50" "added p99" "an event's way p50 µs" "p99 µs" "added p50" "added p99" "gap p99 ms" "added µs" "longest gap ms" stalled "CPU µs an event" "memory MB" failed
  local t
  for t in "${targets[@]}"; do
    row "$t" "$(of "streams.$t" $RATE | median)" "$(of "streams.$t" $P50 | median)" "$(of "streams.$t" $P99 | median)" "$(against above streams "$t" straight $P50)" "$(against above streams "$t" straight $P99)" \
      "$(of "streams.$t" 8 | median)" "$(of "streams.$t" 9 | median)" "$(against above streams "$t" straight 8)" "$(against above streams "$t" straight 9)" \
      "$(of "streams.$t" 10 | median | milliseconds)" "$(against above streams "$t" straight 10)" "$(of "streams.$t" 11 | sort -n | tail -1 | milliseconds)" "$(of "streams.$t" 12 | sum)" \
      "$(of "streams.$t" $CPU | median)" "$(of "streams.$t" $MEMORY | tail -1)" "$(of "streams.$t" $FAILED | sum)"
  done
}
flows() { driven streams "$1" --streams "$connections"; }
milliseconds() { awk '{ printf "%.2f", $1 / 1000 }'; }

memory() {
  : "${seconds:=600}" "${connections:=64}" "${only:=haldane-off haldane}"
  start_gateways 19101
  local t pid
  head_row path "requests" failed "MB after the first minute" "at the end" most "slope after the first minute, MB a minute"
  for t in "${targets[@]}"; do
    pid=${server[$t]}
    small "${port[$t]}" 1 > "$work/memory.load" & pids+=($!)
    watch "$pid" $! > "$work/memory.$t"
    row "$t" "$(cut -d' ' -f2 "$work/memory.load")" "$(cut -d' ' -f5 "$work/memory.load")" $(flatness "$work/memory.$t")
  done
}

watch() { # a server, its load: seconds since the beginning and MB, until the load ends
  local every begin=$SECONDS
  every=$(awk "BEGIN { print ($seconds < 120 ? $seconds / 24 : 5) }")
  while kill -0 "$2" 2>/dev/null; do
    sleep "$every"
    echo "$((SECONDS - begin)) $(awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$1/status")"
  done
}

flatness() { # what was watched: MB after the first minute (of a short run, its first tenth), at the end, at most, and the slope of the line of least squares after that
  awk -v warm="$((seconds < 600 ? seconds / 10 : 60))" '
    $1 <= warm || NR == 1 { first = $2 }
    { last = $2; if ($2 > most) most = $2 }
    $1 > warm { n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 }
    END { d = n * xx - x * x; printf "%s %s %s %.2f", first, last, most, (d > 0 ? 60 * (n * xy - x * y) / d : 0) }' "$1"
}

rollout() {
  : "${seconds:=40}" "${connections:=64}"
  only=haldane
  start_gateways 19101
  local admin=http://127.0.0.1:$((port[haldane] + 1)) result
  warm 5 small
  haldane rollout start fraud-v2 --by bench --admin "$admin" > /dev/null
  result=$(small "${port[haldane]}" 99)
  haldane rollout show fraud-v2 --json --admin "$admin" > "$work/view.json"
  head_row "ended as" requests failed "requests/s" "p99 µs"
  row "$(grep -oE '"phase":"[A-Za-z]+"' "$work/view.json" | head -1 | cut -d'"' -f4)" "$(cut -d' ' -f2 <<< "$result")" "$(cut -d' ' -f5 <<< "$result")" "$(cut -d' ' -f1 <<< "$result")" "$(cut -d' ' -f4 <<< "$result")"
}

# Whether Haldane.Load can be believed: the same load as wrk, straight to the model server, and at a rate that wrk reaches.
generator() {
  : "${seconds:=4}" "${connections:=64}"
  only=straight
  start_gateways 19101
  turns wrk small
  turns load closed
  turns half paced
  head_row generator "requests/s" "of wrk" "p50 µs" "p99 µs" failed "late itself, p99 µs"
  local c
  for c in wrk load half; do
    row "$(case $c in wrk) echo wrk ;; load) echo "Haldane.Load" ;; *) echo "Haldane.Load at half of wrk's rate" ;; esac)" "$(of "$c.straight" $RATE | spread)" \
      "$([ $c = wrk ] && echo - || paste -d' ' <(of "$c.straight" $RATE) <(of wrk.straight $RATE) | awk '{ printf "%.2f\n", $1 / $2 }' | spread)" \
      "$(of "$c.straight" $P50 | median)" "$(of "$c.straight" $P99 | median)" "$(of "$c.straight" $FAILED | sum)" "$([ $c = half ] && of half.straight 10 | median || echo -)"
  done
}
closed() { driven drive "$1" --connections "$connections"; }
paced() { driven drive "$1" --connections "$connections" --rate "$(($(of wrk.straight $RATE | median) / 2))"; }
