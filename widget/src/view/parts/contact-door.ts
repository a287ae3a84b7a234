/**
 * The door to the form for being told of an answer (contact.ts): fetches it where it is on offer, once a panel, and shows nothing until it is there.
 * What could not be fetched is tried again by the next rendering.
 */
import { nothing, type TemplateResult } from "lit";
import type { ContactBar, ContactHost } from "./contact.ts";
import type { MenuItem } from "./menu.ts";

const bars = new WeakMap<ContactHost, ContactBar | "loading">();

function barOf(host: ContactHost): ContactBar | undefined {
  const known = bars.get(host);
  if (known === undefined && host.state?.contact !== undefined) {
    bars.set(host, "loading");
    import("./contact.ts").then(
      ({ ContactBar }) => bars.set(host, new ContactBar(host)),
      () => bars.delete(host),
    );
  }
  return known === "loading" ? undefined : known;
}

/** Above the composer. */
export function renderContact(host: ContactHost): TemplateResult | typeof nothing {
  return barOf(host)?.render() ?? nothing;
}
/** For the header's menu: what is set, while nothing of it is shown. */
export function contactItems(host: ContactHost): MenuItem[] {
  const bar = barOf(host);
  return bar === undefined || host.state?.contact?.masked === undefined || bar.shown
    ? []
    : [{ label: host.i18n.t("contactAsk"), run: bar.show }];
}
