/** Which way the next link is tried: the transport and the relays. Pure bookkeeping; when to try is connection.ts's. */

/** Failures of one transport in a row before the next one is tried. */
const STRIKES = 2;

export interface Route {
  /** Index of the transport to try next; 0 is the preferred one. */
  readonly transport: number;
  /** Relays to try, best first: the one that served last, alone; all of them when none has, or it failed. */
  readonly relays: readonly string[];
  /** All that are in use, in their own order. */
  readonly all: readonly string[];
  /** Where a second link goes: another relay when there is one. */
  readonly other: string;
  /** Nothing usable answered through this transport. */
  failed(through: number): void;
  /** A link opened through this transport to this relay: stay with it. */
  opened(through: number, relay: string): void;
  /** From now on these, best first: the region's own. */
  use(relays: readonly string[]): void;
  /** The relay in use is about to stop: the next link goes elsewhere when it can. */
  leave(): void;
}

/** `given`: origins, best first, at least one; `transports`: how many there are. */
export function createRoute(given: readonly string[], transports: number): Route {
  let relays = given;
  let transport = 0;
  let relay = 0;
  let served = false;
  let strikes = 0;
  const at = (offset: number): string => relays[(relay + offset) % relays.length]!;
  return {
    get transport() {
      return transport;
    },
    get relays() {
      return served ? [at(0)] : relays.map((_, offset) => at(offset));
    },
    get all() {
      return relays;
    },
    get other() {
      return at(1);
    },
    failed(through) {
      // One relay was tried: the next is preferred now. All were: the order stays.
      if (served) relay = (relay + 1) % relays.length;
      served = false;
      strikes += 1;
      if (strikes < STRIKES) return;
      strikes = 0;
      transport = (through + 1) % transports;
    },
    opened(through, origin) {
      transport = through;
      relay = Math.max(0, relays.indexOf(origin));
      served = true;
      strikes = 0;
    },
    use(next) {
      if (next.length === relays.length && next.every((origin, index) => origin === relays[index])) return;
      relays = next;
      relay = 0;
      served = false;
      strikes = 0;
    },
    leave() {
      relay = (relay + 1) % relays.length;
    },
  };
}
