// Starts Swagger UI on /docs.
"use strict";

const clientId = document.body.dataset.clientId;

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
  oauth2RedirectUrl: `${location.origin}/docs/come-back`,
  // Only what was authorized here counts, not the cookie of whoever is signed in.
  requestInterceptor: (request) => Object.assign(request, { credentials: "omit" }),
});

if (clientId) {
  ui.initOAuth({ clientId, usePkceWithAuthorizationCodeGrant: true });
}

// The window of an authorization belongs to the pages it leads over and cannot reach this one, so it sends its answer here.
new BroadcastChannel("docs-authorization").addEventListener("message", ({ data }) => {
  const waiting = window.swaggerUIRedirectOauth2;
  const answer = new URLSearchParams(data);
  if (!waiting || answer.get("state") !== waiting.state) {
    return;
  }
  window.swaggerUIRedirectOauth2 = undefined;
  const { auth, redirectUrl } = waiting;
  const code = answer.get("code");
  if (code) {
    delete auth.state;
    auth.code = code;
    waiting.callback({ auth, redirectUrl });
  } else {
    const message = answer.get("error_description") || answer.get("error") || "The authorization was not finished.";
    waiting.errCb({ authId: auth.name, source: "auth", level: "error", message });
  }
});
