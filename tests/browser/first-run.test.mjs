// First run: from the set-up link that `serve` prints to a Client Id and Secret Key that work.

import assert from "node:assert/strict";

import { addMember, fresh } from "./support/novi.mjs";
import { platform } from "./support/platform.mjs";
import { stage, story } from "./support/story.mjs";
import { stands, logIn, setUp, skipNativeChecks } from "./support/steps.mjs";

const set = stage(fresh);
const RUTH = { email: "ruth@harbortrades.example", password: "three anchors and a rope" };
const CALLBACK = "https://harbortrades.mobilize.io/users/auth/openidconnect/callback";

story(set, "a set-up link makes the first admin, once", async ({ novi, visit }) => {
  const { page } = await visit();

  await page.goto(novi.setUpLink);
  assert.equal(await page.getByLabel("Association’s name").inputValue(), "", "nobody calls it by its host name");
  await skipNativeChecks(page);
  await page.getByLabel("Who helps members? E-mail").fill("help@");
  await page.getByLabel("Phone").fill("ask Ruth");
  await page.getByRole("button", { name: "Continue" }).click();

  await assertError(page.getByLabel("Association’s name"), "Enter the name that members know.");
  await assertError(page.getByLabel("Who helps members? E-mail"), /not a whole e-mail address/);
  await assertError(page.getByLabel("Phone"), /A phone number has digits/);
  assert.equal(await page.getByLabel("Phone").inputValue(), "ask Ruth", "nothing typed is lost");

  await page.getByLabel("Association’s name").fill("Harbor Trades Association");
  await page.getByLabel("Who helps members? E-mail").fill("help@harbortrades.example");
  await page.getByLabel("Phone").fill("(555) 010-0142");
  await page.getByRole("button", { name: "Continue" }).click();
  await stands(page, "Your login");

  await skipNativeChecks(page);
  await page.getByLabel("First name").fill("Ruth");
  await page.getByLabel("E-mail").fill("ruth");
  await page.getByLabel("Password", { exact: true }).fill("Harbor Trades Association 1");
  await page.getByRole("button", { name: "Finish" }).click();

  await assertError(page.getByLabel("Last name"), "Enter your last name.");
  await assertError(page.getByLabel("E-mail"), /not a whole e-mail address/);
  await assertError(page.getByLabel("Password", { exact: true }), /easy to guess/);
  assert.equal(await page.getByLabel("First name").inputValue(), "Ruth", "nothing typed is lost");
  assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "", "a password never comes back");

  await page.getByLabel("Last name").fill("Okafor");
  await page.getByLabel("E-mail").fill(RUTH.email);
  await page.getByLabel("Password", { exact: true }).fill(RUTH.password);
  await page.getByRole("button", { name: "Finish" }).click();
  await stands(page, "SSO Clients");
  await page.getByRole("status").getByText("Your association is ready.").waitFor();
  await page.getByRole("heading", { name: "No SSO clients yet" }).waitFor();

  await page.goto(novi.setUpLink);
  await stands(page, "This link does not work any more");
});

