// The official client of OpenAI's API.
import OpenAI, { toFile } from "openai";
import { armOverHttp, open as openWorld } from "../lib/world.mjs";
import { gathered, thrown } from "../lib/errors.mjs";
import { cutShort, same } from "../lib/scenario.mjs";

export const open = () => openWorld("openai", armOverHttp("openai"));

const client = (run, options = {}) => new OpenAI({ apiKey: "sk-none", baseURL: `${run.base}/v1`, fetch: run.fetch, defaultHeaders: run.headers, maxRetries: 0, ...options });

const MESSAGES = [{ role: "user", content: "Grüße!" }];
const ask = (model, more) => ({ model, messages: MESSAGES, ...more });
const chat = (run, model, more, headers) => client(run).chat.completions.create(ask(model, more), { headers });
const streamed = async (run, model, headers, more) => gathered(await chat(run, model, { stream: true, ...more }, headers));
const TOOLS = ["weather", "time"].map(name => ({ type: "function", function: { name, parameters: { type: "object", properties: {} } } }));

same("a chat completion", run => chat(run, "plain"));
same("a chat completion with the header of the request's id", async run => {
  const { data, request_id, response } = await client(run).chat.completions.create(ask("plain")).withResponse();
  return { data, request_id, took: response.headers.get("openai-processing-ms") };
});
same("a chat completion that calls tools", run => chat(run, "tools", { tools: TOOLS }));
same("a chat completion that refuses", run => chat(run, "refusal"));
same("a chat completion that was too long", run => chat(run, "length"));
same("a structured answer that the client parses", run => client(run).chat.completions.parse(ask("structured", { response_format: { type: "json_object" } })));

same("a stream of words", run => streamed(run, "plain"));
same("a stream with the usage at its end", run => streamed(run, "plain", {}, { stream_options: { include_usage: true } }));
same("a stream of tool calls in fragments by index", run => streamed(run, "tools", {}, { tools: TOOLS }));
same("a stream that refuses", run => streamed(run, "refusal"));
same("a stream that was too long", run => streamed(run, "length"));
same("a stream with reasoning before the answer", run => streamed(run, "reasoning"));
same("a stream with comments between its events", run => streamed(run, "pings"));
same("a stream whose lines end with CR LF", run => streamed(run, "plain", { "x-eol": "crlf" }));
same("a stream whose lines end with CR", run => streamed(run, "plain", { "x-eol": "cr" }));
same("a stream in chunks of one byte", run => streamed(run, "tools", { "x-wire": "bytes" }));
same("a stream in TCP segments of one byte", run => streamed(run, "plain", { "x-wire": "segments" }));
same("a stream whose characters are torn over chunks of seven bytes", run => streamed(run, "plain", { "x-wire": "odd" }));
same("a stream in one chunk", run => streamed(run, "tools", { "x-wire": "whole" }));
same("a stream of five thousand events", run => streamed(run, "long"));
cutShort("a stream that ends without its last event", run => streamed(run, "unfinished"));
same("an error in the middle of a stream", run => streamed(run, "event-error"));
same("an error as a stream's first event", run => streamed(run, "first-error"));
same("a stream that breaks off", run => streamed(run, "cut"));
same("the stream helper and what it gathers", async run => {
  const seen = [];
  const stream = client(run).chat.completions.stream(ask("tools", { tools: TOOLS, stream_options: { include_usage: true } }));
  stream.on("tool_calls.function.arguments.done", call => seen.push(call)).on("tool_calls.function.arguments.delta", d => seen.push(d));
  return { completion: await stream.finalChatCompletion(), seen };
});
same("tools that the client runs by itself", async run => {
  const functions = TOOLS.map(({ function: { name } }) => ({ type: "function", function: { name, parse: JSON.parse, parameters: { type: "object", properties: {} }, function: given => ({ name, given }) } }));
  const runner = client(run).chat.completions.runTools(ask("tools", { tools: functions, stream: true }));
  return { last: await runner.finalContent(), messages: runner.messages };
});

same("error 400", run => thrown(() => chat(run, "error-400")));
same("error 401", run => thrown(() => chat(run, "error-401")));
same("error 403", run => thrown(() => chat(run, "error-403")));
same("error 404", run => thrown(() => chat(run, "error-404")));
same("error 409", run => thrown(() => chat(run, "error-409")));
same("error 422", run => thrown(() => chat(run, "error-422")));
same("error 429 with its fields", run => thrown(() => chat(run, "error-429")));
same("error 500", run => thrown(() => chat(run, "error-500")));
same("error 503", run => thrown(() => chat(run, "error-503")));
same("error 429 in the place of a stream", run => thrown(() => chat(run, "error-429", { stream: true })));
same("an answer that is not there", run => thrown(() => client(run).get("/nothing")));

const retried = (run, model, more) => client(run, { maxRetries: 2 }).chat.completions.create(ask(model, more));
same("two repeats after 500", run => retried(run, "recovers-500"));
same("two repeats after 429", run => retried(run, "recovers-429"));
same("two repeats after 408", run => retried(run, "recovers-408"));
same("two repeats of a stream after 503", async run => gathered(await retried(run, "recovers-503", { stream: true })));
same("two repeats that the server asked for", run => retried(run, "recovers-told"));
same("no repeat where the server says so", run => thrown(() => retried(run, "recovers-never")));
same("an error that outlasts all repeats", run => thrown(() => client(run, { maxRetries: 1 }).chat.completions.create(ask("recovers-500"))));

same("a response", run => client(run).responses.create({ model: "plain", input: "Grüße!" }));
same("a response as named events", async run => gathered(await client(run).responses.create({ model: "plain", input: "Grüße!", stream: true })));
same("a response that fails", async run => gathered(await client(run).responses.create({ model: "fails", input: "Grüße!", stream: true })));
same("a response with an error event", async run => gathered(await client(run).responses.create({ model: "errs", input: "Grüße!", stream: true })));
same("the response helper and what it gathers", run => client(run).responses.stream({ model: "plain", input: "Grüße!" }).finalResponse());

same("embeddings that the client decodes", run => client(run).embeddings.create({ model: "embed", input: ["one", "two", "three"] }));
same("embeddings as numbers", run => client(run).embeddings.create({ model: "embed", input: "one", encoding_format: "float" }));
same("the list of models", async run => gathered(await client(run).models.list()));
same("speech", async run => Buffer.from(await (await client(run).audio.speech.create({ model: "tts", voice: "alloy", input: "Grüße!" })).arrayBuffer()).toString("base64"));
// The boundary between the parts is drawn by chance.
same("a file that goes up", async run => client(run).files.create({ purpose: "batch", file: await toFile(Buffer.alloc(300_000, "ab\n"), "prompts.jsonl") }), { differs: ["body", "content-type", "content-length"] });
same("a file that comes down", async run => (await client(run).files.content("file-1")).text());
same("a file that is deleted", run => client(run).files.delete("file-1"));
same("a prompt of five megabytes and an answer as long", async run => {
  const { choices } = await client(run).chat.completions.create({ model: "echo", messages: [{ role: "user", content: "Grüße ".repeat(700_000) }] });
  return choices[0].message.content.length;
});
