// A call over node:http, which neither mends nor hides anything.
import http from "node:http";
import { endToEnd, pairs } from "./headers.mjs";

const own = new http.Agent({ keepAlive: false });

/** Calls and gives status, headers, bytes, trailers and interim answers; the run keeps what is to be compared. */
export function exchange(run, { method = "GET", path, headers = {}, body, agent = own, onChunk, expect = false }) {
  const { hostname, port, pathname } = new URL(run.base);
  const list = Object.entries({ ...run.headers, ...headers, ...(body !== undefined && !("transfer-encoding" in headers) && { "content-length": Buffer.byteLength(body) }) });
  return new Promise((resolve, reject) => {
    const request = http.request({ host: hostname, port, method, path: pathname + path, agent, headers: Object.fromEntries(list) });
    const informational = [];
    request.on("information", i => informational.push({ status: i.statusCode, headers: i.rawHeaders }));
    let broken = reject;
    request.on("error", e => broken(e));
    request.on("response", response => {
      const chunks = [];
      let ended = false;
      const done = whole => {
        if (ended) {
          return;
        }

        ended = true;
        const kept = { status: response.statusCode, reason: response.statusMessage, headers: endToEnd(pairs(response.rawHeaders)), trailers: pairs(response.rawTrailers), informational };
        run.answers.push({ ...kept, chunks });
        resolve({ ...kept, chunks, body: Buffer.concat(chunks), whole, reused: request.reusedSocket });
      };
      response.on("data", chunk => {
        chunks.push(chunk);
        onChunk?.(chunk, () => exchange(run, { method: "POST", path: "/proceed", headers: { "x-scenario": "" } }));
      });
      response.on("end", () => done(true));
      broken = () => done(false);
      response.on("error", broken);
    });
    if (expect) {
      request.flushHeaders();
      request.on("continue", () => request.end(body));
    } else {
      request.end(body);
    }
  });
}
