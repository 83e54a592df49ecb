// How bytes leave the fake server: which of them, in which pieces, and where they break off.
import { setImmediate as turn } from "node:timers/promises";

export const DATE = "Sat, 01 Aug 2026 00:00:00 GMT";

const SIZES = { whole: Infinity, bytes: 1, odd: 7 };

/** Gives bytes in pieces; `parts` are kept apart unless a size cuts across them. */
function pieces(parts, wire) {
  if (wire === "events") {
    return parts;
  }

  const bytes = Buffer.concat(parts);
  const size = SIZES[wire] ?? Infinity;
  const cut = [];
  for (let at = 0; at < bytes.length; at += size) {
    cut.push(bytes.subarray(at, Math.min(bytes.length, at + size)));
  }

  return cut;
}

/** Answers with a body of unknown length. `end`: "whole", "cut" (the connection breaks) or "stall" (nothing more comes). */
export async function stream(call, type, parts, end = "whole") {
  const { res, wire } = call;
  if (wire === "segments") {
    await segments(call, type, Buffer.concat(parts));
    return;
  }

  res.writeHead(200, { "Content-Type": type, "Cache-Control": "no-cache", ...call.headers });
  for (const piece of pieces(parts, wire)) {
    if (res.destroyed) {
      return;
    }

    if (!res.write(piece)) {
      await new Promise(resolve => res.once("drain", resolve).once("close", resolve));
    }

    await turn();
  }

  if (end === "whole") {
    res.end();
  } else if (end === "cut") {
    res.socket.end();
  }
}

/** Goes on until the caller has left. */
export function endlessly({ res }, type, part) {
  res.writeHead(200, { "Content-Type": type });
  const timer = setInterval(() => res.write(part), 20);
  res.on("close", () => clearInterval(timer));
}

/** Answers with a body whose length is said beforehand. */
export function answer(call, status, type, body, headers = {}) {
  const bytes = Buffer.from(body);
  call.res.writeHead(status, { "Content-Type": type, "Content-Length": bytes.length, ...call.headers, ...headers });
  call.res.end(call.req.method === "HEAD" ? undefined : bytes);
}

export const json = (call, status, value, headers) => answer(call, status, "application/json", JSON.stringify(value), headers);

/** Each byte of head, chunks and body in a TCP segment of its own. */
async function segments(call, type, body) {
  const { socket } = call.res;
  const half = body.length >> 1;
  const head = `HTTP/1.1 200 OK\r\nDate: ${DATE}\r\nContent-Type: ${type}\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
  const bytes = Buffer.concat([
    Buffer.from(head),
    chunk(body.subarray(0, half)),
    chunk(body.subarray(half)),
    Buffer.from("0\r\n\r\n"),
  ]);
  for (let at = 0; at < bytes.length && !socket.destroyed; at++) {
    socket.write(bytes.subarray(at, at + 1));
    await turn();
  }

  socket.end();
}

const chunk = bytes => Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);

/** Server-sent events as bytes: each event one part. */
export function events(list, eol = "\n") {
  return list.map(({ event, data, comment, id, retry }) => {
    const lines = [];
    if (comment !== undefined) lines.push(`:${comment}`);
    if (event !== undefined) lines.push(`event: ${event}`);
    if (id !== undefined) lines.push(`id: ${id}`);
    if (retry !== undefined) lines.push(`retry: ${retry}`);
    if (data !== undefined) lines.push(...String(data).split("\n").map(line => `data: ${line}`));
    return Buffer.from(lines.join(eol) + eol + eol);
  });
}

/** Newline-delimited JSON as bytes: each object one part. */
export const lines = list => list.map(value => Buffer.from(JSON.stringify(value) + "\n"));
