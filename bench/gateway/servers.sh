# Sourced: the servers that are compared, all on loopback, and what they were built from. Everything that is started here is stopped at the end.
# Ports: 19101, 19102 nginx as a model server (190 bytes), 19111 Haldane.Load as one (streams, 1 MB), from 19103 on the gateways.
# shellcheck shell=bash disable=SC2034
root=$(cd "$here/../.." && pwd)
PATH=$PATH:/usr/sbin
work=$(mktemp -d)
pids=()
declare -A server=() # the process of each gateway; "straight" has none
declare -A port=([nginx]=19103 [haldane]=19104 [haproxy]=19106 [caddy]=19107 [forwarder]=19108 [haldane-off]=19109)
targets=()
left_out=()

finish() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

start() { # name, port, command...: starts it and waits until it accepts connections
  local name=$1 at=$2 try
  shift 2
  "$@" > "$work/$name.log" 2>&1 &
  pids+=($!)
  server[$name]=$!
  for try in $(seq 200); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$at") 2>/dev/null; then return; fi
    kill -0 "${server[$name]}" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/$name.log" >&2
  echo "$name did not start" >&2
  exit 1
}

nginx_conf() { # name, workers, the http block's own lines
  mkdir -p "$work/$1"
  cat > "$work/$1.conf" <<CONF
worker_processes $2;
pid $work/$1/nginx.pid;
error_log $work/$1/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path $work/$1/body; proxy_temp_path $work/$1/proxy; fastcgi_temp_path $work/$1/f; uwsgi_temp_path $work/$1/u; scgi_temp_path $work/$1/s;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  $3
}
CONF
}

start_models() {
  local answer='{"model_name":"fraud","model_version":"1","outputs":[{"name":"class","shape":[1],"datatype":"BYTES","data":["legit"]},{"name":"confidence","shape":[1],"datatype":"FP64","data":[0.97531]}]}'
  nginx_conf model 1 "
  server { listen 127.0.0.1:19101 backlog=4096; location / { default_type application/json; return 200 '$answer'; } }
  server { listen 127.0.0.1:19102 backlog=4096; location / { default_type application/json; return 200 '$answer'; } }"
  start model 19101 nginx -p "$work/model" -c "$work/model.conf" -g 'daemon off;'
  start load 19111 load serve 19111
}

# What is special about the traffic, as far as a gateway has to be told for its best figures: "events" are passed on at once, "bodies" are large and kept in memory, never in a file.
start_nginx() { # the model server's port, the traffic
  local passing=''
  case $2 in
    events) passing='proxy_buffering off;' ;;
    bodies) passing='client_body_buffer_size 2m; proxy_buffers 16 128k; proxy_buffer_size 128k; proxy_busy_buffers_size 256k;' ;;
  esac
  nginx_conf proxy 2 "
  upstream model { server 127.0.0.1:$1; keepalive 1024; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:${port[nginx]} backlog=4096 reuseport; location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection \"\"; $passing } }"
  start nginx "${port[nginx]}" nginx -p "$work/proxy" -c "$work/proxy.conf" -g 'daemon off;'
}

start_haproxy() { # the model server's port, the traffic
  local passing='' buffers=''
  case $2 in
    events) passing='option http-no-delay' ;; # otherwise it waits up to 200 ms to fill a packet
    bodies) buffers='tune.bufsize 131072' ;;
  esac
  cat > "$work/haproxy.cfg" <<CONF
global
  nbthread 2
  maxconn 8192
  $buffers
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
  $passing
frontend callers
  bind 127.0.0.1:${port[haproxy]} backlog 4096
  default_backend models
backend models
  server model 127.0.0.1:$1
CONF
  start haproxy "${port[haproxy]}" haproxy -f "$work/haproxy.cfg"
}

start_caddy() { # the model server's port, the traffic
  local passing=''
  [ "$2" = events ] && passing='flush_interval -1'
  cat > "$work/Caddyfile" <<CONF
{
  admin off
  auto_https off
}
http://127.0.0.1:${port[caddy]} {
  reverse_proxy 127.0.0.1:$1 {
    $passing
    transport http {
      keepalive_idle_conns_per_host 1024
    }
  }
}
CONF
  XDG_DATA_HOME="$work" XDG_CONFIG_HOME="$work" start caddy "${port[caddy]}" caddy run --config "$work/Caddyfile" --adapter caddyfile
}

