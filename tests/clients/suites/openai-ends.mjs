// How calls of OpenAI's client end otherwise: callers that leave, canaries that are broken, many at once.
import assert from "node:assert";
import OpenAI from "openai";
import { armOverHttp, open as openWorld } from "../lib/world.mjs";
import { gathered, thrown } from "../lib/errors.mjs";
import { equal, same, sameResult, scenario } from "../lib/scenario.mjs";

export const open = async () => {
  const world = await openWorld("openai", armOverHttp("openai"));
  world.refused = await openWorld("refused", armOverHttp("refused"), "refused/openai");
  world.hasty = await openWorld("hasty", armOverHttp("hasty"), "hasty/openai");
  world.nobody = await openWorld("nobody", armOverHttp("nobody"), "nobody/openai");
  return world;
};

const client = (run, options = {}) => new OpenAI({ apiKey: "sk-none", baseURL: `${run.base}/v1`, defaultHeaders: run.headers, maxRetries: 0, ...options });
const ask = (model, more) => ({ model, messages: [{ role: "user", content: "Grüße!" }], ...more });

const NOTHING = { exchanges: 0, errors: 0, failovers: 0, abandoned: 0 };

/** A caller that leaves: the server hears of it within a second, and nothing is charged to the arm. */
async function leaves(world, call) {
  for (const way of [world.straight, world.baseline, world.canary]) {
    const before = way.name === "straight" ? null : await world.totals(way.name);
    const run = world.begin(way);
    await call(run);
    const seen = await run.seen("left", 1_000);
    assert.deepStrictEqual(seen.map(s => s.end), ["left"], `what the server saw of the end (${way.name})`);
    if (before) {
      await world.added(way.name, before, { ...NOTHING, abandoned: 1 });
    }
  }
}

scenario("a caller that leaves in the middle of a stream", world => leaves(world, async run => {
  const left = new AbortController();
  const stream = await client(run).chat.completions.create(ask("stalls", { stream: true }), { signal: left.signal });
  const { list, error } = await gathered((async function* () {
    for await (const chunk of stream) {
      yield chunk;
      if (chunk.choices[0].delta.content) {
        setTimeout(() => left.abort(), 20);
      }
    }
  })());
  assert.deepStrictEqual([list.length, error], [3, null]);
}));

scenario("a caller that leaves while words are coming", world => leaves(world, async run => {
  let count = 0;
  for await (const chunk of await client(run).chat.completions.create(ask("endless", { stream: true }))) {
    assert.strictEqual(chunk.choices[0].delta.content, "on and ");
    if (++count === 5) {
      break;
    }
  }
}));

scenario("a caller that breaks out of the loop over a stream", world => leaves(world, async run => {
  for await (const chunk of await client(run).chat.completions.create(ask("stalls", { stream: true }))) {
    assert.strictEqual(chunk.choices.length, 1);
    break;
  }
}));

scenario("a caller that leaves before the first byte", world => leaves(world, async run => {
  const left = new AbortController();
  setTimeout(() => left.abort(), 100);
  const error = await thrown(() => client(run).chat.completions.create(ask("silent"), { signal: left.signal }));
  assert.strictEqual(error.class, "APIUserAbortError");
}));

scenario("a caller whose patience ends", world => leaves(world, async run => {
  const error = await thrown(() => client(run, { timeout: 150 }).chat.completions.create(ask("silent", { stream: true })));
  assert.strictEqual(error.class, "APIConnectionTimeoutError");
}));

same("a patience that ends twice", async run => thrown(() => client(run, { timeout: 100, maxRetries: 1, fetch: run.fetch }).chat.completions.create(ask("silent"))));

/** Has the canary answer well, so that what breaks it on purpose never adds up to a canary that is plainly dead and passed over. */
async function revive(world) {
  const run = world.begin(world.canary);
  await client(run).chat.completions.create(ask("plain"));
  assert.deepStrictEqual((await run.seen()).map(s => s.arm), ["canary"]);
}

