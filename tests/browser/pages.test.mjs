// Every page there is: accessible, no sideways scrolling, no complaint of the browser, in every size and scheme.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { looksRight } from "./support/looks.mjs";
import { demo, fresh } from "./support/novi.mjs";
import { illustrate } from "./support/pictures.mjs";
import { logIn, openHigherLogic, openMobilize, setUp, skipNativeChecks, stands } from "./support/steps.mjs";
import { stage, story } from "./support/story.mjs";
import { deliver } from "./support/tool.mjs";

const RUTH = { email: "ruth@harbortrades.example", password: "three anchors and a rope" };
const LONG = `https://a-community-with-quite-a-long-name.example/${"and-a-long-path/".repeat(6)}callback`;

const empty = stage(fresh);
const harbor = stage(demo);
const seen = [];

/** A story whose pages are looked at, as often as it says so. */
function pages(set, name, tell) {
  story(set, `${name} look right`, async ({ novi, visit }) => {
    const look = async (page, picture) => {
      await looksRight(page, picture);
      seen.push(new URL(page.url()).pathname);
    };
    await tell({ novi, visit, look });
  });
}

pages(empty, "the steps of the first run", async ({ novi, visit, look }) => {
  const { page } = await visit();
  await page.goto(`${novi.url}/set-up?link=long-gone`);
  await look(page, "set-up-link-dead");

  await page.goto(novi.setUpLink);
  await look(page, "set-up-association");
  await skipNativeChecks(page);
  await page.getByLabel("Who helps members? E-mail").fill("help@");
  await page.getByLabel("Phone").fill("ask Ruth");
  await page.getByLabel("Association’s name").fill(" ");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Enter the name that members know.").waitFor();
  await look(page, "set-up-association-mistakes");
  await page.getByLabel("Association’s name").fill("Harbor Trades Association");
  await page.getByLabel("Who helps members? E-mail").fill("help@harbortrades.example");
  await page.getByLabel("Phone").fill("(555) 010-0142");
  await page.getByRole("button", { name: "Continue" }).click();
  await stands(page, "Your login");
  await look(page, "set-up-login");
  await skipNativeChecks(page);
  await page.getByRole("button", { name: "Finish" }).click();
  await page.getByText("Enter your first name.").waitFor();
  await look(page, "set-up-login-mistakes");
  await setUp(page, novi, RUTH);
  await look(page, "clients-none");
  await page.goto(`${novi.url}/account`);
  await look(page, "account-admin-no-communities");
  await page.goto(novi.setUpLink);
  await look(page, "set-up-link-used");
});

pages(harbor, "log-in and log-out", async ({ novi, visit, look }) => {
  const { page, context } = await visit();
  await page.goto(`${novi.url}/log-in`);
  await look(page, "log-in");
  await openMobilize(page, novi.mobilize);
  await look(page, "log-in-asking");
  await illustrate(page, "log-in", { width: 390, height: 700 });
  await logIn(page, { email: novi.member, password: "not her password" });
  await page.getByText("That e-mail and password do not go together.").waitFor();
  await look(page, "log-in-wrong");
  await context.clearCookies();
  await logIn(page, { email: novi.member, password: novi.password });
  await page.getByText("Your browser did not keep our cookie.").waitFor();
  await look(page, "log-in-cookies");
  await page.goto(`${novi.url}/log-in`);
  const tooMany = page.getByText("Too many tries.");
  for (let tries = 0; tries < 12 && !(await tooMany.isVisible()); tries += 1) {
    await logIn(page, { email: "nobody@harbortrades.example", password: `guess ${tries}` });
  }
  await tooMany.waitFor();
  await look(page, "log-in-too-many");

  await page.goto(`${novi.url}/log-in`);
  await logIn(page, { email: novi.member, password: novi.password });
  await stands(page, "Hello, Marta");
  await page.goto(`${novi.url}/log-out`);
  await look(page, "log-out");
  await page.getByRole("button", { name: "Log out" }).click();
  await stands(page, "You are logged out");
  await look(page, "logged-out");
});

