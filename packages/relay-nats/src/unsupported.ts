/**
 * What a page gets instead of the directory: nothing, so that a bundler fails on the import
 * (`Missing export "natsDirectory"`) rather than a user at run time. A page is no relay.
 * @module
 */

export {};
