/**
 * What a page gets instead of the relay's server: nothing, so that a bundler fails on the import
 * (`Missing export "createRelay"`) rather than a user at run time. A page can't listen.
 * @module
 */

export {};
