// Logging out: begun by a relying party, and told to those who were not there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createRemoteJWKSet, jwtVerify } from "jose";
import * as client from "openid-client";

import { listener } from "./support/listener.mjs";
import { attempt, signIn, stage } from "./support/stage.mjs";

const GOODBYE = "http://localhost:9/goodbye";

const set = stage();

test("a relying party that knows whom it logs out gets the member back, logged out", async () => {
  const config = await set.connect(client.ClientSecretPost, "--post-logout-redirect-url", GOODBYE);
  const { tokens, visitor } = await signIn(set, config);
  const state = client.randomState();

  const asked = { id_token_hint: tokens.id_token, post_logout_redirect_uri: GOODBYE, state };
  const departure = await visitor.open(client.buildEndSessionUrl(config, asked));

  assert.equal(departure.url.href, `${GOODBYE}?state=${state}`);
  await isLoggedOut(visitor, config);
});

test("without a hint the member is asked, and stays here with a link back", async () => {
  const config = await set.connect(client.ClientSecretPost, "--post-logout-redirect-url", GOODBYE);
  const { visitor } = await signIn(set, config);

  const page = await visitor.open(client.buildEndSessionUrl(config, { post_logout_redirect_uri: GOODBYE }));
  assert.match(page.text, /Ann Archer/);
  const goodbye = await visitor.press(page, "Log out");

  assert.equal(goodbye.title, "You are logged out");
  assert.ok(goodbye.html.includes(`href="${GOODBYE}`), `${goodbye}`);
  await isLoggedOut(visitor, config);
});

test("a post-logout URL that is not registered gets nobody, whoever asks", async () => {
  const config = await set.connect(client.ClientSecretPost, "--post-logout-redirect-url", GOODBYE);
  const { tokens, visitor } = await signIn(set, config);

  const asked = { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${GOODBYE}/elsewhere` };
  const page = await visitor.open(client.buildEndSessionUrl(config, asked));
  const goodbye = await visitor.press(page, "Log out");

  assert.equal(goodbye.title, "You are logged out");
  for (const { html } of [page, goodbye]) assert.doesNotMatch(html, /href="[^"]*elsewhere/);
  await isLoggedOut(visitor, config);
});

test("every community of the session hears that it ended", async () => {
  const communities = [await listener(), await listener()];
  try {
    const [first, second] = [await connected(communities[0]), await connected(communities[1])];
    const { tokens, claims, visitor } = await signIn(set, first);
    const unseen = await attempt(second, { prompt: "none" });
    const departure = await visitor.open(unseen.url);
    const others = await client.authorizationCodeGrant(second, departure.url, unseen.checks);

    await visitor.open(client.buildEndSessionUrl(first, { id_token_hint: tokens.id_token }));

    const heard = await Promise.all([communities[0].hears(), communities[1].hears()]);
    const told = [await verified(heard[0], first), await verified(heard[1], second)];
    assert.deepEqual(told.map(({ sub }) => sub), [set.ann.id, set.ann.id]);
    assert.deepEqual(told.map(({ sid }) => sid), [claims.sid, others.claims().sid]);
    assert.notEqual(told[0].jti, told[1].jti);
  } finally {
    for (const community of communities) await community.close();
  }
});

test("a community that was down hears it when it is up again", async () => {
  const community = await listener();
  try {
    const config = await connected(community);
    const { tokens, claims, visitor } = await signIn(set, config);
    community.fails();

    await visitor.open(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token }));
    await community.hears();
    community.works();

    const { sid } = await verified(await community.hears(), config);
    assert.equal(sid, claims.sid);
  } finally {
    await community.close();
  }
});

test("a community hears that a member was deactivated", async () => {
  const community = await listener();
  try {
    const config = await connected(community);
    const ben = { email: "ben@acme.example", password: "sextant maple harbor 4" };
    const args = ["member", "add", "--email", ben.email, "--first-name", "Ben", "--last-name", "Baker"];
    const { member_id: id } = await set.novi.run([...args, "--password-stdin"], ben.password);
    const { tokens } = await signIn({ browser: set.browser, ann: ben }, config);

    await set.novi.run(["member", "deactivate", ben.email]);

    const { sub } = await verified(await community.hears(), config);
    assert.equal(sub, id);
    const userinfo = client.fetchUserInfo(config, tokens.access_token, id);
    await assert.rejects(userinfo, (error) => error instanceof client.WWWAuthenticateChallengeError);
  } finally {
    await community.close();
  }
});

function connected(community) {
  return set.connect(client.ClientSecretPost, "--backchannel-logout-url", community.url);
}

async function isLoggedOut(visitor, config) {
  const { url, checks } = await attempt(config, { prompt: "none" });
  const departure = await visitor.open(url);
  await assert.rejects(
    client.authorizationCodeGrant(config, departure.url, checks),
    (error) => error.error === "login_required",
  );
}

/** The claims of a logout token, checked as OpenID Connect Back-Channel Logout 1.0, section 2.6 asks. */
async function verified(form, config) {
  const { issuer, jwks_uri: jwks } = config.serverMetadata();
  const { payload } = await jwtVerify(form.get("logout_token"), createRemoteJWKSet(new URL(jwks)), {
    issuer,
    audience: config.clientMetadata().client_id,
    typ: "logout+jwt",
    algorithms: ["RS256"],
    requiredClaims: ["iat", "exp", "jti", "events"],
  });
  assert.deepEqual(payload.events, { "http://schemas.openid.net/event/backchannel-logout": {} });
  assert.equal(payload.nonce, undefined, "it must not pass for an ID token");
  return payload;
}
