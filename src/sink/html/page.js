// SPDX-License-Identifier: GPL-2.0-or-later
// The page around the drawing: panels, search, keys. All texts of the trace become text nodes.

const LISTED = 300; // rows of a list at most
const SHOWN_LENGTH = 20000; // characters of a command in its panel; copying takes all

const $ = (id) => document.getElementById(id);
const thousands = (number) => number.toLocaleString("en-US");

// An element with properties and children; strings are text.
function element(tag, properties, ...children) {
	const made = Object.assign(document.createElement(tag), properties);

	made.append(...children);
	return made;
}

class Page {
	constructor(trace) {
		this.trace = trace;
		this.view = new View(trace, $("timeline"), $("overview"));
		this.byStart = orderBy(trace.start);
		const byEnd = orderBy(trace.end);
		this.position = new Int32Array(trace.count);
		this.byStart.forEach((p, i) => this.position[p] = i);
		this.children = group(trace.parent, trace.count, this.byStart);
		this.view.atWork = countAtWork(trace, this.byStart, byEnd);
		this.view.path = findPath(trace, byEnd);
		this.view.onPath = new Uint8Array(trace.count);
		for (const { p } of this.view.path)
			this.view.onPath[p] = 1;
		this.view.wallClock = Boolean(trace.head.wall_clock);
		this.found = [];
		this.at = -1; // in `found`
		this.isPacked = true;
		this.setLayout();
		this.fit();
		this.describeTrace();
		this.showPanel("programs");
		this.listen();
	}

	setLayout() {
		const make = this.isPacked ? packRows : treeRows;

		this.view.setLayout(make(this.trace, this.byStart));
		$("layout").textContent = this.isPacked ? "Packed" : "One row each";
		if (this.view.selected >= 0)
			this.view.reveal(this.view.selected);
	}

	fit() {
		const all = this.trace.length;

		this.view.show(-all * 0.01, all * 1.01);
		this.view.top = 0;
	}

	redraw() {
		this.pending ??= requestAnimationFrame(() => {
			this.pending = null;
			this.view.draw();
		});
	}

	// ---- the trace as a whole ----

	describeTrace() {
		const { trace } = this;
		const failed = this.byStart.filter((p) => hasFailed(trace, p)).length;
		const running = this.byStart.filter((p) => flagsOf(trace, p) & STILL_RUNS).length;
		const begun = wallTime(trace, 0);
		const title = [
			trace.host ?? "Trace of processes",
			begun === null ? "" : new Date(begun).toLocaleString("en-GB"),
			spanText(trace.length),
		].filter(Boolean).join(" · ");

		$("title").textContent = document.title = title;
		$("counts").textContent = [
			`${thousands(trace.count)} processes`, `${thousands(failed)} failed`,
			running > 0 ? `${thousands(running)} still running` : "",
		].filter(Boolean).join(", ");
		this.notice();
	}

	// What the drawing cannot show.
	notice() {
		const { head, tail, lost } = this.trace;
		const sum = lost.count.reduce((all, count) => all + count, 0);
		const left = ["forks", "execs", "exits"].filter((kind) => head[kind] === false);
		const notices = [
			sum > 0 ? `${thousands(sum)} events were lost; what they told is missing.` : "",
			tail ? "" : "The file ends before the trace did: what came last is missing.",
			tail?.cap ? `The trace was cut off: ${thousands(tail.cap)} ${tail.capped} are the limit.` : "",
			left.length > 0 ? `Filters left out ${left.join(" and ")}.` : "",
		];

		$("notice").textContent = notices.filter(Boolean).join(" ");
		$("notice").hidden = $("notice").textContent === "";
	}

	// ---- panels ----

	showPanel(name) {
		for (const tab of document.querySelectorAll("[role=tab]"))
			tab.setAttribute("aria-selected", tab.dataset.panel === name);
		for (const panel of document.querySelectorAll("[role=tabpanel]"))
			panel.hidden = panel.id !== name;
		const fill = {
			process: this.fillProcess, programs: this.fillPrograms, path: this.fillPath,
			failures: this.fillFailures,
		}[name];

		if (fill && $(name).childElementCount === 0)
			fill.call(this);
	}

