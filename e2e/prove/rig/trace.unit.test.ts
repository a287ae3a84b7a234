import { expect, it } from "vitest";
import { readTrace, unsyncedAcks } from "./trace.ts";

const write = (mark: string): string => `71 pwrite64(25, "...${mark} lamp...", 4096, 8192) = 4096`;
const ack = (seq: number): string =>
  String.raw`70 writev(30, [{iov_base="\201~", iov_len=4}, {iov_base="4312[{\"ok\":true,\"value\":{\"seq\":${seq},\"known\":false}}]", iov_len=52}], 2) = 56`;
const judge = (...lines: string[]): string[] => unsyncedAcks(readTrace(lines.join("\n")), [{ mark: "[t#1]", seq: 2 }]);

it("is content when the ack follows the sync that follows the write", () => {
  expect(judge(write("[t#1]"), "71 fdatasync(25) = 0", ack(2))).toEqual([]);
  expect(judge(write("[t#1]"), "71 fdatasync(25 <unfinished ...>", "70 read(3)", "71 <... fdatasync resumed>) = 0", ack(2))).toEqual([]);
});

it("names a message whose ack was early, unsynced, or never seen", () => {
  expect(judge(write("[t#1]"), ack(2), "71 fdatasync(25) = 0")).toEqual(["[t#1]"]);
  expect(judge("71 fdatasync(25) = 0", write("[t#1]"), ack(2))).toEqual(["[t#1]"]);
  expect(judge(write("[t#1]"), "71 fdatasync(25 <unfinished ...>", ack(2), "71 <... fdatasync resumed>) = 0")).toEqual(["[t#1]"]);
  expect(judge(write("[t#1]"), "71 fdatasync(25) = -1 EIO", ack(2))).toEqual(["[t#1]"]);
  expect(judge("71 fdatasync(25) = 0", ack(2))).toEqual(["[t#1]"]);
});
