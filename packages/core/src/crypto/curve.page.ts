/**
 * A page has no faster curve: libsecp256k1 would be 180 KB and more to load, to save some
 * milliseconds for each of a page's few connections.
 * @module
 */

import type { Curve, FindCurve } from "./curve.ts";
import { nobleCurve } from "./noble-curve.ts";

/** What is there at once. */
export const firstCurve: Curve = nobleCurve;

/** @see FindCurve */
export const findCurve: FindCurve = async () => undefined;