	// A table in PANEL: HEADS name columns, a leading # stands for numbers.
	makeTable(panel, heads, rows) {
		const isNumber = heads.map((head) => head.startsWith("#"));
		const cell = (tag, i, content) =>
			element(tag, { className: isNumber[i] ? "number" : "" }, content);
		const table = element("table", {},
			element("thead", {}, element("tr", {},
				...heads.map((head, i) => cell("th", i, head.replace("#", ""))))),
			element("tbody", {}, ...rows.map(({ cells, open }) => {
				const row = element("tr", { tabIndex: 0, onclick: open },
					...cells.map((content, i) => cell("td", i, content)));

				row.onkeydown = (event) => event.key === "Enter" && open();
				return row;
			})));

		panel.append(table);
		return table;
	}

	processButton(p, text) {
		return element("button", { className: "link", onclick: () => this.select(p, true) }, text);
	}

	swatch(program) {
		const swatch = element("span", { className: "swatch" });

		swatch.style.background = program.startsWith("(") ? this.view.theme.copy : this.view.colorOf(program);
		return swatch;
	}

	fillPrograms(order = "time") {
		const programs = this.programs ??= countPrograms(this.trace);
		const columns = {
			runs: "#Runs", time: "#Total", longest: "#Longest",
			...(this.trace.hasUsage ? { cpu: "#CPU", peak: "#Peak" } : {}), failed: "#Failed",
		};

		programs.sort((a, b) => b[order] - a[order]);
		$("programs").replaceChildren();
		const table = this.makeTable($("programs"), ["Program", ...Object.values(columns)],
			programs.slice(0, LISTED).map((program) => this.programRow(program)));
		Object.keys(columns).forEach((key, i) => {
			const head = table.querySelectorAll("th")[i + 1];

			head.setAttribute("aria-sort", key === order ? "descending" : "none");
			head.textContent += key === order ? " ▾" : "";
			head.onclick = () => this.fillPrograms(key);
		});
		$("programs").append(element("p", { className: "dim" },
			`${thousands(programs.length)} programs. A click finds the runs of one; its longest run is a link.`));
	}

	programRow(program) {
		const longest = this.processButton(program.slowest, spanText(program.longest));
		const name = element("span", {}, this.swatch(program.name), program.name);

		longest.addEventListener("click", (event) => event.stopPropagation());
		return {
			cells: [name, thousands(program.runs), spanText(program.time), longest,
				...(this.trace.hasUsage ? [
					program.cpu > 0 ? spanText(program.cpu) : "",
					program.peak > 0 ? sizeText(program.peak) : "",
				] : []),
				element("span", { className: program.failed > 0 ? "failed" : "dim" }, thousands(program.failed))],
			open: () => this.search(`program:${program.name}`),
		};
	}

	// By process, the longest first.
	fillPath() {
		const own = new Map();

		for (const { p, from, to } of this.view.path)
			own.set(p, (own.get(p) ?? 0) + to - from);
		const longest = [...own].sort((a, b) => b[1] - a[1]);

		$("path").append(element("p", {},
			`The end waited for ${thousands(own.size)} processes, one after the other. With the time of each on this path:`));
		this.makeTable($("path"), ["#Time", "Command"], longest.slice(0, LISTED).map(([p, time]) => ({
			cells: [spanText(time), this.commandCell(p)],
			open: () => this.select(p, true),
		})));
		this.tellMore($("path"), longest.length);
	}

	fillFailures() {
		const failures = [...this.byStart].filter((p) => hasFailed(this.trace, p));

		if (failures.length === 0)
			$("failures").append(element("p", {}, "Nothing failed."));
		else
			this.makeTable($("failures"), ["Status", "Command"], failures.slice(0, LISTED).map((p) => ({
				cells: [element("span", { className: "failed" }, statusOf(this.trace, p)), this.commandCell(p)],
				open: () => this.select(p, true),
			})));
		this.tellMore($("failures"), failures.length);
	}

	tellMore(panel, count) {
		if (count > LISTED)
			panel.append(element("p", { className: "dim" }, `… and ${thousands(count - LISTED)} more`));
	}

	commandCell(p) {
		return element("code", { title: shorten(commandOf(this.trace, p), 1000) },
			this.swatch(programOf(this.trace, p)), shorten(labelOf(this.trace, p), 110));
	}

	// ---- one process ----

