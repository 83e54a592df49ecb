// Ollama's own API with answers that never change; the request's `model` says which.
import { json, lines, stream } from "./wire.mjs";

const AT = "2026-08-01T00:00:00Z";
const TEXT = "Grüße aus 東京 🐤, said the canary.";
const DONE = { done: true, done_reason: "stop", total_duration: 120000000, load_duration: 1000000, prompt_eval_count: 11, prompt_eval_duration: 20000000, eval_count: 7, eval_duration: 90000000 };
const CALLS = [{ function: { name: "weather", arguments: { city: "Curaçao", days: [1, 2] } } }];

// The pieces of an answer: what `chat` puts into a message and `generate` into the response.
const PLAYS = {
  plain: TEXT.split(/(?<= )/).map(content => ({ content })),
  tools: [{ content: "", tool_calls: CALLS }],
  thinking: [{ content: "", thinking: "hm, " }, { content: "", thinking: "hm" }, { content: TEXT }],
};

const ENDS = {
  "error-line": list => [[...list.slice(0, 2), { error: "the runner died" }], "whole"],
  unfinished: list => [list.slice(0, 3), "whole"],
  cut: list => [list.slice(0, 3), "cut"],
  stalls: list => [list.slice(0, 2), "stall"],
};

const STATUS = { missing: [404, 'model "missing" not found, try pulling it first'], broken: [500, "llama runner process has terminated"], busy: [503, "server busy, please try again"] };

// `shape` makes the fields of a line from a piece of the answer.
const answers = shape => async call => {
  const { model } = call.json;
  if (model in STATUS) {
    return json(call, STATUS[model][0], { error: STATUS[model][1] });
  }

  if (model === "silent") {
    return;
  }

  const play = PLAYS[model] ?? PLAYS.plain;
  const head = { model, created_at: AT };
  if (call.json.stream === false) {
    const whole = Object.assign({}, ...play, { content: play.map(p => p.content).join("") });
    return json(call, 200, { ...head, ...shape(whole), ...DONE });
  }

  const list = [...play.map(piece => ({ ...head, ...shape(piece), done: false })), { ...head, ...shape({ content: "" }), ...DONE }];
  const [sent, end] = ENDS[model]?.(list) ?? [list, "whole"];
  return stream(call, "application/x-ndjson", lines(sent), end);
};

const PULL = [{ status: "pulling manifest" }, { status: "pulling 1a", digest: "sha256:1a", total: 100, completed: 40 }, { status: "pulling 1a", digest: "sha256:1a", total: 100, completed: 100 }, { status: "success" }];

export default {
  routes: {
    "POST /api/chat": answers(piece => ({ message: { role: "assistant", ...piece } })),
    "POST /api/generate": answers(({ content, thinking }) => ({ response: content, ...(thinking && { thinking }) })),
    "POST /api/embed": call => json(call, 200, { model: call.json.model, embeddings: [[0.1, -0.25, 1e-7]], total_duration: 14000000, load_duration: 1000000, prompt_eval_count: 3 }),
    "GET /api/tags": call => json(call, 200, { models: [{ name: "plain:latest", model: "plain:latest", modified_at: AT, size: 42, digest: "1a", details: { family: "none" } }] }),
    "POST /api/show": call => json(call, 200, { modelfile: "FROM plain", template: "{{ .Prompt }}", details: { family: "none" }, capabilities: ["completion"] }),
    "POST /api/pull": call => stream(call, "application/x-ndjson", lines(PULL)),
    "GET /api/version": call => json(call, 200, { version: "0.12.0" }),
  },
};
