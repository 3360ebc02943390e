/**
 * The schema that takes any one of several shapes.
 * @module
 */

import { typeName } from "./bytes.ts";
import type { Failed, RlpReader } from "./rlp.ts";
import { FAILED } from "./rlp.ts";
import type { RlpWriter } from "./rlp-writer.ts";
import type { Infer, Schema } from "./schema.ts";
import { checkItem } from "./schema.ts";

/**
 * Any one of several shapes; the first that fits is taken, reading and writing. So
 * `oneOf(str, tuple(str))` takes `"foo"` bare and in a list.
 */
export function oneOf<const S extends readonly Schema<unknown>[]>(
  ...schemas: S
): Schema<Infer<S[number]>> {
  if (schemas.length === 0) throw new TypeError("oneOf: expected at least one schema");
  for (const schema of schemas) checkItem(schema, "oneOf");
  const expects = schemas.map((schema) => schema.expects).join(" or ");
  return {
    kind: "item",
    expects,
    decode: (reader) => decodeOneOf(reader, schemas, expects) as Infer<S[number]> | Failed,
    encode(writer: RlpWriter, value) {
      const schema = schemas.find((candidate) => candidate.matches(value));
      if (schema === undefined) throw writer.typeError(expects, typeName(value));
      schema.encode(writer, value);
    },
    matches: (value) => schemas.some((schema) => schema.matches(value)),
  };
}

/** When none fits, the failure that came furthest says most. */
function decodeOneOf(
  reader: RlpReader,
  schemas: readonly Schema<unknown>[],
  expects: string,
): unknown {
  const mark = reader.mark();
  let furthest: typeof reader.failure;
  for (const schema of schemas) {
    const value = schema.decode(reader);
    if (value !== FAILED) return value;
    const failure = reader.failure;
    if (failure !== undefined && failure.at > (furthest?.at ?? mark.at)) furthest = failure;
    reader.reset(mark);
  }
  if (furthest === undefined) return reader.fail(mark.at, expects);
  reader.failure = furthest;
  return FAILED;
}
