// What RFC 9113 wants of a server, asked of the data port that speaks HTTP/2, in the manner of h2spec. After each case the port still serves.
import assert from "node:assert";
import http2 from "node:http2";
import { armOverHttp, grpcGatewayAt as PORT, open as openWorld } from "../lib/world.mjs";
import { Connection, ERROR, FLAG, SETTING, TYPE, block, frame, settings, uint32 } from "../lib/frames.mjs";
import { scenario } from "../lib/scenario.mjs";

export const open = () => openWorld("inference", armOverHttp("inference"));

const head = (more = [], path = "/inference/echo", method = "POST") => [[":method", method], [":scheme", "http"], [":path", path], [":authority", "gateway"], ["x-user", "user-1"], ...more];
const headers = (stream, fields, flags = FLAG.endHeaders | FLAG.endStream) => frame(TYPE.headers, flags, stream, block(fields));
const data = (stream, text, flags = FLAG.endStream) => frame(TYPE.data, flags, stream, Buffer.from(text));
const ask = stream => headers(stream, head());

/** Whether a new connection is served as if nothing had happened. */
async function serves() {
  const fresh = await Connection.open(PORT);
  fresh.send(headers(1, head(), FLAG.endHeaders), data(1, "still here"));
  assert.deepStrictEqual([await fresh.status(1), await fresh.body(1)], [200, "still here"], "a new connection is served");
  fresh.close();
}

/** Opens a connection, lets the case speak, and sees that the port goes on serving. */
function h2(name, speak, first) {
  scenario(name, async () => {
    const connection = await Connection.open(PORT, first);
    try {
      await speak(connection);
    } finally {
      connection.close();
    }

    await serves();
  });
}

/** A stream error may be answered with the end of the whole connection (RFC 9113, section 5.4.2), but not with an answer. */
async function fails(connection, stream, ...codes) {
  const { what, code } = await connection.end(stream);
  assert(what === "closed" || (what !== "open" && codes.includes(code)), `ended by ${what} with ${code}; expected one of ${codes}`);
}

async function connectionFails(connection, ...codes) {
  const { what, code } = await connection.end(-1);
  assert(what === "closed" || (what === "connection" && codes.includes(code)), `ended by ${what} with ${code}; expected the connection with one of ${codes}`);
}

/** What cannot be understood is refused: as an error of the stream, or with a 4xx. */
async function refuses(connection, stream, ...codes) {
  const seen = await connection.until(f => f.type === TYPE.goaway || (f.stream === stream && (f.type === TYPE.rst || f.type === TYPE.headers)));
  if (seen?.type === TYPE.headers) {
    const status = await connection.status(stream);
    assert(status >= 400 && status < 500, `answered with ${status}`);
  } else {
    await fails(connection, stream, ...codes);
  }
}

async function answers(connection, stream, expected = "") {
  assert.deepStrictEqual([await connection.status(stream), await connection.body(stream)], [200, expected]);
}

// 3.4, 4: preface and frames.
scenario("a preface that is none", async () => {
  const connection = await Connection.open(PORT, [], "GET / HTTP/1.1\r\nHost: gateway\r\n\r\n");
  await connectionFails(connection, ERROR.protocol);
  connection.close();
  await serves();
});
// Section 3.4 wants an error of the connection; Kestrel serves it as if the settings were empty, which harms nobody.
h2("a preface without settings behind it is served all the same", async c => {
  c.send(ask(1));
  await answers(c, 1);
}, []);
h2("settings come first and are acknowledged", async c => {
  await c.until(f => f.type === TYPE.settings && f.flags & FLAG.ack);
  assert.deepStrictEqual([c.frames[0].type, c.frames[0].flags], [TYPE.settings, 0]);
});
h2("a frame of an unknown type is passed over", async c => {
  c.send(frame(0xee, 0xff, 0, Buffer.alloc(9)), ask(1));
  await answers(c, 1);
});
h2("unknown flags are passed over", async c => {
  c.send(frame(TYPE.ping, 0x5e, 0, Buffer.alloc(8, 1)));
  assert(await c.until(f => f.type === TYPE.ping && f.flags & FLAG.ack));
});
h2("the reserved bit of a stream is passed over", async c => {
  const bytes = ask(1);
  bytes[5] |= 0x80;
  c.send(bytes);
  await answers(c, 1);
});
h2("a frame that is larger than was allowed", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), frame(TYPE.data, FLAG.endStream, 1, Buffer.alloc((1 << 20) + 1)));
  await fails(c, 1, ERROR.frameSize);
});
// Kestrel ends the connection with an error of its own, instead of the one of section 4.3.
h2("an index of 0 in a field block", async c => {
  c.send(frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream, 1, [0x80]));
  await connectionFails(c, ERROR.compression, ERROR.internal);
});
h2("a field block that ends too soon", async c => {
  c.send(frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream, 1, [0x00, 0x05, 0x61]));
  await connectionFails(c, ERROR.compression);
});
h2("an index that no table has", async c => {
  c.send(frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream, 1, [0xff, 0xff, 0x01]));
  await connectionFails(c, ERROR.compression);
});
h2("a table that is larger than was allowed", async c => {
  c.send(frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream, 1, [0x3f, 0xff, 0xff, 0x7f]));
  await connectionFails(c, ERROR.compression);
});

