// Scenarios: each has a name, runs on its own and prints one line of JSON.
import { isDeepStrictEqual } from "node:util";
import assert from "node:assert";

const scenarios = [];
const PATIENCE = 20_000;

/** Declares a scenario that says by itself what is right. */
export function scenario(name, run) {
  scenarios.push({ name, run });
}

/**
 * Declares a scenario that must come out through the gateway, served by either arm, as it does straight at the server:
 * what the client gave, each answer's status, headers and bytes, and each request as the server saw it.
 * `differs` names fields of requests that no two calls have alike.
 */
export function same(name, call, { differs = [] } = {}) {
  scenario(name, async world => {
    const straight = await world.run(world.straight, call, differs);
    for (const way of [world.baseline, world.canary]) {
      const through = await world.run(way, call, differs);
      for (const what of ["result", "answers", "requests"]) {
        equal(through[what], straight[what], `${what} (${way.name})`);
      }
    }
  });
}

/** Like `same` for calls whose answers and requests are not to be compared byte by byte. */
export function sameResult(name, call) {
  scenario(name, async world => {
    const straight = await call(world.begin(world.straight));
    for (const way of [world.baseline, world.canary]) {
      equal(await call(world.begin(way)), straight, `result (${way.name})`);
    }
  });
}

/**
 * Declares a stream that the server ends properly, but before its last event. The gateway takes it for cut and cuts it for the caller too, so that nobody takes a part for the whole: everything
 * comes as it does straight, but the end, which is a broken connection.
 */
export function cutShort(name, call) {
  scenario(name, async world => {
    const { list } = await call(world.begin(world.straight));
    for (const way of [world.baseline, world.canary]) {
      const through = await call(world.begin(way));
      equal([through.list, through.error?.message], [list, "terminated"], `result (${way.name})`);
    }
  });
}

export function equal(actual, expected, what) {
  if (!isDeepStrictEqual(actual, expected)) {
    let difference = "";
    try {
      assert.deepStrictEqual(actual, expected);
    } catch (e) {
      difference = e.message;
    }

    throw new Error(`${what}: + through the gateway, - straight\n${difference}`);
  }
}

/** Runs all of them, one after the other. */
export async function runAll(world) {
  for (const { name, run } of scenarios) {
    const began = performance.now();
    let why = null;
    let timer;
    try {
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not done after ${PATIENCE} ms`)), PATIENCE);
      });
      await Promise.race([run(world), late]);
    } catch (e) {
      why = String(e?.stack ?? e).slice(0, 4_000);
    } finally {
      clearTimeout(timer);
    }

    console.log(JSON.stringify({ name, ok: why === null, why, ms: Math.round(performance.now() - began) }));
  }
}
