// A member signs in through a relying party that checks everything: each way to prove itself, each way back.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as client from "openid-client";

import { Departure } from "./support/browser.mjs";
import { keys } from "./support/keys.mjs";
import { CALLBACK, attempt, discover, isAnn, refused, signIn, stage } from "./support/stage.mjs";

const set = stage();

test("the provider is discovered in both of its documents, with all that this relying party can use", async () => {
  const { id } = await set.register();
  const config = await discover(set.novi, id, client.None());
  const oauth2 = await discover(set.novi, id, client.None(), { algorithm: "oauth2" });

  const provider = config.serverMetadata();

  assert.equal(provider.issuer, set.novi.url, "as text, without a slash");
  assert.deepEqual(oauth2.serverMetadata().issuer, provider.issuer);
  assert.ok(provider.supportsPKCE("S256"));
  for (const name of ["authorization", "token", "userinfo", "end_session", "revocation", "introspection"]) {
    assert.ok(provider[`${name}_endpoint`]?.startsWith(set.novi.url), `${name}_endpoint`);
  }
  assert.ok(provider.pushed_authorization_request_endpoint?.startsWith(set.novi.url));
  assert.deepEqual(provider.response_modes_supported, ["query", "form_post"]);
  assert.ok(provider.authorization_response_iss_parameter_supported);
});

for (const [name, method] of [
  ["client_secret_post", client.ClientSecretPost],
  ["client_secret_basic", client.ClientSecretBasic],
  ["none", client.None],
]) {
  test(`a member signs in on a client that proves itself by ${name}`, async () => {
    const config = await set.connect(method, "--token-auth-method", name);

    const { tokens, claims } = await signIn(set, config);
    const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);

    isAnn(set, claims, config);
    assert.deepEqual([userinfo.name, userinfo.email], ["Ann Archer", set.ann.email]);
    assert.equal(tokens.expiresIn() > 0, true);
  });
}

test("a secret that a client sends either way is taken, if nothing else was said", async () => {
  const { id, secret } = await set.register();
  for (const method of [client.ClientSecretPost, client.ClientSecretBasic]) {
    const config = await discover(set.novi, id, method(secret));
    isAnn(set, (await signIn(set, config)).claims, config);
  }
});

test("a member signs in on a client that signs its assertions, with each algorithm", async () => {
  const { file, signers } = await keys(set.novi.program.dir, ["RS256", "PS256", "ES256", "EdDSA"]);
  const flags = ["--token-auth-method", "private_key_jwt", "--jwks-file", file];
  const { id } = await set.register(...flags);
  for (const [algorithm, method] of Object.entries(signers)) {
    const config = await discover(set.novi, id, method);

    const { claims } = await signIn(set, config);

    isAnn(set, claims, config, algorithm);
  }
});

test("a client whose assertion another key signed is refused", async () => {
  const { file } = await keys(set.novi.program.dir, ["ES256"]);
  const { signers: others } = await keys(set.novi.program.dir, ["ES256"]);
  const { id } = await set.register("--token-auth-method", "private_key_jwt", "--jwks-file", file);
  const config = await discover(set.novi, id, others.ES256);

  await assert.rejects(signIn(set, config), refusedWithChallenge);
});

test("a wrong secret is refused, by post body and by Basic", async () => {
  const { id } = await set.register();
  for (const method of [client.ClientSecretPost("wrong"), client.ClientSecretBasic("wrong")]) {
    const config = await discover(set.novi, id, method);
    await assert.rejects(signIn(set, config), refusedWithChallenge);
  }
});

test("a code buys tokens once, and takes them back when it is presented again", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { url, checks } = await attempt(config);
  const browser = set.browser();
  const departure = await browser.logIn(await browser.open(url), set.ann);
  const tokens = await client.authorizationCodeGrant(config, departure.url, checks);

  await assert.rejects(client.authorizationCodeGrant(config, departure.url, checks), refused(400, "invalid_grant"));

  const userinfo = client.fetchUserInfo(config, tokens.access_token, set.ann.id);
  await assert.rejects(userinfo, (error) => error instanceof client.WWWAuthenticateChallengeError);
});

test("a code is worth nothing with another verifier", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { url, checks } = await attempt(config);
  const browser = set.browser();
  const departure = await browser.logIn(await browser.open(url), set.ann);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();

  const exchange = client.authorizationCodeGrant(config, departure.url, { ...checks, pkceCodeVerifier });

  await assert.rejects(exchange, refused(400, "invalid_grant"));
});

test("the response comes back as a form that a browser without JavaScript sends, too", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { url, checks } = await attempt(config, { response_mode: "form_post" });
  const browser = set.browser();

  const page = await browser.logIn(await browser.open(url), set.ann);
  const departure = await browser.submit(page);
  const tokens = await client.authorizationCodeGrant(config, departure.request(), checks);

  assert.deepEqual([departure.method, departure.url.href], ["POST", CALLBACK]);
  isAnn(set, tokens.claims(), config);
});

test("the response names its issuer, and this relying party takes no other", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { url, checks } = await attempt(config);
  const browser = set.browser();
  const departure = await browser.logIn(await browser.open(url), set.ann);
  assert.equal(departure.url.searchParams.get("iss"), set.novi.url);

  for (const change of [(params) => params.delete("iss"), (params) => params.set("iss", `${set.novi.url}/`)]) {
    const forged = new URL(departure.url);
    change(forged.searchParams);
    await assert.rejects(client.authorizationCodeGrant(config, forged, checks), /invalid response encountered/);
  }
  const tokens = await client.authorizationCodeGrant(config, departure.url, checks);
  isAnn(set, tokens.claims(), config);
});

test("the claims parameter brings single claims into the ID token and to userinfo", async () => {
  const config = await set.connect(client.ClientSecretPost, "--lean-id-token");
  const claims = { id_token: { email: { essential: true } }, userinfo: { given_name: null } };

  const asked = { scope: "openid", claims: JSON.stringify(claims) };
  const { tokens, claims: got } = await signIn(set, config, asked);
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, got.sub);

  assert.equal(got.email, set.ann.email);
  assert.equal(got.given_name, undefined);
  assert.equal(userinfo.given_name, "Ann");
  assert.equal(userinfo.family_name, undefined);
});

test("userinfo answers a POST as it answers a GET, and says what is wrong with a token", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { tokens } = await signIn(set, config);
  const url = new URL(config.serverMetadata().userinfo_endpoint);

  const answer = await client.fetchProtectedResource(config, tokens.access_token, url, "POST");
  const wrong = client.fetchProtectedResource(config, "no-such-token", url, "GET");

  assert.equal((await answer.json()).sub, set.ann.id);
  await assert.rejects(wrong, ({ cause: [challenge] }) => challenge.parameters.error === "invalid_token");
});

test("a redirect URL that is not registered is a page, and the member goes nowhere", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { url } = await attempt(config, { redirect_uri: `${CALLBACK}/` });

  const page = await set.browser().open(url);

  assert.ok(!(page instanceof Departure));
  assert.equal(page.status, 400);
});

/** What openid-client throws for a 401 with a challenge and for one with an error in its body. */
function refusedWithChallenge(error) {
  const inBody = error instanceof client.ResponseBodyError && error.error === "invalid_client";
  return error.status === 401 && (inBody || error instanceof client.WWWAuthenticateChallengeError);
}
