/**
 * Builds the widget twice. `widget/dist/script`: what a relay serves, with no bundler on the page (the script tag, the
 * element as a module, and hashed chunks loaded when wanted). `widget/dist/npm`: for a shop's own bundler, dependencies left out.
 */
import { readFile, rm } from "node:fs/promises";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import type { OutputBundle, Plugin, RollupOptions } from "rollup";
import esbuild from "rollup-plugin-esbuild";
import { webSocketOnly, withoutUnusedMembers } from "./scripts/lean-libraries.ts";

const scriptDir = "widget/dist/script";
const npmDir = "widget/dist/npm";
/** Browsers with everything the widget uses (constructable style sheets, `color-mix`, `Array.findLast`). */
const target = "es2022";

export type Manifest = {
  /** The script tag. */
  loader: string;
  /** The element as a module. */
  define: string;
  /** Name of each lazily loaded chunk -> its file and the files it imports statically. */
  chunks: Record<string, { file: string; imports: string[] }>;
};

/** Takes indentation out of the view's templates and comments out of its style sheets; minifiers leave both alone. */
function squeezeTemplates(): Plugin {
  const squeezeCss = (text: string): string =>
    text
      .replaceAll(/\/\*[\s\S]*?\*\//g, "")
      .replaceAll(/\s+/g, " ")
      .replaceAll(/ ?([{};,>]) ?/g, "$1")
      .replaceAll(/: (?=[^{}]*[;}])/g, ":")
      .replaceAll(";}", "}");
  return {
    name: "squeeze-templates",
    transform(code, id) {
      if (!id.includes("/widget/src/view/")) return null;
      // Code does not mind losing indentation either, so there is no need to tell templates from code.
      const squeezed = code
        .replaceAll(/\bcss`([^`$]*)`/g, (_all, text: string) => `css\`${squeezeCss(text)}\``)
        .replaceAll(/\n[ \t]+/g, "\n")
        .replaceAll(/>\n(?=<|\$\{)/g, ">")
        .replaceAll(/\}\n</g, "}<");
      return { code: squeezed, map: null };
    },
  };
}

/** Removes what an earlier build left: hashed names pile up. */
function clean(dir: string): Plugin {
  return { name: "clean", buildStart: () => rm(dir, { recursive: true, force: true }) };
}

/** Writes what the loader and the size check need to know about the chunks. */
function manifest(): Plugin {
  return {
    name: "manifest",
    generateBundle(_options, bundle: OutputBundle) {
      const chunks: Manifest["chunks"] = {};
      for (const output of Object.values(bundle))
        if (output.type === "chunk") chunks[output.name] = { file: output.fileName, imports: output.imports };
      const content: Manifest = { loader: "allhours.js", define: "define.js", chunks };
      this.emitFile({ type: "asset", fileName: "manifest.json", source: `${JSON.stringify(content, null, 2)}\n` });
    },
  };
}

/** Name of the panel's file; the chunks have been written before it is asked for. */
async function panelFile(): Promise<string> {
  const { chunks } = JSON.parse(await readFile(`${scriptDir}/manifest.json`, "utf8")) as Manifest;
  const panel = chunks["panel"];
  if (panel === undefined) throw new Error("the chunks were built without a panel");
  return panel.file;
}

/** For the element as a module: the panel is a file beside it, not a part of it. */
function panelImport(): Plugin {
  return {
    name: "panel-import",
    async resolveId(source) {
      return source.endsWith("/view/mount.ts") ? { id: `./${await panelFile()}`, external: "relative" } : null;
    },
  };
}

/** For the script tag: the panel's name, after types are gone. */
function panelName(): Plugin {
  return {
    name: "panel-name",
    async transform(code, id) {
      return id.endsWith("/loader.ts") ? { code: code.replaceAll("PANEL_FILE", JSON.stringify(await panelFile())), map: null } : null;
    },
  };
}

/** Minifies each module by itself, for the private names terser leaves long. */
const transpile = esbuild({ target, tsconfig: false, minify: true, legalComments: "none" });
const transpileOnly = esbuild({ target, tsconfig: false });
const resolve = nodeResolve({
  browser: true,
  extensions: [".ts", ".mjs", ".js"],
  exportConditions: ["@allhours/source", "browser", "module", "import", "default"],
});
/** The plugin's types and its module disagree on what the default export is. */
const minify = terser as unknown as typeof terser.default;
const small = (module: boolean): Plugin =>
  minify({ module, ecma: 2020, compress: { passes: 3, unsafe_arrows: true, pure_getters: true }, format: { comments: false } });
const onwarn: RollupOptions["onwarn"] = (warning, warn) => {
  // Libraries written for older bundlers; nothing of ours.
  if (warning.code !== "THIS_IS_UNDEFINED" && warning.code !== "CIRCULAR_DEPENDENCY") warn(warning);
};

const chunks: RollupOptions = {
  input: { panel: "widget/src/view/mount.ts" },
  // The transports share the protocol with the panel and import it from there; a facade in front would be one more request.
  preserveEntrySignatures: "allow-extension",
  treeshake: {
    // Commands are read by the relay; their list, made at import, would bring their schemas along.
    moduleSideEffects: (id) => !id.includes("/protocol/src/"),
    // How idb adds its shortcuts and cursor loops, which storage/idb.ts does without.
    manualPureFunctions: ["replaceTraps"],
  },
  plugins: [clean(scriptDir), webSocketOnly(), withoutUnusedMembers(), resolve, squeezeTemplates(), transpile, small(true), manifest()],
  onwarn,
  output: {
    dir: scriptDir,
    format: "es",
    entryFileNames: "[name]-[hash].js",
    chunkFileNames: "[name]-[hash].js",
    hoistTransitiveImports: false,
    // What the transports and the extras share with the chat travels with it: a chunk of 200 bytes is a round trip.
    manualChunks: (id) => (/\/(protocol\/src\/errors|transport\/frames|src\/browser-chat)\.ts$/.test(id) ? "browser-chat" : undefined),
  },
};
const loader: RollupOptions = {
  input: "widget/src/loader.ts",
  plugins: [resolve, transpile, panelName(), small(false)],
  onwarn,
  output: { file: `${scriptDir}/allhours.js`, format: "iife" },
};
const define: RollupOptions = {
  input: "widget/src/define.ts",
  plugins: [panelImport(), resolve, transpile, small(true)],
  onwarn,
  output: { file: `${scriptDir}/define.js`, format: "es" },
};
const npm: RollupOptions = {
  input: { index: "widget/src/index.ts", define: "widget/src/define.ts", headless: "widget/src/headless.ts" },
  external: (id) => !/^[./]/.test(id) && !id.startsWith("widget/"),
  plugins: [clean(npmDir), resolve, squeezeTemplates(), transpileOnly],
  onwarn,
  output: { dir: npmDir, format: "es", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
};

export default [chunks, loader, define, npm];
