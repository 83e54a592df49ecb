// OpenAI's API with answers that never change; the request's `model` says which.
import { answer, endlessly, events, json, stream } from "./wire.mjs";

const ID = "chatcmpl-Hx7", CREATED = 1785542400;
const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18, prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 2 } };
const TEXT = "Grüße aus 東京 🐤, said the canary.";

const choice = (delta, finish = null) => [{ index: 0, delta, logprobs: null, finish_reason: finish }];

const chunk = (model, choices, more = {}) => ({ id: ID, object: "chat.completion.chunk", created: CREATED, model, system_fingerprint: "fp_1", choices, ...more });

const words = text => text.split(/(?<= )/).map(content => choice({ content }));

const fragments = (index, id, name, parts) => [
  choice({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
  ...parts.map(part => choice({ tool_calls: [{ index, function: { arguments: part } }] })),
];

const WEATHER = fragments(0, "call_1", "weather", ['{"ci', 'ty":"Cura', 'çao"', "}"]);
const TIME = fragments(1, "call_2", "time", ['{"zone"', ':"UTC","', 'at":[1,2]}']);

// What comes between the first chunk, which has the role only, and the end.
const CHUNKS = {
  plain: [...words(TEXT), choice({}, "stop")],
  length: [...words("It goes on and"), choice({}, "length")],
  refusal: [choice({ refusal: "I cannot " }), choice({ refusal: "help with that." }), choice({}, "stop")],
  tools: [WEATHER[0], TIME[0], ...WEATHER.slice(1).flatMap((w, i) => [w, ...TIME.slice(1 + i, 2 + i)]), choice({}, "tool_calls")],
  structured: [...['{"answer"', ":", "42}"].map(content => choice({ content })), choice({}, "stop")],
  reasoning: [choice({ reasoning_content: "let me think" }), ...words(TEXT), choice({}, "stop")],
  long: [...Array.from({ length: 5_000 }, (_, i) => choice({ content: `w${i} ` })), choice({}, "stop")],
};

const MESSAGES = {
  plain: [{ role: "assistant", content: TEXT, refusal: null }, "stop"],
  length: [{ role: "assistant", content: "It goes on and", refusal: null }, "length"],
  refusal: [{ role: "assistant", content: null, refusal: "I cannot help with that." }, "stop"],
  tools: [{ role: "assistant", content: null, refusal: null, tool_calls: [
    { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Curaçao"}' } },
    { id: "call_2", type: "function", function: { name: "time", arguments: '{"zone":"UTC"}' } },
  ] }, "tool_calls"],
  structured: [{ role: "assistant", content: '{"answer":42}', refusal: null }, "stop"],
};

const KINDS = { 400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_error" };

async function chat(call) {
  const { model, messages = [], stream: streams, stream_options: options } = call.json;
  call.headers = { "x-request-id": "req_Hx7", "openai-processing-ms": "12" };
  if (model.startsWith("error-")) {
    return error(call, Number(model.slice(6)));
  }

  if (model.startsWith("recovers-")) {
    return recovers(call, model.slice(9));
  }

  if (model === "silent") {
    return;
  }

  if (model === "endless") {
    return endlessly(call, "text/event-stream", events([{ data: JSON.stringify(chunk(model, choice({ content: "on and " }))) }])[0]);
  }

  const answered = messages.some(m => m.role === "tool");
  const play = answered ? "plain" : model in CHUNKS ? model : "plain";
  if (!streams) {
    const [message, finish] = MESSAGES[play];
    const content = model === "echo" ? messages[0].content : message.content;
    return json(call, 200, { id: ID, object: "chat.completion", created: CREATED, model, choices: [{ index: 0, message: { ...message, content }, logprobs: null, finish_reason: finish }], usage: USAGE });
  }

  const usage = options?.include_usage ? [{ data: JSON.stringify(chunk(model, [], { usage: USAGE })) }] : [];
  const chunks = [choice({ role: "assistant", content: model === "numbered" ? messages[0].content : "" }), ...CHUNKS[play]]
    .map(c => ({ data: JSON.stringify(chunk(model, c, usage.length ? { usage: null } : {})) }));
  const [list, end] = ENDS[model]?.(chunks) ?? [[...chunks, ...usage, { data: "[DONE]" }], "whole"];
  const commented = model === "pings" ? list.flatMap(e => [{ comment: " ping" }, e, { comment: "" }]) : list;
  return stream(call, "text/event-stream; charset=utf-8", events(commented, call.eol), end);
}

const FAILURE = { data: JSON.stringify({ error: { message: "the engine died", type: "server_error", code: "engine_died", param: null } }) };

const ENDS = {
  "event-error": chunks => [[...chunks.slice(0, 3), FAILURE], "whole"],
  "first-error": () => [[FAILURE], "whole"],
  unfinished: chunks => [chunks.slice(0, 4), "whole"],
  cut: chunks => [chunks.slice(0, 4), "cut"],
  stalls: chunks => [chunks.slice(0, 3), "stall"],
};

function error(call, status) {
  const kind = KINDS[status] ?? "server_error";
  json(call, status, { error: { message: `this is ${status}`, type: kind, param: status === 400 ? "messages[0]" : null, code: `code_${status}` } }, {
    ...(status === 429 && { "retry-after": "1", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" }),
    ...(status === 401 && { "www-authenticate": "Bearer" }),
  });
}

// The SDK says itself the how manieth attempt this is.
async function recovers(call, how) {
  if (Number(call.req.headers["x-stainless-retry-count"]) >= 2) {
    call.json.model = "plain";
    return chat(call);
  }

  if (how === "reset") {
    return call.res.socket.destroy();
  }

  call.headers = { "retry-after-ms": "5", "x-request-id": "req_failed", ...(how === "told" && { "x-should-retry": "true" }), ...(how === "never" && { "x-should-retry": "false" }) };
  return error(call, { told: 418, never: 500, late: 503 }[how] ?? Number(how));
}

const RESPONSE = { id: "resp_1", object: "response", created_at: CREATED, model: "plain", error: null, incomplete_details: null, metadata: {}, parallel_tool_calls: true };
const ITEM = { id: "msg_1", type: "message", role: "assistant" };
const PART = { type: "output_text", annotations: [] };
const DONE = {
  ...RESPONSE,
  status: "completed",
  output: [{ ...ITEM, status: "completed", content: [{ ...PART, text: TEXT }] }],
  usage: { input_tokens: 9, input_tokens_details: { cached_tokens: 0 }, output_tokens: 6, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 15 },
};

function responses(call) {
  call.headers = { "x-request-id": "req_resp" };
  if (!call.json.stream) {
    return json(call, 200, DONE);
  }

  const at = { output_index: 0, item_id: "msg_1", content_index: 0 };
  const start = [
    { type: "response.created", response: { ...RESPONSE, status: "in_progress", output: [] } },
    { type: "response.output_item.added", output_index: 0, item: { ...ITEM, status: "in_progress", content: [] } },
    { type: "response.content_part.added", ...at, part: { ...PART, text: "" } },
    ...TEXT.split(/(?<= )/).map(delta => ({ type: "response.output_text.delta", ...at, delta, logprobs: [] })),
  ];
  const end = call.json.model === "fails"
    ? [{ type: "response.failed", response: { ...RESPONSE, status: "failed", error: { code: "server_error", message: "it died" }, output: [] } }]
    : call.json.model === "errs" ? [{ type: "error", code: "rate_limit_exceeded", message: "too fast", param: null }]
    : [
      { type: "response.output_text.done", ...at, text: TEXT, logprobs: [] },
      { type: "response.content_part.done", ...at, part: { ...PART, text: TEXT } },
      { type: "response.output_item.done", output_index: 0, item: DONE.output[0] },
      { type: "response.completed", response: DONE },
    ];
  const list = [...start, ...end].map((e, i) => ({ event: e.type, data: JSON.stringify({ ...e, sequence_number: i }) }));
  return stream(call, "text/event-stream", events(list, call.eol));
}

function embeddings(call) {
  const vectors = [].concat(call.json.input).map((_, n) => Float32Array.from({ length: 64 }, (_, i) => Math.fround(Math.sin(n + i / 7))));
  const encode = v => call.json.encoding_format === "base64" ? Buffer.from(v.buffer).toString("base64") : [...v];
  json(call, 200, {
    object: "list",
    data: vectors.map((v, index) => ({ object: "embedding", index, embedding: encode(v) })),
    model: call.json.model,
    usage: { prompt_tokens: 5, total_tokens: 5 },
  }, { "x-request-id": "req_emb" });
}

export default {
  routes: {
    "POST /v1/chat/completions": chat,
    "POST /v1/responses": responses,
    "POST /v1/embeddings": embeddings,
    "GET /v1/models": call => json(call, 200, { object: "list", data: ["a", "b"].map(id => ({ id, object: "model", created: CREATED, owned_by: "haldane" })) }),
    "POST /v1/audio/speech": call => answer(call, 200, "audio/mpeg", Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 31) & 0xff))),
    "POST /v1/files": call => json(call, 200, { id: "file-1", object: "file", bytes: call.body.length, created_at: CREATED, filename: "prompts.jsonl", purpose: "batch", status: "processed" }),
    "GET /v1/files/file-1/content": call => answer(call, 200, "application/octet-stream", "line 1\nline 2\n"),
    "DELETE /v1/files/file-1": call => json(call, 200, { id: "file-1", object: "file", deleted: true }),
  },
};
