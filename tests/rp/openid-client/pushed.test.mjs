// Pushed authorization requests (RFC 9126): the browser carries a reference, and nothing that could be read or changed.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as client from "openid-client";

import { keys } from "./support/keys.mjs";
import { CALLBACK, attempt, discover, refused, stage } from "./support/stage.mjs";

const START = new URL("/", CALLBACK).href;

const set = stage();

test("a member signs in by a request that the client pushed, however it proves itself", async () => {
  const { file, signers } = await keys(set.novi.program.dir, ["ES256"]);
  const signing = ["--token-auth-method", "private_key_jwt", "--jwks-file", file];
  const { id } = await set.register(...signing);
  for (const config of [
    await set.connect(client.ClientSecretPost),
    await set.connect(client.ClientSecretBasic),
    await set.connect(client.None, "--token-auth-method", "none"),
    await discover(set.novi, id, signers.ES256),
  ]) {
    const { asked, checks } = await attempt(config);
    const browser = set.browser();

    const url = await client.buildAuthorizationUrlWithPAR(config, asked);
    const departure = await browser.logIn(await browser.open(url), set.ann);
    const tokens = await client.authorizationCodeGrant(config, departure.url, checks);

    assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "request_uri"]);
    assert.equal(tokens.claims().sub, set.ann.id);
  }
});

test("a mistake in a pushed request is told to the client, not to the member", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { asked } = await attempt(config, { redirect_uri: "http://localhost:9/elsewhere" });

  await assert.rejects(client.buildAuthorizationUrlWithPAR(config, asked), refused(400, "invalid_request"));
});

test("a pushed request is good once, and for the client that pushed it alone", async () => {
  const [config, other] = [await set.connect(client.ClientSecretPost), await set.connect(client.ClientSecretPost)];
  const { asked, checks } = await attempt(config);
  const url = await client.buildAuthorizationUrlWithPAR(config, asked);
  const taken = new URL(url);
  taken.searchParams.set("client_id", other.clientMetadata().client_id);
  const browser = set.browser();

  const elsewhere = await browser.open(taken);
  const departure = await browser.logIn(await browser.open(url), set.ann);
  const again = await browser.open(url);
  const tokens = await client.authorizationCodeGrant(config, departure.url, checks);

  // Whoever comes with a reference that is spent or not theirs begins anew, where their client begins.
  assert.deepEqual([elsewhere.url.href, again.url.href], [START, START]);
  assert.equal(tokens.claims().sub, set.ann.id);
});