pages(harbor, "a member's own pages", async ({ novi, visit, look }) => {
  const { page } = await visit();
  await page.goto(`${novi.url}/account`);
  await logIn(page, { email: novi.member, password: novi.password });
  await stands(page, "Hello, Marta");
  await look(page, "account");
  await page.getByLabel("Current password").fill("not her password");
  await page.getByLabel("New password").fill("copper kettle on friday");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("This is not your current password.").waitFor();
  await look(page, "account-current-wrong");
  await page.getByLabel("Current password").fill(novi.password);
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("That password is too short.").waitFor();
  await look(page, "account-new-short");
  await page.getByRole("link", { name: "Who sees your details" }).click();
  await stands(page, "Who sees your details");
  await look(page, "account-apps-none");
  await page.getByRole("link", { name: "Back to your account" }).click();
  await page.getByRole("button", { name: "Log out everywhere" }).click();
  await page.getByText("You are logged out on every device.").waitFor();
  await look(page, "logged-out-everywhere");
});

pages(harbor, "the communities", async ({ novi, visit, look }) => {
  const { page } = await visit();
  await page.goto(novi.mobilize);
  await look(page, "mobilize");
  await openMobilize(page, novi.customDomain);
  await logIn(page, { email: novi.member, password: novi.password });
  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
  await look(page, "mobilize-signed-in");
  await illustrate(page, "community", { width: 1280, height: 900 });
  await page.goto(`${novi.mobilize}/users/auth/openidconnect/callback?code=x&state=y`);
  await look(page, "mobilize-refused");
  await page.goto(novi.higherLogic);
  await look(page, "higher-logic");
  await openHigherLogic(page, novi.higherLogic);
  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
  await look(page, "higher-logic-signed-in");
  await page.goto(`${novi.higherLogic}/HigherLogic/Security/OAuth/Authentication.aspx?code=x&state=y`);
  await look(page, "higher-logic-refused");
});

