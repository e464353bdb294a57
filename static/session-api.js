// window.postern.getRestApiToken(): the token by which a page of somebody who is signed in calls the API.
// Any script on the page can ask for it, and then acts as that person.
(() => {
  const server = new URL(document.currentScript.src).origin;
  let known = null;

  async function ask() {
    const answer = await fetch(`${server}/session-api-token`, { method: "POST", credentials: "include" });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const error = new Error(body.detail || `the server answered ${answer.status}`);
      error.code = body.code || "server_error";
      throw error;
    }
    return body.token;
  }

  function getRestApiToken({ fresh = false } = {}) {
    if (fresh || known === null) {
      const asked = ask();
      known = asked;
      // A failure is not remembered: the next call asks again.
      asked.catch(() => {
        if (known === asked) known = null;
      });
    }
    return known;
  }

  window.postern = Object.freeze({ ...window.postern, getRestApiToken });
})();
