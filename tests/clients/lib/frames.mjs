// HTTP/2 by hand, for what no library sends (RFC 9113), with field blocks that use no table and no Huffman code (RFC 7541).
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export const TYPE = { data: 0, headers: 1, priority: 2, rst: 3, settings: 4, push: 5, ping: 6, goaway: 7, windowUpdate: 8, continuation: 9 };
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 };
export const ERROR = { none: 0, protocol: 1, internal: 2, flowControl: 3, settingsTimeout: 4, streamClosed: 5, frameSize: 6, refused: 7, cancel: 8, compression: 9, enhance: 11 };
export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
export const SETTING = { tableSize: 1, push: 2, maxStreams: 3, window: 4, frameSize: 5, headerList: 6 };

export function frame(type, flags, stream, payload = []) {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(9);
  head.writeUIntBE(bytes.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, bytes]);
}

export const uint32 = number => [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
export const settings = pairs => frame(TYPE.settings, 0, 0, pairs.flatMap(([id, value]) => [0, id, ...uint32(value)]));

// A length of a string literal: seven bits, then as many as it takes.
function length(count) {
  if (count < 127) {
    return [count];
  }

  const bytes = [127];
  let rest = count - 127;
  for (; rest >= 128; rest >>= 7) {
    bytes.push((rest & 127) | 128);
  }

  return [...bytes, rest];
}

const literal = text => Buffer.concat([Buffer.from(length(Buffer.byteLength(text, "latin1"))), Buffer.from(text, "latin1")]);

/** Fields as a block: each a literal without indexing. */
export const block = fields => Buffer.concat(fields.map(([name, value]) => Buffer.concat([Buffer.from([0]), literal(name), literal(value)])));

/** A connection that has said its preface and settings. */
export class Connection {
  frames = [];
  closed = false;

  static async open(address, first = [settings([])], preface = PREFACE) {
    const connection = new Connection();
    const [host, port] = address.split(":");
    const socket = net.connect(port, host);
    connection.socket = socket;
    let rest = Buffer.alloc(0);
    socket.on("data", bytes => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
        const size = rest.readUIntBE(0, 3);
        connection.take({ type: rest[3], flags: rest[4], stream: rest.readUInt32BE(5) & 0x7fffffff, payload: rest.subarray(9, 9 + size) });
        rest = rest.subarray(9 + size);
      }
    });
    socket.on("error", () => {}).on("close", () => { connection.closed = true; });
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    connection.send(Buffer.from(preface), ...first);
    return connection;
  }

  take(got) {
    this.frames.push(got);
    if (got.type === TYPE.settings && !(got.flags & FLAG.ack)) {
      this.send(frame(TYPE.settings, FLAG.ack, 0));
    }
  }

  send(...frames) {
    this.socket.write(Buffer.concat(frames));
  }

  /** The first frame that is meant; null when the connection closes, or none comes. */
  async until(is, patience = 5_000) {
    const deadline = Date.now() + patience;
    for (;;) {
      const found = this.frames.find(is);
      if (found || this.closed || Date.now() > deadline) {
        return found ?? null;
      }

      await pause(2);
    }
  }

  /** A status that an answer begins with: as RFC 7541's static table has it, or as a literal. */
  async status(stream, patience) {
    const head = await this.until(f => f.type === TYPE.headers && f.stream === stream, patience);
    if (!head) {
      return null;
    }

    let at = 0;
    while ((head.payload[at] & 0xe0) === 0x20) {
      at++; // a change of the table's size
    }

    const first = head.payload[at];
    return first & 0x80 ? [200, 204, 206, 304, 400, 404, 500][(first & 0x7f) - 8] : Number(head.payload.subarray(at + 2, at + 5).toString());
  }

  /** The body of an answer, up to its end. */
  async body(stream, patience) {
    await this.until(f => f.stream === stream && f.flags & FLAG.endStream && (f.type === TYPE.data || f.type === TYPE.headers), patience);
    return Buffer.concat(this.frames.filter(f => f.type === TYPE.data && f.stream === stream).map(f => f.payload)).toString("latin1");
  }

  /** How a stream or the connection was ended: what was said of it and with which code. */
  async end(stream, patience = 5_000) {
    const deadline = Date.now() + patience;
    for (;;) {
      const away = this.frames.find(f => f.type === TYPE.goaway);
      const reset = this.frames.find(f => f.type === TYPE.rst && f.stream === stream);
      if (away) {
        return { what: "connection", code: away.payload.readUInt32BE(4) };
      }

      if (reset) {
        return { what: "stream", code: reset.payload.readUInt32BE(0) };
      }

      if (this.closed || Date.now() > deadline) {
        return { what: this.closed ? "closed" : "open", code: null };
      }

      await pause(2);
    }
  }

  close() {
    this.socket.destroy();
  }
}
