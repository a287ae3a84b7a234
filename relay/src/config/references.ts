/**
 * What a schema alone cannot see: adapters that are not known, options of theirs, ids that are taken, references that lead nowhere, hosts that cannot
 * be reached. Reads raw input, since it looks also where the schema has found mistakes.
 */
import type { AdapterKind } from "../adapters/spec.ts";
import { lookupAdapter } from "../adapters/registry.ts";
import { originOf, readEgressHost } from "../adapters/egress-list.ts";
import { actionOptions } from "./actions.ts";
import { costIssues, expertOptions } from "./experts.ts";
import type { ConfigIssue } from "./load.ts";
import { visitorNotifyIssues } from "./notices.ts";

/** Adds every mistake to `issues`. */
export function referenceIssues(input: Record<string, unknown>, issues: ConfigIssue[]): void {
  const regions = recordOf(input["regions"]);
  for (const [regionId, region] of Object.entries(regions)) {
    for (const kind of ["nlu", "knowledge", "handoff", "notify"] as const)
      adapterIssues(kind, recordOf(region)[kind], `regions.${regionId}.${kind}`, issues);
    expertIssues(regionId, recordOf(region), issues);
    actionIssues(regionId, recordOf(region), issues);
    egressIssues(recordOf(region)["egress"], `regions.${regionId}.egress`, issues);
    teamIssues(regionId, recordOf(region), issues);
    webhookIssues(regionId, recordOf(region), issues);
    noticeIssues(regionId, recordOf(region), issues);
  }
  deskIssues(regions, issues);
  const routed = Object.entries(regions).find(([, region]) => listOf(recordOf(region)["endpoints"]).length > 0);
  if (routed !== undefined && recordOf(input["server"])["origin"] === undefined)
    issues.push({
      path: "server.origin",
      expected: `expected this relay's own origin, since regions.${routed[0]} has endpoints, but it is missing`,
    });
  groupIssues(recordOf(input["store"]), regions, issues);
  for (const [siteId, site] of Object.entries(recordOf(input["sites"])))
    siteIssues(siteId, recordOf(site), Object.keys(regions), input["mode"] === "dev", issues);
}

export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function adapterIssues(
  kind: AdapterKind,
  list: unknown,
  path: string,
  issues: ConfigIssue[],
  optionsOf: (entry: Record<string, unknown>) => Record<string, unknown> = ({ use: _use, id: _id, guard: _guard, ...options }) => options,
): void {
  if (!Array.isArray(list)) return;
  for (const [index, item] of list.entries()) {
    const entry = recordOf(item);
    const { use } = entry;
    if (typeof use !== "string") continue;
    const found = lookupAdapter(kind, use);
    if (!found.ok) {
      issues.push({ path: `${path}.${index}.use`, expected: found.issue });
      continue;
    }
    const options = optionsOf(entry);
    const parsed = found.definition.parseOptions(options);
    if (!parsed.ok)
      for (const issue of parsed.issues)
        issues.push({ path: `${path}.${index}${issue.path ? `.${issue.path}` : ""}`, expected: issue.expected });
  }
}

function egressIssues(list: unknown, path: string, issues: ConfigIssue[]): void {
  if (!Array.isArray(list)) return;
  for (const [index, entry] of list.entries()) {
    if (typeof entry !== "string") continue;
    const read = readEgressHost(entry);
    if (!read.ok) issues.push({ path: `${path}.${index}`, expected: read.expected });
  }
}

/** The id of an adapter in its list: its own, or one made from its place. Desks are reached by it: `/v1/inbound/<id>`. */
export function adapterId(regionId: string, entry: { use: string; id?: unknown }, index: number): string {
  return typeof entry.id === "string" ? entry.id : `${regionId}-${entry.use}${index === 0 ? "" : `-${index + 1}`}`;
}

