// What a member is asked on the way to a client, or not asked: the password, the account, whether to share.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as client from "openid-client";

import { attempt, isAnn, sentBack, signIn, stage } from "./support/stage.mjs";

const set = stage();

test("without a session prompt=none comes back with login_required, with one it signs in unseen", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const unseen = await attempt(config, { prompt: "none" });
  const stranger = await set.browser().open(unseen.url);
  await assert.rejects(client.authorizationCodeGrant(config, stranger.url, unseen.checks), sentBack("login_required"));
  const { visitor, claims: first } = await signIn(set, config);

  const departure = await visitor.open(unseen.url);
  const tokens = await client.authorizationCodeGrant(config, departure.url, unseen.checks);

  isAnn(set, tokens.claims(), config);
  assert.equal(tokens.claims().auth_time, first.auth_time);
});

test("prompt=login and max_age=0 ask for the password again", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { visitor } = await signIn(set, config);
  for (const asked of [{ prompt: "login" }, { max_age: "0" }]) {
    const { url, checks } = await attempt(config, { ...asked, login_hint: set.ann.email });

    const page = await visitor.open(url);
    const departure = await visitor.press(page, "Log in", { password: set.ann.password });
    const tokens = await client.authorizationCodeGrant(config, departure.url, { ...checks, maxAge: 60 });

    isAnn(set, tokens.claims(), config);
  }
});

test("a member who is asked shares, and is not asked again", async () => {
  const config = await set.connect(client.ClientSecretPost, "--consent");
  const first = await attempt(config);
  const browser = set.browser();
  const page = await browser.logIn(await browser.open(first.url), set.ann);
  assert.match(page.text, /Community/);

  const departure = await browser.answer(page, "share");
  const tokens = await client.authorizationCodeGrant(config, departure.url, first.checks);
  const second = await attempt(config, { prompt: "none" });
  const again = await browser.open(second.url);

  isAnn(set, tokens.claims(), config);
  isAnn(set, (await client.authorizationCodeGrant(config, again.url, second.checks)).claims(), config);
});

test("a member who does not want to share comes back with access_denied", async () => {
  const config = await set.connect(client.ClientSecretPost, "--consent");
  const { url, checks } = await attempt(config);
  const browser = set.browser();
  const page = await browser.logIn(await browser.open(url), set.ann);

  const departure = await browser.answer(page, "no");

  await assert.rejects(client.authorizationCodeGrant(config, departure.url, checks), sentBack("access_denied"));
});

test("prompt=consent asks a member who shared before", async () => {
  const config = await set.connect(client.ClientSecretPost, "--consent");
  const first = await attempt(config);
  const browser = set.browser();
  await browser.answer(await browser.logIn(await browser.open(first.url), set.ann), "share");
  const { url, checks } = await attempt(config, { prompt: "consent" });

  const departure = await browser.answer(await browser.open(url), "share");
  const tokens = await client.authorizationCodeGrant(config, departure.url, checks);

  isAnn(set, tokens.claims(), config);
});

test("without consent prompt=none comes back with consent_required", async () => {
  const asking = await set.connect(client.ClientSecretPost, "--consent");
  const { visitor } = await signIn(set, await set.connect(client.ClientSecretPost));
  const { url, checks } = await attempt(asking, { prompt: "none" });

  const departure = await visitor.open(url);

  await assert.rejects(
    client.authorizationCodeGrant(asking, departure.url, checks),
    sentBack("consent_required"),
  );
});

test("prompt=select_account lets a member go on, or log in as somebody else", async () => {
  const config = await set.connect(client.ClientSecretPost);
  const { visitor } = await signIn(set, config);

  const first = await attempt(config, { prompt: "select_account" });
  const departure = await visitor.answer(await visitor.open(first.url), "continue");
  const tokens = await client.authorizationCodeGrant(config, departure.url, first.checks);
  const second = await attempt(config, { prompt: "select_account" });
  const page = await visitor.answer(await visitor.open(second.url), "switch");
  const again = await visitor.logIn(page, set.ann);

  isAnn(set, tokens.claims(), config);
  isAnn(set, (await client.authorizationCodeGrant(config, again.url, second.checks)).claims(), config);
});

test("a member outside the permitted groups reads why, and comes back with access_denied", async () => {
  await set.novi.run(["group", "add", "--name", "Board"]);
  const config = await set.connect(client.ClientSecretPost, "--permitted-group", "Board");
  const { url, checks } = await attempt(config);
  const browser = set.browser();

  const page = await browser.logIn(await browser.open(url), set.ann);
  const departure = await browser.answer(page, "no");
  await set.novi.run(["group", "add-member", "--group", "Board", "--member", set.ann.email]);
  const { claims } = await signIn(set, config);

  assert.match(page.text, /Board/);
  await assert.rejects(client.authorizationCodeGrant(config, departure.url, checks), sentBack("access_denied"));
  isAnn(set, claims, config);
});
