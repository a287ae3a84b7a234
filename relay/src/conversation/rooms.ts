/**
 * The open conversations in memory: the row of the store, the last events for the pipeline, and who runs a turn. A cache: it can
 * be dropped at any time and is read again. Writes go through publish.ts, which keeps both in step.
 */
import { LIMITS, type DurableEvent } from "@allhours/protocol";
import type { RegionConfig } from "../config/schema.ts";
import { residencyOf } from "../routing/region.ts";
import type { Expert, Region, Site } from "../routing/types.ts";
import type { Conversation, Store } from "../store/store.ts";

/** Events kept for the pipeline: what a model or a rule may look back at. */
export const HISTORY_EVENTS = 12;
/** A room nobody has used for this long is dropped, milliseconds. */
const IDLE_MS = 5 * 60_000;

export type Room = {
  conversation: Conversation;
  headSeq: number;
  /** Oldest first. */
  history: DurableEvent[];
  /** Turns run one after another. */
  turnTail: Promise<void>;
  runningTurns: Set<string>;
  /** Interface languages of the visitor, from the last hello. */
  browserLanguages: readonly string[];
  links: number;
  usedAt: number;
  /** Erased: whoever still holds it shows and writes nothing more of it. */
  gone: boolean;
};

/** The configured sites and regions. Replaced as a whole on reload; ask again for every command. */
export type Directory = {
  site(id: string): Site | undefined;
  /** Of those that this relay serves. */
  region(id: string): Region | undefined;
  /** All that a visitor may be given, served here or elsewhere. */
  choices(): Readonly<Record<string, RegionConfig>>;
  desk(deskId: string): { region: Region; desk: Region["desks"][number] } | undefined;
  expert(expertId: string): { region: Region; expert: Expert } | undefined;
  regions(): readonly Region[];
};

/**
 * The region that serves a conversation: its own; or its site's default when a reload has taken that away, unless that could be one of another
 * residency group: then nobody.
 */
export function regionOf(directory: Directory, regionId: string, site: Site): Region | undefined {
  const own = directory.region(regionId);
  if (own !== undefined) return own;
  const groups = new Set(directory.regions().map(({ id, config }) => residencyOf(id, config)));
  return groups.size === 1 ? directory.region(site.defaultRegion) : undefined;
}

export type Rooms = {
  get(conversationId: string): Promise<Room | undefined>;
  add(conversation: Conversation, headSeq: number): Room;
  /** Of an erased conversation, whose room was asked for before: whoever holds it finds it `gone`. */
  drop(conversationId: string): void;
  /** Drops rooms nobody uses. */
  sweep(): void;
  readonly size: number;
};

export function createRooms(store: Store, now: () => number): Rooms {
  const rooms = new Map<string, Room>();
  const loading = new Map<string, Promise<Room | undefined>>();

  function add(conversation: Conversation, headSeq: number): Room {
    const room: Room = {
      conversation,
      headSeq,
      history: [],
      turnTail: Promise.resolve(),
      runningTurns: new Set(),
      browserLanguages: [],
      links: 0,
      usedAt: now(),
      gone: false,
    };
    rooms.set(conversation.id, room);
    return room;
  }

  async function load(conversationId: string): Promise<Room | undefined> {
    const found = await store.conversation(conversationId);
    if (found === undefined) return undefined;
    const { headSeq, ...conversation } = found;
    const last = await store.entriesBefore(conversationId, headSeq + 1, HISTORY_EVENTS);
    const room = rooms.get(conversationId) ?? add(conversation, headSeq);
    room.history = last.map((entry) => entry.event);
    return room;
  }

  return {
    async get(conversationId) {
      const room = rooms.get(conversationId);
      if (room !== undefined) {
        room.usedAt = now();
        return room;
      }
      const running = loading.get(conversationId) ?? load(conversationId);
      loading.set(conversationId, running);
      try {
        return await running;
      } finally {
        loading.delete(conversationId);
      }
    },
    add,
    drop(conversationId) {
      const room = rooms.get(conversationId);
      if (room !== undefined) room.gone = true;
      rooms.delete(conversationId);
    },
    sweep() {
      const before = now() - IDLE_MS;
      for (const [id, room] of rooms) if (room.links === 0 && room.runningTurns.size === 0 && room.usedAt < before) rooms.delete(id);
    },
    get size() {
      return rooms.size;
    },
  };
}

/** Keeps what the pipeline may look back at; a page of the wire is the most a client gets at once. */
export function remember(room: Room, event: DurableEvent): void {
  room.headSeq = Math.max(room.headSeq, event.seq);
  room.history.push(event);
  if (room.history.length > HISTORY_EVENTS) room.history.splice(0, room.history.length - HISTORY_EVENTS);
}
export const PAGE = LIMITS.pageEntries;
