// What a relying party does with tokens after the log-in: refreshes them, gives them back, asks about them.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as client from "openid-client";

import { keys } from "./support/keys.mjs";
import { discover, refused, signIn, stage } from "./support/stage.mjs";

const OFFLINE = { scope: "openid profile email offline_access" };

const set = stage();

test("without offline_access there is no refresh token", async () => {
  const { tokens } = await signIn(set, await set.connect(client.ClientSecretPost));

  assert.equal(tokens.refresh_token, undefined);
});

test("a refresh token buys new tokens for the same log-in", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { tokens: first, claims } = await signIn(set, config, OFFLINE);

  const second = await client.refreshTokenGrant(config, first.refresh_token);
  const userinfo = await client.fetchUserInfo(config, second.access_token, set.ann.id);

  assert.notEqual(second.refresh_token, first.refresh_token);
  assert.notEqual(second.access_token, first.access_token);
  assert.equal(userinfo.email, set.ann.email);
  const { sub, sid, auth_time: at, nonce } = second.claims();
  assert.deepEqual([sub, sid, at, nonce], [set.ann.id, claims.sid, claims.auth_time, undefined]);
});

test("a refreshed token is good for less, if less is asked for", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { tokens: first } = await signIn(set, config, OFFLINE);

  const second = await client.refreshTokenGrant(config, first.refresh_token, { scope: "openid" });
  const userinfo = await client.fetchUserInfo(config, second.access_token, set.ann.id);
  const more = client.refreshTokenGrant(config, second.refresh_token, { scope: "openid phone" });

  assert.equal(userinfo.email, undefined);
  await assert.rejects(more, refused(400, "invalid_scope"));
});

test("a client that lost the answer asks again and gets the same", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { tokens: first } = await signIn(set, config, OFFLINE);

  const lost = await client.refreshTokenGrant(config, first.refresh_token);
  const again = await client.refreshTokenGrant(config, first.refresh_token);

  assert.equal(again.refresh_token, lost.refresh_token);
});

test("an old refresh token fails, and ends those that came from it", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { tokens: first } = await signIn(set, config, OFFLINE);
  const second = await client.refreshTokenGrant(config, first.refresh_token);
  const third = await client.refreshTokenGrant(config, second.refresh_token);

  await assert.rejects(client.refreshTokenGrant(config, first.refresh_token), refused(400, "invalid_grant"));

  await assert.rejects(client.refreshTokenGrant(config, third.refresh_token), refused(400, "invalid_grant"));
  const userinfo = client.fetchUserInfo(config, third.access_token, set.ann.id);
  await assert.rejects(userinfo, (error) => error instanceof client.WWWAuthenticateChallengeError);
});

test("the old refresh token of a public client fails at once", async () => {
  const config = await set.connect(client.None, "--token-auth-method", "none");
  const { tokens: first } = await signIn(set, config, OFFLINE);
  const second = await client.refreshTokenGrant(config, first.refresh_token);

  await assert.rejects(client.refreshTokenGrant(config, first.refresh_token), refused(400, "invalid_grant"));

  await assert.rejects(client.refreshTokenGrant(config, second.refresh_token), refused(400, "invalid_grant"));
});

test("a refresh token is worth nothing to another client", async () => {
  const [config, other] = [await set.connect(client.ClientSecretPost), await set.connect(client.ClientSecretPost)];
  const { tokens } = await signIn(set, config, OFFLINE);

  await assert.rejects(client.refreshTokenGrant(other, tokens.refresh_token), refused(400, "invalid_grant"));

  await client.refreshTokenGrant(config, tokens.refresh_token);
});

test("an access token that is given back opens nothing any more", async () => {
  const config = await set.connect(client.ClientSecretBasic);
  const { tokens } = await signIn(set, config);

  await client.tokenRevocation(config, tokens.access_token, { token_type_hint: "access_token" });

  const userinfo = client.fetchUserInfo(config, tokens.access_token, set.ann.id);
  await assert.rejects(userinfo, ({ cause: [challenge] }) => challenge.parameters.error === "invalid_token");
  await client.tokenRevocation(config, tokens.access_token);
});

