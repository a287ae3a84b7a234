import { expect, it } from "vitest";
import { adapterNames, lookupAdapter } from "./registry.ts";

it("knows its adapters by kind and name", () => {
  for (const kind of ["nlu", "knowledge", "handoff", "notify", "notice"] as const) {
    for (const name of adapterNames(kind)) expect(lookupAdapter(kind, name)).toMatchObject({ ok: true, definition: { kind, name } });
  }
});

it("lists the names there are for one it does not know", () => {
  expect(adapterNames("nlu")).toEqual(expect.arrayContaining(["embedded", "http"]));
  expect(lookupAdapter("nlu", "embeded")).toEqual({
    ok: false,
    issue: `expected the name of a known nlu adapter: ${adapterNames("nlu").join(", ")}`,
  });
  expect(lookupAdapter("handoff", "embedded")).toMatchObject({ ok: false });
  expect(lookupAdapter("knowledge", "__proto__")).toMatchObject({ ok: false });
});
