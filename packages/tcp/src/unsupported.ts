/**
 * What a page gets instead of the TCP transport: nothing, so that a bundler fails on the import
 * (`Missing export "tcp"`) rather than a user at run time. A page has no TCP.
 * @module
 */

export {};
