// One Chromium for each test file; each visitor has cookies of their own and is watched for complaints.

import { chromium } from "playwright-core";

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Whatever is not on this machine does not exist: no test may ask for it.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];
const WAIT_MS = 15_000;

/** The sandbox needs more rights than a container gives, and none for pages of our own. */
export function launch() {
  const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: FLAGS, chromiumSandbox: false });
}

/** Somebody in a browser of their own. Closing it answers what the browser complained about. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(WAIT_MS);
  const complaints = [];
  // Init scripts run before the page's own, so that no report is missed.
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`CSP: ${event.effectiveDirective} blocked ${event.blockedURI || "inline"}`);
    });
  });
  context.on("page", (page) => watch(page, complaints));
  const page = await context.newPage();
  const leave = async () => {
    await context.close();
    return complaints;
  };
  return { context, page, complaints, leave };
}

function watch(page, complaints) {
  const complain = (what) => {
    if (!isIconOfThePageBefore(page, what)) complaints.push(`${page.url()}: ${what}`);
  };
  page.on("pageerror", (error) => complain(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !isAboutTheAnswer(message)) complain(message.text());
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // A click on the next link ends what the page before was still loading.
    if (why !== "net::ERR_ABORTED") complain(`${request.url()}: ${why}`);
  });
}

// Chromium fetches icons late: after a click it may ask for the icon of the page before in the name of the next one, whose
// policy forbids foreign images, and rightly so.
function isIconOfThePageBefore(page, what) {
  const icon = what.match(/https?:\/\/[^\s'"]+\/mark\.svg/)?.[0];
  return icon !== undefined && !page.url().startsWith(`${new URL(icon).origin}/`);
}

// The console counts every 4xx as an error, the page itself too; the tests ask for some of them.
function isAboutTheAnswer(message) {
  const isStatus = message.text().startsWith("Failed to load resource: the server responded with a status of 4");
  return isStatus && !/\/(sso-)?assets\//.test(message.location().url);
}
