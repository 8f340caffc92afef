// SPDX-License-Identifier: GPL-2.0-or-later
// The data: from base64 to the columns of a trace. docs/html.md says what they mean.

const CORE = 1, OOM = 2, UNSURE = 4, STILL_RUNS = 8, UNSEEN = 16;
const BORN_OF_UNKNOWN_KIND = 2, BORN_BEFORE = 3;

function bytesOf(base64) {
	const text = atob(base64);
	const bytes = new Uint8Array(text.length);

	for (let i = 0; i < text.length; i++)
		bytes[i] = text.charCodeAt(i);
	return bytes;
}

// Whole groups of 4 only: a file may have been cut anywhere.
function wholeGroups(base64) {
	const digits = base64.replace(/\s+/g, "");

	return digits.slice(0, digits.length - digits.length % 4);
}

// What can be had of BASE64, gzip; the end may be missing.
async function inflate(base64) {
	const stream = new Blob([bytesOf(wholeGroups(base64))]).stream()
		.pipeThrough(new DecompressionStream("gzip"))
		.pipeThrough(new TextDecoderStream());
	const reader = stream.getReader();
	const parts = [];

	try {
		for (let part; !(part = await reader.read()).done;)
			parts.push(part.value);
	} catch {
		// Cut short: what came before counts, and the last line is missing.
	}
	return parts.join("");
}

// Append the columns of BLOCK to those in COLUMNS. Numbers are differences, 0 repeats a text.
function addBlock(columns, block) {
	for (const [name, values] of Object.entries(block)) {
		const all = columns[name] ??= [];
		const isText = typeof values[0] === "string";
		let last = isText ? "" : 0;

		for (const value of values) {
			if (!isText)
				last += value;
			else if (value !== 0)
				last = value;
			all.push(last);
		}
	}
}

// The first line says what is known before, the last one what the end tells, all others are blocks.
// Behind the last newline is a line that was cut, or nothing.
function parseLines(text) {
	const lines = text.split("\n");
	const parsed = { head: {}, tail: null, columns: {} };

	lines.pop();
	lines.forEach((line, number) => {
		const object = JSON.parse(line);

		if (number === 0)
			parsed.head = object;
		else if ("end_time" in object)
			parsed.tail = object;
		else
			addBlock(parsed.columns, object);
	});
	return parsed;
}

function least(lists) {
	let found = Infinity;

	for (const list of lists) {
		for (const value of list)
			found = Math.min(found, value);
	}
	return found === Infinity ? 0 : found;
}

// For each of COUNT owners the indices whose `owner[index]` it is: `items` from `from[owner]` on.
function group(owner, count, order) {
	const from = new Int32Array(count + 1);
	const items = new Int32Array(owner.length);

	for (const index of owner) {
		if (index >= 0)
			from[index + 1]++;
	}
	for (let i = 0; i < count; i++)
		from[i + 1] += from[i];
	const at = from.slice();
	for (let i = 0; i < owner.length; i++) {
		const item = order ? order[i] : i;
		if (owner[item] >= 0)
			items[at[owner[item]]++] = item;
	}
	return { from, items };
}

// The trace of PARSED lines: times in microseconds since its first one.
function makeTrace({ head, tail, columns }) {
	const get = (name) => columns[name] ?? [];
	const times = ["born_time", "exec_time", "exit_time", "lost_time"];
	const origin = least(times.map(get));
	const shift = (name) => Float64Array.from(get(name), (time) => time - origin);
	const count = get("born_time").length;
	const host = head.host?.text ?? head.host; // of a name that is not UTF-8
	const trace = {
		head, tail, host, origin, count,
		pid: get("born_pid"), ppid: get("born_ppid"), kind: get("born_kind"),
		name: get("born_name"), from: get("born_from"),
		parent: Int32Array.from(get("born_parent")),
		start: shift("born_time"), end: new Float64Array(count),
		exit: new Int32Array(count).fill(-1),
		exec: {
			time: shift("exec_time"), process: get("exec_process"), program: get("exec_program"),
			file: get("exec_file"), command: get("exec_command"), uid: get("exec_uid"),
			euid: get("exec_euid"), cgroup: get("exec_cgroup"), unit: get("exec_unit"),
			container: get("exec_container"), cwd: get("exec_cwd"), exe: get("exec_exe"),
			session: get("exec_session"), tty: get("exec_tty"), loginuid: get("exec_loginuid"),
		},
		ends: {
			time: shift("exit_time"), process: get("exit_process"), name: get("exit_name"),
			code: get("exit_code"), signal: get("exit_signal"), flags: get("exit_flags"),
			threads: get("exit_threads"), failed: get("exit_failed"), after: get("exit_after"),
			cgroup: get("exit_cgroup"), unit: get("exit_unit"), container: get("exit_container"), user: get("exit_user"), system: get("exit_system"),
			peak: get("exit_peak"), read: get("exit_read"), written: get("exit_written"),
		},
		hasUsage: "exit_user" in columns,
		lost: { time: shift("lost_time"), cpu: get("lost_cpu"), count: get("lost_count") },
		wall: { time: shift("wall_time"), offset: get("wall_offset") },
	};

	trace.length = 1;
	for (const list of [trace.start, trace.exec.time, trace.ends.time, trace.lost.time]) {
		for (const time of list)
			trace.length = Math.max(trace.length, time);
	}
	trace.end.fill(trace.length);
	trace.ends.process.forEach((process, exit) => {
		trace.exit[process] = exit;
		trace.end[process] = Math.max(trace.start[process], trace.ends.time[exit]);
	});
	trace.execs = group(Int32Array.from(trace.exec.process), count);
	return trace;
}

