# Sourced: drives the servers in turn, keeps what each round has shown, and makes cells of tables of it.
# A line is kept for each round in $work/CASE.TARGET: CPU in microseconds a request, memory in MB, requests/s, requests, p50, p99, failed, and what else the load says.
# shellcheck shell=bash
CPU=1 MEMORY=2 RATE=3 P50=5 P99=6 FAILED=7

turns() { # case, command...: the command drives a target, given its port and the round, and prints a line from requests/s on
  local case=$1 round target
  shift
  for round in $(seq "$rounds"); do
    for target in "${targets[@]}"; do
      measure "$target" "$round" "$@" >> "$work/$case.$target"
      echo "$case, round $round: $target $(tail -1 "$work/$case.$target" | cut -d' ' -f$RATE-)" >&2
    done
  done
}

measure() { # target, round, command...
  local target=$1 round=$2 pid=${server[$1]:-} before line cpu=- memory=-
  shift 2
  before=${pid:+$(ticks "$pid")}
  line=$("$@" "${port[$target]}" "$round")
  if [ -n "$pid" ]; then
    cpu=$(awk "BEGIN { n = $(echo "$line" | cut -d' ' -f2); if (n > 0) printf \"%.1f\", ($(ticks "$pid") - $before) * 1e6 / $(getconf CLK_TCK) / n; else print \"-\" }")
    memory=$(resident "$pid")
  fi
  echo "$cpu $memory $line"
}

# A warm-up: code is compiled while it runs.
warm() { # seconds, command...
  local target
  for target in "${targets[@]}"; do
    case $target in
      forwarder | haldane*) seconds=$1 "${@:2}" "${port[$target]}" 0 > /dev/null ;;
    esac
  done
}

small() { wrk_with "$connections" "$1" "$2"; } # port, round
closing() { wrk_with "$connections" "$1" "$2" close; }
wrk_with() { # connections, port, round, "close" for a connection to each request
  wrk -t1 -c"$1" -d"${seconds}s" -s "$here/request.lua" "http://127.0.0.1:$2" -- "$3" "${4:-}" | grep '^result' | cut -d' ' -f2-
}
driven() { load "$@" --seconds "$seconds" | cut -d' ' -f2-; } # a command of Haldane.Load

family() { echo "$1"; pgrep -P "$1" || true; }
ticks() { local sum=0 pid; for pid in $(family "$1"); do sum=$((sum + $(awk '{ print $14 + $15 }' "/proc/$pid/stat"))); done; echo "$sum"; }
resident() { local sum=0 pid; for pid in $(family "$1"); do sum=$((sum + $(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"))); done; echo "$((sum / 1024))"; }

# Cells. A column over the rounds of a case and a target, as it is or round by round against another target.
of() { cut -d' ' -f"$2" "$work/$1"; }
over() { paste -d' ' <(of "$1" "$3") <(of "$2" "$3") | awk '{ if ($2 > 0) printf "%.2f\n", $1 / $2; else print "-" }'; }
above() { paste -d' ' <(of "$1" "$3") <(of "$2" "$3") | awk '{ print $1 - $2 }'; }
median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
spread() { sort -n | awk '{ a[NR] = $1 } END { printf "%s (%s to %s)", a[int((NR + 1) / 2)], a[1], a[NR] }'; }
sum() { awk '{ n += $1 } END { print n + 0 }'; }

head_row() { # columns...
  printf '|'; printf ' %s |' "$@"; printf '\n|'
  local column
  for column in "$@"; do printf ' --- |'; done
  printf '\n'
}

row() { printf '|'; printf ' %s |' "$@"; printf '\n'; }

# Against another target, where that one was driven too.
against() { # over|above, case, target, the other target, column
  if [ "$3" = "$4" ] || [ ! -f "$work/$2.$4" ]; then echo "-"; else "$1" "$2.$3" "$2.$4" "$5" | spread; fi
}