// 5.1: the life of a stream.
h2("data on a stream that is idle", async c => {
  c.send(data(1, "early"));
  await connectionFails(c, ERROR.protocol);
});
h2("a reset of a stream that is idle", async c => {
  c.send(frame(TYPE.rst, 0, 1, uint32(ERROR.cancel)));
  await connectionFails(c, ERROR.protocol);
});
h2("a window for a stream that is idle", async c => {
  c.send(frame(TYPE.windowUpdate, 0, 1, uint32(100)));
  await connectionFails(c, ERROR.protocol);
});
h2("data behind the end of a stream", async c => {
  c.send(headers(1, head([], "/inference/silent")), data(1, "late"));
  await fails(c, 1, ERROR.streamClosed);
});
h2("a head behind the end of a stream", async c => {
  c.send(headers(1, head([], "/inference/silent")), headers(1, head()));
  await fails(c, 1, ERROR.streamClosed);
});
h2("a stream with an even number", async c => {
  c.send(ask(2));
  await connectionFails(c, ERROR.protocol);
});
h2("a stream with a number that is lower than the last", async c => {
  c.send(ask(5));
  await answers(c, 5);
  c.send(ask(3));
  await connectionFails(c, ERROR.protocol, ERROR.streamClosed);
});
h2("more streams at once than were allowed", async c => {
  const set = await c.until(f => f.type === TYPE.settings && !(f.flags & FLAG.ack));
  const at = Array.from({ length: set.payload.length / 6 }, (_, i) => 6 * i).find(i => set.payload.readUInt16BE(i) === SETTING.maxStreams);
  const most = set.payload.readUInt32BE(at + 2);
  const streams = Array.from({ length: most + 1 }, (_, i) => 2 * i + 1);
  c.send(...streams.map(s => headers(s, head([], "/inference/silent"))));
  await fails(c, streams.at(-1), ERROR.refused, ERROR.protocol);
});

