/** What the client needs of a pipe: open with a hello, answer commands, hand over events, end. Frames stay unread here. */

export type LinkEvents = {
  /** An event frame as it came, not decoded. */
  onEvent: (frame: unknown) => void;
  /** The link is gone, whoever ended it. Called once. */
  onClose: (reason: string) => void;
};

export type LinkOptions = {
  url: string;
  /** Extra headers of the handshake, for `origin` or what a proxy would add. */
  headers: Record<string, string>;
};

export interface Link {
  /** Connects and says hello; gives the ack as it came. Rejects when no link came about or it ended before the ack. */
  open(hello: object): Promise<unknown>;
  /** One command, its ack as it came. Rejects when the link ends first. */
  command(frame: unknown): Promise<unknown>;
  close(): void;
}
