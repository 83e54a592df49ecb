// gRPC's own client on the open inference protocol.
import assert from "node:assert";
import grpc from "@grpc/grpc-js";
import { grpcGatewayAt as GATEWAY, open as openWorld } from "../lib/world.mjs";
import { equal, sameResult, scenario } from "../lib/scenario.mjs";
import { service } from "../lib/proto.mjs";

const LIMIT = { "grpc.max_receive_message_length": 16 << 20, "grpc.max_send_message_length": 16 << 20 };
const INFERENCE = service("inference");
const Client = grpc.makeGenericClientConstructor(INFERENCE, "inference");
const Refused = grpc.makeGenericClientConstructor(service("refused"), "refused");
const { status } = grpc;

// One connection for each address, as an application would have.
const clients = new Map();

function client(run, Kind = Client) {
  const key = `${run.grpc} ${Kind === Client}`;
  if (!clients.has(key)) {
    clients.set(key, new Kind(run.grpc, grpc.credentials.createInsecure(), LIMIT));
  }

  return clients.get(key);
}

const armOf = Kind => async user => {
  const { initial } = await unary({ grpc: GATEWAY, headers: { "X-User": user } }, request("plain"), {}, Kind);
  return initial["x-haldane-arm"];
};

export const open = async () => {
  const world = await openWorld("grpc", armOf(Client));
  world.refused = await openWorld("grpcrefused", armOf(Refused));
  return world;
};

const request = (model_name, more) => ({ model_name, model_version: "1", id: "row-1", raw_input_contents: [Buffer.from([1, 2, 3])], ...more });

function metadata(run, more = {}) {
  const fields = new grpc.Metadata();
  for (const [name, value] of Object.entries({ ...run.headers, ...more })) {
    fields.set(name, value);
  }

  return fields;
}

const shownFields = fields => Object.fromEntries(Object.entries(fields?.toJSON() ?? {}).map(([name, values]) => [name, values.map(v => Buffer.isBuffer(v) ? `0x${v.toString("hex")}` : v).join(", ")]));

// The data port says of an answer without a message that its length is 0.
const withoutOurs = fields => Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith("x-haldane-") && !["date", "content-length"].includes(name)));
const shownStatus = s => ({ code: s.code, details: s.details, metadata: withoutOurs(shownFields(s.metadata)) });

/** A call with one answer: what came, from the first metadata to the status. */
function unary(run, message, { fields, deadline } = {}, Kind = Client) {
  return new Promise(resolve => {
    const came = { initial: null, message: null, status: null };
    const call = client(run, Kind).ModelInfer(message, metadata(run, fields), { deadline }, (_, answer) => {
      came.message = answer ?? null;
    });
    call.on("metadata", m => { came.initial = shownFields(m); });
    call.on("status", s => {
      came.status = shownStatus(s);
      setImmediate(() => resolve(came));
    });
  });
}

/** A call with many answers. `each` is told of every one; what it gives is the call's next request. */
function streamed(call, each = () => {}) {
  return new Promise(resolve => {
    const came = { initial: null, messages: [], status: null };
    call.on("metadata", m => { came.initial = withoutOurs(shownFields(m)); });
    call.on("data", message => {
      came.messages.push(message);
      each(came.messages.length);
    });
    call.on("error", () => {});
    call.on("status", s => {
      came.status = shownStatus(s);
      setImmediate(() => resolve(came));
    });
  });
}

const infer = async (run, model, more, options) => {
  const came = await unary(run, request(model, more), options);
  return { ...came, initial: came.initial && withoutOurs(came.initial) };
};

const live = run => new Promise(resolve => client(run).ServerLive({}, metadata(run), (e, answer) => resolve([e?.code ?? null, answer ?? null])));
const soon = ms => Date.now() + ms;

sameResult("an inference", run => infer(run, "plain"));
sameResult("whether the server is alive", live);
sameResult("an inference with metadata, also binary", async run => {
  await infer(run, "plain", {}, { fields: { "x-note": "Gruss", "x-blob-bin": Buffer.from([0, 255, 10, 13]) } });
  const [{ headers }] = await run.seen();
  return headers.filter(([name]) => ["x-note", "x-blob-bin", "content-type", "te", "grpc-accept-encoding"].includes(name)).sort();
});
sameResult("an inference without a message", run => infer(run, "", { raw_input_contents: [] }));
sameResult("an inference of one megabyte both ways", async run => {
  const { message, status: { code } } = await infer(run, "plain", { raw_input_contents: [Buffer.alloc(1 << 20, "0123456789")] });
  return [code, message.raw_output_contents[0].equals(Buffer.alloc(1 << 20, "0123456789"))];
});
sameResult("an inference of eight megabytes both ways", async run => {
  const { message, status: { code } } = await infer(run, "plain", { raw_input_contents: [Buffer.alloc(8 << 20, "0123456789")] });
  return [code, message.raw_output_contents[0].equals(Buffer.alloc(8 << 20, "0123456789"))];
});
sameResult("a method that the server does not have", run => new Promise(resolve =>
  client(run).makeUnaryRequest("/inference.GRPCInferenceService/Nothing", () => Buffer.alloc(0), b => b, {}, metadata(run), e => resolve([e.code, e.details]))));

sameResult("status CANCELLED", run => infer(run, "error-1"));
sameResult("status UNKNOWN", run => infer(run, "error-2"));
sameResult("status INVALID_ARGUMENT", run => infer(run, "error-3"));
sameResult("status NOT_FOUND", run => infer(run, "error-5"));
sameResult("status PERMISSION_DENIED", run => infer(run, "error-7"));
sameResult("status RESOURCE_EXHAUSTED", run => infer(run, "error-8"));
sameResult("status INTERNAL", run => infer(run, "error-13"));
sameResult("status UNAVAILABLE", run => infer(run, "error-14"));
sameResult("status UNAUTHENTICATED", run => infer(run, "error-16"));
sameResult("a status after the first metadata", run => infer(run, "late-error"));