pages(harbor, "the SSO clients", async ({ novi, visit, look }) => {
  const { page } = await visit();
  await page.goto(`${novi.url}/admin/sso-clients`);
  await logIn(page, { email: novi.admin, password: novi.password });
  await page.goto(`${novi.url}/admin/sso-clients`);
  await look(page, "clients");
  await page.locator("summary", { hasText: "Settings menu" }).click();
  await look(page, "clients-menu");
  await page.goto(`${novi.url}/admin/sso-clients?q=nothing+like+it`);
  await look(page, "clients-no-match");

  await page.goto(`${novi.url}/admin/sso-clients/new`);
  await look(page, "client-new");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Give it a name").first().waitFor();
  await look(page, "client-new-nothing-typed");
  await page.getByLabel("Redirect URL 1").fill(
    ["https://my_community.mobilize.io/users/auth/openidconnect/callback", "http://jobs.harbortrades.example/", `${LONG}#top`].join("\n"),
  );
  await page.getByText("Take over an existing Client Id").click();
  await page.getByLabel("Client Id", { exact: true }).fill("12345");
  await page.getByLabel("Secret Key", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Not saved yet: 6 things to correct.").waitFor();
  await look(page, "client-new-mistakes");

  await page.getByLabel("Name", { exact: true }).fill("Night School");
  await page.getByLabel("Client Id", { exact: true }).fill("");
  await page.getByLabel("Redirect URL 3").fill(LONG);
  await page.getByRole("button", { name: "Remove URL 2" }).click();
  await page.getByRole("button", { name: "Remove URL 1" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await stands(page, "SSO Clients");
  await look(page, "clients-added");
  await page.getByRole("link", { name: "Night School" }).click();
  await stands(page, "Night School");
  await look(page, "client");
  await page.getByRole("link", { name: "Close" }).click();
  await page.getByRole("link", { name: "Harbor Community" }).click();
  await stands(page, "Harbor Community");
  await illustrate(page, "sso-client", { width: 1280, height: 700 });
  await page.getByRole("button", { name: "Reveal Secret Key" }).click();
  await page.getByText("Copy it now.").waitFor();
  await look(page, "client-revealed");
});

pages(harbor, "what asks before it happens, and what became of it,", async ({ novi, visit, look }) => {
  const { client_id: id } = await novi.run(["client", "add", "--name", "Old Forum", "--redirect-url", LONG]);
  const { client_id: open } = await novi.run([
    ...["client", "add", "--name", "Phone App", "--redirect-url", "https://app.example/cb", "--token-auth-method", "none"],
  ]);
  const { page, context } = await visit();
  const client = `${novi.url}/admin/sso-clients/${id}`;
  await page.goto(`${novi.url}/log-in`);
  await logIn(page, { email: novi.admin, password: novi.password });
  await stands(page, "SSO Clients");
  await page.goto(`${novi.url}/admin/sso-clients/${open}`);
  await look(page, "client-public");

  await page.goto(client);
  const other = await context.newPage();
  await other.goto(client);
  await other.getByLabel("Name", { exact: true }).fill("Older Forum");
  await other.getByLabel("Redirect URL 1").fill(`${LONG},${LONG}2`);
  await other.getByRole("button", { name: "Save" }).click();
  await other.getByText("Saved.").waitFor();
  await look(other, "client-saved");
  await other.close();
  await page.getByLabel("Name", { exact: true }).fill("Oldest Forum");
  await page.getByRole("button", { name: "Save" }).click();
  await stands(page, "Two people changed this client");
  await look(page, "conflict");
  await page.getByRole("button", { name: "Save mine" }).click();
  await stands(page, "Oldest Forum");

  await page.goto(client);
  await page.getByText("For developers").click();
  await look(page, "client-developers");
  await page.getByLabel("Signed assertions").check();
  await page.getByLabel("Only members of these groups").check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Not saved yet: 2 things to correct.").waitFor();
  await look(page, "client-settings-wrong");
  await page.getByLabel("Secret Key, in the post body or by Basic").check();
  await page.getByLabel("Board of Directors").check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: /can no longer log in to Oldest Forum/ }).waitFor();
  await look(page, "permitted");
  await page.getByRole("button", { name: "Cancel" }).click();
  await stands(page, "Oldest Forum");
  assert.ok(await page.getByLabel("Board of Directors").isChecked(), "what was chosen is still there");

  await page.goto(`${client}/failures`);
  await look(page, "failures");
  await page.goto(`${client}/preview`);
  await page.getByLabel("Find a member").fill("lindqvist");
  await page.getByRole("button", { name: "Preview" }).click();
  await look(page, "preview-found");
  await page.getByRole("link", { name: "Marta Lindqvist" }).click();
  await page.getByRole("heading", { name: "About Marta Lindqvist" }).waitFor();
  await look(page, "preview");

  for (const step of ["new-secret", "delete", "switch-off"]) {
    await page.goto(`${client}/${step}`);
    await look(page, step);
  }
  await page.goto(`${client}/new-secret`);
  await page.getByRole("button", { name: "Make the new Secret Key" }).click();
  await page.getByText("The new Secret Key works now.").waitFor();
  await look(page, "client-two-keys");
  await page.getByRole("link", { name: "Remove" }).first().click();
  await page.getByRole("heading", { name: /^Remove the Secret Key/ }).waitFor();
  await look(page, "remove-secret");
  await page.goto(`${client}/switch-off`);
  await page.locator("[name=form_token]").evaluate((field) => (field.value = "old"));
  await page.getByRole("button", { name: "Switch off" }).click();
  await stands(page, "This page was open for too long");
  await look(page, "error-too-old");
  await page.goto(`${client}/switch-off`);
  await page.getByRole("button", { name: "Switch off" }).click();
  await stands(page, "Oldest Forum");
  await look(page, "client-off");
  await page.goto(`${novi.url}/admin/sso-clients`);
  await look(page, "clients-one-off");
  await page.goto(`${novi.url}/oauth/authorize?client_id=${id}&response_type=code&redirect_uri=${encodeURIComponent(LONG)}`);
  await stands(page, "Oldest Forum is switched off");
  await look(page, "error-client-off");
  await page.goto(`${novi.url}/account`);
  await look(page, "account-admin");
});

pages(harbor, "groups and what happened", async ({ novi, visit, look }) => {
  const { page } = await visit();
  await page.goto(`${novi.url}/admin/groups`);
  await logIn(page, { email: novi.admin, password: novi.password });
  await page.goto(`${novi.url}/admin/groups`);
  await stands(page, "Groups");
  await look(page, "groups");
  await page.goto(`${novi.url}/admin/groups?q=nothing+like+it`);
  await look(page, "groups-no-match");
  await page.goto(`${novi.url}/admin/groups/new`);
  await page.getByRole("button", { name: "Add group" }).click();
  await page.getByText("Give the group a name.").waitFor();
  await look(page, "group-new");
  await page.getByLabel("Name", { exact: true }).fill("Sailing Crew");
  await page.getByRole("button", { name: "Add group" }).click();
  await stands(page, "Sailing Crew");
  await look(page, "group-members-none");

  await page.getByRole("link", { name: "Add member" }).click();
  await page.getByLabel("Name or e-mail").fill("lind");
  await page.getByRole("button", { name: "Find" }).click();
  await look(page, "group-add");
  await page.getByRole("button", { name: "Add Marta Lindqvist" }).click();
  await page.getByText("Added.").waitFor();
  await look(page, "group-members");
  await page.getByRole("link", { name: "Paste a list" }).click();
  await look(page, "group-paste");
  await page.getByLabel("E-mails or UniqueIDs").fill(`${novi.member}\n${novi.admin}\nnobody@harbortrades.example`);
  await page.getByRole("button", { name: "Look them up" }).click();
  await page.getByText("1 was not found.").waitFor();
  await look(page, "group-paste-check");
  await page.getByRole("button", { name: "Add 1" }).click();
  await page.getByText("Members (2)").waitFor();
  await page.getByRole("button", { name: "Remove Marta Lindqvist" }).click();
  await page.getByText("Members (1)").waitFor();
  await page.getByRole("link", { name: "Details" }).click();
  await look(page, "group-details");
  await page.getByLabel("Name", { exact: true }).fill("Crew");
  await page.getByRole("button", { name: "Save" }).first().click();
  await stands(page, "Crew");
  await page.getByRole("link", { name: "History" }).click();
  await page.getByText("was removed from").waitFor();
  await look(page, "group-history");

  await page.goto(`${novi.url}/admin/groups`);
  await page.getByRole("link", { name: "Board of Directors" }).click();
  await page.getByRole("link", { name: "Members (" }).click();
  await look(page, "group-members-long");
  await page.getByRole("link", { name: "Details" }).click();
  await page.getByRole("link", { name: "Delete group" }).click();
  await look(page, "group-delete");
  await page.goto(`${novi.url}/admin/events`);
  await stands(page, "Events");
  await look(page, "events");
  await page.getByLabel("Who or what").fill("marta");
  await page.getByLabel("About").selectOption("People, companies and groups");
  await page.getByRole("button", { name: "Find" }).click();
  await look(page, "events-found");
});

pages(harbor, "groups on the platforms", async ({ novi, visit, look }) => {
  const { page } = await visit();
  await page.goto(`${novi.url}/admin/groups`);
  await logIn(page, { email: novi.admin, password: novi.password });
  await page.goto(`${novi.url}/admin/groups`);
  const held = page.getByText("Held").first();
  await held.waitFor({ timeout: 30_000 });
  await look(page, "groups-synced");
  await page.getByRole("link", { name: "Look first" }).click();
  await page.getByText("Kofi Mensah").waitFor();
  await look(page, "plan-held");
  const group = page.url().match(/groups\/([^/]+)\//)[1];
  await page.goto(`${novi.url}/admin/groups/${group}`);
  await look(page, "group-linked");
  await page.goto(`${novi.url}/admin/groups/${group}/members`);
  await look(page, "group-members-synced");
  await page.goto(`${novi.url}/admin/groups/${group}/preview`);
  await look(page, "group-preview");
  const { members } = await novi.run(["group", "members", "--group", group]);
  await page.goto(`${novi.url}/admin/members/${members[0].record_id}`);
  await look(page, "record-synced");
  await page.goto(`${novi.url}/admin/members/${members[0].record_id}/sent`);
  await look(page, "record-sent");
  await page.goto(`${novi.url}/admin/groups/${group}/history`);
  await page.getByRole("heading", { name: "Full checks" }).waitFor();
  await look(page, "group-history-synced");

  // What is asked before a link is ended, and refused before one is made.
  await page.goto(`${novi.url}/admin/groups/${group}`);
  await page.getByLabel("Mobilize Group").selectOption("");
  await page.getByRole("button", { name: "Save" }).first().click();
  await page.getByText("Nobody is removed").first().waitFor();
  await look(page, "group-unlink");
  await page.goto(`${novi.url}/admin/groups`);
  await page.getByRole("link", { name: "Add group" }).first().click();
  await page.getByLabel("Name").fill("Harbor Watch");
  await page.getByRole("button", { name: "Add group" }).click();
  await page.waitForURL(/groups\/[0-9a-f-]{36}/);
  const watch = page.url().match(/groups\/([0-9a-f-]{36})/)[1];
  await page.goto(`${novi.url}/admin/groups/${watch}`);
  await page.getByLabel("Sync to Higher Logic").check();
  await page.getByRole("button", { name: "Save" }).first().click();
  await page.getByText("Choose a Group Type").waitFor();
  await look(page, "group-refused");
  await page.goto(`${novi.url}/admin/groups/${watch}`);
  await page.getByLabel("Sync to Higher Logic").check();
  await page.getByLabel("Community", { exact: true }).check();
  await page.getByRole("button", { name: "Save" }).first().click();
  await page.getByText("Higher Logic Sync Status").waitFor();
  await look(page, "group-higher-logic");

  // A plan from its release to its end.
  await page.goto(`${novi.url}/admin/groups`);
  await page.getByRole("link", { name: "Look first" }).click();
  const [number] = (await page.getByRole("button", { name: /^Remove \d+/ }).innerText()).match(/\d+/);
  await page.locator("#count").fill(number);
  await page.getByRole("button", { name: /^Remove \d+/ }).click();
  await page.getByText("Released. They are removed a few at a time.").waitFor();
  await look(page, "plan-released");
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  if (await stop.isVisible()) {
    await stop.click();
    await page.getByText("Nobody more is removed.").waitFor();
    await look(page, "plan-stopped");
  }

  await novi.run(["sync", "staging", "off"]);
  await page.goto(`${novi.url}/admin/groups`);
  await look(page, "groups-staging");
  await page.goto(`${novi.url}/admin/move`);
  await look(page, "move-staging");
  await novi.run(["sync", "staging", "live"]);
});

pages(harbor, "people and companies", async ({ novi, visit, look }) => {
  const { page, context } = await visit();
  await page.goto(`${novi.url}/log-in`);
  await logIn(page, { email: novi.admin, password: novi.password });
  await stands(page, "SSO Clients");
  await page.getByRole("link", { name: "Members", exact: true }).click();
  await stands(page, "Members");
  await look(page, "members");
  await page.getByRole("link", { name: "Next page" }).click();
  await look(page, "members-next");
  await page.goto(`${novi.url}/admin/members?q=nothing+like+it`);
  await look(page, "members-no-match");
  await page.getByLabel("Name, e-mail or company").fill("lindqvist");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("link", { name: "Marta Lindqvist" }).click();
  await stands(page, "Marta Lindqvist");
  const marta = page.url();
  await look(page, "person");

  await page.getByRole("link", { name: "Edit Marta Lindqvist" }).click();
  await look(page, "person-edit");
  const other = await context.newPage();
  await other.goto(`${marta}/edit`);
  await other.getByLabel("Job title").fill("Chair");
  await other.getByRole("button", { name: "Save" }).click();
  await other.getByText("Saved.").waitFor();
  await look(other, "person-changed");
  await other.close();
  await page.getByLabel("Job title").fill("A job with quite a long title, of the sort that boards and committees give each other");
  await page.getByLabel("Bio").fill("Roofs.\nAnd boats.");
  await page.getByLabel("Website").fill("https://lindqvistroofing.example/a-page-with-quite-a-long-name/and-more-of-it");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Somebody else saved this record").waitFor();
  await look(page, "person-conflict");
  await page.getByLabel("Website").fill("lindqvistroofing.example");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Not saved yet: 1 thing to correct.").waitFor();
  await look(page, "person-mistakes");

  for (const [step, name] of [["login", "login-change"], ["login/disable", "login-disable"], ["deactivate", "deactivate"]]) {
    await page.goto(`${marta}/${step}`);
    await look(page, name);
  }
  await page.goto(`${marta}/login`);
  await page.getByLabel("Log-in e-mail").fill(novi.admin);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Somebody else logs in with this e-mail.").waitFor();
  await look(page, "login-taken");

  await page.goto(`${novi.url}/admin/members`);
  await page.getByRole("link", { name: "Add person" }).click();
  await look(page, "person-new");
  await page.getByLabel("First name").fill("Oliver");
  await page.getByLabel("Last name").fill("Lim");
  await page.getByLabel("Company").fill("Lim Carpentry");
  await page.getByRole("button", { name: "Save" }).click();
  await stands(page, "Oliver Lim");
  await look(page, "person-without-login");
  await page.getByRole("link", { name: "Add a login" }).click();
  await look(page, "login-add");
  await page.getByLabel("Log-in e-mail").fill("o.lim@newcomer.example");
  await page.getByRole("button", { name: "Save" }).click();
  await stands(page, "Oliver Lim");
  await page.getByRole("link", { name: "Switch login off" }).click();
  await page.getByRole("button", { name: "Switch login off" }).click();
  await page.getByText("This login is switched off.").waitFor();
  await look(page, "person-login-off");
  await page.getByRole("link", { name: "Deactivate" }).click();
  await page.getByRole("button", { name: "Deactivate" }).click();
  await page.getByText("This record is deactivated.").waitFor();
  await look(page, "person-deactivated");
  await page.getByRole("link", { name: "Lim Carpentry" }).click();
  await stands(page, "Lim Carpentry");
  await look(page, "company");
  await page.goto(`${novi.url}/admin/members/new?kind=company`);
  await look(page, "company-new");
});

pages(harbor, "the association settings", async ({ novi, visit, look }) => {
  const { page } = await visit();
  await page.goto(`${novi.url}/log-in`);
  await logIn(page, { email: novi.admin, password: novi.password });
  await stands(page, "SSO Clients");
  await page.goto(`${novi.url}/admin/settings`);
  await look(page, "settings");
  await skipNativeChecks(page);
  await page.getByLabel("Who helps members? E-mail").fill("help@");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("[aria-invalid]").waitFor();
  await look(page, "settings-mistakes");
  await page.getByRole("link", { name: "Custom Fields" }).click();
  await page.getByText("No custom fields yet").waitFor();
  await look(page, "fields-none");
  await page.getByRole("link", { name: "Add field" }).click();
  await look(page, "field-new");
  await skipNativeChecks(page);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Give the field a label.").waitFor();
  await look(page, "field-mistake");
  for (const [label, kind] of [["Year of graduation", "Number"], ["Volunteers", "Yes or no"]]) {
    await page.goto(`${novi.url}/admin/settings/fields/new`);
    await page.getByLabel("Label").fill(label);
    await page.getByLabel(kind).check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: label }).waitFor();
  }
  await look(page, "fields");
  await page.getByRole("link", { name: "Volunteers" }).click();
  await look(page, "field");
  await page.getByRole("link", { name: "Delete" }).click();
  await look(page, "field-delete");
  await page.goto(`${novi.url}/admin/members/new`);
  await look(page, "person-new-custom");
});

