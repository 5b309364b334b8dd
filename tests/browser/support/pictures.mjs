// Pictures of pages: those of the README where NOVI_SCREENSHOTS asks for them, all others in a folder for a look.

import { mkdir, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const DOCS = fileURLToPath(new URL("../../../docs/screenshots/", import.meta.url));
const PASSING = join(tmpdir(), `novi-sso-screenshots-${userInfo().uid}`);
const LARGEST = 150_000;

/** The whole page, in the folder for a look. */
export async function picture(page, name) {
  await mkdir(PASSING, { recursive: true });
  await page.screenshot({ path: join(PASSING, `${name}.png`), fullPage: true, animations: "disabled" });
}

/** What the README shows. A run that is not asked for pictures leaves the checkout as it is. */
export async function illustrate(page, name, viewport) {
  const before = page.viewportSize();
  const dir = process.env.NOVI_SCREENSHOTS ? DOCS : PASSING;
  await mkdir(dir, { recursive: true });
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme: "light" });
  const path = join(dir, `${name}-${viewport.width}.png`);
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
  const { size } = await stat(path);
  if (size > LARGEST) throw new Error(`${path} has ${size} bytes, more than ${LARGEST}`);
}
