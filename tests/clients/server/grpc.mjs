// The inference service over gRPC; the request's model_name says what happens.
import grpc from "@grpc/grpc-js";
import { setImmediate as turn } from "node:timers/promises";
import { service } from "../lib/proto.mjs";
import * as seen from "./seen.mjs";

const LIMIT = 16 << 20;

export async function listen(arm) {
  const server = new grpc.Server({ "grpc.max_receive_message_length": LIMIT, "grpc.max_send_message_length": LIMIT });
  for (const pkg of ["inference", "refused"]) {
    server.addService(service(pkg), implementation(arm));
  }

  const port = await new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (e, bound) => e ? reject(e) : resolve(bound)));
  return `127.0.0.1:${port}`;
}

const implementation = arm => ({
  ServerLive: noted(arm, (call, done) => done(null, { live: true })),
  ModelInfer: noted(arm, infer),
  ModelStreamInfer: noted(arm, streamInfer),
  ModelGenerate: noted(arm, generate),
  ModelCollect: noted(arm, collect),
});

function noted(arm, handler) {
  return (call, done) => {
    const metadata = call.metadata.getMap();
    const entry = seen.note(metadata["x-scenario"], arm, "POST", call.getPath(), Object.entries(metadata).map(([k, v]) => [k, Buffer.isBuffer(v) ? v.toString("hex") : v]));
    const deadline = call.getDeadline();
    entry.deadline = Number.isFinite(Number(deadline)) ? Number(deadline) - Date.now() : null;
    call.on("cancelled", () => {
      entry.end = null; // a stream that is cancelled ends as well
      seen.ended(entry, "cancelled");
    });
    const end = () => seen.ended(entry, "answered");
    return handler(call, done && ((...answer) => {
      end();
      done(...answer);
    }), end);
  };
}

function metadata(kind) {
  const fields = new grpc.Metadata();
  fields.set(`x-${kind}`, "yes");
  fields.set(`x-${kind}-bin`, Buffer.from([0, 1, 2, 255]));
  fields.add("x-twice", "one");
  fields.add("x-twice", "two");
  return fields;
}

const answerTo = ({ model_name, model_version, id, raw_input_contents }, more = {}) => ({
  model_name, model_version, id,
  parameters: { count: { int64_param: raw_input_contents.length } },
  outputs: [{ name: "class", datatype: "BYTES", shape: [1], contents: { bytes_contents: [Buffer.from("fraud")] } }],
  raw_output_contents: raw_input_contents,
  ...more,
});

const failure = (code, more) => ({ code, details: `this is ${code}: 100 % Grüße`, metadata: metadata("trailing"), ...more });

function infer(call, done) {
  const { model_name: model } = call.request;
  if (model.startsWith("error-")) {
    return done(failure(Number(model.slice(6))));
  }

  if (model === "late-error") {
    call.sendMetadata(metadata("initial"));
    return done(failure(grpc.status.UNAVAILABLE));
  }

  if (model !== "silent") {
    call.sendMetadata(metadata("initial"));
    done(null, answerTo(call.request), metadata("trailing"));
  }
}

function streamInfer(call, _, end) {
  call.sendMetadata(metadata("initial"));
  let count = 0;
  let goesOn = false;
  call.on("data", request => {
    count++;
    goesOn = request.model_name === "endless";
    if (request.model_name === "fails" && count === 3) {
      end();
      call.emit("error", failure(grpc.status.RESOURCE_EXHAUSTED));
      return;
    }

    call.write(request.model_name === "in-band" ? { error_message: "this one failed" } : { infer_response: answerTo(request) });
  });
  call.on("error", () => {});
  call.on("end", () => {
    if (!goesOn) {
      end();
      call.end(metadata("trailing"));
    }
  });
}

async function generate(call, _, end) {
  const { model_name: model } = call.request;
  call.on("error", () => {});
  call.sendMetadata(metadata("initial"));
  const count = model === "long" ? 2_000 : 5;
  for (let i = 0; i < count && !call.cancelled; i++) {
    call.write(answerTo(call.request, { id: `${i}` }));
    await turn();
  }

  if (model === "fails") {
    end();
    call.emit("error", failure(grpc.status.DATA_LOSS));
  } else if (model !== "endless") {
    end();
    call.end(metadata("trailing"));
  }
}

function collect(call, done) {
  const all = [];
  call.on("data", request => all.push(request));
  call.on("end", () => {
    call.sendMetadata(metadata("initial"));
    done(null, answerTo(all[0], { raw_output_contents: all.flatMap(r => r.raw_input_contents) }), metadata("trailing"));
  });
}
