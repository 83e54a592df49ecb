// Model servers without an SDK: the open inference protocol, TF Serving, and whatever else HTTP/1.1 can say.
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { answer, events, json, stream } from "./wire.mjs";

const OUT = { model_name: "fraud", model_version: "1" };
const TEXT = "it is fraud, ".repeat(2_000);

// JSON first, then the tensors one after the other (Triton's binary tensor data extension).
function infer(call) {
  const length = Number(call.req.headers["inference-header-content-length"] ?? 0);
  if (!length) {
    return json(call, 200, { ...OUT, id: call.json.id ?? "1", outputs: [{ name: "class", shape: [1], datatype: "BYTES", data: ["fraud"] }, { name: "score", shape: [1], datatype: "FP64", data: [0.91] }] });
  }

  const request = JSON.parse(call.body.subarray(0, length));
  const tensors = call.body.subarray(length);
  const head = Buffer.from(JSON.stringify({ ...OUT, id: request.id, outputs: [{ name: "same", shape: [tensors.length], datatype: "UINT8", parameters: { binary_data_size: tensors.length } }] }));
  answer(call, 200, "application/octet-stream", Buffer.concat([head, tensors]), { "Inference-Header-Content-Length": head.length });
}

const PACKERS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };

function packed(call, path) {
  const how = path.slice("/packed/".length);
  answer(call, 200, "text/plain", PACKERS[how](TEXT), { "Content-Encoding": how, Vary: "Accept-Encoding", ETag: '"packed"' });
}

function echo(call) {
  call.headers["x-method"] = call.req.method;
  call.headers["x-target"] = call.req.url;
  answer(call, 200, call.req.headers["content-type"] ?? "application/octet-stream", call.body);
}

function status(call, path) {
  const code = Number(path.slice("/status/".length));
  const empty = code === 204 || code === 304;
  call.res.writeHead(code, `Of ${code}`, { ETag: '"v"', ...(code >= 300 && code < 400 && { Location: "/elsewhere" }), ...(!empty && { "Content-Type": "text/plain" }) });
  call.res.end(empty ? undefined : `this is ${code}`);
}

function fields(call) {
  call.res.writeHead(200, [
    "Content-Type", "text/plain", "Set-Cookie", "a=1; Path=/", "Set-Cookie", "b=2; HttpOnly", "X-Twice", "one", "X-Twice", "two",
    "x-Mixed-CASE", "kept", "X-Empty", "", "X-Latin", "gr\u00fc\u00df", "X-Long", "l".repeat(7_000), "Content-Length", "2",
  ]);
  call.res.end("ok");
}

function trailers(call) {
  call.res.writeHead(200, { "Content-Type": "text/plain", Trailer: "X-Checksum" });
  call.res.write("first ");
  call.res.addTrailers({ "X-Checksum": "1a2b", "X-Second": "two" });
  call.res.end("second");
}

async function early(call) {
  json(call, 413, { error: "too large for me" }, { Connection: "close" });
}

function hints(call) {
  call.res.writeEarlyHints({ link: "</style.css>; rel=preload" });
  json(call, 200, { hinted: true });
}

const SSE = [
  { data: "plain" }, { comment: "a comment" }, { event: "named", data: "two\nlines" }, { id: "7", data: "with an id" }, { retry: "1500", data: "slower" },
  { event: "empty", data: "" }, { data: "Grüße aus 東京 🐤" }, { id: "8", event: "all", retry: "10", data: '{"a":[1,2,{"b":"ü"}]}' }, { data: "data: nested: colons" },
];

// What a reader of server-sent events has to get right (WHATWG HTML, section 9.2.6), beyond what the table above can say.
const ODD = "\ufeffdata: after a mark\n\ndata\n\ndata:no space\ndata:  two spaces\n\nevent: x\nevent: y\ndata: last name wins\n\nunknown: field\ndata: z\n\n:\n\nid: a\0b\ndata: null in id\n\nevent: no data\n\ndata: never ended";

// One event, then the next one when the caller says that it has seen it.
let proceed = () => {};

async function paced({ res }) {
  res.writeHead(200, { "Content-Type": "text/event-stream" });
  for (const part of events(SSE.filter(e => !e.comment && e.data).slice(0, 5))) {
    const seen = new Promise(resolve => { proceed = resolve; });
    res.write(part);
    await seen;
  }

  res.end();
}

function sse(call, path) {
  const parts = path === "/sse/odd" ? [Buffer.from(ODD)] : events(SSE, call.eol);
  return stream(call, "text/event-stream", parts, path === "/sse/cut" ? "cut" : "whole");
}

const NAN = '{"predictions": [[NaN, 0.5], [Infinity, -Infinity]]}\n';

async function slowly(call) {
  await stream(call, "application/octet-stream", Array.from({ length: 64 }, (_, i) => Buffer.alloc(1_000, i)));
}

const ROUTES = {
  "GET /v2": call => json(call, 200, { name: "fake", version: "1", extensions: ["binary_tensor_data"] }),
  "GET /v2/health/ready": call => call.res.end(),
  "GET /v2/models/fraud": call => json(call, 200, { name: "fraud", versions: ["1"], platform: "none", inputs: [], outputs: [] }),
  "POST /v2/models/fraud/infer": infer,
  "POST /v1/models/fraud:predict": call => answer(call, 200, "application/json", NAN),
  "POST /v1/models/gone:predict": call => json(call, 404, { error: "Servable not found for request: Latest(gone)" }),
  "GET /fields": fields,
  "GET /trailers": trailers,
  "GET /hints": hints,
  "GET /slowly": slowly,
  "GET /silent": () => {},
  "POST /silent": () => {},
  "GET /sse/paced": paced,
  "POST /proceed": call => {
    proceed();
    call.res.end();
  },
  "GET /none": call => call.res.end(),
};

const PREFIXES = { "/packed/": packed, "/status/": status, "/echo": echo, "/sse/": sse };

export default {
  routes: ROUTES,
  early,
  other(call, path = "") {
    const own = Object.entries(PREFIXES).find(([prefix]) => path.startsWith(prefix))?.[1] ?? (call.req.method === "HEAD" ? ROUTES[`GET ${path}`] : null);
    return own ? own(call, path) : json(call, 404, { error: `nothing at ${path}` });
  },
};
