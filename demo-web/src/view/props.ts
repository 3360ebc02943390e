/**
 * What every section of the page is given.
 * @module
 */

import type { Actions, Model } from "../model.ts";

/** The page's state, and what can be done. */
export interface ViewProps {
  readonly model: Model;
  readonly actions: Actions;
}
