/**
 * What the page tests ask of a browser, whichever way it is driven.
 * @module
 */

/** A page that is open in a browser of its own. */
export interface EnginePage {
  /** The text of the first element that matches the selector. Rejects when there is none. */
  text(selector: string): Promise<string>;
  /** Writes into the first field that matches the selector, and presses Enter there. */
  enter(selector: string, text: string): Promise<void>;
  /** Ends the browser. Resolves when its processes are gone. */
  close(): Promise<void>;
}

/** Starts a browser and opens a page. Resolves when the page is loaded. */
export type OpenPage = (url: string) => Promise<EnginePage>;