	select(p, isToBeSeen) {
		this.view.selected = p;
		if (p >= 0 && isToBeSeen)
			this.view.zoomTo(p);
		else if (p >= 0)
			this.view.reveal(p);
		this.showProcess();
		this.redraw();
	}

	showProcess() {
		$("process").replaceChildren();
		this.showPanel("process");
	}

	fillProcess() {
		const p = this.view.selected;

		$("process").append(...(p < 0 ? [this.invitation()] : this.describe(p)));
	}

	invitation() {
		return element("p", { className: "dim" }, "Click on a process to see all that is known of it. Help lists the keys.");
	}

	when(time) {
		const wall = wallTime(this.trace, time);
		const day = wall === null ? "" : new Date(wall).toLocaleDateString("en-CA");
		const clock = { wallClock: true, trace: this.trace };

		return `${(time / 1e6).toFixed(6)} s${wall === null ? "" : `, ${day} ${View.prototype.whenText.call(clock, time)}`}`;
	}

	describe(p) {
		const { trace } = this;
		const command = commandOf(trace, p);
		const more = command.length - SHOWN_LENGTH;
		const shown = more > 0 ? `${command.slice(0, SHOWN_LENGTH)}… and ${thousands(more)} characters more` : command;

		return [
			element("pre", { id: "command" }, shown),
			element("button", { id: "copy", onclick: () => this.copy() }, "Copy command (y)"),
			element("dl", {}, ...this.factsOf(p).filter(([, value]) => value !== "").flatMap(([name, value]) =>
				[element("dt", {}, name), element("dd", {}, value)])),
			...this.describeExecs(p),
			...this.describeChildren(p),
		];
	}

	factsOf(p) {
		const { trace } = this;
		const exec = lastExec(trace, p), exit = trace.exit[p];
		const status = element("span", { className: hasFailed(trace, p) ? "failed" : "" }, statusOf(trace, p));
		const fromPath = this.view.path.reduce((all, part) => all + (part.p === p ? part.to - part.from : 0), 0);
		const isOlder = trace.kind[p] === BORN_BEFORE;
		const runs = flagsOf(trace, p) & (STILL_RUNS | UNSEEN);

		return [
			["Pid", String(trace.pid[p])],
			["Parent", this.parentOf(p)],
			["Program", programOf(trace, p)],
			["File", exec < 0 ? "" : trace.exec.file[exec]],
			["User", this.userOf(exec)],
			...this.surroundingsOf(exec),
			["Status", status],
			["Started", isOlder ? "before the trace" : this.when(trace.start[p])],
			["Ended", runs ? "" : this.when(trace.end[p])],
			["Ran for", `${spanText(trace.end[p] - trace.start[p])}${isOlder || runs ? " or longer" : ""}`],
			...this.usageOf(p),
			["On critical path", fromPath > 0 ? `for ${spanText(fromPath)}` : ""],
			["Threads made", exit >= 0 && trace.ends.threads[exit] > 0 ? thousands(trace.ends.threads[exit]) : ""],
			...this.cgroupOf(p),
			["Kind", trace.kind[p] === BORN_OF_UNKNOWN_KIND ? "a process or a thread" : ""],
		];
	}

	// Of what --usage tells, what is known.
	usageOf(p) {
		const { user, system, peak, read, written } = this.trace.ends;
		const exit = this.trace.exit[p];
		const known = (values, show) => exit >= 0 && values[exit] >= 0 ? show(values[exit]) : "";

		return [
			["CPU, user", known(user, spanText)], ["CPU, system", known(system, spanText)],
			["Peak memory", known(peak, sizeText)],
			["Read", known(read, sizeText)], ["Written", known(written, sizeText)],
		];
	}

	parentOf(p) {
		const parent = this.trace.parent[p];

		if (parent >= 0)
			return this.processButton(parent, `${this.trace.pid[parent]} ${programOf(this.trace, parent)}`);
		return this.trace.ppid[p] < 0 ? "not known" : `${this.trace.ppid[p]} ${this.trace.from[p]}`;
	}

	userOf(exec) {
		const { uid, euid } = this.trace.exec;

		if (exec < 0 || uid[exec] < 0)
			return "";
		return uid[exec] === euid[exec] ? `uid ${uid[exec]}` : `uid ${uid[exec]}, effective ${euid[exec]}`;
	}

