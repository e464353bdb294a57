#!/usr/bin/env bash
# What a script does with an organization access token when it meets the rate limit: it waits for as long as the server
# says, and goes on.
#
#   ISSUER=http://localhost:8080 TOKEN=postern_oat_… examples/script/organization-token.sh [CALLS]
#
# The token is made on the organization's page Tokens, or by
#   postern token create --org ORG --name "My script" --scope "customers:read"
# An organization of the tier "restricted" may call 60 times a minute. Needs bash and curl.
set -euo pipefail

: "${ISSUER:?set ISSUER to the address of your Postern}"
: "${TOKEN:?set TOKEN to an organization access token}"
command -v curl >/dev/null || { echo "install curl first" >&2; exit 2; }
calls=${1:-70}

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
# The head of the answer goes into the file; the token comes on standard input, since what stands on a command line is in
# the list of processes, for everybody to read.
get() {
  printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" |
    curl -sS --config - -o /dev/null -D "$answer" -w '%{http_code}' "${ISSUER%/}$1"
}
header() {
  tr -d '\r' <"$answer" | sed -n "s/^$1: *//Ip" | head -n 1
}

limited=0
for ((call = 1; call <= calls; call++)); do
  status=$(get /v1/customers?limit=1)
  while [ "$status" = 429 ]; do
    limited=$((limited + 1))
    wait=$(header retry-after)
    echo "call $call: 429, the limit of $(header x-ratelimit-limit) is used up; waiting $wait s"
    sleep "$wait"
    status=$(get /v1/customers?limit=1)
  done
  if [ "$status" != 200 ]; then
    echo "call $call: $status; is the token one of an organization, with the scope customers:read?" >&2
    exit 1
  fi
  echo "call $call: 200, $(header x-ratelimit-remaining) left"
done
echo "$calls calls went through; the limit was met $limited times"