test("a refresh token that is given back takes its access token along", async () => {
  const config = await set.connect(client.None, "--token-auth-method", "none");
  const { tokens } = await signIn(set, config, OFFLINE);

  await client.tokenRevocation(config, tokens.refresh_token, { token_type_hint: "refresh_token" });

  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), refused(400, "invalid_grant"));
  const userinfo = client.fetchUserInfo(config, tokens.access_token, set.ann.id);
  await assert.rejects(userinfo, (error) => error instanceof client.WWWAuthenticateChallengeError);
});

test("a client learns of its own tokens whether they are good, and of nobody else's", async () => {
  const [config, other] = [await set.connect(client.ClientSecretPost), await set.connect(client.ClientSecretBasic)];
  const { tokens } = await signIn(set, config, OFFLINE);

  const access = await client.tokenIntrospection(config, tokens.access_token);
  const refresh = await client.tokenIntrospection(config, tokens.refresh_token, { token_type_hint: "refresh_token" });
  const foreign = await client.tokenIntrospection(other, tokens.access_token);
  await assert.rejects(client.tokenRevocation(other, tokens.access_token), refused(400, "invalid_grant"));
  await client.tokenRevocation(config, tokens.access_token);
  const late = await client.tokenIntrospection(config, tokens.access_token);

  const { client_id: id } = config.clientMetadata();
  const { active, sub, iss, client_id: of, exp, scope } = access;
  assert.deepEqual({ active, sub, iss, of }, { active: true, sub: set.ann.id, iss: set.novi.url, of: id });
  assert.ok(exp > Date.now() / 1000);
  assert.deepEqual(scope.split(" ").sort(), ["email", "offline_access", "openid", "profile"]);
  assert.equal(refresh.active, true);
  assert.deepEqual([foreign, late], [{ active: false }, { active: false }]);
});

test("a resource server learns whether the tokens that are meant for it are good, and of no others", async () => {
  const resource = "https://api.acme.example/";
  const api = await set.connect(client.ClientSecretPost, "--resource-server", resource);
  const config = await set.connect(client.ClientSecretPost, "--grant", "client_credentials");

  const { tokens: meant } = await signIn(set, config, { resource });
  const { tokens: other } = await signIn(set, config);
  const machine = await client.clientCredentialsGrant(config, { resource });
  const told = [];
  for (const { access_token: token } of [meant, machine, other]) {
    told.push(await client.tokenIntrospection(api, token));
  }

  assert.deepEqual(told.map(({ active }) => active), [true, true, false]);
  assert.deepEqual([told[0].sub, told[0].aud], [set.ann.id, api.clientMetadata().client_id]);
});

test("a machine gets a token of its own, which is nobody's", async () => {
  const { file, signers } = await keys(set.novi.program.dir, ["ES256"]);
  const bySecret = await set.connect(client.ClientSecretPost, "--grant", "client_credentials");
  const signing = ["--grant", "client_credentials", "--token-auth-method", "private_key_jwt", "--jwks-file", file];
  const { id } = await set.register(...signing);
  const byKey = await discover(set.novi, id, signers.ES256);

  for (const config of [bySecret, byKey]) {
    const tokens = await client.clientCredentialsGrant(config);
    const { active, sub } = await client.tokenIntrospection(config, tokens.access_token);

    assert.deepEqual([tokens.id_token, tokens.refresh_token, active], [undefined, undefined, true]);
    assert.ok(sub === undefined || sub === config.clientMetadata().client_id, sub);
  }
});

test("a client that is no machine gets no token of its own", async () => {
  const config = await set.connect(client.ClientSecretPost);

  await assert.rejects(client.clientCredentialsGrant(config), refused(400, "unauthorized_client"));
});
