/**
 * What goes into the dial scheduler, and what comes out of it.
 * @module
 */

import type { NodeAddress } from "../../node/address.ts";
import type { Setback } from "./setback.ts";

/** Why a node isn't dialed, in the order in which it is asked. */
export type DialRefusal =
  /** It is ourselves. */
  | "self"
  /** It has no address that a transport takes. */
  | "no-address"
  /** It is being dialed. */
  | "dialing"
  /** It is a peer. */
  | "connected"
  /** A connection from it is in its handshake. */
  | "inbound"
  /** It is outside the networks that are allowed. */
  | "restricted"
  /** It was dialed a moment ago. */
  | "recent";

/** What happened. */
export type DialEvent =
  /** The application wants to stay connected to a node, or no longer. */
  | { readonly type: "keep"; readonly id: string; readonly address: NodeAddress }
  | { readonly type: "release"; readonly id: string }
  /** A protocol's candidate, which was pulled; without one if it couldn't be read. */
  | {
      readonly type: "candidate";
      readonly candidate?: { readonly id: string; readonly address: NodeAddress } | undefined;
    }
  /** Candidates can be pulled from now on, or no longer. */
  | { readonly type: "candidates"; readonly available: boolean }
  /** A dial is over. Without a setback there is a peer. */
  | { readonly type: "dialed"; readonly id: string; readonly setback?: Setback | undefined }
  /** A node was looked up. Without an address it wasn't found. */
  | { readonly type: "resolved"; readonly id: string; readonly address?: NodeAddress | undefined }
  /** A node became a peer: by a dial of the scheduler's, or in another way. */
  | { readonly type: "connected"; readonly id: string; readonly scheduled: boolean }
  /** A peer left. */
  | { readonly type: "left"; readonly id: string; readonly setback: Setback }
  /** A connection from a node is in its handshake, or no longer. */
  | { readonly type: "inbound"; readonly id: string; readonly pending: boolean }
  /** The network may be back: nobody waits any longer, or only those who were refused. */
  | { readonly type: "redial"; readonly refusedToo: boolean }
  /** The time has come that was asked for. */
  | { readonly type: "wake" };

/** What is to be done. */
export type DialAction =
  | {
      readonly type: "dial";
      readonly id: string;
      readonly address: NodeAddress;
      /** Whether it is a node that the application keeps. */
      readonly static: boolean;
      /** 1 for the first, more after setbacks. */
      readonly attempt: number;
    }
  /** Drop the dial or the look-up that is under way. */
  | { readonly type: "cancel"; readonly id: string }
  | { readonly type: "resolve"; readonly id: string; readonly address: NodeAddress }
  /** Ask for one more candidate. */
  | { readonly type: "pull" }
  /** To be told: the node will be dialed again, not before so many ms have passed. */
  | { readonly type: "wait"; readonly id: string; readonly pauseMs: number }
  /** To be told: the node isn't dialed. */
  | {
      readonly type: "refuse";
      readonly id: string;
      readonly static: boolean;
      readonly refusal: DialRefusal;
    };
