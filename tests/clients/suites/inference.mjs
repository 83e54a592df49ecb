// Model servers without an SDK, and what else HTTP/1.1 can say, through node:http and undici.
import assert from "node:assert";
import http from "node:http";
import net from "node:net";
import { Client, Pool } from "undici";
import { armOverHttp, open as openWorld } from "../lib/world.mjs";
import { exchange } from "../lib/http.mjs";
import { same, sameResult, scenario } from "../lib/scenario.mjs";

export const open = () => openWorld("inference", armOverHttp("inference"));

const bodyOf = async (run, options) => (await exchange(run, options)).body.toString("latin1");
const JSON_TYPE = { "Content-Type": "application/json" };
const INFER = "/v2/models/fraud/infer";
const ROW = JSON.stringify({ id: "row-1", inputs: [{ name: "amount", shape: [1], datatype: "FP64", data: [12.5] }] });

same("an inference", run => bodyOf(run, { method: "POST", path: INFER, headers: JSON_TYPE, body: ROW }));
same("an inference without a length", run => bodyOf(run, { method: "POST", path: INFER, headers: { ...JSON_TYPE, "transfer-encoding": "chunked" }, body: ROW }));
same("an inference with binary tensors both ways", run => {
  const head = JSON.stringify({ id: "b-1", inputs: [{ name: "pixels", shape: [65_536], datatype: "UINT8", parameters: { binary_data_size: 65_536 } }], parameters: { binary_data_output: true } });
  const body = Buffer.concat([Buffer.from(head), Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * 7) & 0xff))]);
  return bodyOf(run, { method: "POST", path: INFER, headers: { "Content-Type": "application/octet-stream", "Inference-Header-Content-Length": String(head.length) }, body });
});
same("the server's metadata", run => bodyOf(run, { path: "/v2" }));
same("the server's health", run => bodyOf(run, { path: "/v2/health/ready" }));
same("a model's metadata", run => bodyOf(run, { path: "/v2/models/fraud" }));
same("a prediction of TF Serving with bare NaN and Infinity", run => bodyOf(run, { method: "POST", path: "/v1/models/fraud:predict", headers: JSON_TYPE, body: '{"instances": [[NaN]]}'.replace("NaN", "1.0") }));
same("a model that TF Serving does not have", run => bodyOf(run, { method: "POST", path: "/v1/models/gone:predict", headers: JSON_TYPE, body: '{"instances": [1.0]}' }));

same("an answer packed with gzip", run => bodyOf(run, { path: "/packed/gzip" }));
same("an answer packed with deflate", run => bodyOf(run, { path: "/packed/deflate" }));
same("an answer packed with brotli", run => bodyOf(run, { path: "/packed/br" }));
same("an answer without a body", run => bodyOf(run, { path: "/none" }));
same("fields in their order and case, some twice, one long, one empty, one beyond ASCII", run => bodyOf(run, { path: "/fields" }));
same("trailers", async run => (await exchange(run, { path: "/trailers", headers: { TE: "trailers" } })).trailers);
same("early hints", async run => (await exchange(run, { path: "/hints" })).informational);
same("an answer in sixty-four pieces", run => bodyOf(run, { path: "/slowly" }));

same("status 201", run => bodyOf(run, { path: "/status/201" }));
same("status 204", run => bodyOf(run, { path: "/status/204" }));
same("status 206", run => bodyOf(run, { path: "/status/206" }));
same("status 304", run => bodyOf(run, { path: "/status/304", headers: { "If-None-Match": '"v"' } }));
same("status 307, which nobody follows", run => bodyOf(run, { path: "/status/307" }));
same("status 418", run => bodyOf(run, { path: "/status/418" }));
same("status 451", run => bodyOf(run, { path: "/status/451" }));
same("status 500", run => bodyOf(run, { path: "/status/500" }));
same("status 504", run => bodyOf(run, { path: "/status/504" }));
same("status 599", run => bodyOf(run, { path: "/status/599" }));