// 6: each type of frame.
h2("data on stream 0", async c => {
  c.send(data(0, "nowhere"));
  await connectionFails(c, ERROR.protocol);
});
h2("padding that is longer than its data", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), frame(TYPE.data, FLAG.padded | FLAG.endStream, 1, [6, 1, 2, 3]));
  await connectionFails(c, ERROR.protocol);
});
h2("padding that is passed over", async c => {
  const fields = block(head());
  c.send(frame(TYPE.headers, FLAG.endHeaders | FLAG.padded, 1, [4, ...fields, 0, 0, 0, 0]), frame(TYPE.data, FLAG.padded | FLAG.endStream, 1, [3, 0x6f, 0x6b, 0, 0, 0]));
  await answers(c, 1, "ok");
});
h2("a head on stream 0", async c => {
  c.send(ask(0));
  await connectionFails(c, ERROR.protocol);
});
h2("a head with padding that is longer than it", async c => {
  c.send(frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream | FLAG.padded, 1, [200, 0x82]));
  await connectionFails(c, ERROR.protocol);
});
h2("a head with a priority is read", async c => {
  c.send(frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream | FLAG.priority, 1, [0, 0, 0, 0, 10, ...block(head())]));
  await answers(c, 1);
});
h2("a priority on stream 0", async c => {
  c.send(frame(TYPE.priority, 0, 0, [0, 0, 0, 1, 10]));
  await connectionFails(c, ERROR.protocol);
});
h2("a priority of another size", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), frame(TYPE.priority, 0, 1, [0, 0, 0]));
  await fails(c, 1, ERROR.frameSize);
});
h2("a reset of stream 0", async c => {
  c.send(frame(TYPE.rst, 0, 0, uint32(ERROR.cancel)));
  await connectionFails(c, ERROR.protocol);
});
h2("a reset of another size", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), frame(TYPE.rst, 0, 1, [0, 0, 8]));
  await connectionFails(c, ERROR.frameSize);
});
h2("settings on a stream", async c => {
  c.send(frame(TYPE.settings, 0, 1));
  await connectionFails(c, ERROR.protocol);
});
h2("an acknowledgement of settings with a payload", async c => {
  c.send(frame(TYPE.settings, FLAG.ack, 0, [0, 1, 0, 0, 0, 1]));
  await connectionFails(c, ERROR.frameSize);
});
h2("settings of another size", async c => {
  c.send(frame(TYPE.settings, 0, 0, [0, 3, 0]));
  await connectionFails(c, ERROR.frameSize);
});
h2("a push that is neither on nor off", async c => {
  c.send(settings([[SETTING.push, 2]]));
  await connectionFails(c, ERROR.protocol);
});
h2("a first window that is too large", async c => {
  c.send(settings([[SETTING.window, 0x80000000]]));
  await connectionFails(c, ERROR.flowControl);
});
h2("a frame size that is too small", async c => {
  c.send(settings([[SETTING.frameSize, 16_383]]));
  await connectionFails(c, ERROR.protocol);
});
h2("a frame size that is too large", async c => {
  c.send(settings([[SETTING.frameSize, 1 << 24]]));
  await connectionFails(c, ERROR.protocol);
});
h2("a setting that is unknown is passed over", async c => {
  c.send(settings([[0xff, 1]]), ask(1));
  await answers(c, 1);
});
h2("a promise, which only servers may make", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), frame(TYPE.push, FLAG.endHeaders, 1, [0, 0, 0, 2, 0x82]));
  await connectionFails(c, ERROR.protocol);
});
h2("a ping comes back with its bytes", async c => {
  c.send(frame(TYPE.ping, 0, 0, Buffer.from("12345678")));
  const pong = await c.until(f => f.type === TYPE.ping);
  assert.deepStrictEqual([pong.flags, pong.payload.toString()], [FLAG.ack, "12345678"]);
});
h2("an acknowledgement of a ping is not answered", async c => {
  c.send(frame(TYPE.ping, FLAG.ack, 0, Buffer.alloc(8, 1)), frame(TYPE.ping, 0, 0, Buffer.alloc(8, 2)));
  assert.strictEqual((await c.until(f => f.type === TYPE.ping)).payload[0], 2);
});
h2("a ping on a stream", async c => {
  c.send(frame(TYPE.ping, 0, 1, Buffer.alloc(8)));
  await connectionFails(c, ERROR.protocol);
});
h2("a ping of another size", async c => {
  c.send(frame(TYPE.ping, 0, 0, Buffer.alloc(6)));
  await connectionFails(c, ERROR.frameSize);
});
h2("a farewell on a stream", async c => {
  c.send(frame(TYPE.goaway, 0, 1, [0, 0, 0, 0, 0, 0, 0, 0]));
  await connectionFails(c, ERROR.protocol);
});
h2("a farewell lets what is under way end", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), frame(TYPE.goaway, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]), data(1, "the last word"));
  await answers(c, 1, "the last word");
});