/** A canary that is broken before the first byte of content: its callers see none of it, and it is charged. */
async function standsIn(world, call, broken) {
  if (broken) {
    await revive(world);
  }

  const expected = await call(world.begin(world.straight), {});
  const before = await world.totals("canary");
  const run = world.begin(world.canary);
  equal(await call(run, broken && { "x-break": broken }), expected, "what the caller got of the baseline");
  await world.added("canary", before, { exchanges: 1, errors: 1, failovers: 1, abandoned: 0 });
  assert((await run.seen()).some(s => s.arm === "baseline" && s.end === "answered"), "the baseline stood in");
}

const streamed = async (run, headers) => gathered(await client(run).chat.completions.create(ask("tools", { stream: true, stream_options: { include_usage: true } }), { headers }));
const whole = (run, headers) => client(run).chat.completions.create(ask("tools"), { headers });
const large = async (run, headers) => (await client(run).chat.completions.create({ model: "echo", messages: [{ role: "user", content: "x".repeat(900_000) }] }, { headers })).choices[0].message.content.length;

scenario("a canary that answers a stream with 500", world => standsIn(world, streamed, "error"));
scenario("a canary that answers 503 with a Retry-After", world => standsIn(world, whole, "overloaded"));
scenario("a canary that resets the connection", world => standsIn(world, streamed, "reset"));
scenario("a canary that closes the connection", world => standsIn(world, whole, "closed"));
scenario("a canary that does not speak HTTP", world => standsIn(world, streamed, "garbage"));
scenario("a canary that gives two lengths", world => standsIn(world, whole, "twoLengths"));
scenario("a canary that nobody is at", world => standsIn(world.refused, streamed));
scenario("a canary that fails a prompt of 900 kilobytes", world => standsIn(world, large, "error"));

scenario("a canary whose stream begins with an error", world => standsIn(world, streamed, "errorEvent"));
scenario("a canary whose stream ends before its first word", world => standsIn(world, streamed, "endsEarly"));
scenario("a canary whose stream breaks off before its first word", world => standsIn(world, streamed, "breaksOff"));

/** A stream that fails after its first word: nobody can stand in, and it is charged to either arm alike. */
async function charged(world, model) {
  await revive(world);
  for (const way of [world.baseline, world.canary]) {
    const before = await world.totals(way.name);
    const { list } = await gathered(await client(world.begin(way)).chat.completions.create(ask(model, { stream: true })));
    assert(list.some(chunk => chunk.choices[0].delta.content), "some words have come");
    await world.added(way.name, before, { ...NOTHING, exchanges: 1, errors: 1 });
  }
}

scenario("an error in the middle of a stream is charged", world => charged(world, "event-error"));
scenario("a stream that ends without its last event is charged", world => charged(world, "unfinished"));
scenario("a stream that breaks off is charged", world => charged(world, "cut"));

scenario("a broken canary makes no repeat of the client necessary", async world => {
  await revive(world);
  const run = world.begin(world.canary);
  const headers = { "x-break": "error" };
  await client(run, { maxRetries: 2 }).chat.completions.create(ask("plain"), { headers });
  const seen = await run.seen();
  assert.deepStrictEqual(seen.map(s => s.arm), ["canary", "baseline"]);
});

scenario("a version that takes too long is the client's error 504", async world => {
  const error = await thrown(() => client(world.begin(world.hasty.baseline)).chat.completions.create(ask("silent")));
  assert.deepStrictEqual([error.class, error.status], ["InternalServerError", 504]);
});

scenario("a version that nobody is at is the client's error 502", async world => {
  const error = await thrown(() => client(world.begin(world.nobody.baseline)).chat.completions.create(ask("plain")));
  assert.deepStrictEqual([error.class, error.status], ["InternalServerError", 502]);
});

sameResult("fifty streams at once, each with its own words", async run => {
  const one = async i => gathered(await client(run).chat.completions.create({ model: "numbered", messages: [{ role: "user", content: `number ${i}` }], stream: true }));
  return Promise.all(Array.from({ length: 50 }, (_, i) => one(i)));
});

sameResult("a hundred calls one after the other", async run => {
  const own = client(run);
  const ids = [];
  for (let i = 0; i < 100; i++) {
    ids.push((await own.chat.completions.create({ model: "echo", messages: [{ role: "user", content: `number ${i}` }] })).choices[0].message.content);
  }

  return ids;
});
