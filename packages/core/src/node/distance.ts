/**
 * How far apart node ids are: the exclusive or of both, read as a number.
 * @see https://github.com/ethereum/devp2p/blob/master/discv4.md#node-identities
 * @module
 */

const ID = /^[0-9a-f]{64}$/i;
const ID_BITS = 256;
const DIGIT_BITS = 4;

/**
 * The logarithmic distance of two ids: how many bits are left from the first that differs, 0 to 256.
 * @throws RangeError when one is not 64 hex digits.
 */
export function logDistance(a: string, b: string): number {
  checkId(a, "a");
  checkId(b, "b");
  for (let at = 0; at < a.length; at++) {
    const difference = digit(a, at) ^ digit(b, at);
    if (difference !== 0) return ID_BITS - at * DIGIT_BITS - Math.clz32(difference << 28);
  }
  return 0;
}

/**
 * For sorting: negative when `a` is closer to `target` than `b` is, positive when it is farther, 0
 * for equal ids.
 * @throws RangeError when one is not 64 hex digits.
 */
export function compareDistance(target: string, a: string, b: string): number {
  checkId(target, "target");
  checkId(a, "a");
  checkId(b, "b");
  for (let at = 0; at < target.length; at++) {
    const wanted = digit(target, at);
    const difference = (digit(a, at) ^ wanted) - (digit(b, at) ^ wanted);
    if (difference !== 0) return difference;
  }
  return 0;
}

function digit(id: string, at: number): number {
  return Number.parseInt(id.charAt(at), 16);
}

function checkId(id: string, title: string): void {
  if (!ID.test(id)) throw new RangeError(`${title}: expected a node id, 64 hex digits`);
}