// 6.9: flow control.
h2("a window of nothing for the connection", async c => {
  c.send(frame(TYPE.windowUpdate, 0, 0, uint32(0)));
  await connectionFails(c, ERROR.protocol);
});
h2("a window of nothing for a stream", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), frame(TYPE.windowUpdate, 0, 1, uint32(0)));
  await fails(c, 1, ERROR.protocol);
});
h2("a window of another size", async c => {
  c.send(frame(TYPE.windowUpdate, 0, 0, [0, 0, 1]));
  await connectionFails(c, ERROR.frameSize);
});
h2("a window of the connection that runs over", async c => {
  c.send(frame(TYPE.windowUpdate, 0, 0, uint32(0x7fffffff)));
  await connectionFails(c, ERROR.flowControl);
});
h2("a window of a stream that runs over", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), frame(TYPE.windowUpdate, 0, 1, uint32(0x7fffffff)));
  await fails(c, 1, ERROR.flowControl);
});
h2("no more data than the window allows", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), data(1, "abc"));
  assert.strictEqual((await c.until(f => f.type === TYPE.data)).payload.toString(), "a");
  c.send(frame(TYPE.windowUpdate, 0, 1, uint32(100)));
  await answers(c, 1, "abc");
}, [settings([[SETTING.window, 1]])]);
h2("a window that is opened by settings", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), data(1, "abc"));
  assert.strictEqual(await c.status(1), 200);
  assert.deepStrictEqual(c.frames.filter(f => f.type === TYPE.data && f.payload.length > 0), []);
  c.send(settings([[SETTING.window, 10]]));
  await answers(c, 1, "abc");
}, [settings([[SETTING.window, 0]])]);

// 6.10: heads in several frames.
h2("a head in three frames", async c => {
  const fields = block(head());
  c.send(frame(TYPE.headers, FLAG.endStream, 1, fields.subarray(0, 10)), frame(TYPE.continuation, 0, 1, fields.subarray(10, 20)), frame(TYPE.continuation, FLAG.endHeaders, 1, fields.subarray(20)));
  await answers(c, 1);
});
h2("another frame within a head", async c => {
  c.send(frame(TYPE.headers, FLAG.endStream, 1, block(head())), frame(TYPE.ping, 0, 0, Buffer.alloc(8)));
  await connectionFails(c, ERROR.protocol);
});
h2("another stream within a head", async c => {
  c.send(frame(TYPE.headers, FLAG.endStream, 1, block(head())), frame(TYPE.continuation, FLAG.endHeaders, 3, block([["x", "y"]])));
  await connectionFails(c, ERROR.protocol);
});
h2("a continuation of nothing", async c => {
  c.send(ask(1), frame(TYPE.continuation, FLAG.endHeaders, 1, block([["x", "y"]])));
  await connectionFails(c, ERROR.protocol, ERROR.streamClosed);
});
h2("a continuation on stream 0", async c => {
  c.send(frame(TYPE.continuation, FLAG.endHeaders, 0, block(head())));
  await connectionFails(c, ERROR.protocol);
});
h2("a head without end", async c => {
  const more = frame(TYPE.continuation, 0, 1, block([["x-more", "y".repeat(8_000)]]));
  c.send(frame(TYPE.headers, FLAG.endStream, 1, block(head())), ...Array(40).fill(more));
  await refuses(c, 1, ERROR.protocol, ERROR.enhance, ERROR.refused);
});
h2("more fields than are allowed", async c => {
  c.send(headers(1, head(Array.from({ length: 200 }, (_, i) => [`x-${i}`, "y"]))));
  await refuses(c, 1, ERROR.protocol, ERROR.enhance, ERROR.refused);
});