sameResult("a deadline that passes", async run => {
  const { status: { code } } = await infer(run, "silent", {}, { deadline: soon(200) });
  return code;
});
sameResult("a deadline that the server hears of", async run => {
  await infer(run, "plain", {}, { deadline: soon(60_000) });
  const [{ deadline }] = await run.seen();
  return deadline > 50_000 && deadline <= 60_000;
});
sameResult("no deadline", async run => {
  await infer(run, "plain");
  const [{ deadline }] = await run.seen();
  return deadline;
});

sameResult("a stream of answers", run => streamed(client(run).ModelGenerate(request("plain"), metadata(run))));
sameResult("a stream of two thousand answers", async run => {
  const { messages, status: { code } } = await streamed(client(run).ModelGenerate(request("long"), metadata(run)));
  return [code, messages.length, messages.every((m, i) => m.id === `${i}`)];
});
sameResult("a stream of answers that fails", run => streamed(client(run).ModelGenerate(request("fails"), metadata(run))));
sameResult("a stream of requests", run => new Promise(resolve => {
  let answer = null;
  const call = client(run).ModelCollect(metadata(run), (_, a) => { answer = a; });
  streamed(call).then(({ status: s }) => resolve({ answer, s }));
  for (let i = 0; i < 200; i++) {
    call.write(request("plain", { raw_input_contents: [Buffer.alloc(1_000, i)] }));
  }

  call.end();
}));

/** A conversation: the next request is sent when the answer to the one before it is there. */
async function conversation(run, model, turns) {
  const call = client(run).ModelStreamInfer(metadata(run));
  const say = n => n < turns ? call.write(request(model, { id: `${n}` })) : call.end();
  say(0);
  return streamed(call, say);
}

sameResult("a conversation", run => conversation(run, "plain", 20));
sameResult("a conversation that fails at its third turn", run => conversation(run, "fails", 20));
sameResult("a conversation with failures inside", run => conversation(run, "in-band", 3));
sameResult("a conversation whose first word is the server's metadata", run => {
  const call = client(run).ModelStreamInfer(metadata(run));
  call.once("metadata", () => call.write(request("plain")));
  return streamed(call, () => call.end());
});
sameResult("a conversation that ends before it has begun", async run => {
  const call = client(run).ModelStreamInfer(metadata(run));
  call.end();
  return streamed(call);
});
sameResult("ten conversations at once", run => Promise.all(Array.from({ length: 10 }, () => conversation(run, "plain", 10))));

/** A caller that leaves: the server hears of it, and nothing is charged to the arm. */
async function leaves(world, leave) {
  for (const way of [world.straight, world.baseline, world.canary]) {
    const before = way === world.straight ? null : await world.totals(way.name);
    const run = world.begin(way);
    assert.strictEqual((await leave(run)).status.code, status.CANCELLED, way.name);
    assert.deepStrictEqual((await run.seen("cancelled", 1_000)).map(s => s.end), ["cancelled"], `what the server saw of the end (${way.name})`);
    if (before) {
      await world.added(way.name, before, { exchanges: 0, errors: 0, failovers: 0, abandoned: 1 });
    }
  }
}

scenario("a caller that leaves before the answer", world => leaves(world, run => new Promise(resolve => {
  const call = client(run).ModelInfer(request("silent"), metadata(run), () => {});
  call.on("status", s => resolve({ status: s }));
  setTimeout(() => call.cancel(), 50);
})));

scenario("a caller that leaves in the middle of a stream", world => leaves(world, run => {
  const call = client(run).ModelGenerate(request("endless"), metadata(run));
  return streamed(call, n => n === 3 && call.cancel());
}));

scenario("a caller that leaves in the middle of a conversation", world => leaves(world, run => {
  const call = client(run).ModelStreamInfer(metadata(run));
  call.write(request("endless"));
  return streamed(call, () => call.cancel());
}));

scenario("a canary that nobody is at", async world => {
  const expected = await unary(world.begin(world.straight), request("plain"));
  const before = await world.refused.totals("canary");
  const came = await unary(world.refused.begin(world.refused.canary), request("plain"), {}, Refused);
  equal({ ...came, initial: withoutOurs(came.initial) }, { ...expected, initial: withoutOurs(expected.initial) }, "what the caller got of the baseline");
  await world.refused.added("canary", before, { exchanges: 1, errors: 1, failovers: 1, abandoned: 0 });
});

scenario("a thousand calls one after the other", async world => {
  for (const way of [world.baseline, world.canary]) {
    const before = await world.totals(way.name);
    for (let i = 0; i < 500; i++) {
      const { message, status: { code } } = await unary(world.begin(way), request("plain", { id: `${i}` }));
      assert.deepStrictEqual([message?.id, code], [`${i}`, 0]);
    }

    await world.added(way.name, before, { exchanges: 500, errors: 0, failovers: 0, abandoned: 0 });
  }
});

scenario("a hundred calls at once", async world => {
  for (const way of [world.baseline, world.canary]) {
    const all = await Promise.all(Array.from({ length: 100 }, (_, i) => unary(world.begin(way), request("plain", { id: `${i}` }))));
    assert.deepStrictEqual(all.map(({ message }) => message?.id), Array.from({ length: 100 }, (_, i) => `${i}`));
  }
});
