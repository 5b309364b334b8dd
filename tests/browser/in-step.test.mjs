// The side job: whoever is in a group here is in its counterpart on the community, a moment later.

import assert from "node:assert/strict";

import { demo } from "./support/novi.mjs";
import { logIn, openMobilize, stands } from "./support/steps.mjs";
import { stage, story } from "./support/story.mjs";

const set = stage(demo);
/** Somebody waits so long for a platform that answers, at most. */
const SOON = { timeout: 10_000 };
const NIA = { email: "nia@osei-joinery.example", password: "eleven quiet hammers" };

story(set, "a person who is added, gets a login, is edited and signs in is in the community each time", async ({ novi, visit }) => {
  const { page, context } = await visit();
  await page.goto(`${novi.url}/log-in`);
  await logIn(page, { email: novi.admin, password: novi.password });
  await stands(page, "SSO Clients");
  await page.goto(`${novi.url}/admin/members/new`);
  await page.getByLabel("First name").fill("Nia");
  await page.getByLabel("Last name").fill("Osei");
  await page.getByRole("button", { name: "Save" }).click();
  await stands(page, "Nia Osei");
  const person = page.url();
  await page.goto(`${novi.url}/admin/groups`);
  await page.getByRole("link", { name: "Board of Directors" }).click();
  await page.getByRole("link", { name: "Members (" }).click();
  await page.getByRole("link", { name: "Add member" }).click();
  await page.getByLabel("Name or e-mail").fill("osei");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("button", { name: "Add Nia Osei" }).click();
  const row = page.getByRole("row", { name: /Nia Osei/ });
  await row.getByText("No user account.").waitFor(SOON);

  // The community's own page looks again by itself.
  const there = await context.newPage();
  await there.goto(`${novi.mobilize}/groups`);
  await there.getByRole("link", { name: "Board", exact: true }).click();
  const seen = there.getByRole("row", { name: /Nia Osei/ });
  // The first sync, of the whole board, is not what is measured here.
  await there.getByRole("row", { name: /Marta Lindqvist/ }).waitFor({ timeout: 60_000 });
  assert.equal(await seen.count(), 0, "nobody without a login is there");

  await row.getByRole("link", { name: "Give them a login" }).click();
  await page.goto(`${person}/login`);
  await page.locator("#login-email").fill(NIA.email);
  await page.getByLabel("First password").fill(NIA.password);
  await page.getByRole("button", { name: "Save" }).click();
  await seen.waitFor(SOON);

  await page.goto(`${person}/edit`);
  await page.getByLabel("Job title").fill("Treasurer");
  await page.getByRole("button", { name: "Save" }).click();
  await stands(page, "Nia Osei");
  await seen.getByText("Treasurer").waitFor(SOON);

  const nia = await visit();
  await openMobilize(nia.page, novi.mobilize);
  await logIn(nia.page, NIA);
  await nia.page.getByRole("heading", { name: "Welcome, Nia" }).waitFor();
  await there.reload();
  assert.equal(await seen.count(), 1);
});
