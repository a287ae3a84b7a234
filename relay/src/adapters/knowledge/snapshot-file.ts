/**
 * The file a large knowledge lies in: the buffer, the records, and last the buffer's length, 8 bytes. The file stays open: the records, which are two
 * fifths of it, are read one by one when an article is shown, and who replaces the file leaves the old one to those who still search in it.
 */
import { randomUUID } from "node:crypto";
import { close, fstat, open, read, readSync } from "node:fs";
import { open as openToWrite, rename, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { AdapterError } from "../errors.ts";
import { unpackSnapshot, type Packed, type Snapshot } from "./snapshot.ts";

const FOOTER_BYTES = 8;

// Nobody can tell when the last search in a snapshot has ended but the one who clears up after it.
const forgotten = new FinalizationRegistry<number>((file) => close(file, () => undefined));

/** In one step: who reads meanwhile gets the old file or the new. Rejects with the system's error, and leaves no draft behind. */
export async function writeSnapshot(file: string, { buffer, records }: Packed): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeDoubleLE(buffer.byteLength);
  try {
    const handle = await openToWrite(draft, "w");
    try {
      for (const part of [new Uint8Array(buffer), records, footer]) await handle.writeFile(part);
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/** `undefined` when it is not there, damaged or of another format: it is made anew then. */
export async function openSnapshot(file: string, signal: AbortSignal): Promise<Snapshot | undefined> {
  signal.throwIfAborted();
  const opened = await openFile(file, "r").catch(() => undefined);
  if (opened === undefined) return undefined;
  let snapshot: Snapshot | undefined;
  try {
    snapshot = await readOpened(opened, signal);
  } catch (cause) {
    signal.throwIfAborted();
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
  } finally {
    if (snapshot === undefined) close(opened, () => undefined);
  }
  return snapshot;
}

const openFile = promisify(open);
const statOf = promisify(fstat);
const readInto = promisify(read);

async function readOpened(opened: number, signal: AbortSignal): Promise<Snapshot | undefined> {
  const { size } = await statOf(opened);
  if (size < FOOTER_BYTES) return undefined;
  const footer = Buffer.alloc(FOOTER_BYTES);
  await readInto(opened, footer, 0, FOOTER_BYTES, size - FOOTER_BYTES);
  const length = footer.readDoubleLE();
  if (!Number.isInteger(length) || length < 0 || length > size - FOOTER_BYTES) return undefined;
  const buffer = new ArrayBuffer(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await readInto(opened, new Uint8Array(buffer), at, length - at, at);
    if (bytesRead === 0) return undefined;
    at += bytesRead;
    signal.throwIfAborted();
  }
  const readRecord = (from: number, to: number): Uint8Array => {
    const record = new Uint8Array(to - from);
    if (readSync(opened, record, 0, record.length, length + from) === record.length) return record;
    throw new AdapterError("failed", "an article's record ends too early");
  };
  const snapshot = await unpackSnapshot(buffer, readRecord, signal);
  if (snapshot?.recordBytes !== size - FOOTER_BYTES - length) return undefined;
  forgotten.register(readRecord, opened);
  return snapshot;
}
