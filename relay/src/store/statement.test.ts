import { expect, test } from "vitest";
import { sqliteCompiler } from "./sqlite-executor.ts";
import { statement, type Parameter } from "./statement.ts";

test("arguments go to their places, repeated ones too, and constants stay", () => {
  const touched = statement((p: Parameter<{ name: string; value: string }>) =>
    sqliteCompiler()
      .updateTable("meta")
      .set({ value: p("value") })
      .where("name", "=", p("name"))
      .where("value", "<>", p("value"))
      .where("name", "<>", "epoch"),
  );
  expect(touched.sql).toBe('update "meta" set "value" = ? where "name" = ? and "value" <> ? and "name" <> ?');
  expect(touched.values({ name: "probe", value: "2" })).toEqual(["2", "probe", "2", "epoch"]);
});
