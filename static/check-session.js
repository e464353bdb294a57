// Tells a page of an app whether the person is signed in as they were (OIDC Session Management 1.0 section 3.2).
"use strict";

const COOKIES = ["__Host-postern_state", "postern_state"];

/** What the browser knows of its session; nothing where nobody is signed in, or the browser keeps it from frames. */
function browserState() {
  for (const cookie of document.cookie.split("; ")) {
    const [name, value] = cookie.split("=");
    if (COOKIES.includes(name)) return value;
  }
  return "";
}

async function digest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const base64 = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function judge(message, origin) {
  if (typeof message !== "string" || !crypto.subtle) return "error";
  const [client, state, ...rest] = message.split(" ");
  const [hash, salt] = (state ?? "").split(".");
  if (!client || !hash || !salt || rest.length) return "error";
  return (await digest(`${client} ${origin} ${browserState()} ${salt}`)) === hash ? "unchanged" : "changed";
}

addEventListener("message", async (event) => {
  if (event.source && event.origin !== "null") {
    event.source.postMessage(await judge(event.data, event.origin), event.origin);
  }
});
