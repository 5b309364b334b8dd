// An automation tool: signs what it sends.

import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";

/** Sends one update; answers what became of it. */
export async function deliver({ url, secret }, update) {
  const body = JSON.stringify(update);
  const timestamp = `${Math.floor(Date.now() / 1000)}`;
  const signature = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-novi-timestamp": timestamp,
      "x-novi-delivery": randomUUID(),
      "x-novi-signature": `sha256=${signature}`,
    },
    body,
  });
  assert.ok(answer.ok, `${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}
