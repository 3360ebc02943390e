/**
 * The records' cipher in a page and in a worker: it is WebCrypto's, and does what noble's does.
 * @module
 */

import { describe, expect, test } from "vitest";
import { newGcm } from "#gcm";
import vectors from "../../test-vectors/sealed.json" with { type: "json" };
import { systemRandom } from "../env.ts";
import { Epochs } from "../session/sealed/epochs.ts";
import { bytesToHex, hexToBytes } from "../wire/bytes.ts";
import { unsealed } from "./gcm.test.helper.ts";
import { newGcm as newNobleGcm } from "./noble-gcm.ts";

const random = (length: number): Uint8Array => systemRandom(new Uint8Array(length));

describe("a page's cipher", () => {
  test("is WebCrypto's: it answers later", () => {
    expect(newGcm(random(32)).seal(random(12), random(20), 3)).toBeInstanceOf(Promise);
  });

  test.each([1, 16, 1000, 65_792])("seals and opens %i bytes as noble does", async (size) => {
    const key = random(32);
    const [page, noble] = [newGcm(key), newNobleGcm(key)];
    const [nonce, header, plaintext] = [random(12), random(3), random(size)];
    const sealed = await page.seal(nonce, unsealed(header, plaintext), 3);
    expect(bytesToHex(sealed)).toBe(
      bytesToHex(await noble.seal(nonce, unsealed(header, plaintext), 3)),
    );
    expect(bytesToHex((await page.open(nonce, sealed, 3))!)).toBe(bytesToHex(plaintext));
    sealed[size]! ^= 1;
    expect(await page.open(nonce, sealed, 3)).toBeUndefined();
  });

  test.each(vectors.records)(
    "opens and makes the vectors' record $seq of $from",
    async (record) => {
      const { S_i, S_r } = vectors.secrets;
      const epochs = new Epochs(hexToBytes(record.from === "initiator" ? S_i : S_r), newGcm);
      for (let n = 0; n < record.seq; n++) epochs.take();
      const { gcm, nonce } = epochs.take();
      const sealed = hexToBytes(record.bytes);
      const plaintext = await gcm.open(nonce, sealed, 3);
      // A message of the base protocol.
      expect(plaintext?.slice(0, 2)).toEqual(Uint8Array.of(0x10, 0));
      expect(bytesToHex(await gcm.seal(nonce, unsealed(sealed.slice(0, 3), plaintext!), 3))).toBe(
        record.bytes,
      );
    },
  );
});

test("a worker's cipher is WebCrypto's as well", async () => {
  const url = new URL("./gcm-worker.test.helper.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const [key, nonce, record] = [random(32), random(12), random(1000)];
  const answer = new Promise<{ readonly sealed: Uint8Array; readonly later: boolean }>(
    (resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
    },
  );
  worker.postMessage({ key, nonce, record });
  const { sealed, later } = await answer;
  worker.terminate();
  expect(later).toBe(true);
  const expected = await newNobleGcm(key).seal(nonce, record, 3);
  expect(bytesToHex(sealed)).toBe(bytesToHex(expected));
});
