// Goes on as soon as every app was told (OIDC Front-Channel Logout 1.0). Without scripts a refresh does, later.
addEventListener("load", () => location.replace(document.getElementById("next").href));