export function expertId(regionId: string, entry: { use: string; id?: unknown }, index: number): string {
  return adapterId(regionId, { ...entry, use: `expert-${entry.use}` }, index);
}

/** Every group is some region's, and no two share a file. */
function groupIssues(store: Record<string, unknown>, regions: Record<string, unknown>, issues: ConfigIssue[]): void {
  const groups = new Set(
    Object.entries(regions).map(([id, region]) => {
      const { residency } = recordOf(region);
      return typeof residency === "string" ? residency : id;
    }),
  );
  const listed = recordOf(store["groups"]);
  const [first = ""] = groups;
  const seen = new Map<unknown, string>(Object.hasOwn(listed, first) ? [] : [[store["path"] ?? "data/allhours.db", first]]);
  for (const [group, entry] of Object.entries(listed)) {
    const { path } = recordOf(entry);
    if (!groups.has(group))
      issues.push({ path: `store.groups.${group}`, expected: `expected the residency group of a region: ${[...groups].join(", ")}` });
    const other = seen.get(path);
    if (other !== undefined)
      issues.push({ path: `store.groups.${group}.path`, expected: `expected a file of its own; "${other}" has this one` });
    seen.set(path, group);
  }
}

/** Desks and experts share the inbound route, so each has an id of its own. */
function deskIssues(regions: Record<string, unknown>, issues: ConfigIssue[]): void {
  const seen = new Set<string>();
  for (const [regionId, region] of Object.entries(regions)) {
    for (const kind of ["handoff", "experts"] as const) {
      for (const [index, entry] of listOf(recordOf(region)[kind]).entries()) {
        const { use, id } = recordOf(entry);
        if (typeof use !== "string") continue;
        const name = kind === "experts" ? expertId(regionId, { use, id }, index) : adapterId(regionId, { use, id }, index);
        if (seen.has(name))
          issues.push({
            path: `regions.${regionId}.${kind}.${index}.id`,
            expected: `expected an id no other desk or expert has; "${name}" is taken`,
          });
        seen.add(name);
      }
    }
  }
}

/** Adapters get their options, limits fit together, and addresses can be reached. */
function expertIssues(regionId: string, region: Record<string, unknown>, issues: ConfigIssue[]): void {
  const path = `regions.${regionId}.experts`;
  adapterIssues("expert", region["experts"], path, issues, expertOptions);
  const origins = egressOrigins(region);
  for (const [index, item] of listOf(region["experts"]).entries()) {
    const entry = recordOf(item);
    for (const issue of costIssues(entry)) issues.push({ path: `${path}.${index}.${issue.path}`, expected: issue.expected });
    reachIssue(entry["url"], origins, `${path}.${index}.url`, issues);
  }
}

/** Ids differ, adapters get their options, and addresses can be reached. */
function actionIssues(regionId: string, region: Record<string, unknown>, issues: ConfigIssue[]): void {
  const path = `regions.${regionId}.actions`;
  adapterIssues("action", region["actions"], path, issues, actionOptions);
  const origins = egressOrigins(region);
  const seen = new Set<unknown>();
  for (const [index, item] of listOf(region["actions"]).entries()) {
    const { id, url } = recordOf(item);
    if (seen.has(id)) issues.push({ path: `${path}.${index}.id`, expected: takenId("action", id) });
    seen.add(id);
    reachIssue(url, origins, `${path}.${index}.url`, issues);
  }
}

/** Ids are the team's own, desks exist, and feeds can be reached. */
function teamIssues(regionId: string, region: Record<string, unknown>, issues: ConfigIssue[]): void {
  const desks = listOf(region["handoff"]).map((entry, index) => adapterId(regionId, recordOf(entry) as { use: string }, index));
  const origins = egressOrigins(region);
  const seen = new Set<unknown>();
  for (const [index, entry] of listOf(region["teams"]).entries()) {
    const { id, desk, feeds } = recordOf(entry);
    const path = `regions.${regionId}.teams.${index}`;
    if (seen.has(id)) issues.push({ path: `${path}.id`, expected: takenId("team", id) });
    seen.add(id);
    if (desks.length === 0 || (typeof desk === "string" && !desks.includes(desk)))
      issues.push({ path: `${path}.desk`, expected: `expected one of the region's desks: ${desks.join(", ") || "(none; see handoff)"}` });
    for (const [place, feed] of listOf(feeds).entries()) reachIssue(feed, origins, `${path}.feeds.${place}`, issues);
  }
}

