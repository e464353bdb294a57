#!/usr/bin/env bash
# What a script does with a personal access token: it sends it in a header, and looks at what comes back.
#
#   ISSUER=http://localhost:8080 TOKEN=postern_pat_… examples/script/personal-token.sh
#
# The token is made under Settings, Tokens, or by
#   postern token create --user USER --name "My script" --scope "user:read organizations:read"
# Needs bash, curl and jq.
set -euo pipefail

: "${ISSUER:?set ISSUER to the address of your Postern}"
: "${TOKEN:?set TOKEN to a personal access token}"
for tool in curl jq; do
  command -v "$tool" >/dev/null || { echo "install $tool first" >&2; exit 2; }
done

# The token comes on standard input: what stands on a command line is in the list of processes, for everybody to read.
get() {
  printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" |
    curl -sS --config - -w '\n%{http_code}' "${ISSUER%/}$1"
}
# One call: its answer, or what was wrong with it in the server's words.
show() {
  local answer status
  answer=$(get "$1")
  status=${answer##*$'\n'}
  printf '\n\033[1mGET %s answered %s\033[0m\n' "$1" "$status"
  jq . <<<"${answer%$'\n'*}"
  [ "$status" = 200 ]
}

show /v1/users/me || { echo "the token needs the scope user:read" >&2; exit 1; }
show /v1/organizations || { echo "the token needs the scope organizations:read" >&2; exit 1; }