	// What --cwd, --exe and --session tell of EXEC, -1 for none.
	surroundingsOf(exec) {
		const { head, exec: { cwd, exe } } = this.trace;

		if (exec < 0)
			return [];
		return [
			["Directory", head.cwd ? cwd[exec] || "not known" : ""],
			["Executable", head.exe ? exe[exec] || "not known" : ""],
			["Session", head.session ? this.sessionOf(exec) : ""],
		];
	}

	sessionOf(exec) {
		const { session, tty, loginuid } = this.trace.exec;

		if (session[exec] < 0)
			return "not known";
		const login = loginuid[exec] < 0 ? "" : `, login uid ${loginuid[exec]}`;

		return `${session[exec]}, ${tty[exec] || "no terminal"}${login}`;
	}

	// Its cgroup as it was last, and what --units tells of that.
	cgroupOf(p) {
		const { trace } = this;
		const exit = trace.exit[p];
		const [table, row] = exit >= 0 && trace.ends.cgroup[exit] ? [trace.ends, exit]
			: [trace.exec, lastExec(trace, p)];

		return [
			["Cgroup", table.cgroup[row] ?? ""], ["Unit", table.unit[row] ?? ""],
			["Container", table.container[row] ?? ""],
		];
	}

	// All programs that it ran, where there are several.
	describeExecs(p) {
		const { exec, execs } = this.trace;
		const own = execs.items.slice(execs.from[p], execs.from[p + 1]);

		if (own.length < 2)
			return [];
		return [element("p", { className: "dim" }, `It ran ${own.length} programs, one in the place of the other:`),
			...Array.from(own.slice(0, LISTED), (i) => element("pre", {}, [
				this.when(exec.time[i]),
				(exec.command[i] || exec.file[i]).slice(0, SHOWN_LENGTH),
				...this.surroundingsOf(i).filter(([, value]) => value !== "").map(([name, value]) => `${name}: ${value}`),
			].join("\n")))];
	}

	describeChildren(p) {
		const { from, items } = this.children;
		const own = Array.from(items.slice(from[p], from[p + 1]));
		const length = (child) => this.trace.end[child] - this.trace.start[child];

		if (own.length === 0)
			return [];
		const panel = element("div", {}, element("p", { className: "dim" }, `${thousands(own.length)} children, the longest first:`));
		own.sort((a, b) => length(b) - length(a));
		this.makeTable(panel, ["#Ran for", "Command"], own.slice(0, 50).map((child) => ({
			cells: [spanText(length(child)), this.commandCell(child)],
			open: () => this.select(child, false),
		})));
		return [panel];
	}

	async copy() {
		const button = $("copy");

		if (!button)
			return;
		try {
			await navigator.clipboard.writeText(commandOf(this.trace, this.view.selected));
			button.textContent = "Copied";
		} catch {
			getSelection().selectAllChildren($("command"));
			button.textContent = "Selected: copy with Ctrl-C";
		}
	}

	// ---- search ----

	// What QUERY asks of a process.
	testOf(query) {
		const [, key, value] = /^(pid|program|failed|cwd|exe|tty|unit|container):(.*)$/.exec(query) ?? [null, "", query.toLowerCase()];
		const { trace } = this;

		switch (key) {
		case "pid":
			return (p) => String(trace.pid[p]) === value;
		case "program":
			return (p) => programOf(trace, p) === value ||
				this.someExec(p, (i) => trace.exec.program[i] === value);
		case "failed":
			return (p) => hasFailed(trace, p);
		case "cwd":
		case "exe":
		case "tty":
		case "unit":
		case "container":
			return this.testOfColumn(key, value.toLowerCase());
		default:
			return (p) => commandOf(trace, p).toLowerCase().includes(value) ||
				programOf(trace, p).toLowerCase().includes(value) || String(trace.pid[p]) === value;
		}
	}

	// Whether an exec or the end of a process has PART in the column NAME.
	testOfColumn(name, part) {
		const { exec, ends, exit } = this.trace;
		const has = (text) => Boolean(text?.toLowerCase().includes(part));

		return (p) => this.someExec(p, (i) => has(exec[name][i])) || has(ends[name]?.[exit[p]]);
	}

	someExec(p, test) {
		const { from, items } = this.trace.execs;

		return items.subarray(from[p], from[p + 1]).some(test);
	}

