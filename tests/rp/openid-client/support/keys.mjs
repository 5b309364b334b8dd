// Keys of a client that signs what it says: the public halves in a file, the private halves as ways to prove itself.

import "./webcrypto.mjs";

import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { exportJWK, generateKeyPair } from "jose";
import { PrivateKeyJwt, modifyAssertion } from "openid-client";

/** One key for each algorithm. */
export async function keys(dir, algorithms) {
  const signers = {};
  const published = [];
  for (const algorithm of algorithms) {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
    const kid = `${algorithm}-${randomUUID()}`;
    published.push({ ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" });
    signers[algorithm] = PrivateKeyJwt({ key: privateKey, kid }, { [modifyAssertion]: named(algorithm) });
  }
  const file = join(dir, `${randomUUID()}.jwks.json`);
  await writeFile(file, JSON.stringify({ keys: published }));
  return { file, signers };
}

// The library writes `Ed25519`, the name of RFC 9864; what is registered is the older name.
function named(algorithm) {
  return (header) => {
    header.alg = algorithm;
  };
}
