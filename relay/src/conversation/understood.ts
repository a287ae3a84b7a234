/** What a conversation's desk is told of the values and the wish in it, kept from turn to turn. Pure. */
import type { Understanding } from "../adapters/spec.ts";
import type { Understood } from "../store/store.ts";

/** Values of a long conversation: the last ones. */
const MOST_SLOTS = 20;
/** A value is a number, a date, a name: longer ones are of an engine that found a whole message. */
const MOST_CHARS = 200;

/** `undefined`: nothing new. The newest value of a kind comes last, and each once. `action`: one that waits for values from here on. */
export function understoodAfter(
  before: Understood | undefined,
  understanding: Understanding | undefined,
  action?: string,
): Understood | undefined {
  const intent = understanding?.intents[0]?.name ?? before?.intent;
  const found = (understanding?.slots ?? []).filter(({ value }) => value.length <= MOST_CHARS).map(({ name, value }) => ({ name, value }));
  if (found.length === 0 && intent === before?.intent && action === before?.action) return undefined;
  const kept = (before?.slots ?? []).filter((slot) => !found.some(({ name, value }) => name === slot.name && value === slot.value));
  const slots = [
    ...kept,
    ...found.filter((slot, place) => found.findIndex((one) => one.name === slot.name && one.value === slot.value) === place),
  ];
  return { ...(intent === undefined ? {} : { intent }), slots: slots.slice(-MOST_SLOTS), ...(action === undefined ? {} : { action }) };
}
