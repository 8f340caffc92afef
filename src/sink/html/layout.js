// SPDX-License-Identifier: GPL-2.0-or-later
// What is computed of a trace once: rows, concurrency, the critical path, totals by program.

// The processes by their TIMES, a beginning or an end each.
function orderBy(times) {
	return Int32Array.from(times, (_, p) => p).sort((a, b) => times[a] - times[b] || a - b);
}

// ---- rows ----

// The first free row at or below one, by a tree of the earliest end in each half.
class FreeRows {
	constructor(count) {
		this.size = 1;
		while (this.size < count)
			this.size *= 2;
		this.ends = new Float64Array(2 * this.size).fill(-Infinity);
	}

	take(row, end) {
		let at = this.size + row;

		for (this.ends[at] = end; at > 1; at >>= 1)
			this.ends[at >> 1] = Math.min(this.ends[at], this.ends[at ^ 1]);
	}

	// The first row from FIRST on that is free at TIME; there is one.
	find(first, time) {
		let at = this.size + first;

		while (this.ends[at] > time) {
			while (at & 1)
				at >>= 1;
			at++;
		}
		while (at < this.size)
			at = this.ends[2 * at] <= time ? 2 * at : 2 * at + 1;
		return at - this.size;
	}
}

// Each process in the first row below its parent's that is free while it runs.
function packRows(trace, order) {
	const rows = new Int32Array(trace.count);
	// A chain of parents may need a row more than there are processes at any time.
	const free = new FreeRows(2 * trace.count + 2);

	for (const p of order) {
		const parent = trace.parent[p];

		rows[p] = free.find(parent < 0 ? 0 : rows[parent] + 1, trace.start[p]);
		free.take(rows[p], Math.max(trace.end[p], trace.start[p] + 1e-3));
	}
	return makeLanes(rows, order);
}

// A row a process, below its parent, with all that come from it before the next one.
function treeRows(trace, order) {
	const { from, items } = group(trace.parent, trace.count, order);
	const rows = new Int32Array(trace.count);
	const depth = new Int32Array(trace.count);
	const stack = Array.from(order).filter((p) => trace.parent[p] < 0).reverse();
	let count = 0;

	while (stack.length > 0) {
		const p = stack.pop();

		rows[p] = count++;
		for (let i = from[p + 1] - 1; i >= from[p]; i--) {
			depth[items[i]] = depth[p] + 1;
			stack.push(items[i]);
		}
	}
	return { ...makeLanes(rows, order), depth };
}

function makeLanes(rows, order) {
	let count = 0;

	for (const row of rows)
		count = Math.max(count, row + 1);
	return { rows, count, lanes: group(rows, count, order) };
}

// ---- concurrency ----

// Counts processes that run and have no running child.
class AtWork {
	constructor(trace) {
		this.trace = trace;
		this.children = new Int32Array(trace.count);
		this.now = 0;
	}

	// The parent of P where it runs at TIME, as it may not any more; else -1.
	parentOf(p, time) {
		const parent = this.trace.parent[p];
		const runs = parent >= 0 && this.trace.start[parent] <= time && time <= this.trace.end[parent];

		return runs ? parent : -1;
	}

	begin(p) {
		const parent = this.parentOf(p, this.trace.start[p]);

		this.now++;
		if (parent >= 0 && this.children[parent]++ === 0)
			this.now--;
	}

	// Of two that end at once the parent comes first.
	end(p) {
		const time = this.trace.end[p];
		const parent = this.parentOf(p, time);

		if (this.children[p] === 0)
			this.now--;
		if (parent >= 0 && --this.children[parent] === 0 && this.trace.end[parent] > time)
			this.now++;
	}
}

