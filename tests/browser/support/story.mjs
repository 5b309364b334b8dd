// A test told as a story: who visits, what they do, and that no browser complained on the way.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, visitor } from "./browser.mjs";

/** The product and a browser for all stories of a file; both end with it. */
export function stage(start) {
  const set = { novi: null, browser: null };
  before(async () => {
    // Both are waited for even when one fails, so that the other is ended too.
    const [novi, browser] = await Promise.allSettled([start(), launch()]);
    Object.assign(set, { novi: novi.value, browser: browser.value });
    for (const { reason } of [novi, browser]) if (reason) throw reason;
  });
  after(async () => {
    await Promise.allSettled([set.browser?.close(), set.novi?.stop()]);
  });
  return set;
}

/** `tell` is given `visit`, which opens a browser for somebody new. */
export function story(set, name, tell) {
  test(name, async () => {
    const visitors = [];
    const visit = async (options) => {
      const somebody = await visitor(set.browser, options);
      visitors.push(somebody);
      return somebody;
    };
    try {
      await tell({ novi: set.novi, visit });
    } catch (error) {
      throw new Error(`${error.message}\n\n${await places(visitors, set.novi)}`, { cause: error });
    } finally {
      for (const somebody of visitors) await somebody.leave();
    }
    assert.deepEqual(visitors.flatMap(({ complaints }) => complaints), [], "no browser complained");
  });
}

/** Where everybody stood when a story broke off, and what the program said. */
async function places(visitors, novi) {
  const lines = [];
  for (const { context, complaints } of visitors) {
    for (const page of context.pages()) {
      const text = await page.locator("body").innerText({ timeout: 1000 }).catch(() => "");
      lines.push(`at ${page.url()}:\n${text.slice(0, 1500)}`);
    }
    lines.push(...complaints);
  }
  return `${lines.join("\n\n")}\n\nThe program said:\n${novi?.program.output.slice(-2000)}`;
}
