// Goes on as soon as every app was told (OIDC Front-Channel Logout 1.0). Without scripts the Refresh header does, later.
addEventListener("load", () => location.replace(document.getElementById("next").href));
