/**
 * What Node says of its runtime: system, processor and version, as go-ethereum's client names do.
 * @module
 */

declare const process: {
  readonly platform: string;
  readonly arch: string;
  readonly versions: { readonly node: string };
};

/** For client names, such as `linux-x64/node20.20.2`. */
export const runtime: string = `${process.platform}-${process.arch}/node${process.versions.node}`;