start_forwarder() { # the model server's port
  start forwarder "${port[forwarder]}" dotnet "$root/artifacts/bin/Haldane.Forwarder/release/Haldane.Forwarder.dll" "http://127.0.0.1:${port[forwarder]}" "http://127.0.0.1:$1"
}

start_haldane() { # name, the model server's port
  local signals=''
  [ "$1" = haldane ] && signals='
  signals:
    prediction: { response: /outputs/0/data/0, classes: [legit, fraud] }
    confidence: { response: /outputs/1/data/0 }'
  cat > "$work/$1.yaml" <<CONF
apiVersion: haldane.dev/v1
kind: Model
metadata: { name: fraud }
spec:
  protocol: open-inference
  route: { path: "/v2/models/fraud/**" }
  subject: { header: X-User-Id }$signals
  versions:
    - { name: v1, endpoints: ["http://127.0.0.1:$2"] }
    - { name: v2, endpoints: ["http://127.0.0.1:19102"] }
CONF
  if [ "$1" = haldane ]; then
    cat >> "$work/$1.yaml" <<'CONF'
---
apiVersion: haldane.dev/v1
kind: Rollout
metadata: { name: fraud-v2 }
spec:
  model: fraud
  baseline: v1
  canary: v2
  start: manual
  stages: [{ share: 1%, bake: 5s }, { share: 10%, bake: 5s }, { share: 50%, bake: 5s }]
  guards:
    - { name: errors, signal: error-rate, atMost: { ratio: 2.0 } }
    - { name: p50, signal: latency-p50, atMost: { ratio: 1.5 } }
    - { name: mix, signal: prediction-drift, atMost: { jensenShannon: 0.05 } }
CONF
  fi
  start "$1" "${port[$1]}" haldane run "$work/$1.yaml" --data "127.0.0.1:${port[$1]}" --admin "127.0.0.1:$((port[$1] + 1))" --store "$work/$1.db"
}

start_gateways() { # the model server's port, what is special about the traffic; those named in $only, or all
  local at=$1 how=${2:-}
  port[straight]=$at
  wanted straight && targets+=(straight)
  wanted nginx && { start_nginx "$at" "$how"; targets+=(nginx); }
  wanted haproxy && { is_installed haproxy && start_haproxy "$at" "$how" && targets+=(haproxy); }
  wanted caddy && { is_installed caddy && start_caddy "$at" "$how" && targets+=(caddy); }
  wanted forwarder && { start_forwarder "$at"; targets+=(forwarder); }
  wanted haldane-off && { start_haldane haldane-off "$at"; targets+=(haldane-off); }
  wanted haldane && { start_haldane haldane "$at"; targets+=(haldane); }
  return 0
}

wanted() { [ -z "$only" ] || [[ " $only " == *" $1 "* ]]; }

is_installed() {
  command -v "$1" > /dev/null && return
  left_out+=("$1")
  echo "$1 is not installed: left out" >&2
  return 1
}

build() {
  local project
  for project in bench/Haldane.Load bench/Haldane.Forwarder src/Haldane; do
    dotnet build "$root/$project" --configuration Release --nologo --verbosity quiet > "$work/build.log" || { cat "$work/build.log" >&2; exit 1; }
  done
}

# The program itself, not a script around it: its process is what is measured. A function in the background is a process of its own, so it has to become the program.
load() { become dotnet "$root/artifacts/bin/Haldane.Load/release/Haldane.Load.dll" "$@"; }
haldane() { become dotnet "$root/artifacts/bin/Haldane/release/haldane.dll" "$@"; }
become() { if [ "$BASHPID" = "$$" ]; then "$@"; else exec "$@"; fi; }

facts() { # what was measured on
  echo "$(date -u +%Y-%m-%d), commit $(git -C "$root" rev-parse --short HEAD), $(nproc) cores ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)), $(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB, Linux $(uname -r | cut -d- -f1); $(versions)"
}

versions() {
  echo -n "nginx $(nginx -v 2>&1 | cut -d/ -f2), wrk $(wrk -v 2>&1 | head -1 | grep -oE '[0-9]+\.[0-9]+\.[0-9]+'), .NET $(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App \([^ ]*\).*/\1/p' | tail -1)"
  if command -v haproxy > /dev/null; then echo -n ", HAProxy $(haproxy -v | head -1 | cut -d' ' -f3 | cut -d- -f1)"; fi
  if command -v caddy > /dev/null; then echo -n ", Caddy $(caddy version | cut -d' ' -f1)"; fi
}