pages(harbor, "integrations, guides and the move", async ({ novi, visit, look }) => {
  const { page } = await visit();
  const integrations = `${novi.url}/admin/settings/integrations`;
  await page.goto(integrations);
  await logIn(page, { email: novi.admin, password: novi.password });
  await page.goto(integrations);
  await stands(page, "Association Settings");
  await look(page, "integrations-connected");
  for (const platform of ["Mobilize", "Higher Logic"]) {
    await page.getByRole("link", { name: `Disconnect ${platform}` }).click();
    await stands(page, `Disconnect ${platform}?`);
    await page.locator("main form button.danger").click();
    await page.waitForURL(integrations);
  }
  await look(page, "integrations-none");
  await page.locator("#mobilize-key").fill("mk_93f1c07a22");
  await page.locator("form[action$=mobilize] summary").click();
  await page.locator("#mobilize-address").fill("http://127.0.0.1:1/v1");
  await page.getByRole("button", { name: "Test Connection to Mobilize" }).click();
  await page.getByText("Paste the API Secret.").waitFor();
  await look(page, "integrations-mistakes");
  await page.goto(integrations);
  await page.locator("#mobilize-key").fill("mk_93f1c07a22");
  await page.locator("#mobilize-secret").fill("not the secret");
  await page.getByRole("button", { name: "Save Mobilize" }).click();
  await page.getByText("Saved. Sync waits").waitFor();
  await page.locator("#higher-logic-key").fill("hl-93f1c07a22");
  await page.locator("#higher-logic-tenant").fill("HARBORTRADES");
  await page.getByLabel("MembershipIntegrateBio").check();
  await page.getByRole("button", { name: "Save Higher Logic" }).click();
  await page.getByText("Groups wait for this.").waitFor();
  await look(page, "integrations");
  await page.getByRole("link", { name: "Replace Mobilize" }).click();
  await look(page, "integrations-replace");
  await page.goto(integrations);
  await page.getByRole("button", { name: "Pause Mobilize" }).click();
  await page.getByText("Nothing is sent until it is resumed.").waitFor();
  await page.getByRole("link", { name: "Disconnect Mobilize" }).click();
  await stands(page, "Disconnect Mobilize?");
  await look(page, "integrations-disconnect");

  await page.goto(`${novi.url}/admin/connect`);
  await stands(page, "Connect");
  await look(page, "connect");
  await page.getByRole("link", { name: "Connect Mobilize" }).click();
  await stands(page, "Connect Mobilize");
  await look(page, "connect-mobilize");
  await page.goto(`${novi.url}/admin/connect/forj`);
  await page.getByLabel("Your community’s address").fill("harbor trades");
  await page.getByRole("button", { name: "Use this address" }).click();
  await page.getByText("This is no address of a community.").waitFor();
  await look(page, "connect-forj");
  await page.goto(`${novi.url}/admin/connect/higher-logic`);
  await look(page, "connect-higher-logic");
  await page.getByRole("link", { name: "Print the Technical Worksheet" }).click();
  await stands(page, "Technical Worksheet for Higher Logic");
  await look(page, "worksheet");
  await page.goto(`${novi.url}/admin/move`);
  await stands(page, "Move to live");
  await look(page, "move");
});

