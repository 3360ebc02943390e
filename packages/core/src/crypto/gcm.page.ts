/**
 * AES-256-GCM by WebCrypto: constant-time, and for records of any size several times as fast as
 * JavaScript. Outside secure contexts there is none; then the portable path serves.
 * @module
 */

import type { WebAesGcm } from "../env.ts";
import { webAesGcm } from "../env.ts";
import type { Gcm, NewGcm } from "./gcm.ts";
import { GCM_TAG } from "./gcm.ts";
import { newGcm as newNobleGcm } from "./noble-gcm.ts";

/** The page's cipher. */
export const newGcm: NewGcm = (key) => {
  const web = webAesGcm(key);
  if (!web) return newNobleGcm(key);
  // A platform may have WebCrypto and not this cipher, or not for keys of 256 bits.
  return whenReady(web.then(fromWeb, () => newNobleGcm(key)));
};

/** A cipher whose key is still being imported: what comes before that waits for it. */
function whenReady(ready: Promise<Gcm>): Gcm {
  return {
    async seal(nonce, ...record) {
      const kept = nonce.slice();
      return (await ready).seal(kept, ...record);
    },
    async open(nonce, ...record) {
      const kept = nonce.slice();
      return (await ready).open(kept, ...record);
    },
  };
}

function fromWeb(web: WebAesGcm): Gcm {
  return {
    async seal(nonce, record, headerLength) {
      const header = record.subarray(0, headerLength);
      const plaintext = record.subarray(headerLength, -GCM_TAG);
      record.set(await web.encrypt(nonce, header, plaintext), headerLength);
      return record;
    },
    open(nonce, sealed, headerLength) {
      return web.decrypt(nonce, sealed.subarray(0, headerLength), sealed.subarray(headerLength));
    },
  };
}
