// Steps that many stories share, said as a person would.

/** Waits until this is the heading of what can be used: behind a modal stands another. */
export function stands(page, title) {
  return page.locator(`h1:not([inert] *):text-is(${JSON.stringify(title)})`).waitFor();
}

/** So that the server says what is wrong, as it does to browsers that do not look themselves. */
export function skipNativeChecks(page) {
  return page.evaluate(() => {
    for (const form of document.forms) form.noValidate = true;
  });
}

export async function logIn(page, { email, password }) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

/** Ends signed in as the first admin, whoever of the stories came first. */
export async function setUp(page, novi, { email, password }) {
  await page.goto(novi.setUpLink);
  if (!(await page.getByLabel("Association’s name").isVisible())) {
    await page.getByRole("link", { name: "Log in" }).click();
    await logIn(page, { email, password });
  } else {
    await page.getByLabel("Association’s name").fill("Harbor Trades Association");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel("First name").fill("Ruth");
    await page.getByLabel("Last name").fill("Okafor");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Finish" }).click();
  }
  await stands(page, "SSO Clients");
}

/** Moves with the Tab key until the wanted element has the focus. */
export async function tabTo(page, wanted) {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press("Tab");
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`the Tab key does not lead to ${wanted}`);
}

export async function openMobilize(page, origin) {
  await page.goto(origin);
  await page.getByRole("button", { name: "Log in with your Harbor Trades login" }).click();
}

export async function openHigherLogic(page, origin) {
  await page.goto(origin);
  await page.getByRole("link", { name: "Sign in with Harbor Trades" }).click();
}

/** What the community shows of what it got, by name. */
export async function claims(page) {
  await page.getByRole("heading", { name: "Claims received" }).waitFor();
  const rows = await page.locator("table.claims tbody tr").evaluateAll((all) =>
    all.map((row) => [row.cells[0].textContent, row.cells[1].textContent]),
  );
  return Object.fromEntries(rows);
}
