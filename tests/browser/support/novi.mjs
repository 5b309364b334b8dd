// The two ways in which the tests run the product: fresh, and as the demo with its stand-in communities.

import { Program, command, folder, freePorts, remove } from "./program.mjs";

/** An association that nobody has set up yet, with these environment variables more. */
export async function fresh(more = {}) {
  const [dir, port] = [await folder(), await freePorts(1)];
  const url = `http://localhost:${port}`;
  const args = ["serve", "--listen", `127.0.0.1:${port}`, "--site-url", url];
  const novi = await started(new Program(args, dir, more), async (program) => {
    await program.says(/listening on/);
    const [setUpLink] = await program.says(/http:\/\/\S+\/set-up\?link=[\w-]+/);
    return { url, setUpLink };
  });
  /** Ends it and starts it again on the same data, as if so much time had passed. */
  novi.wakesUpAfter = async (seconds) => {
    await novi.program.stop();
    novi.program = new Program(args, dir, { ...more, NOVI_SSO_TEST_CLOCK_AHEAD: `${seconds}` });
    await novi.program.says(/listening on/);
  };
  return novi;
}

/** Harbor Trades Association with its communities. */
export async function demo() {
  const dir = await folder();
  // The README's pictures show the addresses of a first start, where they are free.
  const port = await freePorts(4, process.env.NOVI_SCREENSHOTS ? 8080 : 0);
  const [url, mobilize, customDomain, higherLogic] = [0, 1, 2, 3].map((offset) => `http://localhost:${port + offset}`);
  return started(new Program(["demo", "--port", `${port}`, "--dir", dir], dir), async (program) => {
    const [, password] = await program.says(/^\s*Password\s+(\S.*?)(?:\s+\(.*)?$/m);
    const [admin] = await program.says(/ruth@harbortrades\.example/);
    const [member] = await program.says(/marta@lindqvistroofing\.example/);
    await program.says(/listening on/);
    return { url, mobilize, customDomain, higherLogic, password, admin, member };
  });
}

async function started(program, ready) {
  const { dir } = program;
  const novi = {
    program,
    run: (args, input) => command(args, dir, input),
    stop: async () => {
      await novi.program.stop();
      await remove(dir);
    },
  };
  try {
    return Object.assign(novi, await ready(program));
  } catch (error) {
    await novi.stop();
    throw error;
  }
}

/** Adds a member by the command line. */
export async function addMember(novi, { email, password, firstName = "Ann", lastName = "Lindqvist", admin = false }) {
  const args = ["member", "add", "--email", email, "--first-name", firstName, "--last-name", lastName];
  const { member_id: id } = await novi.run([...args, ...(admin ? ["--admin"] : []), "--password-stdin"], password);
  return { id, email, password };
}