// The processes at work: `level[i]` from `time[i]` on.
function countAtWork(trace, byStart, byEnd) {
	const counter = new AtWork(trace);
	const time = new Float64Array(2 * trace.count);
	const level = new Int32Array(2 * trace.count);
	let peak = 0, sum = 0, ended = 0, started = 0;

	for (let i = 0; i < time.length; i++) {
		const first = byStart[started], last = byEnd[ended];
		const begins = started < trace.count && trace.start[first] <= trace.end[last];

		time[i] = begins ? trace.start[first] : trace.end[last];
		sum += i > 0 ? level[i - 1] * (time[i] - time[i - 1]) : 0;
		if (begins)
			counter.begin(byStart[started++]);
		else
			counter.end(byEnd[ended++]);
		level[i] = counter.now;
		peak = Math.max(peak, counter.now);
	}
	return { time, level, peak, average: sum / trace.length };
}

// ---- the critical path ----

function endWasSeen(trace, p) {
	return (flagsOf(trace, p) & (STILL_RUNS | UNSEEN)) === 0;
}

// The process that ended last, of those that took any time; -1: none did.
function lastToEnd(trace) {
	let last = -1;

	for (let p = 0; p < trace.count; p++) {
		const counts = endWasSeen(trace, p) && trace.end[p] > trace.start[p];

		if (counts && (last < 0 || trace.end[p] >= trace.end[last]))
			last = p;
	}
	return last;
}

// The chain of processes that the end waited for, as parts {p, from, to}, the earliest first. From
// the last end on it goes back in time: at each moment into the child that ended last before it,
// and from the beginning of a process on in its parent. The summary has the same path
// (sink/critical_path.c).
function findPath(trace, byEnd) {
	const waiting = trace.parent.map((parent, p) => endWasSeen(trace, p) ? parent : -1);
	const { from, items } = group(waiting, trace.count, byEnd);
	const left = from.slice(1); // behind the children that are still to be looked at
	const parts = [];
	let p = lastToEnd(trace);
	let time = p < 0 ? 0 : trace.end[p];

	while (p >= 0) {
		while (left[p] > from[p] && trace.end[items[left[p] - 1]] > time)
			left[p]--;
		const child = left[p] > from[p] ? items[--left[p]] : -1;
		const until = child >= 0 ? trace.end[child] : trace.start[p];

		if (until < time)
			parts.push({ p, from: until, to: time });
		time = Math.min(time, until);
		p = child >= 0 ? child : trace.parent[p];
	}
	return parts.reverse();
}

// ---- programs ----

// What processes ran from when to when: {p, exec, from, to}; exec -1 is a copy of its parent. The
// time between a fork and the exec that follows is nobody's.
function* runsOf(trace, p) {
	const { from, items } = trace.execs;

	if (from[p] === from[p + 1])
		yield { p, exec: -1, from: trace.start[p], to: trace.end[p] };
	for (let i = from[p]; i < from[p + 1]; i++) {
		const to = i + 1 < from[p + 1] ? trace.exec.time[items[i + 1]] : trace.end[p];

		yield { p, exec: items[i], from: trace.exec.time[items[i]], to };
	}
}

// What the kernel tells of a process counts for its last program.
function countPrograms(trace) {
	const totals = new Map();

	for (let p = 0; p < trace.count; p++) {
		const last = lastExec(trace, p);

		for (const run of runsOf(trace, p)) {
			const name = run.exec < 0 ? programOf(trace, p) : trace.exec.program[run.exec];
			const time = Math.max(0, run.to - run.from);
			let total = totals.get(name);

			if (!total)
				totals.set(name, total = { name, runs: 0, time: 0, longest: -1, slowest: p, failed: 0, cpu: 0, peak: 0 });
			total.runs++;
			total.time += time;
			if (run.exec === last) {
				total.failed += hasFailed(trace, p);
				total.cpu += cpuOf(trace, p);
				total.peak = Math.max(total.peak, peakOf(trace, p));
			}
			if (time > total.longest) {
				total.longest = time;
				total.slowest = p;
			}
		}
	}
	return [...totals.values()];
}