	search(query) {
		const trimmed = query.trim();

		$("query").value = query;
		this.at = -1;
		this.found = [];
		this.view.matches = null;
		if (trimmed !== "") {
			this.found = this.byStart.filter(this.testOf(trimmed));
			this.view.matches = new Uint8Array(this.trace.count);
			for (const p of this.found)
				this.view.matches[p] = 1;
		}
		this.countMatches();
		this.redraw();
	}

	countMatches() {
		const place = this.at >= 0 ? `${thousands(this.at + 1)} of ` : "";

		$("found").textContent = this.view.matches ? `${place}${thousands(this.found.length)} found` : "";
	}

	goToMatch(by) {
		if (this.found.length === 0)
			return;
		this.at = this.at < 0 && by < 0 ? this.found.length - 1
			: (this.at + by + this.found.length) % this.found.length;
		this.countMatches();
		this.select(this.found[this.at], true);
	}

	// ---- what the user does ----

	toggleLayout() {
		this.isPacked = !this.isPacked;
		this.setLayout();
		this.redraw();
	}

	togglePath() {
		this.view.showsPath = !this.view.showsPath;
		$("chain").setAttribute("aria-pressed", this.view.showsPath);
		if (this.view.showsPath)
			this.showPanel("path");
		this.redraw();
	}

	setTheme(theme) {
		document.documentElement.dataset.theme = theme;
		this.view.readTheme();
		const shown = document.querySelector("[aria-selected=true]").dataset.panel;

		for (const name of ["process", "programs", "path", "failures"])
			$(name).replaceChildren();
		this.showPanel(shown);
		this.redraw();
	}

	toggleTheme() {
		this.setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
	}

	clear() {
		this.search("");
		this.select(-1, false);
	}

	// The next one by start, or the one before.
	step(by) {
		const { selected } = this.view;
		const at = selected < 0 ? 0 : this.position[selected] + by;

		if (at >= 0 && at < this.trace.count)
			this.select(this.byStart[at], false);
	}

