// The end of an authorization begun on /docs: hands the answer to the page that waits for it, and closes this window.
"use strict";

const channel = new BroadcastChannel("docs-authorization");
channel.postMessage(location.search);
history.replaceState(null, "", location.pathname);
window.close();
