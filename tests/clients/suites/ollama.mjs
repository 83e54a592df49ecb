// Ollama's own client.
import assert from "node:assert";
import { Ollama } from "ollama";
import { armOverHttp, open as openWorld } from "../lib/world.mjs";
import { gathered, thrown } from "../lib/errors.mjs";
import { cutShort, equal, same, sameResult, scenario } from "../lib/scenario.mjs";

export const open = () => openWorld("ollama", armOverHttp("ollama"));

const client = (run, headers) => new Ollama({ host: run.base, fetch: run.fetch, headers: { ...run.headers, ...headers } });
const ask = model => ({ model, messages: [{ role: "user", content: "Grüße!" }] });
const chat = (run, model, headers) => client(run, headers).chat(ask(model));
const streamed = async (run, model, headers) => gathered(await client(run, headers).chat({ ...ask(model), stream: true }));

same("a chat", run => chat(run, "plain"));
same("a chat that calls a tool", run => chat(run, "tools"));
same("a chat with thinking", run => chat(run, "thinking"));
same("a completion", run => client(run).generate({ model: "plain", prompt: "Grüße!" }));
same("an embedding", run => client(run).embed({ model: "plain", input: "Grüße!" }));
same("the list of models", run => client(run).list());
same("a model's description", run => client(run).show({ model: "plain" }));

same("a stream of a chat", run => streamed(run, "plain"));
same("a stream of a tool call", run => streamed(run, "tools"));
same("a stream with thinking", run => streamed(run, "thinking"));
same("a stream of a completion", async run => gathered(await client(run).generate({ model: "thinking", prompt: "Grüße!", stream: true })));
same("a stream of a download's progress", async run => gathered(await client(run).pull({ model: "plain", stream: true })));
same("a stream in chunks of one byte", run => streamed(run, "plain", { "x-wire": "bytes" }));
same("a stream in TCP segments of one byte", run => streamed(run, "plain", { "x-wire": "segments" }));
same("a stream whose lines and characters are torn over chunks", run => streamed(run, "thinking", { "x-wire": "odd" }));
same("a stream in one chunk", run => streamed(run, "plain", { "x-wire": "whole" }));
same("an error in the middle of a stream", run => streamed(run, "error-line"));
cutShort("a stream that ends without its last line", run => streamed(run, "unfinished"));
same("a stream that breaks off", run => streamed(run, "cut"));

same("a model that is missing", run => thrown(() => chat(run, "missing")));
same("a runner that is broken", run => thrown(() => chat(run, "broken")));
same("a server that is busy", run => thrown(() => streamed(run, "busy")));

sameResult("twenty streams at once", run => Promise.all(Array.from({ length: 20 }, (_, i) => streamed(run, ["plain", "tools", "thinking"][i % 3]))));

scenario("a caller that leaves in the middle of a stream", async world => {
  for (const way of [world.straight, world.baseline, world.canary]) {
    const before = way === world.straight ? null : await world.totals(way.name);
    const run = world.begin(way);
    const stream = await client(run).chat({ ...ask("stalls"), stream: true });
    const { error } = await gathered((async function* () {
      for await (const part of stream) {
        yield part;
        stream.abort();
      }
    })());
    assert.strictEqual(error.name, "AbortError");
    assert.deepStrictEqual((await run.seen("left", 1_000)).map(s => s.end), ["left"], `what the server saw of the end (${way.name})`);
    if (before) {
      await world.added(way.name, before, { exchanges: 0, errors: 0, failovers: 0, abandoned: 1 });
    }
  }
});

scenario("a canary that answers 503 before a stream", async world => {
  const headers = { "x-break": "overloaded" };
  const expected = await streamed(world.begin(world.straight), "plain", headers);
  equal(await streamed(world.begin(world.canary), "plain", headers), expected, "what the caller got of the baseline");
});