story(set, "an SSO client is added in spite of mistakes, and its keys are copied", async ({ novi, visit }) => {
  const { page, context } = await visit();
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: novi.url });
  await setUp(page, novi, RUTH);

  await page.getByRole("link", { name: "Add SSO Client" }).first().click();
  await stands(page, "Add SSO Client");
  const typed = CALLBACK.replace("harbortrades", "my_community");
  await page.getByLabel("Name", { exact: true }).fill("Harbor Community");
  await page.getByLabel("Redirect URL 1").fill(typed);
  await page.getByRole("button", { name: "Save" }).click();

  await page.getByRole("alert").getByText("Not saved yet: one thing to correct.").waitFor();
  await assertError(page.getByLabel("Redirect URL 1"), "Replace my_community with your community’s name.");
  assert.equal(await page.getByLabel("Redirect URL 1").inputValue(), typed, "nothing typed is lost");
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Harbor Community");

  await page.getByLabel("Redirect URL 1").fill(`${CALLBACK}, ${novi.url}/a, ${novi.url}/b`);
  await page.getByRole("button", { name: "Add another URL" }).click();
  assert.deepEqual(await urls(page), [CALLBACK, `${novi.url}/a`, `${novi.url}/b`, ""], "a pasted list is sorted out");
  await page.getByRole("button", { name: "Remove URL 2" }).click();
  assert.deepEqual((await urls(page)).filter(Boolean), [CALLBACK, `${novi.url}/b`]);
  await page.getByRole("button", { name: "Save" }).click();

  await stands(page, "SSO Clients");
  await page.getByRole("status").getByText("Added.").waitFor();
  await page.getByRole("row", { name: /Harbor Community/ }).getByText("Not used yet").waitFor();

  await page.getByRole("link", { name: "Harbor Community" }).click();
  const clientId = await copied(page, "Client Id");
  assert.match(clientId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(await copied(page, "Directory Document"), novi.url);
  const masked = await page.getByLabel("Secret Key", { exact: true }).inputValue();
  assert.match(masked, /•{8}/, "the Secret Key is not shown to whoever passes by");

  await page.getByRole("button", { name: "Reveal Secret Key" }).click();
  const secretKey = await copied(page, "Secret Key");
  assert.match(secretKey, /^[\w-]{32,}$/, "nobody asks for a password that was just typed");
  await page.goto(page.url().replace(/\/reveal$/, ""));
  assert.equal(await page.getByLabel("Secret Key", { exact: true }).inputValue(), masked);
  await page.getByText(/Last shown by Ruth Okafor/).waitFor();
});

story(set, "the copied keys sign a member in", async ({ novi, visit }) => {
  const { page } = await visit();
  const community = await platform();
  const ann = await addMember(novi, { email: "ann@acme.example", password: "seven boats at the pier" });
  try {
    await setUp(page, novi, RUTH);
    await page.getByRole("link", { name: "Add SSO Client" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("Night School");
    await page.getByLabel("Redirect URL 1").fill(community.callback);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: "Night School" }).click();
    const client_id = await page.getByLabel("Client Id", { exact: true }).inputValue();
    await page.getByRole("button", { name: "Reveal Secret Key" }).click();
    const client_secret = await page.getByLabel("Secret Key", { exact: true }).inputValue();

    const { page: hers } = await visit();
    await hers.goto(community.authorizeUrl(novi.url, client_id));
    await hers.getByText("to continue to Night School").waitFor();
    await logIn(hers, ann);
    await hers.getByText("The community has a code.").waitFor();

    const claims = await community.redeem(novi.url, { client_id, client_secret });
    assert.equal(claims.sub, ann.id);
    assert.equal(claims.email, ann.email);
  } finally {
    await community.close();
  }
});

story(set, "what cannot be undone asks first", async ({ novi, visit }) => {
  const { page } = await visit();
  await setUp(page, novi, RUTH);
  const added = await novi.run(["client", "add", "--name", "Old Forum", "--redirect-url", "https://old.example/cb"]);
  await page.goto(`${novi.url}/admin/sso-clients/${added.client_id}`);

  await page.getByRole("link", { name: "Switch off" }).click();
  await stands(page, "Switch off Old Forum?");
  await page.getByText("Nobody is logged in there now.").waitFor();
  await page.getByRole("link", { name: "Cancel" }).click();
  await stands(page, "Old Forum");
  await page.getByRole("link", { name: "Switch off" }).click();
  await page.getByRole("button", { name: "Switch off Old Forum" }).click();
  await page.getByRole("status").getByText("Switched off.").waitFor();
  await page.getByText("By Ruth Okafor, just now").first().waitFor();

  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("status").getByText("Switched on.").waitFor();

  await page.getByRole("link", { name: "Make a new Secret Key" }).click();
  await stands(page, "Make a new Secret Key for Old Forum?");
  await page.getByLabel("stops working at once").check();
  await page.getByRole("button", { name: "Make the new Secret Key" }).click();
  await page.getByRole("status").getByText("The new Secret Key works now.").waitFor();

  await page.getByRole("link", { name: "Delete" }).click();
  await stands(page, "Delete Old Forum?");
  await page.getByRole("button", { name: "Delete Old Forum" }).click();
  await stands(page, "SSO Clients");
  await page.getByRole("status").getByText("Deleted.").waitFor();
  assert.equal(await page.getByRole("link", { name: "Old Forum" }).count(), 0);
});

