// Anthropic's Messages API with answers that never change; the request's `model` says which.
import { events, json, stream } from "./wire.mjs";

const TEXT = "Grüße aus 東京 🐤, said the canary.";
const MESSAGE = { id: "msg_Hx7", type: "message", role: "assistant", stop_sequence: null };
const USAGE = { input_tokens: 11, cache_creation_input_tokens: 0, cache_read_input_tokens: 4, output_tokens: 9 };
const TOOL = { type: "tool_use", id: "toolu_1", name: "weather" };

const CONTENT = {
  plain: [[{ type: "text", text: TEXT }], "end_turn"],
  tools: [[{ type: "text", text: "Looking." }, { ...TOOL, input: { city: "Curaçao", days: [1, 2] } }], "tool_use"],
  thinking: [[{ type: "thinking", thinking: "hm, hm", signature: "c2ln" }, { type: "text", text: TEXT }], "end_turn"],
  length: [[{ type: "text", text: "It goes on and" }], "max_tokens"],
  refusal: [[], "refusal"],
};

const ERRORS = {
  400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
  413: "request_too_large", 429: "rate_limit_error", 500: "api_error", 529: "overloaded_error",
};

// A block as the deltas that it comes in.
function deltas(block) {
  switch (block.type) {
    case "text":
      return [{ ...block, text: "" }, block.text.split(/(?<= )/).map(text => ({ type: "text_delta", text }))];
    case "thinking":
      return [{ ...block, thinking: "", signature: "" }, [
        ...block.thinking.split(/(?<= )/).map(thinking => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: block.signature },
      ]];
    default:
      return [{ ...block, input: {} }, ["", ...JSON.stringify(block.input).match(/.{1,5}/gu)].map(partial_json => ({ type: "input_json_delta", partial_json }))];
  }
}

function streamed(model, content, stop) {
  const list = [{ type: "message_start", message: { ...MESSAGE, model, content: [], stop_reason: null, usage: { ...USAGE, output_tokens: 1 } } }, { type: "ping" }];
  content.forEach((block, index) => {
    const [start, parts] = deltas(block);
    list.push({ type: "content_block_start", index, content_block: start });
    list.push(...parts.map(delta => ({ type: "content_block_delta", index, delta })));
    list.push({ type: "content_block_stop", index });
  });
  return [...list, { type: "ping" }, { type: "message_delta", delta: { stop_reason: stop, stop_sequence: null }, usage: USAGE }, { type: "message_stop" }];
}

const OVERLOADED = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };

const ENDS = {
  overloaded: list => [[...list.slice(0, 5), OVERLOADED], "whole"],
  unfinished: list => [list.slice(0, 6), "whole"],
  cut: list => [list.slice(0, 6), "cut"],
  stalls: list => [list.slice(0, 4), "stall"],
};

async function messages(call) {
  const { model, stream: streams } = call.json;
  call.headers = { "request-id": "req_Hx7", "anthropic-organization-id": "org_1", "anthropic-ratelimit-requests-remaining": "49" };
  if (model.startsWith("error-")) {
    return error(call, Number(model.slice(6)));
  }

  if (model.startsWith("recovers-")) {
    if (Number(call.req.headers["x-stainless-retry-count"]) < 2) {
      call.headers["retry-after-ms"] = "5";
      return error(call, Number(model.slice(9)));
    }
  } else if (model === "silent") {
    return;
  }

  const [content, stop] = CONTENT[model] ?? CONTENT.plain;
  if (!streams) {
    return json(call, 200, { ...MESSAGE, model, content, stop_reason: stop, usage: USAGE });
  }

  const list = streamed(model, content, stop);
  const [sent, end] = ENDS[model]?.(list) ?? [list, "whole"];
  return stream(call, "text/event-stream; charset=utf-8", events(sent.map(e => ({ event: e.type, data: JSON.stringify(e) })), call.eol), end);
}

function error(call, status) {
  json(call, status, { type: "error", error: { type: ERRORS[status] ?? "api_error", message: `this is ${status}` }, request_id: "req_Hx7" }, status === 429 ? { "retry-after": "1" } : {});
}

export default {
  routes: {
    "POST /v1/messages": messages,
    "POST /v1/messages/count_tokens": call => json(call, 200, { input_tokens: 14 }),
    "GET /v1/models": call => json(call, 200, { data: [{ type: "model", id: "a", display_name: "A", created_at: "2026-08-01T00:00:00Z" }], has_more: false, first_id: "a", last_id: "a" }),
  },
};
