/** Which way the next link is tried: the transport and the relay. Pure bookkeeping; when to try is connection.ts's. */

/** Failures of one transport in a row before the next one is tried. */
const STRIKES = 2;

export interface Route {
  /** Index of the transport to try next; 0 is the preferred one. */
  readonly transport: number;
  /** Origin of the relay to try next. */
  readonly relay: string;
  /** Nothing usable answered through this transport. */
  failed(through: number): void;
  /** A link opened through this transport: stay with it. */
  opened(through: number): void;
}

/** `relays`: best first, at least one; `transports`: how many there are. */
export function createRoute(relays: readonly string[], transports: number): Route {
  let transport = 0;
  let relay = 0;
  let strikes = 0;
  return {
    get transport() {
      return transport;
    },
    get relay() {
      return relays[relay]!;
    },
    failed(through) {
      relay = (relay + 1) % relays.length;
      strikes += 1;
      if (strikes < STRIKES) return;
      strikes = 0;
      transport = (through + 1) % transports;
    },
    opened(through) {
      transport = through;
      strikes = 0;
    },
  };
}