	key(event) {
		const { view } = this;
		const width = view.width;
		const actions = {
			"+": () => view.zoom(1 / 1.4, width / 2),
			"=": () => view.zoom(1 / 1.4, width / 2),
			"-": () => view.zoom(1.4, width / 2),
			ArrowLeft: () => view.pan(-width / 8, 0),
			ArrowRight: () => view.pan(width / 8, 0),
			ArrowUp: () => view.pan(0, -3 * view.rowHeight),
			ArrowDown: () => view.pan(0, 3 * view.rowHeight),
			PageUp: () => view.pan(0, -view.rowsHeight * 0.9),
			PageDown: () => view.pan(0, view.rowsHeight * 0.9),
			",": () => view.rowHeight = Math.max(3, view.rowHeight - 1),
			".": () => view.rowHeight = Math.min(30, view.rowHeight + 1),
			0: () => this.fit(),
			z: () => view.selected >= 0 && view.zoomTo(view.selected),
			j: () => this.step(1),
			k: () => this.step(-1),
			u: () => this.trace.parent[view.selected] >= 0 && this.select(this.trace.parent[view.selected], false),
			y: () => this.copy(),
			"/": () => $("query").select(),
			n: () => this.goToMatch(1),
			N: () => this.goToMatch(-1),
			t: () => this.toggleLayout(),
			c: () => this.togglePath(),
			d: () => this.toggleTheme(),
			w: () => view.wallClock = !view.wallClock,
			"?": () => this.showPanel("help"),
			Escape: () => this.clear(),
		};

		if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(actions, event.key))
			return;
		if (event.target.closest("input, aside") && event.key !== "Escape")
			return;
		event.preventDefault();
		actions[event.key]();
		this.redraw();
	}

	listen() {
		const on = (id, type, action) => $(id).addEventListener(type, action);

		on("layout", "click", () => this.toggleLayout());
		on("chain", "click", () => this.togglePath());
		on("fit", "click", () => (this.fit(), this.redraw()));
		on("theme", "click", () => this.toggleTheme());
		on("query", "input", () => this.search($("query").value));
		on("search", "submit", (event) => (event.preventDefault(), this.goToMatch(1)));
		on("previous", "click", () => this.goToMatch(-1));
		for (const tab of document.querySelectorAll("[role=tab]"))
			tab.addEventListener("click", () => this.showPanel(tab.dataset.panel));
		addEventListener("keydown", (event) => this.key(event));
		new ResizeObserver(() => this.redraw()).observe($("drawing"));
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (query) =>
			this.setTheme(query.matches ? "dark" : "light"));
		this.listenToTimeline();
		this.listenToOverview();
	}

	listenToTimeline() {
		const canvas = $("timeline");
		let drag = null;

		canvas.addEventListener("wheel", (event) => {
			event.preventDefault();
			if (event.shiftKey)
				this.view.pan(0, event.deltaY || event.deltaX);
			else if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
				this.view.pan(event.deltaX, 0);
			else
				this.view.zoom(Math.exp(event.deltaY / 400), event.offsetX);
			this.redraw();
		}, { passive: false });
		canvas.addEventListener("pointerdown", (event) => {
			canvas.setPointerCapture(event.pointerId);
			drag = { x: event.offsetX, y: event.offsetY, moved: 0 };
		});
		canvas.addEventListener("pointermove", (event) => {
			this.showTip(drag ? -1 : this.view.processAt(event.offsetX, event.offsetY), event);
			if (!drag)
				return;
			const dx = event.offsetX - drag.x, dy = event.offsetY - drag.y;

			this.view.pan(-dx, -dy);
			drag = { x: event.offsetX, y: event.offsetY, moved: drag.moved + Math.abs(dx) + Math.abs(dy) };
			this.redraw();
		});
		canvas.addEventListener("pointerup", (event) => {
			if (drag && drag.moved < 4)
				this.select(this.view.processAt(event.offsetX, event.offsetY), false);
			drag = null;
		});
		canvas.addEventListener("pointercancel", () => drag = null);
		canvas.addEventListener("pointerleave", () => this.showTip(-1));
		canvas.addEventListener("dblclick", (event) => {
			const p = this.view.processAt(event.offsetX, event.offsetY);

			if (p >= 0)
				this.select(p, true);
		});
	}

	listenToOverview() {
		const canvas = $("overview");
		let from = null;
		const timeAt = (event) => event.offsetX * this.trace.length / canvas.clientWidth;

		canvas.addEventListener("pointerdown", (event) => {
			canvas.setPointerCapture(event.pointerId);
			from = timeAt(event);
		});
		canvas.addEventListener("pointermove", (event) => {
			if (from === null)
				return;
			this.view.show(Math.min(from, timeAt(event)), Math.max(from, timeAt(event)));
			this.redraw();
		});
		// A click moves what is shown there.
		canvas.addEventListener("pointerup", (event) => {
			const span = this.view.to - this.view.from;

			if (from === timeAt(event))
				this.view.show(from - span / 2, from + span / 2);
			from = null;
			this.redraw();
		});
	}

	showTip(p, event) {
		const tip = $("tip");

		tip.hidden = p < 0;
		if (p < 0)
			return;
		const { trace } = this;
		const from = $("drawing").getBoundingClientRect();
		const x = event.clientX - from.left, y = event.clientY - from.top;

		tip.replaceChildren(
			element("div", {}, shorten(commandOf(trace, p), 300)),
			element("div", { className: hasFailed(trace, p) ? "failed" : "dim" },
				`pid ${trace.pid[p]}, ${spanText(trace.end[p] - trace.start[p])}, ${statusOf(trace, p)}`));
		tip.style.left = x < from.width / 2 ? `${x + 14}px` : "auto";
		tip.style.right = x < from.width / 2 ? "auto" : `${from.width - x + 14}px`;
		tip.style.top = y < from.height / 2 ? `${y + 14}px` : "auto";
		tip.style.bottom = y < from.height / 2 ? "auto" : `${from.height - y + 14}px`;
	}
}

// A page with nothing but a script is of no use where one of these is missing.
async function start() {
	const root = document.documentElement;

	root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
	try {
		const parsed = parseLines(await inflate($("data").textContent));

		$("data").remove();
		const page = new Page(makeTrace(parsed));
		page.view.draw();
		root.dataset.state = "drawn";
	} catch (error) {
		$("counts").textContent = "";
		$("notice").hidden = false;
		$("notice").textContent = `This page cannot be drawn: ${error.message}`;
		root.dataset.state = "failed";
		throw error;
	}
}

start();
