#!/usr/bin/env bash
# Walks through the authorization code flow by hand, one curl at a time:
# discovery, authorize, token, userinfo, introspection, refresh, revocation.
#
#   ISSUER=http://localhost:8080 CLIENT_ID=… CLIENT_SECRET=… examples/script/walk-through.sh
#
# The client is made by
#   postern client create --name "Walk-through" --type confidential --redirect-uri http://127.0.0.1:7777/callback
# Without CLIENT_SECRET it takes part as a public client (--type public). Needs bash, curl, jq and openssl.
set -euo pipefail

: "${ISSUER:?set ISSUER to the address of your Postern}"
: "${CLIENT_ID:?set CLIENT_ID to what 'postern client create' printed}"
REDIRECT_URI=${REDIRECT_URI:-http://127.0.0.1:7777/callback}
SCOPE=${SCOPE:-openid profile email}
for tool in curl jq openssl; do
  command -v "$tool" >/dev/null || { echo "install $tool first" >&2; exit 2; }
done

say() { printf '\n\033[1m%s\033[0m\n' "$*" >&2; }
fail() { echo "stopped: $*" >&2; exit 1; }
random() { openssl rand -hex 32; }
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
escaped() { jq -rn --arg text "$1" '$text | @uri'; }
# The claims of a JWT: its middle part, with the padding that base64 wants back in place.
claims() {
  local part
  part=$(cut -d. -f2 | tr -- '-_' '+/')
  while (( ${#part} % 4 )); do part+='='; done
  printf '%s' "$part" | openssl base64 -d -A | jq .
}
# A POST by this client: its id and secret by HTTP Basic (RFC 6749, section 2.3.1), or the id alone.
post() {
  local url=$1; shift
  if [ -n "${CLIENT_SECRET:-}" ]; then
    curl -sS -u "$(escaped "$CLIENT_ID"):$(escaped "$CLIENT_SECRET")" "$@" "$url"
  else
    curl -sS --data-urlencode "client_id=$CLIENT_ID" "$@" "$url"
  fi
}
# The value of one parameter of an address, decoded.
parameter() {
  local pair
  pair=$(printf '%s' "$2" | tr '?&#' '\n' | grep "^$1=" | head -n 1) || return 0
  pair=${pair#*=}
  printf '%b' "${pair//%/\\x}"
}

say "1. Discovery: where is everything?"
metadata=$(curl -sSf "${ISSUER%/}/.well-known/openid-configuration")
jq '{issuer, authorization_endpoint, token_endpoint, userinfo_endpoint, revocation_endpoint}' <<<"$metadata"
endpoint() { jq -re ".$1" <<<"$metadata"; }
[ "$(endpoint issuer)" = "$ISSUER" ] || fail "that server calls itself $(endpoint issuer), not $ISSUER"

say "2. Authorize: open this address in a browser, sign in and allow"
state=$(random) nonce=$(random) verifier=$(random)
challenge=$(printf '%s' "$verifier" | openssl dgst -sha256 -binary | base64url)
query="response_type=code&client_id=$(escaped "$CLIENT_ID")&redirect_uri=$(escaped "$REDIRECT_URI")"
query+="&scope=$(escaped "$SCOPE")&state=$state&nonce=$nonce&code_challenge=$challenge&code_challenge_method=S256"
echo "$(endpoint authorization_endpoint)?$query"
say "Then paste the address the browser was sent to (its page will not load: nothing listens there):"
read -r answer
[ "$(parameter state "$answer")" = "$state" ] || fail "this answer belongs to another request"
[ "$(parameter iss "$answer")" = "$ISSUER" ] || fail "this answer came from another server"
code=$(parameter code "$answer")
[ -n "$code" ] || fail "$(parameter error "$answer"): $(parameter error_description "$answer" | tr + ' ')"

say "3. Token: trade the code"
tokens=$(post "$(endpoint token_endpoint)" -d grant_type=authorization_code --data-urlencode "code=$code" \
  --data-urlencode "redirect_uri=$REDIRECT_URI" -d "code_verifier=$verifier")
jq . <<<"$tokens"
access=$(jq -re .access_token <<<"$tokens") || fail "no access token"

if jq -e .id_token <<<"$tokens" >/dev/null; then
  say "4. What the id_token says (it came straight from the token endpoint; a program also checks its signature)"
  id_claims=$(jq -r .id_token <<<"$tokens" | claims)
  jq . <<<"$id_claims"
  jq -e --arg iss "$ISSUER" --arg aud "$CLIENT_ID" --arg nonce "$nonce" \
    '.iss == $iss and (.aud == $aud or (.aud | arrays | index($aud)) != null) and .nonce == $nonce' \
    <<<"$id_claims" >/dev/null || fail "the id_token is not for this request"
  say "5. Userinfo"
  curl -sS -H "Authorization: Bearer $access" "$(endpoint userinfo_endpoint)" | jq .
fi

if [ -n "${CLIENT_SECRET:-}" ]; then
  say "6. Introspection"
  post "$(endpoint introspection_endpoint)" --data-urlencode "token=$access" | jq .
fi

if refresh=$(jq -re .refresh_token <<<"$tokens"); then
  say "7. Refresh: new tokens for the old refresh token, which is spent by that"
  tokens=$(post "$(endpoint token_endpoint)" -d grant_type=refresh_token --data-urlencode "refresh_token=$refresh")
  jq . <<<"$tokens"
  access=$(jq -re .access_token <<<"$tokens") || fail "no access token"
  refresh=$(jq -re .refresh_token <<<"$tokens") || fail "no refresh token"
  say "8. Revocation of the refresh token, and of all that came from it"
  post "$(endpoint revocation_endpoint)" --data-urlencode "token=$refresh" -o /dev/null -w 'answered %{http_code}\n'
else
  say "8. Revocation of the access token"
  post "$(endpoint revocation_endpoint)" --data-urlencode "token=$access" -o /dev/null -w 'answered %{http_code}\n'
fi

say "9. The access token is dead now"
status=$(curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $access" "$(endpoint userinfo_endpoint)")
echo "userinfo answered $status"
[ "$status" = 401 ] || fail "the access token still works"
