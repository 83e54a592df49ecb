// Readers of server-sent events that know nothing of each other read the same: eventsource-parser, over bytes as node:http gives them.
import assert from "node:assert";
import { createParser } from "eventsource-parser";
import { armOverHttp, open as openWorld } from "../lib/world.mjs";
import { exchange } from "../lib/http.mjs";
import { same, scenario } from "../lib/scenario.mjs";

export const open = () => openWorld("inference", armOverHttp("inference"));

/** All that a parser says about chunks of bytes. */
function parsed(chunks) {
  const said = [];
  const parser = createParser({
    onEvent: event => said.push({ ...event }),
    onComment: comment => said.push({ comment }),
    onRetry: retry => said.push({ retry }),
    onError: error => said.push({ error: error.type, field: error.field, value: error.value }),
  });
  const text = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const chunk of chunks) {
    parser.feed(text.decode(chunk, { stream: true }));
  }

  return said;
}

async function read(run, path, headers) {
  const answer = await exchange(run, { path: `/sse/${path}`, headers });
  const said = parsed(answer.chunks);
  assert.deepStrictEqual(parsed([Buffer.concat(answer.chunks)]), said, "the same in one piece");
  return { said, whole: answer.whole };
}

same("events that end with LF", run => read(run, "all", { "x-eol": "lf" }));
same("events that end with CR LF", run => read(run, "all", { "x-eol": "crlf" }));
same("events that end with CR", run => read(run, "all", { "x-eol": "cr" }));
same("events in chunks of one byte", run => read(run, "all", { "x-wire": "bytes" }));
same("events that end with CR LF in chunks of one byte", run => read(run, "all", { "x-wire": "bytes", "x-eol": "crlf" }));
same("events in chunks of seven bytes", run => read(run, "all", { "x-wire": "odd" }));
same("events that end with CR in chunks of seven bytes", run => read(run, "all", { "x-wire": "odd", "x-eol": "cr" }));
same("events in TCP segments of one byte", run => read(run, "all", { "x-wire": "segments" }));
same("events in one chunk", run => read(run, "all", { "x-wire": "whole" }));
same("events in all the shapes that the standard allows", run => read(run, "odd"));
same("events in all these shapes, byte by byte", run => read(run, "odd", { "x-wire": "bytes" }));
same("events that break off", run => read(run, "cut"));

scenario("each event comes by itself, before the next one is there", async world => {
  for (const way of [world.straight, world.baseline, world.canary]) {
    const sizes = [];
    const answer = await exchange(world.begin(way), { path: "/sse/paced", onChunk: async (chunk, next) => {
      sizes.push(parsed([chunk]).filter(said => said.data).length);
      await next();
    } });
    assert.deepStrictEqual([sizes, answer.whole], [[1, 1, 1, 1, 1], true], way.name);
  }
});
