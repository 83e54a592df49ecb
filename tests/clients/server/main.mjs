// The fake model server: both versions of every model. Prints where it listens, and ends with its standard input.
import http from "node:http";
import anthropic from "./anthropic.mjs";
import * as grpc from "./grpc.mjs";
import inference from "./inference.mjs";
import ollama from "./ollama.mjs";
import openai from "./openai.mjs";
import * as seen from "./seen.mjs";
import { breaks } from "./broken.mjs";
import { DATE } from "./wire.mjs";

const APIS = { openai, anthropic, ollama, inference };

async function serve(req, res, arm) {
  const entry = seen.note(req.headers["x-scenario"], arm, req.method, req.url, req.rawHeaders);
  res.sendDate = false;
  res.setHeader("Date", DATE);
  res.on("finish", () => seen.ended(entry, "answered"));
  res.on("close", () => seen.ended(entry, "left"));
  const call = { req, res, arm, headers: {}, wire: req.headers["x-wire"] ?? "events", eol: { crlf: "\r\n", cr: "\r" }[req.headers["x-eol"]] ?? "\n" };
  if (req.headers["x-early"]) {
    await APIS.inference.early(call);
    return;
  }

  const parts = [];
  for await (const part of req) {
    parts.push(part);
  }

  call.body = Buffer.concat(parts);
  seen.body(entry, call.body);
  if (arm === "canary" && req.headers["x-break"]) {
    await breaks[req.headers["x-break"]](call);
    return;
  }

  call.json = /json/.test(req.headers["content-type"] ?? "") && call.body[0] === 0x7b ? JSON.parse(call.body) : {};
  const [, api, path] = /^(?:\/(?:refused|hasty|nobody))?\/([a-z]+)(\/[^?]*)/.exec(req.url) ?? [];
  const answer = APIS[api]?.routes[`${req.method} ${path}`] ?? APIS[api]?.other ?? nobody;
  await answer(call, path);
}

function nobody({ res }) {
  res.writeHead(404, { "Content-Type": "text/plain" });
  res.end("nothing here");
}

async function listen(handler) {
  const server = http.createServer({ keepAliveTimeout: 60_000, maxHeaderSize: 64 * 1024 }, (req, res) => handler(req, res).catch(() => res.socket?.destroy()));
  server.on("checkContinue", (req, res) => {
    res.writeContinue();
    server.emit("request", req, res);
  });
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${server.address().port}`;
}

async function tell(req, res) {
  const url = new URL(req.url, "http://control");
  const entries = await seen.of(url.searchParams.get("id"), url.searchParams.get("end"), Number(url.searchParams.get("patience") ?? 5_000));
  res.end(JSON.stringify(entries));
}

const ready = {
  baseline: await listen((req, res) => serve(req, res, "baseline")),
  canary: await listen((req, res) => serve(req, res, "canary")),
  grpcBaseline: await grpc.listen("baseline"),
  grpcCanary: await grpc.listen("canary"),
  control: await listen(tell),
};
process.stdin.resume().on("end", () => process.exit(0));
console.log(`ready ${JSON.stringify(ready)}`);