// ---- what is known of one process ----

function flagsOf(trace, p) {
	return trace.exit[p] < 0 ? STILL_RUNS : trace.ends.flags[trace.exit[p]];
}

function hasFailed(trace, p) {
	const exit = trace.exit[p];

	return exit >= 0 && (trace.ends.code[exit] > 0 || trace.ends.signal[exit] !== "");
}

// Its last exec; -1: none.
function lastExec(trace, p) {
	const { from, items } = trace.execs;

	return from[p + 1] > from[p] ? items[from[p + 1] - 1] : -1;
}

// What it runs, as it was last; a copy of its parent is in parentheses.
function programOf(trace, p) {
	const exec = lastExec(trace, p);
	const exit = trace.exit[p];

	if (exec >= 0)
		return trace.exec.program[exec];
	return `(${(exit >= 0 && trace.ends.name[exit]) || trace.name[p] || "?"})`;
}

function commandOf(trace, p) {
	const exec = lastExec(trace, p);

	return exec < 0 ? programOf(trace, p) : trace.exec.command[exec] || `[${trace.exec.file[exec]}]`;
}

// The command with the program without its folders.
function labelOf(trace, p) {
	const command = commandOf(trace, p);
	const path = `/${programOf(trace, p)}`;
	const at = command.indexOf(path);

	return at >= 0 && at <= command.search(/ |$/) - path.length ? command.slice(at + 1) : command;
}

function statusOf(trace, p) {
	const exit = trace.exit[p];
	const flags = flagsOf(trace, p);

	if (flags & STILL_RUNS)
		return trace.tail ? "still running at the end" : "not known";
	if (flags & UNSEEN)
		return "its end was not seen";
	const { code, signal, after, failed } = trace.ends;
	const parts = [
		signal[exit] ? `killed by ${signal[exit]}` : code[exit] < 0 ? "not known" : `exit ${code[exit]}`,
		flags & CORE ? "core dumped" : "",
		flags & OOM ? "chosen by the OOM killer" : "",
		after[exit] ? `after ${after[exit]}` : "",
		failed[exit] ? `in an exec of ${failed[exit]} that did not come to be` : "",
		flags & UNSURE ? "a process or a thread" : "",
	];
	return parts.filter(Boolean).join(", ");
}

// CPU time of P in microseconds, 0 where it is not known.
function cpuOf(trace, p) {
	const exit = trace.exit[p];

	return exit >= 0 && trace.hasUsage ? Math.max(0, trace.ends.user[exit] + trace.ends.system[exit]) : 0;
}

// Its peak of memory in bytes, 0 where that is not known.
function peakOf(trace, p) {
	const exit = trace.exit[p];

	return exit >= 0 && trace.hasUsage ? Math.max(0, trace.ends.peak[exit]) : 0;
}

// CLOCK_REALTIME at TIME of the trace, in milliseconds; null: not known.
function wallTime(trace, time) {
	const { time: from, offset } = trace.wall;
	let found = 0;

	if (from.length === 0)
		return null;
	for (let i = 1; i < from.length && from[i] <= time; i++)
		found = i;
	return (trace.origin + time + offset[found]) / 1000;
}
