/**
 * Opening a store, whatever this runtime keeps things in. `#store` is the one for it.
 * @module
 */

import type { Store } from "./store.ts";

/**
 * Opens the store that this runtime has. `location` is a folder's path in Node and the name of an
 * IndexedDB database in a page; what isn't there is made, a folder with the first value.
 *
 * A page that the browser keeps from storing gets a store in memory, whose `volatile` says why.
 * Rejects with `P2P_ERR_STORE_CORRUPT` for a database that is something else's.
 */
export type OpenStore = (location: string) => Promise<Store>;
