/** Reads `text/event-stream` from pieces of text: fields, comments and line ends as the HTML standard has them. Pure. */

export type SseMessage = { event: string; data: string; id: string | undefined };

/** Gives the messages that `piece` completes; what is unfinished waits for the next piece. */
export function createSseReader(): (piece: string) => SseMessage[] {
  let rest = "";
  let event = "message";
  let data: string[] = [];
  let id: string | undefined;

  return (piece) => {
    const messages: SseMessage[] = [];
    rest += piece;
    for (;;) {
      const end = /\r\n|\n|\r/.exec(rest);
      // A lone CR at the very end may be half of a CRLF.
      if (end === null || (end[0] === "\r" && end.index === rest.length - 1)) return messages;
      const line = rest.slice(0, end.index);
      rest = rest.slice(end.index + end[0].length);
      if (line === "") {
        if (data.length > 0) messages.push({ event, data: data.join("\n"), id });
        event = "message";
        data = [];
        id = undefined;
        continue;
      }
      const [name, value] = fieldOf(line);
      if (name === "event") event = value;
      else if (name === "data") data.push(value);
      else if (name === "id") id = value;
    }
  };
}

/** A comment has the empty name. */
function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(" ") ? value.slice(1) : value];
}
