/**
 * Every case, in the order of the table.
 * @module
 */

import type { Case } from "../case.ts";
import { admissionCases } from "./admission.ts";
import { codeCases } from "./codes.ts";
import { crossingCases } from "./crossing.ts";
import { enduranceCases } from "./endurance.ts";
import { handshakeCases } from "./handshake.ts";
import { payloadCases } from "./payloads.ts";
import { reasonCases } from "./reasons.ts";
import { recordCases } from "./records.ts";

/** Every case, in the order of the table. */
export const cases: readonly Case[] = [
  ...handshakeCases,
  ...recordCases,
  ...payloadCases,
  ...codeCases,
  ...reasonCases,
  ...admissionCases,
  ...crossingCases,
  ...enduranceCases,
];
