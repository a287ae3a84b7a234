/** What a connection is given and what it can do. connection.ts is the one that does it. */
import type { Ack, Command, Event, Hello, UnknownDurable, Welcome } from "@allhours/protocol";
import type { Clock, Logger, Net, Transport } from "./ports.ts";
import type { ConnectionState } from "./state.ts";

export type ConnectionOptions = {
  transports: readonly (() => Promise<Transport>)[];
  relays: readonly string[];
  /** Keep a second, warm link: the loss of the first then costs no handshake. Default false. */
  standby?: boolean | undefined;
  clock: Clock;
  net: Net;
  logger: Logger;
  /** Made anew for each try: the cursor moves. */
  hello: () => Hello;
  on: {
    state(state: ConnectionState): void;
    /** A link is open. Called before any of its events. */
    welcome(welcome: Welcome): void;
    /** A standby took over: no welcome, what was missed is told by `head`. */
    resumed(): void;
    /** The log goes up to this `seq`: what is missing below it was lost on its way. */
    head(seq: number): void;
    event(event: Event | UnknownDurable): void;
    lost(): void;
    /** The relay does not know the session, or the ticket (`code`): forget it, the next hello does without. */
    unknown(code: string): void;
  };
};

export interface Connection {
  /** Wants a link from now on. Idempotent; after `refused` it tries again. */
  open(): void;
  /** Relays to use from the next try on. */
  use(relays: readonly string[]): void;
  /** Wants none. The state becomes `idle`. */
  close(): void;
  /** One try on the present link. `undefined`: no link, no answer in `timeoutMs`, or the link was lost. */
  send(command: Command, timeoutMs: number): Promise<Ack | undefined>;
  /** Sends now, or on the next link that opens within `withinMs`. For commands that are safe to send twice. */
  ask(command: () => Command, withinMs: number): Promise<Ack | undefined>;
  /** Does the present link answer? If not it is replaced. False without a link. */
  check(): Promise<boolean>;
  /** Drops the present link and opens another; `soon` without waiting, unless tries are failing. */
  renew(reason: string, soon: boolean): void;
}
