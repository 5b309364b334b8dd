// The side job: whoever is in a group here is in its counterpart on the community, a moment later.

import assert from "node:assert/strict";

import { addMember, demo } from "./support/novi.mjs";
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
  await page.waitForURL(`${person}/login`);
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

story(set, "the page of a held group says by itself that somebody else is in step (R76, R78)", async ({ novi, visit }) => {
  await addMember(novi, { email: "ada@amadi.example", password: "nine quiet hammers", firstName: "Ada", lastName: "Amadi" });
  const { page } = await visit();
  await page.goto(`${novi.url}/log-in`);
  await logIn(page, { email: novi.admin, password: novi.password });
  await stands(page, "SSO Clients");
  await page.goto(`${novi.url}/admin/groups`);
  await page.getByRole("link", { name: "Board of Directors" }).click();
  await page.getByRole("link", { name: "Members (" }).click();
  await page.getByRole("link", { name: "Add member" }).click();
  await page.getByLabel("Name or e-mail").fill("Amadi");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("button", { name: "Add Ada Amadi" }).click();
  const row = page.getByRole("row", { name: /Ada Amadi/ });
  await row.waitFor();
  await page.evaluate(() => {
    window.isTheSamePage = true;
  });

  // The group is held, because somebody was added by hand in Mobilize; others are sent all the same.
  await row.getByText("Up To Date").waitFor({ timeout: 60_000 });

  assert.ok(await page.evaluate(() => window.isTheSamePage), "nobody loaded it anew");
  assert.match(await page.locator("#sync-summary").textContent(), /Mobilize/, "it is said aloud, too");
});