/** Ids differ, receivers can be reached, and a preset has its secret. */
function webhookIssues(regionId: string, region: Record<string, unknown>, issues: ConfigIssue[]): void {
  const origins = egressOrigins(region);
  const seen = new Set<unknown>();
  for (const [index, entry] of listOf(region["webhooks"]).entries()) {
    const { id, url, preset, presetSecret } = recordOf(entry);
    const path = `regions.${regionId}.webhooks.${index}`;
    if (seen.has(id)) issues.push({ path: `${path}.id`, expected: takenId("receiver", id) });
    seen.add(id);
    reachIssue(url, origins, `${path}.url`, issues);
    if ((preset === undefined) !== (presetSecret === undefined))
      issues.push({ path: `${path}.presetSecret`, expected: "expected preset and presetSecret together" });
  }
}

function noticeIssues(regionId: string, region: Record<string, unknown>, issues: ConfigIssue[]): void {
  const path = `regions.${regionId}.visitorNotify.channels`;
  const channels = listOf(recordOf(region["visitorNotify"])["channels"]);
  adapterIssues("notice", channels, path, issues);
  const origins = egressOrigins(region);
  const reach = (url: unknown, at: string): void => reachIssue(url, origins, at, issues);
  visitorNotifyIssues(channels.map(recordOf), path, (issue) => issues.push(issue), reach);
}

function takenId(what: string, id: unknown): string {
  return `expected an id no other ${what} of the region has; "${String(id)}" is taken`;
}

/** What the region's list does not name cannot be reached. */
function reachIssue(url: unknown, origins: readonly string[], path: string, issues: ConfigIssue[]): void {
  const origin = typeof url === "string" && URL.canParse(url) ? originOf(new URL(url)) : undefined;
  if (origin !== undefined && !origins.includes(origin)) issues.push({ path, expected: `expected ${origin} in the region's egress list` });
}

function egressOrigins(region: Record<string, unknown>): string[] {
  return listOf(region["egress"]).flatMap((entry) => {
    const read = typeof entry === "string" ? readEgressHost(entry) : undefined;
    return read?.ok === true ? [read.origin] : [];
  });
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function siteIssues(siteId: string, site: Record<string, unknown>, regions: string[], dev: boolean, issues: ConfigIssue[]): void {
  const known = `expected one of the regions: ${regions.join(", ") || "(none defined)"}`;
  if (typeof site["defaultRegion"] === "string" && !regions.includes(site["defaultRegion"]))
    issues.push({ path: `sites.${siteId}.defaultRegion`, expected: known });
  if (Array.isArray(site["rules"])) {
    for (const [index, rule] of site["rules"].entries()) {
      const region = recordOf(rule)["region"];
      if (typeof region === "string" && !regions.includes(region))
        issues.push({ path: `sites.${siteId}.rules.${index}.region`, expected: known });
    }
  }
  if (Array.isArray(site["origins"]) && site["origins"].length === 0 && !dev) {
    issues.push({ path: `sites.${siteId}.origins`, expected: "expected at least one exact origin (only mode: dev may leave it empty)" });
  }
  if (
    typeof site["defaultLanguage"] === "string" &&
    Array.isArray(site["languages"]) &&
    !site["languages"].includes(site["defaultLanguage"])
  ) {
    issues.push({ path: `sites.${siteId}.defaultLanguage`, expected: "expected one of this site's languages" });
  }
}
