/**
 * `@peerkit/relay/testing`: for who writes a directory.
 * @module
 */

export { type DirectorySetup, directoryConformance } from "./directory-suite.ts";
