// Runs one suite: node run.mjs SUITE. Addresses come in the environment (CLIENTS_AT).
import { runAll } from "./lib/scenario.mjs";

const { open } = await import(`./suites/${process.argv[2]}.mjs`);
await runAll(await open());
process.exit(0); // clients keep connections that would keep the process
