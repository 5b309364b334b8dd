// What holds for every page: accessible, no sideways scrolling, on a desk and on a phone, by day and by night.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { picture } from "./pictures.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const NARROWEST = { width: 320, height: 640 };

/** Looks at the page as it stands, in every size and scheme, and keeps pictures of it. */
export async function looksRight(page, name) {
  const before = page.viewportSize();
  await page.evaluate(AXE);
  const wrong = [];
  for (const viewport of [DESK, PHONE]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const where = `${name}, ${viewport.width} px, ${colorScheme}`;
      wrong.push(...(await violations(page)).map((violation) => `${where}: ${violation}`));
      await picture(page, `${name}-${viewport.width}-${colorScheme}`);
    }
    wrong.push(...(await sticksOut(page)).map((what) => `${name}, ${viewport.width} px: ${what}`));
  }
  // WCAG 2.2, 1.4.10: a width of 320 CSS pixels is a desk at 400 %.
  await page.setViewportSize(NARROWEST);
  wrong.push(...(await sticksOut(page)).map((what) => `${name}, ${NARROWEST.width} px: ${what}`));
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null });
  assert.deepEqual(wrong, [], `${name} looks right`);
}

async function violations(page) {
  const found = await page.evaluate(async (rules) => {
    const result = await window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
    return result.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`),
    }));
  }, RULES);
  return found.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.join("\n  ")}`);
}

/** What makes a page scroll sideways; nothing where it does not. */
async function sticksOut(page) {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll("body *")].filter((it) => it.getBoundingClientRect().right > clientWidth);
    return [`scrolls sideways by ${scrollWidth - clientWidth} px`, ...wide.map((it) => it.outerHTML.slice(0, 100))];
  });
}
