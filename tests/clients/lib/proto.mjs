// The service of inference.proto, under its own name or another package's.
import { fileURLToPath } from "node:url";
import { loadSync } from "@grpc/proto-loader";

const { "inference.GRPCInferenceService": OWN } = loadSync(fileURLToPath(new URL("../inference.proto", import.meta.url)), { keepCase: true, longs: Number, bytes: Buffer, defaults: true, arrays: true });

export const service = pkg => Object.fromEntries(Object.entries(OWN).map(([name, method]) => [name, { ...method, path: method.path.replace("/inference.", `/${pkg}.`) }]));
