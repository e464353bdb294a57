// The issuer, exactly as its discovery document names itself, and the client id `postern client create` printed.
export const issuer = "http://localhost:8080";
export const clientId = "";
export const scope = "openid profile email";