story(set, "lines for redirect URLs come and go, empty ones too", async ({ novi, visit }) => {
  const { page } = await visit();
  await setUp(page, novi, RUTH);
  await page.goto(`${novi.url}/admin/sso-clients/new`);
  const add = page.getByRole("button", { name: "Add another URL" });

  await add.click();
  assert.deepEqual(await urls(page), ["", ""]);
  await page.getByLabel("Redirect URL 2").fill("https://second.example/cb");
  await add.click();
  assert.deepEqual(await urls(page), ["", "https://second.example/cb", ""]);
  await page.getByRole("button", { name: "Remove URL 3" }).click();
  await page.getByRole("button", { name: "Remove URL 1" }).click();

  assert.deepEqual(await urls(page), ["https://second.example/cb"]);
  assert.equal(await page.getByRole("alert").count(), 0, "nothing is judged yet");
});

story(set, "the Enter key saves, and removes no redirect URL", async ({ novi, visit }) => {
  const { page } = await visit();
  await setUp(page, novi, RUTH);

  await page.goto(`${novi.url}/admin/sso-clients/new`);
  await page.getByLabel("Redirect URL 1").fill("https://enter.example/cb");
  await page.getByLabel("Name", { exact: true }).fill("By Enter");
  await page.getByLabel("Name", { exact: true }).press("Enter");

  await page.getByRole("row", { name: /By Enter.*enter\.example/ }).waitFor();
});

story(set, "a client is added without JavaScript", async ({ novi, visit }) => {
  const { page } = await visit({ javaScriptEnabled: false });
  await setUp(page, novi, RUTH);

  await page.getByRole("link", { name: "Add SSO Client" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Plain");
  await page.getByLabel("Redirect URL 1").fill("https://plain.example/one");
  await page.getByRole("button", { name: "Add another URL" }).click();
  await page.getByLabel("Redirect URL 2").fill("https://plain.example/two");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: "Plain" }).click();

  assert.deepEqual(await urls(page), ["https://plain.example/one", "https://plain.example/two"]);
  assert.equal(await page.locator("[data-scripted] button:visible").count(), 0, "no button that does nothing");
  await page.getByRole("button", { name: "Reveal Secret Key" }).click();
  assert.match(await page.getByLabel("Secret Key", { exact: true }).inputValue(), /^[\w-]{32,}$/);
});

async function assertError(field, sentence) {
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  const ids = (await field.getAttribute("aria-describedby")).split(" ");
  const told = await Promise.all(ids.map((id) => field.page().locator(`#${id}`).innerText()));
  assert.match(told.join("\n"), sentence instanceof RegExp ? sentence : new RegExp(sentence.replaceAll(".", "\\.")));
}

function urls(page) {
  return page.getByLabel(/^Redirect URL \d+$/).evaluateAll((fields) => fields.map((field) => field.value));
}

/** Presses the copy button of a value, and answers what the clipboard has then. */
async function copied(page, label) {
  await page.evaluate(() => navigator.clipboard.writeText("nothing yet"));
  const value = await page.getByLabel(label, { exact: true }).inputValue();
  const button = page.getByRole("button", { name: new RegExp(`^(Copy|Copied) ${label}$`) });
  await button.click();
  await button.getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), value);
  return value;
}
