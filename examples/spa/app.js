import { clientId, issuer, scope } from "./config.js";

const redirectUri = location.origin + location.pathname;
const element = (id) => document.getElementById(id);
/** What was discovered, and the tokens: in memory only. */
let server;
let tokens;

/** Runs a step and shows what went wrong, if anything did. */
async function attempt(step) {
  try {
    await step();
  } catch (error) {
    show(`That did not work: ${error.message}`);
  }
}

function show(message, details) {
  element("message").textContent = message;
  if (details !== undefined) element("details").textContent = JSON.stringify(details, null, 2);
  for (const id of ["details", "details-title"]) element(id).hidden = !tokens;
  for (const id of ["userinfo", "sign-out"]) element(id).hidden = !tokens;
  element("refresh").hidden = !tokens?.refresh_token;
  element("sign-in").hidden = Boolean(tokens) || !server;
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

function claimsOf(jwt) {
  const binary = atob(jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0))));
}

async function discover() {
  const answer = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  server = await answer.json();
  if (server.issuer !== issuer) throw new Error(`that server calls itself ${server.issuer}, not ${issuer}`);
}

async function signIn() {
  const [state, nonce, verifier] = [random(), random(), random()];
  sessionStorage.setItem(`sign-in ${state}`, JSON.stringify({ nonce, verifier }));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: base64url(digest),
    code_challenge_method: "S256",
  });
  location.assign(url);
}

/** Takes the server's answer out of the address, and trades its code for tokens. */
async function takeAnswer() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has("state")) return false;
  history.replaceState(null, "", redirectUri);
  const key = `sign-in ${answer.get("state")}`;
  const begun = JSON.parse(sessionStorage.getItem(key));
  sessionStorage.removeItem(key);
  if (!begun) throw new Error("this answer does not belong to a sign-in that was begun in this tab");
  if (answer.get("iss") !== issuer) throw new Error("this answer came from another server");
  if (answer.has("error")) throw new Error(answer.get("error_description") ?? answer.get("error"));
  const fresh = await token({
    grant_type: "authorization_code",
    code: answer.get("code"),
    redirect_uri: redirectUri,
    code_verifier: begun.verifier,
  });
  const claims = claimsOf(fresh.id_token);
  const forUs = [claims.aud].flat().includes(clientId);
  if (claims.iss !== issuer || !forUs || claims.nonce !== begun.nonce || claims.exp * 1000 < Date.now()) {
    throw new Error("the id_token is not for this sign-in");
  }
  tokens = fresh;
  const person = await profile(claims.sub);
  show(`Signed in as ${person.name ?? person.sub}.`, person);
  return true;
}

async function token(parameters) {
  const answer = await post(server.token_endpoint, parameters);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error_description ?? body.error);
  return body;
}

const post = (url, parameters) =>
  fetch(url, { method: "POST", body: new URLSearchParams({ client_id: clientId, ...parameters }) });

async function refresh() {
  const fresh = await token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
  tokens = { ...tokens, ...fresh };
  show("The tokens were refreshed.");
}

/** Who the access token stands for. An answer about somebody else than `sub` is not to be used (OpenID Connect Core 5.3.2). */
async function profile(sub) {
  const answer = await fetch(server.userinfo_endpoint, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
  if (!answer.ok) throw new Error(`userinfo answered ${answer.status}`);
  const person = await answer.json();
  if (person.sub !== sub) throw new Error("userinfo is about somebody else");
  return person;
}

async function userinfo() {
  show("This is what userinfo says.", await profile(claimsOf(tokens.id_token).sub));
}

async function signOut() {
  const old = tokens;
  tokens = undefined;
  for (const value of [old.refresh_token, old.access_token]) {
    if (value) await post(server.revocation_endpoint, { token: value });
  }
  show("Signed out, and the tokens were revoked.", null);
}

element("sign-in").addEventListener("click", () => attempt(signIn));
element("refresh").addEventListener("click", () => attempt(refresh));
element("userinfo").addEventListener("click", () => attempt(userinfo));
element("sign-out").addEventListener("click", () => attempt(signOut));

await attempt(async () => {
  if (!clientId) throw new Error("write the client id into config.js first");
  await discover();
  if (!(await takeAnswer())) show("You are not signed in.");
});
