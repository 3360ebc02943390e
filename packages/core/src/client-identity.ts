/**
 * Client names, as the Hello carries them.
 * @module
 */

import { runtime } from "#runtime";

/**
 * A client name in the field's usual form: `my-p2p/v1.0/linux-x64/node20.20.2`, or
 * `my-p2p/v1.0/custom/browser`. The runtime's part is for people who read peer lists; pass your own
 * string as `name` to say less.
 */
export function simpleClientIdentity(name: string, version: string, custom = ""): string {
  return [name, `v${version}`, custom, runtime].filter((part) => part !== "").join("/");
}
