/** A mail server of its own for one test file: SMTP by smtp-server, the mailbox by Debian's Dovecot over IMAP, loopback only, in a folder under the temporary one. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endProcess, freePort } from "./processes.ts";
import { startSmtp } from "./smtp-server.ts";

const dovecot = "/usr/sbin/dovecot";
/** True where Debian's `dovecot-imapd` is installed; else says in a line that what needs it is skipped. */
export function hasDovecot(): boolean {
  if (existsSync(dovecot) && process.getuid?.() === 0) return true;
  process.stderr.write("skipped: Dovecot is not installed, or this is not root (apt-get install dovecot-imapd)\n");
  return false;
}

export type SentMail = { to: string[]; source: string };
export type MailServer = {
  smtp: string;
  imap: string;
  /** Everything that was sent, in order. */
  sent: SentMail[];
  /** Puts a mail into the mailbox of `desk`, as its own server would. */
  deliver: (source: string) => void;
  stopImap: () => Promise<void>;
  startImap: () => Promise<void>;
  dispose: () => Promise<void>;
};
/** Login and password of the mailbox. */
export const MAILBOX = { user: "desk", password: "right" } as const;

export async function startMailServer(): Promise<MailServer> {
  const folder = mkdtempSync(join(tmpdir(), "allhours-mail-"));
  const port = await freePort();
  const id = (what: string): number => Number(spawnSync("id", [what, "mail"], { encoding: "utf8" }).stdout.trim());
  const owner = { uid: id("-u"), gid: id("-g") };
  const maildir = join(folder, "home", MAILBOX.user, "Maildir");
  for (const name of ["new", "cur", "tmp"]) mkdirSync(join(maildir, name), { recursive: true });
  for (const path of [
    folder,
    join(folder, "home"),
    join(folder, "home", MAILBOX.user),
    maildir,
    ...["new", "cur", "tmp"].map((name) => join(maildir, name)),
  ])
    chownSync(path, owner.uid, owner.gid);
  const config = join(folder, "dovecot.conf");
  writeFileSync(
    config,
    `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
instance_name = allhours-${port}
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
passdb {
  driver = static
  args = password=${MAILBOX.password}
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${folder}/home/%u
}
mail_location = maildir:~/Maildir
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
`,
  );
  let server: ChildProcess | undefined;
  const startImap = async (): Promise<void> => {
    server = spawn(dovecot, ["-F", "-c", config], { stdio: "ignore" });
    for (let left = 100; ; left -= 1) {
      const socket = connect(port, "127.0.0.1");
      const up = await Promise.race([once(socket, "data").then(() => true), once(socket, "error").then(() => false)]).catch(() => false);
      socket.destroy();
      if (up) return;
      if (left === 0) throw new Error("Dovecot did not start");
      await new Promise((done) => setTimeout(done, 100));
    }
  };
  const stopImap = async (): Promise<void> => {
    const ending = server;
    server = undefined;
    await endProcess(ending, "SIGTERM");
  };
  const smtp = await startSmtp();
  await startImap();
  let delivered = 0;
  return {
    smtp: smtp.url,
    imap: `imap://127.0.0.1:${port}`,
    sent: smtp.mails,
    startImap,
    stopImap,
    deliver(source) {
      delivered += 1;
      const name = `${Date.now()}.${delivered}.test`;
      const path = join(maildir, "tmp", name);
      writeFileSync(path, source.replaceAll(/\r?\n/g, "\r\n"));
      chownSync(path, owner.uid, owner.gid);
      renameSync(path, join(maildir, "new", name));
    },
    async dispose() {
      await stopImap();
      await smtp.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
