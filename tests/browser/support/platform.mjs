// A website with the least that OpenID Connect asks of it: it sends members away, takes the code, buys the tokens.

import { createServer } from "node:http";
import { once } from "node:events";

export async function platform() {
  const codes = [];
  const server = createServer((request, answer) => {
    const code = new URL(request.url, "http://localhost").searchParams.get("code");
    if (code) codes.push(code);
    answer.setHeader("content-type", "text/html; charset=utf-8");
    // Its icon is named, so that the browser asks for none.
    answer.end(`<!doctype html><html lang="en"><title>Community</title><link rel="icon" href="data:,">
      <p>${code ? "The community has a code." : "Nothing came."}</p></html>`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const callback = `http://localhost:${server.address().port}/callback`;
  return {
    callback,
    authorizeUrl(issuer, clientId) {
      const asked = { client_id: clientId, redirect_uri: callback, response_type: "code", scope: "openid email" };
      return `${issuer}/oauth/authorize?${new URLSearchParams({ ...asked, state: "s", nonce: "n" })}`;
    },
    /** The claims of the ID token that the last code buys, with "Post Body" as the platforms do it. */
    async redeem(issuer, credentials) {
      const body = { grant_type: "authorization_code", code: codes.pop(), redirect_uri: callback, ...credentials };
      const answer = await fetch(`${issuer}/oauth/token`, { method: "POST", body: new URLSearchParams(body) });
      if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}: ${await answer.text()}`);
      const { id_token: token } = await answer.json();
      return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    },
    close() {
      server.closeAllConnections?.();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
