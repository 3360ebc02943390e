/**
 * Loads what connections need. A page that shows itself first, and starts a server then, doesn't
 * wait for it.
 * @module
 */

import { loadCurve } from "../../crypto/secp256k1.ts";
import { P2PError } from "../../errors.ts";
import { loadFrameEngine } from "../../rlpx/load-frame-engine.ts";
import type { SealedMode } from "../../rlpx/sealed-offer.ts";
import { loadSealed } from "../../session/sealed/load-sealed.ts";
import type { ConnectionParts } from "./connection-parts.ts";

let parts: ConnectionParts | undefined;

/**
 * Resolves when all is there that connections need; it is loaded once.
 * @throws P2PError `P2P_ERR_NOT_LOADED` where a page can't load it; the next call tries again.
 */
export async function loadParts(sealed: SealedMode): Promise<ConnectionParts> {
  try {
    const [loaded] = await Promise.all([
      parts ?? importParts(),
      loadFrameEngine(),
      loadCurve(),
      sealed === "off" ? undefined : loadSealed(),
    ]);
    return loaded;
  } catch (cause) {
    throw new P2PError(
      "a part of peerkit couldn't be loaded: the page is offline, or its files were replaced since it was opened",
      { code: "P2P_ERR_NOT_LOADED", cause },
    );
  }
}

/** Kept: to import a module again costs tens of microseconds for each connection, though it is there. */
async function importParts(): Promise<ConnectionParts> {
  const { connectionParts } = await import("./connection-parts.ts");
  parts = connectionParts;
  return connectionParts;
}