pages(harbor, "automation tools", async ({ novi, visit, look }) => {
  const { page } = await visit();
  const hooks = `${novi.url}/admin/settings/hooks`;
  await page.goto(hooks);
  await logIn(page, { email: novi.admin, password: novi.password });
  await page.goto(hooks);
  await look(page, "hooks-none");
  await page.goto(`${hooks}/new`);
  await look(page, "hooks-new");
  await page.getByRole("button", { name: "Add it and show its secret" }).click();
  await page.getByText("Enter a name.").waitFor();
  await look(page, "hooks-new-wrong");
  await page.getByLabel("Name", { exact: true }).fill("Forj, by Zapier");
  await page.getByRole("button", { name: "Add it and show its secret" }).click();
  await page.getByText("Copy both into the tool now.").waitFor();
  await look(page, "hooks-made");
  const tool = {
    url: await page.getByLabel("URL", { exact: true }).inputValue(),
    secret: await page.getByLabel("Secret", { exact: true }).inputValue(),
  };
  const hook = `${hooks}/${tool.url.split("/").at(-1)}`;
  await page.goto(hook);
  await look(page, "hook-unused");

  const { members } = await novi.run(["member", "list"]);
  const answers = [];
  for (const [number, { member_id: member }] of members.slice(0, 13).entries()) {
    const fields = { phone: `555 ${1000 + number}`, bio: "Roofs, walls and what is between them.", role: "admin" };
    answers.push((await deliver(tool, { member, fields })).result);
  }
  assert.deepEqual(answers.slice(-2), ["waiting", "waiting"]);
  await page.goto(hook);
  await look(page, "hook-held");
  await page.goto(hooks);
  await look(page, "hooks-held");
  await page.goto(`${hook}/waiting`);
  await look(page, "hook-waiting");
  await page.getByRole("button", { name: /^Let \d+ updates through$/ }).click();
  await page.getByText("Let through.").waitFor();
  await look(page, "hook");
  await page.goto(`${hook}/waiting`);
  await look(page, "hook-waiting-none");

  await page.goto(`${hook}/new-secret`);
  await look(page, "hook-new-secret");
  await page.getByRole("button", { name: "Make a new secret" }).click();
  await page.getByText("Copy the new secret into the tool now.").waitFor();
  await look(page, "hooks-made-again");
  await page.goto(`${hook}/new-secret`);
  await look(page, "hook-new-secret-overlap");
  await page.goto(`${hook}/close`);
  await look(page, "hook-close");
  await page.getByRole("button", { name: "Close Forj, by Zapier" }).click();
  await page.getByText("Nothing that it sends is taken any more.").waitFor();
  await look(page, "hooks-closed");
  await page.goto(hook);
  await look(page, "hook-closed");
});

