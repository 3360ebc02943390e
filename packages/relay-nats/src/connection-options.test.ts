/**
 * What is shown to NATS.
 * @module
 */

import type { Authenticator } from "@nats-io/transport-node";
import { nkeys } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import type { NatsAccess } from "./access.ts";
import { connectionOptions } from "./connection-options.ts";

const pair = nkeys.createUser();
const seed = new TextDecoder().decode(pair.getSeed());

/** All that is shown to a server which asks with "nonce". */
function shown(access: NatsAccess): object {
  const all = [connectionOptions(access).authenticator ?? []].flat() as Authenticator[];
  return Object.assign({}, ...all.map((authenticator) => authenticator("nonce")));
}

test("shows user and password, or a token, or nothing", () => {
  expect(shown({})).toEqual({});
  expect(shown({ user: "relay" })).toEqual({ user: "relay" });
  expect(shown({ user: "relay", pass: "secret" })).toEqual({ user: "relay", pass: "secret" });
  expect(shown({ token: "secret" })).toEqual({ auth_token: "secret" });
});

test("shows what a credentials file has, and proves its key", () => {
  const creds = `-----BEGIN NATS USER JWT-----
the.user's.jwt
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${seed}
------END USER NKEY SEED------
`;
  const expected = { nkey: pair.getPublicKey(), sig: expect.stringMatching(/^[\w+/=-]{86,}$/) };
  expect(shown({ creds })).toEqual({ jwt: "the.user's.jwt", ...expected });
  expect(shown({ nkeySeed: seed })).toEqual(expected);
});

test.each(["creds", "nkeySeed"])(
  "refuses %s that can't be read, and keeps quiet of them",
  (name) => {
    const make = () => connectionOptions({ [name]: "secret" });
    expect(make).toThrow(RangeError);
    expect(make).toThrow(new RegExp(`^"access.${name}" can't be read$`));
  },
);

test("passes TLS and the prefix on", () => {
  const tls = { caFile: "ca.pem", handshakeFirst: true };
  expect(connectionOptions({ tls, inboxPrefix: "_INBOX_relay" })).toMatchObject({
    tls,
    inboxPrefix: "_INBOX_relay",
  });
});
