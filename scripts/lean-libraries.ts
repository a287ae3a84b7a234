/**
 * Rollup plugins that leave out what the widget never asks of its libraries: transports it does not open, and members of
 * classes, which minifiers must keep since a class may be asked for any of them by name. Versions are pinned; a name that an
 * upgrade has moved stops the build, so that it is looked at.
 */
import type { Plugin } from "rollup";

/** A place of Socket.IO's client -> what stands there instead. */
const engine = "node_modules/engine.io-client/build/esm";
const replacements: Record<string, string> = {
  "/engine.io-client/build/esm/index.js": `
    export { Socket } from "/${engine}/socket.js";
    export { installTimerFunctions } from "/${engine}/util.js";
    export { parse } from "/${engine}/contrib/parseuri.js";
    export { nextTick } from "/${engine}/globals.js";
    export const Fetch = undefined, NodeXHR = undefined, XHR = undefined, NodeWebSocket = undefined, WebSocket = undefined, WebTransport = undefined;`,
  "/engine.io-client/build/esm/transports/index.js": `
    import { WS } from "/${engine}/transports/websocket.js";
    export const transports = { websocket: WS };`,
  // The browser reads addresses itself. The library wants an IPv6 host bare.
  "/engine.io-client/build/esm/contrib/parseuri.js": `
    export function parse(source) {
      const { protocol, hostname, port, pathname, search, searchParams } = new URL(source);
      const host = hostname.replace(/[[\\]]/g, "");
      return { source, protocol: protocol.slice(0, -1), host, port, path: pathname, query: search.slice(1), queryKey: Object.fromEntries(searchParams) };
    }`,
  // All frames are JSON: one that is not text is an error, and nothing in one is binary.
  "/engine.io-parser/build/esm/encodePacket.js": `
    import { PACKET_TYPES } from "./commons.js";
    export const encodePacket = ({ type, data }, _binary, done) => done(PACKET_TYPES[type] + (data || ""));
    export const encodePacketToBinary = undefined;`,
  "/engine.io-parser/build/esm/decodePacket.js": `
    import { ERROR_PACKET, PACKET_TYPES_REVERSE } from "./commons.js";
    export function decodePacket(frame) {
      const type = PACKET_TYPES_REVERSE[typeof frame === "string" ? frame[0] : ""];
      return type ? { type, data: frame.slice(1) } : ERROR_PACKET;
    }`,
  "/socket.io-parser/build/esm/is-binary.js": "export const isBinary = () => false, hasBinary = () => false;",
  "/socket.io-parser/build/esm/binary.js": "export const deconstructPacket = undefined, reconstructPacket = undefined;",
};

/**
 * Socket.IO's client brings long-polling, WebTransport, binary frames and code for Node along; the widget opens WebSockets
 * only, sends JSON, and has another pipe where those are blocked. Puts parts with just that in their place.
 */
export function webSocketOnly(): Plugin {
  return {
    name: "websocket-only",
    async resolveId(id, importer) {
      if (id.startsWith(`/${engine}/`)) return this.resolve(process.cwd() + id, importer, { skipSelf: true });
      if (importer?.includes("/engine.io-client/") !== true || !id.endsWith(".node.js")) return null;
      return this.resolve(id.replace(".node.js", ".js"), importer, { skipSelf: true });
    },
    load: (id) => Object.entries(replacements).find(([file]) => id.endsWith(file))?.[1] ?? null,
  };
}

type Node = { type: string; start: number; end: number };
type Member = Node & { key: Node & { name?: string }; value: Node };
type Class = Node & { id: { name: string } | null; body: { body: Member[] } };

/** End of a file's name -> class -> members nothing calls. */
const unused: Record<string, Record<string, string>> = {
  // One language at a time, whole, handed over by i18n.ts: no backend, no number formats inside texts, no second instance.
  "/i18next/dist/esm/i18next.js": {
    ResourceStore: "removeNamespaces addResource addResources removeResourceBundle getResourceBundle toJSON",
    LanguageUtil: "clearCache",
    PluralResolver: "clearCache needsPlural getPluralFormsOfKey getSuffixes",
    Translator: "exists getUsedParamsDetails",
    Formatter: "add addCached",
    Connector: "queueLoad loaded read load reload loadOne prepareLoading saveMissing",
    I18n: "use hydrate getFixedT exists setDefaultNamespace loadNamespaces loadLanguages dir cloneInstance toJSON",
    Logger: "clone",
  },
  // A new manager a link, one socket in it, never reconnected by the library, acks with a timeout and no catch-all listeners.
  "/socket.io-client/build/esm/manager.js": { Manager: "connect disconnect reconnect onreconnect" },
  "/socket.io-client/build/esm/socket.js": {
    Socket:
      "disconnected send emitWithAck _addToQueue compress volatile onAny prependAny offAny listenersAny onAnyOutgoing prependAnyOutgoing offAnyOutgoing listenersAnyOutgoing",
  },
  // One transport: nothing to upgrade to.
  "/engine.io-client/build/esm/socket.js": { Socket: "_probe send" },
  // All frames are JSON.
  "/socket.io-parser/build/esm/index.js": { Encoder: "encodeAsBinary" },
};

function classesOf(node: unknown, found: Class[] = []): Class[] {
  if (typeof node !== "object" || node === null) return found;
  const { type } = node as Partial<Node>;
  if (type === "ClassDeclaration" || type === "ClassExpression") found.push(node as Class);
  for (const child of Object.values(node)) classesOf(child, found);
  return found;
}

/** Takes the members of `unused` out of the libraries' classes. */
export function withoutUnusedMembers(): Plugin {
  return {
    name: "without-unused-members",
    transform(code, id) {
      const classes = Object.entries(unused).find(([file]) => id.endsWith(file))?.[1];
      if (classes === undefined) return null;
      const known = classesOf(this.parse(code));
      const members = Object.entries(classes).flatMap(([className, names]) =>
        names.split(" ").map((name) => {
          const member = known.find((each) => each.id?.name === className)?.body.body.find((each) => each.key.name === name);
          return member ?? this.error(`${id} has no ${className}.${name} any more: is it still true that nothing calls it?`);
        }),
      );
      // From the end, so that the places of the rest stay right.
      const lean = members
        .toSorted((one, other) => other.start - one.start)
        .reduce((text, { start, end }) => text.slice(0, start) + text.slice(end), code);
      return { code: lean, map: null };
    },
  };
}