pages(harbor, "errors", async ({ novi, visit, look }) => {
  const { page } = await visit();
  const { clients: [{ client_id: id }] } = await novi.run(["client", "list"]);
  const authorize = `${novi.url}/oauth/authorize?response_type=code`;
  const errors = [
    ["not-found", `${novi.url}/no-such-page`, "There is no page here"],
    ["method", `${novi.url}/account/password`, "This address does not work that way"],
    ["host", `${novi.url.replace("localhost", "127.0.0.1")}/log-in`, "No association lives at this address"],
    ["unknown-client", `${authorize}&client_id=7b0e`, "We do not know the website you came from"],
    ["redirect", `${authorize}&client_id=${id}&redirect_uri=https://evil.example/`, /^We could not open /],
    ["malformed", `${authorize}&client_id=${id}&client_id=${id}`, "We could not understand the request"],
  ];
  for (const [name, url, title] of errors) {
    await page.goto(url);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await look(page, `error-${name}`);
  }

  await page.goto(`${novi.url}/log-in`);
  await logIn(page, { email: novi.member, password: "x".repeat(10_000) });
  await stands(page, "That was too much at once");
  await look(page, "error-too-large");
  await page.goto(`${novi.url}/log-in`);
  await logIn(page, { email: novi.member, password: novi.password });
  await stands(page, "Hello, Marta");
  await page.goto(`${novi.url}/admin/sso-clients`);
  await stands(page, "This page is for administrators");
  await look(page, "error-forbidden");
});

test("no page of the router was left out", async () => {
  const router = await readFile(new URL("../../src/router.rs", import.meta.url), "utf8");
  const mounted = [...router.matchAll(/\("GET", "([^"]+)"\)/g)].map(([, path]) => path);
  // Neither what only software reads, nor the parts of pages that the script asks for again.
  const software = /^\/(\.well-known\/|oauth\/|sso-assets\/|sso\/auth$|healthz$|readyz$|$)|\/sync$/;

  const pages = mounted.filter((path) => !software.test(path));
  const shape = (path) => new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
  const leftOut = pages.filter((path) => !seen.some((it) => shape(path).test(it)));

  assert.ok(pages.length > 9, "the router could be read");
  assert.deepEqual(leftOut, []);
});
