/**
 * Sessions without cryptography over any stream: RLPx v5 with keys that are only told, and frames
 * that are only framed. Everything else, time limits and backpressure, is the real thing.
 * @module
 */

import { publicKeyOf } from "../../crypto/secp256k1.ts";
import { P2PError } from "../../errors.ts";
import type { FrameCipher } from "../../rlpx/frame-cipher.ts";
import { bodySize } from "../../rlpx/frame-cipher.ts";
import { ByteReader } from "../../session/byte-reader.ts";
import type { OpenSession } from "../../session/open-session.ts";
import { V5Session } from "../../session/v5.ts";
import { concatBytes, equalBytes } from "../../wire/bytes.ts";
import { portableSnappy } from "../../wire/portable-snappy.ts";

const KEY_LENGTH = 64;

/** Opens a plain session: the dialer names both keys, the dialed node answers with its own. */
export const openPlainSession: OpenSession = async (stream, options) => {
  const { privateKey, publicKey = publicKeyOf(privateKey), remoteKey: dialed, clock } = options;
  const reader = new ByteReader(stream);
  let remoteKey = dialed;
  if (dialed) {
    await stream.write(concatBytes(dialed, publicKey));
    await reader.read(KEY_LENGTH);
  } else {
    const wanted = await reader.read(KEY_LENGTH);
    remoteKey = await reader.read(KEY_LENGTH);
    if (!equalBytes(wanted, publicKey)) throw wrongKey();
    await stream.write(publicKey.slice());
  }
  const ciphers = { egress: plainCipher, ingress: plainCipher };
  const parts = { stream, reader, ciphers, codec: portableSnappy, clock };
  return new V5Session({ ...parts, remoteKey: remoteKey ?? publicKey });
};

const plainCipher: FrameCipher = {
  seal() {},
  openHeader: (bytes, at) => bodySize(bytes, at),
  openBody: (bytes, at, length) => ({ bytes: bytes.subarray(at, at + length), own: false }),
  release() {},
};

function wrongKey(): P2PError {
  return new P2PError("the dialer wanted a node with another key", {
    code: "P2P_ERR_HANDSHAKE_DECRYPT",
  });
}
