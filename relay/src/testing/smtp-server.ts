/** A real SMTP server on the loopback, by smtp-server, that keeps what it is given. For tests only. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export type SmtpMail = { from: string; to: string[]; source: string; user?: string | undefined; secure: boolean };

/** Without TLS unless `secure`; whoever logs in has the password `right`. `over`: more of smtp-server's own options. */
export async function startSmtp(over: SMTPServerOptions = {}): Promise<{ url: string; mails: SmtpMail[]; close: () => Promise<void> }> {
  const mails: SmtpMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onAuth: ({ username, password }, _session, done) => (password === "right" ? done(null, { user: username }) : done(new Error("no"))),
    onData(stream, { envelope, user, secure }, done) {
      let source = "";
      stream.on("data", (piece: Buffer) => (source += piece.toString()));
      stream.on("end", () => {
        mails.push({
          from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          source,
          user,
          secure,
        });
        done();
      });
    },
    ...over,
  });
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return {
    url: `${over.secure === true ? "smtps" : "smtp"}://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    close: async () => new Promise<void>((done) => server.close(() => done())),
  };
}
