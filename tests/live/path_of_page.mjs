// SPDX-License-Identifier: GPL-2.0-or-later
// What the page of -F html computes of a trace, as JSON: `node path_of_page.mjs SCRIPT... < LINES`,
// with the scripts of the page that compute, and the lines of its data.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const scripts = process.argv.slice(2).map((file) => readFileSync(file, "utf8"));
const compute = runInThisContext(`(text) => {
	${scripts.join("\n")}
	const trace = makeTrace(parseLines(text));
	const byEnd = orderBy(trace.end);
	const path = findPath(trace, byEnd);
	const { peak, average } = countAtWork(trace, orderBy(trace.start), byEnd);

	return {
		peak, average, processes: new Set(path.map(({ p }) => p)).size,
		microseconds: path.reduce((sum, { from, to }) => sum + to - from, 0),
		commands: [...new Set(path.map(({ p }) => commandOf(trace, p)))],
	};
}`);

process.stdout.write(JSON.stringify(compute(readFileSync(0, "utf8"))));
