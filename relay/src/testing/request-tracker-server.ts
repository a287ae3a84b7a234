/** A Request Tracker of its own for one test file: Debian's program on SQLite, a folder under the temporary one, loopback only. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endProcess, freePort } from "./processes.ts";

const home = "/usr/share/request-tracker5";
const setup = "/usr/sbin/rt-setup-database-5";
/** True where Debian's packages `request-tracker5` and `rt5-db-sqlite` are installed; else says in a line that what needs them is skipped. */
export function hasRequestTracker(): boolean {
  if (existsSync(setup) && existsSync(join(home, "libexec/rt-server"))) return true;
  process.stderr.write("skipped: Request Tracker is not installed (apt-get install request-tracker5 rt5-db-sqlite rt5-standalone)\n");
  return false;
}

export type RequestTrackerServer = {
  origin: string;
  /** Of the user `bridge`, who may do in the queue General what the adapter does. */
  token: string;
  /** As the agent `rita`, by her password. */
  asAgent: (path: string, body: object, method?: "POST" | "PUT") => Promise<void>;
  /** What the ticket's history says, as lines `<type>: <text>`. */
  history: (ticket: string) => Promise<string[]>;
  stop: () => Promise<void>;
  start: () => Promise<void>;
  dispose: () => Promise<void>;
};

const PEOPLE = `
use strict; use warnings; use RT; RT::LoadConfig(); RT::Init();
for my $person (["bridge", "Bridge"], ["rita", "Rita Lima"]) {
  my $user = RT::User->new(RT->SystemUser);
  my ($id, $said) = $user->Create(Name => $person->[0], RealName => $person->[1], EmailAddress => "$person->[0]\\@desk.invalid", Password => "rita-password", Privileged => 1);
  die $said unless $id;
  my $queue = RT::Queue->new(RT->SystemUser); $queue->Load("General");
  $user->PrincipalObj->GrantRight(Right => $_, Object => $queue)
    for qw(SeeQueue ShowTicket CreateTicket ReplyToTicket CommentOnTicket ModifyTicket OwnTicket TakeTicket ShowTicketComments);
  $user->PrincipalObj->GrantRight(Right => $_, Object => RT->System) for qw(ModifySelf ManageAuthTokens);
  next unless $person->[0] eq "bridge";
  my $token = RT::AuthToken->new(RT->SystemUser);
  my ($made, $why, $text) = $token->Create(Owner => $user->id, Description => "allhours");
  die $why unless $made;
  print "TOKEN $text\\n";
}
`;

export async function startRequestTracker(): Promise<RequestTrackerServer> {
  const folder = mkdtempSync(join(tmpdir(), "allhours-rt-"));
  const port = await freePort();
  for (const name of ["mason", "sessions", "none.d"]) mkdirSync(join(folder, name));
  const config = join(folder, "RT_SiteConfig.pm");
  const settings = {
    rtname: "allhours",
    WebDomain: "127.0.0.1",
    WebPort: String(port),
    DatabaseType: "SQLite",
    DatabaseName: join(folder, "rt.sqlite"),
    MasonDataDir: join(folder, "mason"),
    MasonSessionDir: join(folder, "sessions"),
    MailCommand: "testfile",
    LogToSTDERR: "critical",
    LogToSyslog: "critical",
  };
  writeFileSync(
    config,
    `${Object.entries(settings)
      .map(([name, value]) => `Set($${name}, '${value}');`)
      .join("\n")}\n1;\n`,
  );
  const env = { ...process.env, RT_SITE_CONFIG: config, RT_SITE_CONFIG_DIR: join(folder, "none.d"), TMPDIR: folder };
  const run = (program: string, args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: "utf8", timeout: 120_000 });
    if (status !== 0) throw new Error(`${program}: ${stderr.slice(-500)}`);
    return stdout;
  };
  run(setup, ["--action", "init", "--skip-create"]);
  const token = /TOKEN (\S+)/.exec(run("perl", [`-I${home}/lib`, "-e", PEOPLE]))?.[1] ?? "";

  let server: ChildProcess | undefined;
  const origin = `http://127.0.0.1:${port}`;
  const ask = async (path: string, init: RequestInit & { as?: "token" } = {}): Promise<Response> => {
    const authorization = init.as === "token" ? `token ${token}` : `Basic ${Buffer.from("rita:rita-password").toString("base64")}`;
    const response = await fetch(`${origin}/REST/2.0${path}`, { ...init, headers: { authorization, "content-type": "application/json" } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const start = async (): Promise<void> => {
    server = spawn(join(home, "libexec/rt-server"), ["--port", String(port), "--host", "127.0.0.1"], { env, stdio: "ignore" });
    for (let left = 100; ; left -= 1) {
      const up = await ask("/rt", { as: "token" }).then(
        () => true,
        () => false,
      );
      if (up) return;
      if (left === 0) throw new Error("Request Tracker did not start");
      await new Promise((done) => setTimeout(done, 200));
    }
  };
  const stop = async (): Promise<void> => {
    const ending = server;
    server = undefined;
    await endProcess(ending, "SIGTERM");
  };
  await start();
  return {
    origin,
    token,
    start,
    stop,
    async asAgent(path, body, method = "POST") {
      await (await ask(path, { method, body: JSON.stringify(body) })).arrayBuffer();
    },
    async history(ticket) {
      const { items } = (await (await ask(`/ticket/${ticket}/history?per_page=100&fields=Type`, { as: "token" })).json()) as {
        items: { id: string; Type: string }[];
      };
      const lines: string[] = [];
      for (const { id, Type: type } of items.sort((one, other) => Number(one.id) - Number(other.id))) {
        if (!["Create", "Correspond", "Comment"].includes(type)) continue;
        const found = (await (await ask(`/transaction/${id}`, { as: "token" })).json()) as { _hyperlinks: { ref: string; _url: string }[] };
        const link = found._hyperlinks
          .find(({ ref }) => ref === "attachment")
          ?._url.split("/")
          .at(-1);
        const { Content: content = "" } = (await (await ask(`/attachment/${link ?? ""}`, { as: "token" })).json()) as { Content?: string };
        lines.push(`${type}: ${Buffer.from(content, "base64").toString("utf8").trim()}`);
      }
      return lines;
    },
    async dispose() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
