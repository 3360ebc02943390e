/**
 * What only a connection needs, from the handshake to a peer at work. It is loaded when a server
 * starts, apart from what a page's own code calls.
 * @module
 */

import { PeerConnection } from "../../devp2p/peer-connection.ts";
import { HandshakeWork } from "../../session/handshake-work.ts";
import { Admissions } from "../admission/admission.ts";
import { refuse } from "./greeting.ts";
import { setUp } from "./set-up.ts";

/** What makes a peer of a stream. */
export const connectionParts = {
  Admissions,
  HandshakeWork,
  PeerConnection,
  refuse,
  setUp,
} as const;

export type ConnectionParts = typeof connectionParts;
