// Where a community is told that a session ended: it takes logout tokens, or is down.

import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const PATIENCE_MS = 60_000;

export async function listener() {
  const heard = [];
  let status = 200;
  const server = createServer(async (request, answer) => {
    const form = new URLSearchParams(await text(request));
    heard.push({ method: request.method, form });
    answer.writeHead(status, { "cache-control": "no-store" }).end();
    server.emit("heard");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://localhost:${server.address().port}/back-channel-logout`,
    fails: () => (status = 503),
    works: () => (status = 200),
    /** The form of the next notice. */
    async hears() {
      while (heard.length === 0) await once(server, "heard", { signal: AbortSignal.timeout(PATIENCE_MS) });
      const { method, form } = heard.shift();
      if (method !== "POST") throw new Error(`the notice came by ${method}`);
      return form;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
