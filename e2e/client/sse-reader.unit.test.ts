import { describe, expect, it } from "vitest";
import { createSseReader } from "./sse-reader.ts";

const stream = ': beat\n\nevent: welcome\ndata: {"ok":true}\n\nevent: event\nid: e1.7\ndata: {"a":1,\ndata: "b":2}\n\n';
const wanted = [
  { event: "welcome", data: '{"ok":true}', id: undefined },
  { event: "event", data: '{"a":1,\n"b":2}', id: "e1.7" },
];

describe("the SSE reader", () => {
  it("reads fields, comments and data of several lines", () => {
    expect(createSseReader()(stream)).toEqual(wanted);
  });

  it.each(["\n", "\r\n", "\r"])("gives the same whatever the pieces, with line ends %j", (lineEnd) => {
    // A reader cannot know that a last lone CR is a line end, so the stream goes on by one comment.
    const text = `${stream.replaceAll("\n", lineEnd)}: more${lineEnd}`;
    for (let size = 1; size <= text.length; size += 1) {
      const read = createSseReader();
      const messages = [];
      for (let at = 0; at < text.length; at += size) messages.push(...read(text.slice(at, at + size)));
      expect(messages).toEqual(wanted);
    }
  });

  it("keeps an unfinished message to itself", () => {
    const read = createSseReader();
    expect(read("event: event\ndata: 1\n")).toEqual([]);
    expect(read("\n")).toEqual([{ event: "event", data: "1", id: undefined }]);
  });
});
