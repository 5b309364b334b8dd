// The program under test: started in a folder of its own, ended by its process id whatever happens.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const START_MS = 60_000;
const END_MS = 10_000;

const running = new Set();
const folders = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});
// Without a handler these signals would end this process and leave its children.
for (const signal of ["SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

function binary() {
  const beside = fileURLToPath(new URL("../../../target/debug/novi-sso", import.meta.url));
  const path = process.env.NOVI_SSO_BIN || beside;
  if (!existsSync(path)) throw new Error(`${path} is not there; run cargo build, or name it in NOVI_SSO_BIN`);
  return path;
}

// Nothing of the developer's own settings, and passwords that cost little.
function environment(more) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("NOVI_SSO_"));
  return { ...Object.fromEntries(own), NOVI_SSO_TEST_HASH_COST: "low", NOVI_SSO_DRAIN_GRACE: "0", ...more };
}

export class Program {
  #child;
  #ended;

  constructor(args, dir, more = {}) {
    this.output = "";
    this.dir = dir;
    this.#child = spawn(binary(), args, { cwd: dir, env: environment(more), stdio: ["ignore", "pipe", "pipe"] });
    running.add(this.#child);
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve(`did not start: ${error.message}`));
      this.#child.once("close", (code, signal) => resolve(`ended with ${signal ?? code}`));
    }).finally(() => running.delete(this.#child));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        this.output += text;
        this.#child.emit("said");
      });
    }
  }

  /** What the pattern matches, as soon as the program has said it. */
  async says(pattern) {
    const gone = this.#ended.then((how) => ({ how }));
    const late = new Promise((resolve) => setTimeout(resolve, START_MS, { how: "went on in silence" }).unref());
    for (;;) {
      const match = this.output.match(pattern);
      if (match) return match;
      const news = await Promise.race([once(this.#child, "said"), gone, late]);
      if (news.how) throw new Error(`the program ${news.how} before it said ${pattern}:\n${this.output}`);
    }
  }

  async stop() {
    if (!running.has(this.#child)) return;
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), END_MS);
    await this.#ended;
    clearTimeout(late);
  }
}

/** A command that ends by itself; answers the one JSON object that it prints. */
export async function command(args, dir, input = "") {
  const child = spawn(binary(), [...args, "--json"], { cwd: dir, env: environment() });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (text) => (said[name] += text));
  }
  child.stdin.end(input);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`novi-sso ${args.join(" ")}: ${said.stderr}`);
  return JSON.parse(said.stdout);
}

export async function folder() {
  const dir = await mkdtemp(join(tmpdir(), "novi-sso-browser-"));
  folders.add(dir);
  return dir;
}

export async function remove(dir) {
  await rm(dir, { recursive: true, force: true });
  folders.delete(dir);
}

/** The first of some ports in a row that nobody listens on; the preferred ones if they can be had. */
export async function freePorts(count, preferred = 0) {
  for (let wanted = preferred; ; wanted = 0) {
    const first = await takes(wanted);
    if (first === null || first + count > 65_535) continue;
    const rest = [];
    for (let offset = 1; offset < count; offset += 1) rest.push(await takes(first + offset));
    if (!rest.includes(null)) return first;
  }
}

/** The port that could be had, or null. */
async function takes(port) {
  const server = createServer();
  const had = await new Promise((resolve) => {
    server.once("error", () => resolve(null));
    server.listen(port, "127.0.0.1", () => resolve(server.address().port));
  });
  if (had !== null) await new Promise((resolve) => server.close(resolve));
  return had;
}
