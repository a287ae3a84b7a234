/** Who may talk to us from which page, from which address. Exact origins; forwarded headers only from trusted proxies. Pure. */
import { BlockList, isIP } from "node:net";

/** True when some site lists the origin, or when the relay runs in dev mode. A missing origin is not a browser page: allowed. */
export function originAllowed(origin: string | undefined, allowed: ReadonlySet<string>, dev: boolean): boolean {
  return origin === undefined || allowed.has(origin) || (dev && allowed.size === 0);
}

export type Peer = { address: string; country: string | undefined };

/** Is this address one of ours? `trusted` are addresses or CIDR blocks. */
export function createTrust(trusted: readonly string[]): (socketAddress: string) => boolean {
  const list = new BlockList();
  for (const entry of trusted) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (isIP(address) === 0) continue;
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (socketAddress) => {
    const address = plain(socketAddress);
    return isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  };
}

/** Reads the visitor's address and country. `trusted` are addresses or CIDR blocks whose headers are believed. */
export function createPeerReader(
  trusted: readonly string[],
  countryHeader: string,
): (socketAddress: string, header: (name: string) => string | undefined) => Peer {
  const isTrusted = createTrust(trusted);
  return (socketAddress, header) => {
    const direct = plain(socketAddress);
    if (!isTrusted(direct)) return { address: direct, country: undefined };
    // The last hop that is not one of ours is the visitor; what stands before it could be made up.
    const hops = (header("x-forwarded-for") ?? "")
      .split(",")
      .map((hop) => plain(hop.trim()))
      .filter((hop) => isIP(hop) !== 0);
    const address = hops.reverse().find((hop) => !isTrusted(hop)) ?? hops.at(-1) ?? direct;
    const country = header(countryHeader)?.trim().toUpperCase();
    return { address, country: country !== undefined && /^[A-Z]{2}$/.test(country) && country !== "XX" ? country : undefined };
  };
}

/** IPv4 in IPv6 clothes (::ffff:1.2.3.4) as plain IPv4. */
export function plain(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
