/** Which IP addresses are public. Everything the IANA special-purpose registries (RFC 6890 and later) reserve is not. */
import { BlockList, isIP } from "node:net";

const reserved4: readonly [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
/** Global unicast is 2000::/3; what lies inside it and is still reserved, or hides an IPv4 address (Teredo, 6to4). */
const reserved6: readonly [string, number][] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

let lists: { reserved: BlockList; global6: BlockList } | undefined;

function addressLists(): { reserved: BlockList; global6: BlockList } {
  if (lists !== undefined) return lists;
  const reserved = new BlockList();
  for (const [address, bits] of reserved4) reserved.addSubnet(address, bits, "ipv4");
  for (const [address, bits] of reserved6) reserved.addSubnet(address, bits, "ipv6");
  const global6 = new BlockList();
  global6.addSubnet("2000::", 3, "ipv6");
  lists = { reserved, global6 };
  return lists;
}

/** False for loopback, private, link-local, multicast, documentation and translated addresses, and for what is no address. */
export function isPublicAddress(address: string): boolean {
  const { reserved, global6 } = addressLists();
  // A zone index (fe80::1%eth0) only ever goes with a link-local address.
  switch (isIP(address)) {
    case 4:
      return !reserved.check(address, "ipv4");
    case 6:
      return !address.includes("%") && global6.check(address, "ipv6") && !reserved.check(address, "ipv6");
    default:
      return false;
  }
}
