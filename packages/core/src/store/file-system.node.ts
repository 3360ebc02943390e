/**
 * The part of Node's file system that stores use; core has no types of Node.
 * @module
 */

interface FileSystem {
  open(path: string, flags: string, mode: number): Promise<FileHandle>;
  link(existing: string, path: string): Promise<void>;
  copyFile(from: string, to: string, mode: number): Promise<void>;
  mkdir(path: string, options: { recursive: true; mode: number }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  readFile(path: string): Promise<Uint8Array>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: true }): Promise<void>;
  stat(path: string): Promise<Stats>;
}

interface FileHandle {
  writeFile(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What is known of a file. */
export interface Stats {
  readonly mode: number;
  readonly size: number;
  isFile(): boolean;
}

// Got in a way that no bundler follows.
declare const process: {
  readonly platform: string;
  getBuiltinModule(name: "node:fs/promises"): FileSystem;
  getBuiltinModule(name: "node:path"): { join(...parts: string[]): string };
};

/** `node:fs/promises`. */
export const fs: FileSystem = process.getBuiltinModule("node:fs/promises");

/** `node:path`'s. */
export const { join } = process.getBuiltinModule("node:path");

/** Windows has no such modes: what it says of them means nothing. */
export const HAS_MODES: boolean = process.platform !== "win32";

/** True for an error of the operating system with one of these codes. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
