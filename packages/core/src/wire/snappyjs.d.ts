/** What is used of snappyjs, which has no types of its own: a CommonJS module with two functions. */
declare module "snappyjs" {
  const snappy: {
    compress(bytes: Uint8Array): Uint8Array;
    /** Checks less than it should: see `snappy.ts`. */
    uncompress(bytes: Uint8Array): Uint8Array;
  };
  export default snappy;
}
