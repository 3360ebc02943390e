/**
 * The cases of questions from relay to relay.
 * @module
 */

import assert from "node:assert/strict";
import type { ContractCase } from "@peerkit/core/testing";
import type { DirectorySetup } from "./setup.ts";
import { bytes, membersCase, rejects, textOf } from "./setup.ts";

export const questionCases: readonly ContractCase<DirectorySetup>[] = [
  membersCase("gives the answer of the relay that was asked", async (open) => {
    const members = await Promise.all(
      ["a", "b"].map((name) => open(name, (question) => bytes(`${name}: ${textOf(question)}`))),
    );
    for (const member of members) {
      assert.equal(textOf(await member.ask("a", bytes("hello"))), "a: hello");
      assert.equal(textOf(await member.ask("b", bytes(""))), "b: ");
    }
  }),
  membersCase("tells answers of several questions at once apart", async (open) => {
    const [member] = [await open("a"), await open("b")];
    const questions = Array.from({ length: 100 }, (_, i) => `question ${i}`);
    const answers = await Promise.all(
      questions.map(async (question) => textOf(await member.ask("b", bytes(question)))),
    );
    assert.deepEqual(answers, questions);
  }),
  membersCase("carries a question and an answer of some thousand bytes", async (open) => {
    const [member] = [await open("a"), await open("b", (question) => question.slice().reverse())];
    const question = Uint8Array.from({ length: 4_096 }, (_, i) => i * 7);
    const answer = await member.ask("b", question);
    assert.equal(answer.constructor, Uint8Array);
    assert.deepEqual(answer, question.slice().reverse());
  }),
  membersCase("says so where nobody has the name, or has it any more", async (open) => {
    const [member, leaver] = [await open("a"), await open("b")];
    await rejects(member.ask("c", bytes("hello")));
    assert.equal(textOf(await member.ask("b", bytes("hello"))), "hello");
    await leaver.close();
    await rejects(member.ask("b", bytes("hello")));
  }),
  membersCase("says so where the relay that was asked throws", async (open) => {
    const member = await open("a");
    let isWilling = false;
    await open("b", (question) => {
      if (!isWilling) throw new Error("the relay's own");
      return question;
    });
    await rejects(member.ask("b", bytes("hello")));
    isWilling = true;
    assert.equal(textOf(await member.ask("b", bytes("hello"))), "hello");
  }),
];