same("HEAD", run => bodyOf(run, { method: "HEAD", path: "/fields" }));
same("HEAD of an answer without a length", run => bodyOf(run, { method: "HEAD", path: "/slowly" }));
same("OPTIONS", run => bodyOf(run, { method: "OPTIONS", path: "/echo" }));
same("PUT", run => bodyOf(run, { method: "PUT", path: "/echo", body: "put" }));
same("PATCH", run => bodyOf(run, { method: "PATCH", path: "/echo", body: "patch" }));
same("DELETE with a body", run => bodyOf(run, { method: "DELETE", path: "/echo", body: "delete" }));
same("a method that nobody knows", run => bodyOf(run, { method: "PURGE", path: "/echo" }));
same("a target with everything that is allowed", run => bodyOf(run, { path: "/echo/a%2Fb/~!$&'()*+,;=:@/%E2%82%AC;v=1?q=%zz&a[]=1&&=/?x#".slice(0, -1) }));
same("fields of a request in their order and case", run => bodyOf(run, { path: "/echo", headers: { "X-Mixed-cASE": "kept", "X-Empty": "", Cookie: "a=1; b=2", "X-Long": "l".repeat(7_000), "X-Twice": ["one", "two"], "X-Latin": "gr\u00fc\u00df" } }));
// The gateway asks for it by itself.
same("a body that waits to be asked for", run => bodyOf(run, { method: "POST", path: "/echo", headers: { Expect: "100-continue" }, body: "waited", expect: true }), { differs: ["expect"] });
same("eight megabytes both ways", async run => (await exchange(run, { method: "POST", path: "/echo", body: Buffer.alloc(8 << 20, "0123456789") })).body.length);
same("eight megabytes both ways without a length", async run => (await exchange(run, { method: "POST", path: "/echo", headers: { "transfer-encoding": "chunked" }, body: Buffer.alloc(8 << 20, "0123456789") })).body.length);
sameResult("an answer before the body has come", async run => {
  const { status, body } = await exchange(run, { method: "POST", path: "/echo", headers: { "x-early": "1" }, body: Buffer.alloc(200_000) });
  return [status, body.toString()];
});

scenario("a hundred calls share a connection", async world => {
  for (const way of [world.straight, world.baseline, world.canary]) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const reused = [];
    for (let i = 0; i < 100; i++) {
      reused.push((await exchange(world.begin(way), { method: "POST", path: INFER, headers: JSON_TYPE, body: ROW, agent })).reused);
    }

    agent.destroy();
    assert.deepStrictEqual(reused, [false, ...Array(99).fill(true)], way.name);
  }
});

sameResult("questions that do not wait for the answers before them", async run => {
  const { origin, pathname } = new URL(run.base);
  const client = new Client(origin, { pipelining: 10 });
  const one = async i => {
    const { statusCode, body } = await client.request({ method: "GET", path: `${pathname}/echo/${i}`, headers: run.headers, idempotent: true });
    return [i, statusCode, await body.text()];
  };
  const all = await Promise.all(Array.from({ length: 100 }, (_, i) => one(i)));
  await client.close();
  return all;
});

sameResult("five hundred calls over twenty connections", async run => {
  const { origin, pathname } = new URL(run.base);
  const pool = new Pool(origin, { connections: 20 });
  const one = async i => {
    const { statusCode, body } = await pool.request({ method: "POST", path: `${pathname}/echo`, headers: { ...run.headers, "content-type": "text/plain" }, body: `body ${i}` });
    return [statusCode, await body.text()];
  };
  const all = await Promise.all(Array.from({ length: 500 }, (_, i) => one(i)));
  await pool.close();
  return all;
});

/** Speaks in plain bytes and gives all that comes until the end. */
function speak(run, request) {
  const { hostname, port, pathname } = new URL(run.base);
  return new Promise((resolve, reject) => {
    const chunks = [];
    const socket = net.connect(port, hostname, () => socket.end(request(`${pathname}`, `X-User: ${run.user}\r\nx-scenario: ${run.id}\r\n`)));
    socket.on("data", chunk => chunks.push(chunk)).on("error", reject).on("end", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

const withoutHops = text => text.replace(/^(?:x-haldane-[a-z]+|connection|keep-alive|transfer-encoding): [^\r]*\r\n/gim, "");

sameResult("a caller of HTTP/1.0", async run => {
  const said = await speak(run, (path, fields) => `GET ${path}/status/201 HTTP/1.0\r\n${fields}\r\n`);
  return withoutHops(said).split("\r\n\r\n")[1];
});

sameResult("a caller that has nothing more to say", async run => {
  const said = await speak(run, (path, fields) => `POST ${path}${INFER} HTTP/1.1\r\nHost: h\r\n${fields}Content-Type: application/json\r\nContent-Length: ${ROW.length}\r\nConnection: close\r\n\r\n${ROW}`);
  return withoutHops(said).split("\r\n").sort();
});
