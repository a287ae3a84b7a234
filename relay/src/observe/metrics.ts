/** Prometheus metrics of one relay. Labels are regions, pipes, outcomes: never a visitor or a conversation. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * A counter that is added up in plain numbers and told to its registry when somebody asks: the registry's own way builds a text and an object a
 * count. `values` in the order of `labelNames`; they must come from closed sets.
 */
export function createTally<const Labels extends readonly string[]>(options: {
  name: string;
  help: string;
  labelNames: Labels;
  registers: Registry[];
}): { inc(...values: { [Place in keyof Labels]: string }): void } {
  const counts = new Map<string, { values: readonly string[]; count: number }>();
  const told: Counter = new Counter({
    ...options,
    labelNames: [...options.labelNames],
    collect() {
      for (const one of counts.values()) {
        if (one.count > 0) told.labels(...one.values).inc(one.count);
        one.count = 0;
      }
    },
  });
  return {
    inc(...values) {
      const key = values.join(" ");
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { values, count: 1 });
      else known.count += 1;
    },
  };
}

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "allhours_" });
  const registers = [registry];
  return {
    registry,
    commands: createTally({
      name: "allhours_commands_total",
      help: "Commands answered, by type and result code",
      labelNames: ["type", "code"],
      registers,
    }),
    entries: createTally({
      name: "allhours_entries_total",
      help: "Durable entries written, by type and author",
      labelNames: ["type", "author"],
      registers,
    }),
    turns: createTally({
      name: "allhours_turns_total",
      help: "Turns ended, by region and outcome",
      labelNames: ["region", "outcome"],
      registers,
    }),
    turnSeconds: new Histogram({
      name: "allhours_turn_seconds",
      help: "Time from the stored message to the end of its turn",
      buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
      registers,
    }),
    ackSeconds: new Histogram({
      name: "allhours_ack_seconds",
      help: "Time from a command to its ack",
      buckets: [0.0005, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
      registers,
    }),
    links: new Gauge({ name: "allhours_links", help: "Open links, by pipe", labelNames: ["pipe"], registers }),
    refused: new Counter({
      name: "allhours_links_refused_total",
      help: "Links refused before a session, by reason",
      labelNames: ["reason"],
      registers,
    }),
    inbound: new Counter({ name: "allhours_inbound_total", help: "Deliveries from desks, by result", labelNames: ["result"], registers }),
    jobs: new Counter({ name: "allhours_jobs_total", help: "Jobs run, by kind and result", labelNames: ["kind", "result"], registers }),
    failovers: new Counter({
      name: "allhours_failovers_total",
      help: "Visitors who left an endpoint of their region for this relay, by region and the endpoint they left",
      labelNames: ["region", "endpoint"],
      registers,
    }),
    experts: new Counter({
      name: "allhours_experts_total",
      help: "Consultations of experts that ended, by region, expert and result",
      labelNames: ["region", "expert", "result"],
      registers,
    }),
    actions: new Counter({
      name: "allhours_actions_total",
      help: "What was to be done for visitors, by region, action and what came of it",
      labelNames: ["region", "action", "result"],
      registers,
    }),
    promises: new Counter({
      name: "allhours_promises_total",
      help: "Promises to visitors that a person answers by a time, kept or broken",
      labelNames: ["region", "result"],
      registers,
    }),
    notices: new Counter({
      name: "allhours_notices_total",
      help: "Looks at whether a visitor who left is told of an answer, by what came of them",
      labelNames: ["region", "result"],
      registers,
    }),
    deadLetters: new Gauge({
      name: "allhours_dead_letters",
      help: "Jobs that are not tried again by themselves, 1000 at most; counted once a minute",
      registers,
    }),
    storeUp: new Gauge({ name: "allhours_store_up", help: "1 when the last probe write was synced", registers }),
    storeQueued: new Gauge({ name: "allhours_store_queued", help: "Operations waiting for the store", registers }),
  };
}
