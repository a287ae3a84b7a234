/** The demo's webhook secrets: made once, kept in the data folder (which git ignores), given to relay and desk alike. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const SECRET_NAMES = [
  "LISBON_WEBHOOK_SECRET",
  "LISBON_INBOUND_SECRET",
  "MANILA_WEBHOOK_SECRET",
  "MANILA_INBOUND_SECRET",
  "NOTICE_SECRET",
  "EXPERT_SECRET",
  "ORDERS_SECRET",
] as const;
export type Secrets = Record<(typeof SECRET_NAMES)[number], string>;

export async function readSecrets(dir: string): Promise<Secrets> {
  const file = join(dir, "secrets.json");
  const stored = await readFile(file, "utf8").catch(() => "{}");
  const known: Partial<Secrets> = JSON.parse(stored);
  const secrets = Object.fromEntries(
    SECRET_NAMES.map((name) => [name, known[name] ?? `whsec_${randomBytes(32).toString("base64")}`]),
  ) as Secrets;
  await mkdir(dir, { recursive: true });
  await writeFile(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}
