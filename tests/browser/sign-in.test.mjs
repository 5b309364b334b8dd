// The main job: a member signs in on a community with the association login, whatever the browser does on the way.

import assert from "node:assert/strict";

import { demo } from "./support/novi.mjs";
import { claims, stands, logIn, openHigherLogic, openMobilize, tabTo } from "./support/steps.mjs";
import { stage, story } from "./support/story.mjs";

const set = stage(demo);
const MARTA = "marta@lindqvistroofing.example";

story(set, "a member signs in on Mobilize, after a mistake", async ({ novi, visit }) => {
  const { page } = await visit();

  await openMobilize(page, novi.mobilize);
  await page.getByText("with your Harbor Trades Association login, to continue to Harbor Community (localhost)").waitFor();
  assert.ok(page.url().startsWith(`${novi.url}/log-in?`));
  await logIn(page, { email: MARTA, password: "not her password" });

  await page.getByRole("alert").getByText("That e-mail and password do not go together.").waitFor();
  assert.equal(await page.getByLabel("E-mail").inputValue(), MARTA);
  const password = page.getByLabel("Password", { exact: true });
  assert.equal(await password.inputValue(), "");
  assert.ok(await password.evaluate((field) => field === document.activeElement), "only the password is to be typed");
  await password.fill(novi.password);
  await password.press("Enter");

  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
  assert.equal(page.url(), `${novi.mobilize}/home`);
  const got = await claims(page);
  assert.match(got.sub, /^[0-9a-f-]{36}$/);
  assert.deepEqual(
    { name: got.name, email: got.email, company: got.company_name, issuer: got.iss },
    { name: "Marta Lindqvist", email: MARTA, company: "Lindqvist Roofing", issuer: novi.url },
  );
  assert.ok(JSON.parse(got.groups).includes("Board of Directors"));
});

story(set, "a custom domain brings its member back to itself", async ({ novi, visit }) => {
  const { page } = await visit();

  await openMobilize(page, novi.customDomain);
  await logIn(page, { email: MARTA, password: novi.password });

  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
  assert.equal(page.url(), `${novi.customDomain}/home`);
});

story(set, "one log-in opens Higher Logic too, which gets what it asked for", async ({ novi, visit }) => {
  const { page } = await visit();
  await openMobilize(page, novi.mobilize);
  await logIn(page, { email: MARTA, password: novi.password });
  const { sub } = await claims(page);

  await openHigherLogic(page, novi.higherLogic);

  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
  assert.equal(page.url(), `${novi.higherLogic}/home`);
  const got = await claims(page);
  assert.equal(got.sub, sub, "the same member on both");
  assert.equal(got.company_name, "Lindqvist Roofing");
  assert.equal(got.email, undefined, "the scope profile has no e-mail");
});

story(set, "the back button leads to the community again", async ({ novi, visit }) => {
  const { page } = await visit();
  await openMobilize(page, novi.mobilize);
  await logIn(page, { email: MARTA, password: novi.password });
  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();

  await page.goBack();
  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
});

story(set, "a log-in page that was sent, and sent again, signs in", async ({ novi, visit }) => {
  const { page } = await visit();
  await openMobilize(page, novi.mobilize);
  await page.getByLabel("E-mail").fill(MARTA);
  await page.getByLabel("Password", { exact: true }).fill(novi.password);

  await page.getByRole("button", { name: "Log in", exact: true }).dblclick();

  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
});

story(set, "two tabs with the same log-in page both end in the community", async ({ novi, visit }) => {
  const { page, context } = await visit();
  await openMobilize(page, novi.mobilize);
  const twin = await context.newPage();
  await twin.goto(page.url());

  await logIn(page, { email: MARTA, password: novi.password });
  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
  await logIn(twin, { email: MARTA, password: novi.password });

  await twin.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
});

story(set, "two tabs for two communities both arrive", async ({ novi, visit }) => {
  const { page, context } = await visit();
  const other = await context.newPage();
  await openMobilize(page, novi.mobilize);
  await openHigherLogic(other, novi.higherLogic);

  await logIn(page, { email: MARTA, password: novi.password });
  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
  await logIn(other, { email: MARTA, password: novi.password });

  await other.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
  assert.equal(other.url(), `${novi.higherLogic}/home`);
});

