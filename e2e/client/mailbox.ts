/** A real SMTP server on the loopback that keeps what it is given, for tests that read mail. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** `source`: as it came, but for soft line breaks, which are the transport's. */
export type Mailbox = { url: string; mails: { to: string[]; source: string }[]; close(): Promise<void> };

export async function createMailbox(): Promise<Mailbox> {
  const mails: Mailbox["mails"] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, { envelope }, done) {
      let source = "";
      stream.on("data", (piece: Buffer) => (source += piece.toString()));
      stream.on("end", () => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), source: source.replaceAll("=\r\n", "") });
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return { url, mails, close: async () => new Promise<void>((done) => server.close(() => done())) };
}