// 8: requests.
h2("a field's name in capitals", async c => {
  c.send(headers(1, head([["X-Test", "ok"]])));
  await refuses(c, 1, ERROR.protocol);
});
h2("a field's name with a space", async c => {
  c.send(headers(1, head([["x test", "ok"]])));
  await refuses(c, 1, ERROR.protocol);
});
h2("a field's value with a line's end", async c => {
  c.send(headers(1, head([["x-test", "a\r\nx-user: b"]])));
  await refuses(c, 1, ERROR.protocol);
});
h2("a pseudo field that is unknown", async c => {
  c.send(headers(1, [[":test", "ok"], ...head()]));
  await refuses(c, 1, ERROR.protocol);
});
h2("a pseudo field of answers", async c => {
  c.send(headers(1, [[":status", "200"], ...head()]));
  await refuses(c, 1, ERROR.protocol);
});
h2("a pseudo field behind the others", async c => {
  c.send(headers(1, [["x-test", "ok"], ...head()]));
  await refuses(c, 1, ERROR.protocol);
});
h2("a pseudo field in trailers", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), data(1, "body", 0), headers(1, [[":method", "GET"]]));
  await refuses(c, 1, ERROR.protocol);
});
h2("a pseudo field twice", async c => {
  c.send(headers(1, [[":path", "/inference/echo"], ...head()]));
  await refuses(c, 1, ERROR.protocol);
});
h2("no method", async c => {
  c.send(headers(1, head().slice(1)));
  await refuses(c, 1, ERROR.protocol);
});
h2("no scheme", async c => {
  c.send(headers(1, head().filter(([name]) => name !== ":scheme")));
  await refuses(c, 1, ERROR.protocol);
});
h2("no path", async c => {
  c.send(headers(1, head().filter(([name]) => name !== ":path")));
  await refuses(c, 1, ERROR.protocol);
});
h2("an empty path", async c => {
  c.send(headers(1, head([], "")));
  await refuses(c, 1, ERROR.protocol);
});
h2("a field of the connection", async c => {
  c.send(headers(1, head([["connection", "keep-alive"]])));
  await refuses(c, 1, ERROR.protocol);
});
h2("chunks, which are not of this version", async c => {
  c.send(headers(1, head([["transfer-encoding", "chunked"]]), FLAG.endHeaders), data(1, "0\r\n\r\n"));
  await refuses(c, 1, ERROR.protocol);
});
h2("a TE that is not trailers", async c => {
  c.send(headers(1, head([["te", "trailers, deflate;q=0.5"]])));
  await refuses(c, 1, ERROR.protocol);
});
h2("a body that is shorter than its length", async c => {
  c.send(headers(1, head([["content-length", "10"]]), FLAG.endHeaders), data(1, "short"));
  await refuses(c, 1, ERROR.protocol);
});
h2("a body that is longer than its length", async c => {
  c.send(headers(1, head([["content-length", "2"]]), FLAG.endHeaders), data(1, "long"));
  await refuses(c, 1, ERROR.protocol);
});
h2("a second head that does not end the stream", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), headers(1, [["x-test", "ok"]], FLAG.endHeaders));
  await refuses(c, 1, ERROR.protocol);
});
h2("trailers behind a body", async c => {
  c.send(headers(1, head(), FLAG.endHeaders), data(1, "body", 0), headers(1, [["x-test", "ok"]]));
  await answers(c, 1, "body");
});
h2("a stream that is reset leaves the others alone", async c => {
  c.send(headers(1, head([], "/inference/silent")), frame(TYPE.rst, 0, 1, uint32(ERROR.cancel)), ask(3));
  await answers(c, 3);
});
h2("a head without a body ends with it", async c => {
  c.send(headers(1, head([], "/inference/status/204", "GET")));
  const answer = await c.until(f => f.type === TYPE.headers && f.stream === 1);
  assert.deepStrictEqual([await c.status(1), answer.flags & FLAG.endStream], [204, FLAG.endStream]);
});

scenario("a hundred streams on one connection, by Node's own client", async () => {
  const session = http2.connect(`http://${PORT}`);
  const one = i => new Promise((resolve, reject) => {
    const request = session.request({ ":method": "POST", ":path": "/inference/echo", "x-user": `user-${i}` });
    const chunks = [];
    request.on("data", c => chunks.push(c)).on("error", reject).on("end", () => resolve(Buffer.concat(chunks).length));
    request.end(Buffer.alloc(50_000, i));
  });
  assert.deepStrictEqual(await Promise.all(Array.from({ length: 100 }, (_, i) => one(i))), Array(100).fill(50_000));
  session.close();
});
scenario("trailers and their names, by Node's own client", async () => {
  const session = http2.connect(`http://${PORT}`);
  const trailers = await new Promise((resolve, reject) => {
    const request = session.request({ ":path": "/inference/trailers", "x-user": "user-1", te: "trailers" });
    request.on("trailers", resolve).on("error", reject).resume();
  });
  session.close();
  assert.deepStrictEqual(Object.fromEntries(Object.entries(trailers)), { "x-checksum": "1a2b", "x-second": "two" });
});
