// The official client of Anthropic's API.
import assert from "node:assert";
import Anthropic from "@anthropic-ai/sdk";
import { armOverHttp, open as openWorld } from "../lib/world.mjs";
import { gathered, thrown } from "../lib/errors.mjs";
import { cutShort, equal, same, sameResult, scenario } from "../lib/scenario.mjs";

export const open = () => openWorld("anthropic", armOverHttp("anthropic"));

const client = (run, options = {}) => new Anthropic({ apiKey: "sk-none", baseURL: run.base, fetch: run.fetch, defaultHeaders: run.headers, maxRetries: 0, ...options });
const ask = (model, more) => ({ model, max_tokens: 100, messages: [{ role: "user", content: "Grüße!" }], ...more });
const message = (run, model, more, headers) => client(run).messages.create(ask(model, more), { headers });
const streamed = async (run, model, headers) => gathered(await message(run, model, { stream: true }, headers));
const TOOLS = [{ name: "weather", input_schema: { type: "object", properties: { city: { type: "string" } } } }];

same("a message", run => message(run, "plain"));
same("a message with the header of the request's id", async run => {
  const { data, request_id, response } = await client(run).messages.create(ask("plain")).withResponse();
  return { data, request_id, left: response.headers.get("anthropic-ratelimit-requests-remaining") };
});
same("a message that uses a tool", run => message(run, "tools", { tools: TOOLS }));
same("a message with thinking", run => message(run, "thinking"));
same("a message that was too long", run => message(run, "length"));
same("a message that refuses", run => message(run, "refusal"));
same("tokens that are counted", run => client(run).messages.countTokens({ model: "plain", messages: ask("plain").messages }));
same("the list of models", async run => gathered(await client(run).models.list()));

same("a stream with pings", run => streamed(run, "plain"));
same("a stream of a tool's input in fragments", run => streamed(run, "tools"));
same("a stream with thinking and its signature", run => streamed(run, "thinking"));
same("a stream that refuses", run => streamed(run, "refusal"));
same("a stream in chunks of one byte", run => streamed(run, "tools", { "x-wire": "bytes" }));
same("a stream in TCP segments of one byte", run => streamed(run, "plain", { "x-wire": "segments" }));
same("a stream whose characters are torn over chunks", run => streamed(run, "plain", { "x-wire": "odd" }));
same("a stream whose lines end with CR LF", run => streamed(run, "plain", { "x-eol": "crlf" }));
same("a stream whose lines end with CR", run => streamed(run, "plain", { "x-eol": "cr" }));
same("an overload in the middle of a stream", run => streamed(run, "overloaded"));
cutShort("a stream that ends without its last event", run => streamed(run, "unfinished"));
same("a stream that breaks off", run => streamed(run, "cut"));
same("the stream helper and what it gathers", async run => {
  const seen = [];
  const stream = client(run).messages.stream(ask("tools", { tools: TOOLS }));
  stream.on("text", text => seen.push(text)).on("inputJson", (part, whole) => seen.push([part, JSON.stringify(whole)])).on("contentBlock", block => seen.push(block));
  return { message: await stream.finalMessage(), seen };
});
same("the stream helper over a stream that breaks off", run => thrown(() => client(run).messages.stream(ask("cut")).finalMessage()));

same("error 400", run => thrown(() => message(run, "error-400")));
same("error 401", run => thrown(() => message(run, "error-401")));
same("error 403", run => thrown(() => message(run, "error-403")));
same("error 404", run => thrown(() => message(run, "error-404")));
same("error 413", run => thrown(() => message(run, "error-413")));
same("error 429", run => thrown(() => message(run, "error-429")));
same("error 500", run => thrown(() => message(run, "error-500")));
same("error 529", run => thrown(() => message(run, "error-529")));
same("error 529 in the place of a stream", run => thrown(() => message(run, "error-529", { stream: true })));

const retried = (run, model, more) => client(run, { maxRetries: 2 }).messages.create(ask(model, more));
same("two repeats after 500", run => retried(run, "recovers-500"));
same("two repeats after 529", run => retried(run, "recovers-529"));
same("two repeats of a stream after 429", async run => gathered(await retried(run, "recovers-429", { stream: true })));

sameResult("twenty streams at once", run => Promise.all(Array.from({ length: 20 }, (_, i) => streamed(run, ["plain", "tools", "thinking", "refusal"][i % 4]))));

scenario("a caller that leaves in the middle of a stream", async world => {
  for (const way of [world.straight, world.baseline, world.canary]) {
    const before = way === world.straight ? null : await world.totals(way.name);
    const run = world.begin(way);
    const stream = client(run).messages.stream(ask("stalls"));
    stream.on("text", () => stream.abort());
    assert.strictEqual((await thrown(() => stream.finalMessage())).class, "APIUserAbortError");
    assert.deepStrictEqual((await run.seen("left", 1_000)).map(s => s.end), ["left"], `what the server saw of the end (${way.name})`);
    if (before) {
      await world.added(way.name, before, { exchanges: 0, errors: 0, failovers: 0, abandoned: 1 });
    }
  }
});

scenario("a canary that resets the connection before a stream", async world => {
  const headers = { "x-break": "reset" };
  const expected = await streamed(world.begin(world.straight), "tools", headers);
  equal(await streamed(world.begin(world.canary), "tools", headers), expected, "what the caller got of the baseline");
});
