// What the fake server saw of each request, so that callers can ask afterwards.
import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";

const byId = new Map();
const changed = new EventEmitter().setMaxListeners(0);

/** Notes a request that has arrived. */
export function note(id, arm, method, target, rawHeaders) {
  const entry = { arm, method, target, headers: rawHeaders, length: 0, sha: null, end: null };
  if (id) {
    byId.set(id, [...(byId.get(id) ?? []), entry]);
  }

  return entry;
}

export function body(entry, bytes) {
  entry.length = bytes.length;
  entry.sha = createHash("sha256").update(bytes).digest("hex");
}

/** Notes how the request ended: "answered", "left" (the other side has gone), or a word of gRPC's. */
export function ended(entry, how) {
  entry.end ??= how;
  changed.emit("end");
}

/** All requests of an id. Waits until each has ended, or until one has ended as asked for. */
export async function of(id, how, patience) {
  const deadline = AbortSignal.timeout(patience);
  const isThere = () => {
    const entries = byId.get(id) ?? [];
    return how ? entries.some(e => e.end === how) : entries.length > 0 && entries.every(e => e.end);
  };
  while (!isThere() && !deadline.aborted) {
    await new Promise(resolve => {
      const go = () => {
        changed.off("end", go);
        deadline.removeEventListener("abort", go);
        resolve();
      };
      changed.on("end", go);
      deadline.addEventListener("abort", go);
    });
  }

  return byId.get(id) ?? [];
}
