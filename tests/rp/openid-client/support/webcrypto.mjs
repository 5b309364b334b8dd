// The global `crypto`, which Debian 12's Node 18 has only under another name. Imported first.

import { webcrypto } from "node:crypto";

for (const [name, value] of Object.entries({ crypto: webcrypto, CryptoKey: webcrypto.CryptoKey })) {
  globalThis[name] ??= value;
}
