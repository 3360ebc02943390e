/**
 * Who a relay is to NATS. Types of our own, and nothing else in this file: those of the client don't pass
 * every compiler's checks.
 * @module
 */

/** What is shown to NATS: a user, a token, credentials or an nkey, or nothing; and how it is reached. */
export interface NatsAccess {
  /** A user, with its `pass`. @default none */
  readonly user?: string;
  /** The password of `user`. @default none */
  readonly pass?: string;
  /** A token. @default none */
  readonly token?: string;
  /** What is in a credentials file, such as `relay.creds`. @default none */
  readonly creds?: string;
  /** The seed of an nkey, `SU…`. @default none */
  readonly nkeySeed?: string;
  /** How TLS is done; with it, no server without TLS is taken. @default as the server wants it */
  readonly tls?: NatsTls;
  /** What subjects for answers begin with, if the user is allowed no others. @default `"_INBOX"` */
  readonly inboxPrefix?: string;
}

/** How TLS to NATS is done. Files are in PEM. */
export interface NatsTls {
  /** The authority that has signed the server's certificate. @default those that Node knows */
  readonly caFile?: string;
  /** Our certificate. @default none */
  readonly certFile?: string;
  /** The key of `certFile`. @default none */
  readonly keyFile?: string;
  /** Whether TLS comes before anything else, as `handshake_first` in the server's configuration. @default false */
  readonly handshakeFirst?: boolean;
}
