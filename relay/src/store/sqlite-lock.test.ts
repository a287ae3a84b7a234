import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openSqliteStore } from "./sqlite.ts";

it("lets one relay have a database, says so to the second, and lets go when the first closes", async () => {
  const dir = await mkdtemp(join(tmpdir(), "allhours-lock-"));
  const path = join(dir, "allhours.db");
  const first = await openSqliteStore({ path });
  await expect(openSqliteStore({ path, busyTimeoutMs: 50 })).rejects.toThrow(/another relay is using .*allhours\.db/);
  // The one that has it noticed nothing.
  await expect(first.health()).resolves.toMatchObject({ ok: true });
  await first.close();
  const second = await openSqliteStore({ path, busyTimeoutMs: 50 });
  await second.close();
  await rm(dir, { recursive: true });
});
