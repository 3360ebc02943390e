/** What is used of secp256k1, which brings no types. The other entry falls back to JavaScript. */
declare module "secp256k1/bindings.js" {
  const native: {
    publicKeyVerify(point: Uint8Array): boolean;
    publicKeyCreate(privateKey: Uint8Array, compressed: boolean): Uint8Array;
    ecdh(
      point: Uint8Array,
      privateKey: Uint8Array,
      options: { hashfn(x: Uint8Array, y: Uint8Array): Uint8Array },
      output: Uint8Array,
    ): Uint8Array;
    ecdsaSign(digest: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array; recid: number };
    ecdsaRecover(
      signature: Uint8Array,
      recid: number,
      digest: Uint8Array,
      compressed: boolean,
    ): Uint8Array;
  };
  export default native;
}
