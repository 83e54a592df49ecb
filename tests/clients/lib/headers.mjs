// Which headers have to arrive at the other end.

// Of one connection (RFC 9110, section 7.6.1), or of the framing that each hop chooses. A known length stays, wherever it stands.
const HOPS = ["connection", "keep-alive", "transfer-encoding", "content-length", "host", "te", "upgrade", "proxy-connection"];

/** From a flat list of names and values to pairs. */
export function pairs(flat) {
  return Array.isArray(flat[0]) ? flat : Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
}

/** Pairs without those of one hop and without ours. */
export const endToEnd = list => [
  ...list.filter(([name]) => !HOPS.includes(name.toLowerCase()) && !/^x-haldane-/i.test(name)),
  ...list.filter(([name]) => /^content-length$/i.test(name)).map(([, length]) => ["content-length", length]),
];