story(set, "a log-in page from before the log-out still signs in", async ({ novi, visit }) => {
  const { page, context } = await visit();
  await openMobilize(page, novi.mobilize);
  const old = await context.newPage();
  await old.goto(page.url());
  await logIn(page, { email: MARTA, password: novi.password });
  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.goto(`${novi.url}/log-out`);
  await page.getByRole("button", { name: "Log out" }).click();
  await stands(page, "You are logged out");

  await logIn(old, { email: MARTA, password: novi.password });

  // That request was answered once, so the community begins anew, and asks nobody for a password.
  await old.getByRole("button", { name: "Log in with your Harbor Trades login" }).click();
  await old.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
});

story(set, "a browser that lost its cookies is asked once more", async ({ novi, visit }) => {
  const { page, context } = await visit();
  await openMobilize(page, novi.mobilize);
  await context.clearCookies();

  await logIn(page, { email: MARTA, password: novi.password });
  await page.getByRole("alert").getByText("Your browser did not keep our cookie.").waitFor();
  await logIn(page, { email: MARTA, password: novi.password });

  // The request belonged to the cookie; where the community starts, it begins anew.
  await page.getByRole("button", { name: "Log in with your Harbor Trades login" }).click();
  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
});

story(set, "a bookmarked log-in page leads to where its community starts", async ({ novi, visit }) => {
  const { page } = await visit();
  await openMobilize(page, novi.mobilize);
  const bookmark = page.url();

  const { page: elsewhere } = await visit();
  await elsewhere.goto(bookmark);
  await logIn(elsewhere, { email: MARTA, password: novi.password });

  await elsewhere.waitForURL(`${novi.mobilize}/`);
  await elsewhere.getByRole("button", { name: "Log in with your Harbor Trades login" }).click();
  await elsewhere.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
});

story(set, "logging out is confirmed, and then the password is asked for again", async ({ novi, visit }) => {
  const { page } = await visit();
  await openMobilize(page, novi.mobilize);
  await logIn(page, { email: MARTA, password: novi.password });
  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();

  await page.goto(`${novi.url}/log-out`);
  await page.getByText("You are logged in as Marta Lindqvist.").waitFor();
  await page.getByRole("link", { name: "Stay logged in" }).click();
  await stands(page, "Hello, Marta");
  await page.getByRole("link", { name: "Log out" }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await stands(page, "You are logged out");

  await page.goto(`${novi.mobilize}/home`);
  await page.getByRole("button", { name: "Log out" }).click();
  await openMobilize(page, novi.mobilize);
  await page.getByLabel("Password", { exact: true }).waitFor();
  await page.goto(`${novi.url}/account`);
  await stands(page, "Log in");
});

story(set, "the keyboard alone signs in", async ({ novi, visit }) => {
  const { page } = await visit();
  await page.goto(novi.mobilize);

  await tabTo(page, page.getByRole("button", { name: "Log in with your Harbor Trades login" }));
  await page.keyboard.press("Enter");
  await page.getByLabel("E-mail").waitFor();
  await tabTo(page, page.getByLabel("E-mail"));
  await page.keyboard.type(MARTA);
  await page.keyboard.press("Tab");
  await page.keyboard.type(novi.password);
  await tabTo(page, page.getByRole("button", { name: "Show password" }));
  await page.keyboard.press("Enter");
  assert.equal(await page.getByLabel("Password", { exact: true }).getAttribute("type"), "text");
  await tabTo(page, page.getByRole("button", { name: "Log in", exact: true }));
  await page.keyboard.press("Enter");

  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
});

story(set, "the log-in form is what password managers expect", async ({ novi, visit }) => {
  const { page } = await visit();
  await page.goto(`${novi.url}/log-in`);

  const email = page.locator("form input[name=email][type=email][autocomplete=username]");
  const password = page.locator("form input[name=password][type=password][autocomplete=current-password]");

  assert.deepEqual([await email.count(), await password.count()], [1, 1]);
});

story(set, "a member signs in and out without JavaScript", async ({ novi, visit }) => {
  const { page } = await visit({ javaScriptEnabled: false });

  await openMobilize(page, novi.mobilize);
  assert.equal(await page.getByRole("button", { name: "Show password" }).count(), 0, "no button that does nothing");
  await logIn(page, { email: MARTA, password: novi.password });
  await page.getByRole("heading", { name: "Welcome, Marta" }).waitFor();
  assert.equal((await claims(page)).email, MARTA);

  await page.goto(`${novi.url}/log-out`);
  await page.getByRole("button", { name: "Log out" }).click();
  await stands(page, "You are logged out");
});
