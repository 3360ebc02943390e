/**
 * Who a relay is to NATS, as its client takes it.
 * @module
 */

import type { Authenticator, NodeConnectionOptions } from "@nats-io/transport-node";
import {
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import type { NatsAccess } from "./access.ts";

/** The client's options. Throws a `RangeError` for credentials and seeds that can't be read. */
export function connectionOptions({ tls, inboxPrefix, ...who }: NatsAccess): NodeConnectionOptions {
  return {
    authenticator: authenticators(who),
    ...(tls === undefined ? {} : { tls: { ...tls } }),
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
  };
}

function authenticators({ user, pass, token, creds, nkeySeed }: NatsAccess): Authenticator[] {
  const found: Authenticator[] = [];
  const utf8 = new TextEncoder();
  if (user !== undefined) found.push(usernamePasswordAuthenticator(user, pass));
  if (token !== undefined) found.push(tokenAuthenticator(token));
  if (creds !== undefined) {
    found.push(readable(credsAuthenticator(utf8.encode(creds)), "access.creds"));
  }
  if (nkeySeed !== undefined) {
    found.push(readable(nkeyAuthenticator(utf8.encode(nkeySeed)), "access.nkeySeed"));
  }
  return found;
}

/** Returns it. The client would find out only while it connects, and says less then. */
function readable(authenticator: Authenticator, argument: string): Authenticator {
  try {
    authenticator("nonce");
  } catch (cause) {
    // Not what it says of them: that is secret.
    throw new RangeError(`"${argument}" can't be read`, { cause });
  }
  return authenticator;
}
