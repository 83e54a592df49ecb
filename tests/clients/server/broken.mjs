// Ways in which a canary is broken before the first byte of an answer; `x-break` of the request names one.
import { events, json, stream } from "./wire.mjs";

const ROLE = { data: JSON.stringify({ id: "chatcmpl-x", object: "chat.completion.chunk", created: 1, model: "x", choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] }) };
const FAILURE = { data: JSON.stringify({ error: { message: "the canary is broken", type: "server_error", param: null, code: null } }) };

export const breaks = {
  async error(call) {
    json(call, 500, { error: { message: "the canary is broken", type: "server_error", param: null, code: null } });
  },

  async overloaded(call) {
    json(call, 503, { error: { message: "the canary is overloaded", type: "server_error", param: null, code: null } }, { "Retry-After": "600" });
  },

  // An event stream that has begun well, as OpenAI's API has it.
  async errorEvent(call) {
    await stream(call, "text/event-stream", events([ROLE, FAILURE]));
  },

  async endsEarly(call) {
    await stream(call, "text/event-stream", events([ROLE]));
  },

  async breaksOff(call) {
    await stream(call, "text/event-stream", events([ROLE]), "cut");
  },

  async reset(call) {
    call.res.socket.resetAndDestroy();
  },

  async closed(call) {
    call.res.socket.end();
  },

  async garbage(call) {
    call.res.socket.end("this is not HTTP\r\n\r\n");
  },

  async twoLengths(call) {
    call.res.socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!");
  },
};
