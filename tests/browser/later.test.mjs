// What people come back to after a while: a page that stood open, a session whose password was typed long ago.

import assert from "node:assert/strict";

import { looksRight } from "./support/looks.mjs";
import { addMember, fresh } from "./support/novi.mjs";
import { platform } from "./support/platform.mjs";
import { logIn, setUp, stands } from "./support/steps.mjs";
import { stage, story } from "./support/story.mjs";

const set = stage(fresh);
const RUTH = { email: "ruth@harbortrades.example", password: "three anchors and a rope" };
const MINUTE = 60;

story(set, "after a quarter of an hour, the Secret Key is shown for a password only", async ({ novi, visit }) => {
  const { page } = await visit();
  await setUp(page, novi, RUTH);
  const { client_id: id } = await novi.run(["client", "add", "--name", "Old Forum", "--redirect-url", "https://old.example/cb"]);

  await novi.wakesUpAfter(15 * MINUTE);
  await page.goto(`${novi.url}/admin/sso-clients/${id}`);
  await page.getByRole("button", { name: "Reveal Secret Key" }).click();

  await stands(page, "Type your password again");
  await looksRight(page, "prove");
  await page.getByLabel("Password", { exact: true }).fill("not her password");
  await page.getByRole("button", { name: "Reveal Secret Key" }).click();
  await page.getByText("That is not your password.").waitFor();
  await looksRight(page, "prove-wrong");
  await page.getByLabel("Password", { exact: true }).fill(RUTH.password);
  await page.getByRole("button", { name: "Reveal Secret Key" }).click();

  await stands(page, "Old Forum");
  assert.match(await page.getByLabel("Secret Key", { exact: true }).inputValue(), /^[\w-]{32,}$/);
  await page.goto(`${novi.url}/admin/sso-clients/${id}`);
  await page.getByRole("link", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete Old Forum" }).click();
  await page.getByRole("status").getByText("Deleted.").waitFor();
});

story(set, "a log-in page that stood open for two hours leads to where its community starts", async ({ novi, visit }) => {
  const { page } = await visit();
  const community = await platform();
  const ann = await addMember(novi, { email: "ann@acme.example", password: "seven boats at the pier" });
  try {
    const added = await novi.run(["client", "add", "--name", "Night School", "--redirect-url", community.callback]);
    await page.goto(community.authorizeUrl(novi.url, added.client_id));
    await page.getByLabel("E-mail").waitFor();

    await novi.wakesUpAfter(120 * MINUTE);
    await logIn(page, ann);

    await page.waitForURL(new URL("/", community.callback).href);
  } finally {
    await community.close();
  }
});

story(set, "a form that stood open through a log-in keeps what was typed", async ({ novi, visit }) => {
  const { page, context } = await visit();
  await setUp(page, novi, RUTH);
  await page.goto(`${novi.url}/admin/sso-clients/new`);
  await page.getByLabel("Name", { exact: true }).fill("Harbor Community");
  const other = await context.newPage();
  await other.goto(`${novi.url}/log-out`);
  await other.getByRole("button", { name: "Log out" }).click();
  await other.getByRole("link", { name: "Log in again" }).click();
  await logIn(other, RUTH);
  await stands(other, "SSO Clients");

  await page.getByRole("button", { name: "Save" }).click();

  await page.getByRole("alert").getByText("This page was open for too long.").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Harbor Community");
  await looksRight(page, "client-stale");
});
