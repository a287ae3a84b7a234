#!/usr/bin/env node
// Refuses an old Node in one sentence, before any import that needs a newer one.
if (Number(process.versions.node.split(".")[0]) < 22) {
  process.stderr.write(`allhours needs Node 22 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}
const { runCli } = await import(new URL("../dist/cli.js", import.meta.url));
await runCli(process.argv.slice(2));
