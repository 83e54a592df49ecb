// Where a suite's calls go: straight to the fake server, or through the gateway to either arm.
import assert from "node:assert";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { endToEnd, pairs } from "./headers.mjs";

// Told by the test: addresses of the fake server, the gateway and its admin port.
const AT = JSON.parse(process.env.CLIENTS_AT ?? "{}");
export const grpcGatewayAt = AT.grpcGateway;

/** One run of a scenario's call on one way. */
class Run {
  constructor(way) {
    Object.assign(this, way);
    this.id = randomUUID();
    this.answers = [];
  }

  /** What every request of the run carries. */
  get headers() {
    return { "X-User": this.user, "x-scenario": this.id };
  }

  /** The requests of this run as the server saw them; waits for their ends, or for one that ended as asked for. */
  async seen(end, patience = 5_000) {
    const query = new URLSearchParams({ id: this.id, patience: String(patience), ...(end && { end }) });
    return (await fetch(`http://${AT.control}/seen?${query}`)).json();
  }

  /** Fetches, and keeps status, headers and bytes of the answer. */
  fetch = async (url, init) => {
    const response = await fetch(url, init);
    const chunks = [];
    const kept = { status: response.status, headers: endToEnd([...response.headers]), chunks };
    this.answers.push(kept);
    if (response.body === null) {
      return response;
    }

    const body = response.body.pipeThrough(new TransformStream({
      transform(chunk, controller) {
        chunks.push(chunk);
        controller.enqueue(chunk);
      },
    }));
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
  };
}

class World {
  constructor(model, path, { baseline, canary }) {
    this.model = model;
    this.straight = { name: "straight", base: `http://${AT.baseline}/${path}`, user: "nobody", grpc: AT.grpcBaseline };
    this.baseline = { name: "baseline", base: `http://${AT.gateway}/${path}`, user: baseline, grpc: AT.grpcGateway };
    this.canary = { name: "canary", base: `http://${AT.gateway}/${path}`, user: canary, grpc: AT.grpcGateway };
  }

  async run(way, call, differs = []) {
    const run = new Run(way);
    const result = await call(run);
    const answers = run.answers.map(({ chunks, ...kept }) => ({ ...kept, body: Buffer.concat(chunks).toString("latin1") }));
    const requests = (await run.seen()).map(entry => shown(entry, differs));
    const arm = way.name === "canary" ? "canary" : "baseline";
    return { result, answers, requests: requests.filter(r => r.arm === arm).map(r => ({ ...r, arm: undefined })) };
  }

  /** Begins a run by hand. */
  begin(way) {
    return new Run(way);
  }

  /** The model's totals of an arm. */
  async totals(arm) {
    const text = await (await fetch(`http://${AT.admin}/metrics`)).text();
    const value = name => Number(new RegExp(`^${name}\\{model="${this.model}",arm="${arm}"\\} (\\d+)`, "m").exec(text)?.[1] ?? 0);
    return { exchanges: value("haldane_exchanges_total"), errors: value("haldane_exchange_errors_total"), failovers: value("haldane_failovers_total"), abandoned: value("haldane_abandoned_total") };
  }

  /** Waits until what was added to an arm's totals is what was expected. */
  async added(arm, before, expected) {
    const deadline = Date.now() + 5_000;
    for (;;) {
      const now = await this.totals(arm);
      const added = Object.fromEntries(Object.keys(now).map(key => [key, now[key] - before[key]]));
      if (JSON.stringify(added) === JSON.stringify(expected)) {
        return;
      }

      if (Date.now() > deadline) {
        assert.deepStrictEqual(added, expected, "what the arm was charged with");
      }

      await pause(20);
    }
  }
}

/** A request as the server saw it, without what means one connection or differs by way. */
function shown(entry, differs) {
  const { headers, end, ...rest } = entry;
  const kept = endToEnd(pairs(headers)).filter(([name]) => !["x-user", "x-scenario", ...differs].includes(name.toLowerCase()));
  return differs.includes("body") ? { arm: rest.arm, method: rest.method, target: rest.target, headers: kept } : { ...rest, headers: kept };
}

/** Finds a subject for each arm: the first of a row that is assigned to it. */
export async function open(model, armOf, path = model) {
  const found = {};
  for (let i = 0; i < 200 && !(found.baseline && found.canary); i++) {
    found[await armOf(`user-${i}`)] ??= `user-${i}`;
  }

  assert(found.baseline && found.canary, `model ${model} does not serve both arms: ${JSON.stringify(found)}`);
  return new World(model, path, found);
}

/** Asks over HTTP/1.1 which arm a subject is assigned to. */
export const armOverHttp = model => async user => {
  const answer = await fetch(`http://${AT.gateway}/${model}/probe`, { headers: { "X-User": user } });
  await answer.arrayBuffer();
  return answer.headers.get("x-haldane-arm");
};
