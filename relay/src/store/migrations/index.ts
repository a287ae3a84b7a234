/** Every migration by name, in order. A released migration never changes; a new shape is a new file with the next number. */
import type { Migration } from "kysely/migration";
import { log } from "./0001-log.ts";
import { records } from "./0002-records.ts";
import { understood } from "./0003-understood.ts";
import { cases } from "./0004-cases.ts";

export const migrations: Readonly<Record<string, Migration>> = {
  "0001-log": log,
  "0002-records": records,
  "0003-understood": understood,
  "0004-cases": cases,
};
