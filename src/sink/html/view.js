// SPDX-License-Identifier: GPL-2.0-or-later
// The drawing: rows of processes over time, and the strip on top.

const AXIS = 24; // pixels
const GAP = 1; // between rows
const LABEL_HEIGHT = 11, LABEL_WIDTH = 26;
const NEAR = 3; // pixels beside a short bar that count as it
const FONT = "px ui-monospace, 'DejaVu Sans Mono', monospace";

const HUES = 13; // from yellow to violet: none is red

// A number below COUNT, for the same name always the same: FNV-1a, mixed once more, from where the
// programs of builds differ most.
function hashOf(name, count) {
	let hash = 917;

	for (let i = 0; i < name.length; i++)
		hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
	hash = Math.imul(hash ^ hash >>> 16, 0x45d9f3b);
	return ((hash ^ hash >>> 16) >>> 0) % count;
}

function spanText(us) {
	if (us < 1000)
		return `${Math.round(us)} µs`;
	if (us < 1e6)
		return `${(us / 1e3).toPrecision(3)} ms`;
	if (us < 60e6)
		return `${(us / 1e6).toPrecision(3)} s`;
	const seconds = Math.floor(us / 1e6);
	const two = (number) => String(number).padStart(2, "0");

	if (seconds < 3600)
		return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
	return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
}

function sizeText(bytes) {
	const unit = Math.min(4, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
	const number = bytes / 1024 ** unit;
	const name = ["B", "KiB", "MiB", "GiB", "TiB"][unit];

	return `${number < 100 ? Number(number.toPrecision(3)) : Math.round(number)} ${name}`;
}

// TEXT without its middle, where it is longer than MOST characters.
function shorten(text, most) {
	const tail = Math.floor(most * 0.4);

	if (text.length <= most)
		return text;
	return most < 24 ? `${text.slice(0, most - 1)}…` : `${text.slice(0, most - 1 - tail)}…${text.slice(-tail)}`;
}

class View {
	constructor(trace, timeline, overview) {
		this.trace = trace;
		this.timeline = timeline;
		this.overview = overview;
		this.colors = new Map();
		this.from = 0; // microseconds
		this.to = trace.length;
		this.top = 0; // pixels of rows above
		this.rowHeight = 18;
		this.selected = -1;
		this.showsPath = false;
		this.matches = null; // a byte a process; null: no search
		this.wallClock = false;
		this.measure();
		this.readTheme();
	}

	readTheme() {
		const style = getComputedStyle(document.documentElement);

		this.style = (name) => style.getPropertyValue(`--${name}`).trim();
		this.theme = {};
		for (const name of ["page", "panel", "line", "text", "dim", "accent", "strip", "failed",
			"failed-text", "copy", "path", "saturation", "lightness",
			"other-lightness"])
			this.theme[name] = this.style(name);
		this.colors.clear();
	}

	colorOf(name) {
		let color = this.colors.get(name);

		if (!color) {
			const tone = hashOf(name, 2 * HUES);
			const lightness = tone < HUES ? this.theme.lightness : this.theme["other-lightness"];

			color = `hsl(${40 + tone % HUES * 20} ${this.theme.saturation} ${lightness})`;
			this.colors.set(name, color);
		}
		return color;
	}

	// ---- geometry ----

	// Asking for these lays the page out anew, so it is done once a drawing.
	measure() {
		this.width = this.timeline.clientWidth;
		this.rowsHeight = this.timeline.clientHeight - AXIS;
	}

	// Give CANVAS as many pixels as the screen has there. Returns its context, in CSS pixels.
	prepare(canvas) {
		const { clientWidth: width, clientHeight: height } = canvas;
		const scale = window.devicePixelRatio || 1;

		if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
			canvas.width = Math.round(width * scale);
			canvas.height = Math.round(height * scale);
		}
		const context = canvas.getContext("2d", { alpha: false });
		context.setTransform(scale, 0, 0, scale, 0, 0);
		context.fillStyle = this.theme.page;
		context.fillRect(0, 0, width, height);
		return context;
	}

	x(time) {
		return (time - this.from) * this.width / (this.to - this.from);
	}

	timeAt(x) {
		return this.from + x * (this.to - this.from) / this.width;
	}

	y(row) {
		return AXIS + row * this.rowHeight - this.top;
	}

	setLayout(layout) {
		this.layout = layout;
		const fitting = Math.floor(this.rowsHeight / layout.count);
		this.rowHeight = fitting < 7 ? 16 : Math.min(24, fitting);
		this.top = 0;
	}

	// Show FROM to TO, with a little room for what is outside of the trace.
	show(from, to) {
		const all = this.trace.length;
		const span = Math.min(Math.max(to - from, 1), all * 1.04);

		this.from = Math.min(Math.max(from, -all * 0.02), all * 1.02 - span);
		this.to = this.from + span;
	}

	scrollTo(top) {
		const most = this.layout.count * this.rowHeight + 20 - this.rowsHeight;

		this.top = Math.max(0, Math.min(top, most));
	}

	zoom(factor, x) {
		const time = this.timeAt(x);

		this.show(time - (time - this.from) * factor, time + (this.to - time) * factor);
	}

	pan(dx, dy) {
		const by = dx * (this.to - this.from) / this.width;

		this.show(this.from + by, this.to + by);
		this.scrollTo(this.top + dy);
	}

	// P in the middle, a third as wide as all.
	zoomTo(p) {
		const { start, end } = this.trace;
		const length = Math.max(end[p] - start[p], 10);

		this.show(start[p] - length, start[p] + 2 * length);
		this.reveal(p);
	}

	// Move as little as needed to have P in sight.
	reveal(p) {
		const { start, end } = this.trace;
		const span = this.to - this.from;
		const y = this.layout.rows[p] * this.rowHeight;

		if (end[p] < this.from || start[p] > this.to)
			this.show(start[p] - span / 3, start[p] + span * 2 / 3);
		if (y < this.top || y + this.rowHeight > this.top + this.rowsHeight)
			this.scrollTo(y - this.rowsHeight / 2);
	}

	// The index in the lane of ROW of the first process that ends at TIME or later.
	firstInLane(row, time) {
		const { from, items } = this.layout.lanes;
		let low = from[row], high = from[row + 1];

		while (low < high) {
			const middle = (low + high) >> 1;

			if (this.trace.end[items[middle]] < time)
				low = middle + 1;
			else
				high = middle;
		}
		return low;
	}

	// The process at a place of the timeline; -1: none.
	processAt(x, y) {
		const row = Math.floor((y - AXIS + this.top) / this.rowHeight);

		if (y < AXIS || row < 0 || row >= this.layout.count)
			return -1;
		const { from, items } = this.layout.lanes;
		let found = -1, nearest = NEAR;

		for (let i = this.firstInLane(row, this.timeAt(x - NEAR)); i < from[row + 1]; i++) {
			const p = items[i];
			const distance = Math.max(this.x(this.trace.start[p]) - x, x - this.x(this.trace.end[p]), 0);

			if (this.x(this.trace.start[p]) > x + NEAR)
				break;
			if (distance < nearest) {
				nearest = distance;
				found = p;
			}
		}
		return found;
	}

	// ---- the timeline ----

	draw() {
		this.measure();
		const context = this.prepare(this.timeline);

		this.drawLosses(context);
		this.drawRows(context);
		if (this.showsPath)
			this.drawPath(context);
		if (this.selected >= 0)
			this.drawSelected(context);
		this.drawAxis(context);
		this.drawScrollbar(context);
		this.drawOverview();
	}

	drawRows(context) {
		const last = Math.min(this.layout.count,
			Math.ceil((this.top + this.rowsHeight) / this.rowHeight));

		context.font = `${Math.min(12, this.rowHeight - 5)}${FONT}`;
		context.textBaseline = "middle";
		this.letter = context.measureText("m").width;
		for (let row = Math.floor(this.top / this.rowHeight); row < last; row++)
			this.drawLane(context, row);
		context.globalAlpha = 1;
	}

	// Where several share a pixel, one is drawn; failures always are, above the others.
	drawLane(context, row) {
		const { from, items } = this.layout.lanes;
		const { start, end } = this.trace;
		const failures = [];
		let painted = -Infinity;

		for (let i = this.firstInLane(row, this.from); i < from[row + 1]; i++) {
			const p = items[i];
			const left = this.x(start[p]), right = this.x(end[p]);

			if (left > this.width)
				break;
			if (hasFailed(this.trace, p))
				failures.push(p);
			if (right - painted < 0.7)
				continue;
			this.drawBar(context, p, Math.max(left, painted), Math.max(right, left + 0.7));
			painted = right;
		}
		for (const p of failures)
			this.drawBar(context, p, this.x(start[p]), Math.max(this.x(end[p]), this.x(start[p]) + 1.5));
	}

	drawBar(context, p, left, right) {
		const y = this.y(this.layout.rows[p]), height = this.rowHeight - GAP;
		const isFailed = hasFailed(this.trace, p);
		const x = Math.max(left, -10), width = Math.min(right, this.width + 10) - x;

		context.globalAlpha = this.isDimmed(p) ? 0.25 : 1;
		context.fillStyle = isFailed ? this.theme.failed : this.fillOf(lastExec(this.trace, p));
		context.fillRect(x, y, width, height);
		if (width < 3)
			return;
		if (!isFailed)
			this.drawPrograms(context, p, y, height);
		this.drawOpenEnds(context, p, left, right, y, height);
		if (height >= LABEL_HEIGHT && width > LABEL_WIDTH)
			this.drawLabel(context, p, Math.max(x, 0), Math.min(right, this.width), y + height / 2, isFailed);
	}

	isDimmed(p) {
		if (this.matches)
			return !this.matches[p];
		return this.showsPath && !this.onPath[p];
	}

	fillOf(exec) {
		return exec < 0 ? this.theme.copy : this.colorOf(this.trace.exec.program[exec]);
	}

	// What it ran before its last exec.
	drawPrograms(context, p, y, height) {
		const { from, items } = this.trace.execs;
		let left = Math.max(this.x(this.trace.start[p]), -10);

		for (let i = from[p]; i < from[p + 1]; i++) {
			const right = Math.min(this.x(this.trace.exec.time[items[i]]), this.width + 10);

			context.fillStyle = this.fillOf(i === from[p] ? -1 : items[i - 1]);
			if (right > left)
				context.fillRect(left, y, right - left, height);
			left = Math.max(left, right);
		}
	}

	// It was there before, or still runs.
	drawOpenEnds(context, p, left, right, y, height) {
		context.fillStyle = this.theme.page;
		for (const [isOpen, x] of [[this.trace.kind[p] === BORN_BEFORE, left],
			[flagsOf(this.trace, p) & STILL_RUNS, right - 5]]) {
			if (isOpen && right - left > 16) {
				context.fillRect(x + 1, y, 1, height);
				context.fillRect(x + 3, y, 1, height);
			}
		}
	}

	drawLabel(context, p, left, right, y, isFailed) {
		const most = Math.floor((right - left - 8) / this.letter);

		if (most < 2)
			return;
		context.fillStyle = isFailed ? this.theme["failed-text"] : this.theme.text;
		context.fillText(shorten(labelOf(this.trace, p), most), left + 4, y + 0.5);
	}

	drawSelected(context) {
		const p = this.selected;
		const left = Math.max(this.x(this.trace.start[p]), -10);
		const right = Math.min(this.x(this.trace.end[p]), this.width + 10);

		context.strokeStyle = this.theme.text;
		context.lineWidth = 2;
		context.strokeRect(left - 1, this.y(this.layout.rows[p]) - 1, Math.max(right - left, 1) + 2,
			this.rowHeight - GAP + 2);
	}

	// A line along the bottoms of the bars, down and up where one waits for the other.
	drawPath(context) {
		context.strokeStyle = this.theme.path;
		context.lineWidth = 2;
		context.beginPath();
		let isDown = false, lastX = -Infinity;

		for (const { p, from, to } of this.path) {
			const left = this.x(from), right = this.x(to);

			if (right < 0 || left > this.width)
				continue;
			const y = this.y(this.layout.rows[p]) + this.rowHeight - GAP - 1;
			if (isDown && right - lastX < 0.5)
				continue;
			if (isDown)
				context.lineTo(left, y);
			else
				context.moveTo(left, y);
			context.lineTo(right, y);
			isDown = true;
			lastX = right;
		}
		context.stroke();
	}

	drawLosses(context) {
		context.fillStyle = this.style("alert");
		for (const time of this.trace.lost.time)
			context.fillRect(this.x(time) - 1, AXIS, 3, this.rowsHeight);
	}

	drawAxis(context) {
		const least = (this.to - this.from) * 110 / this.width;
		let step = 10 ** Math.floor(Math.log10(least));

		step *= [1, 2, 5, 10].find((factor) => factor * step >= least);
		context.fillStyle = this.theme.page;
		context.fillRect(0, 0, this.width, AXIS);
		context.fillStyle = this.theme.line;
		context.fillRect(0, AXIS - 1, this.width, 1);
		context.font = `11${FONT}`;
		for (let time = Math.ceil(Math.max(this.from, 0) / step) * step;
			time <= Math.min(this.to, this.trace.length); time += step) {
			const x = Math.round(this.x(time));

			context.fillStyle = this.theme.line;
			context.fillRect(x, AXIS - 7, 1, 7);
			context.fillStyle = this.theme.dim;
			context.fillText(this.whenText(time, step), x + 4, AXIS / 2);
		}
	}

	// TIME to the digits that STEP has.
	whenText(time, step = 1) {
		const wall = this.wallClock ? wallTime(this.trace, time) : null;
		const digits = Math.max(0, Math.min(6, Math.ceil(6 - Math.log10(step))));

		if (wall === null)
			return `${(time / 1e6).toFixed(digits)} s`;
		const micros = String(Math.floor((wall % 1000) * 1000)).padStart(6, "0");
		const fraction = digits > 0 ? `.${micros.slice(0, digits)}` : "";
		return new Date(wall).toLocaleTimeString("en-GB") + fraction;
	}

	drawScrollbar(context) {
		const all = this.layout.count * this.rowHeight + 20;
		const height = this.rowsHeight * this.rowsHeight / all;

		if (all <= this.rowsHeight + 20)
			return;
		context.fillStyle = this.theme.dim;
		context.globalAlpha = 0.5;
		context.fillRect(this.width - 7, AXIS + this.top * this.rowsHeight / all, 5, Math.max(height, 12));
		context.globalAlpha = 1;
	}

	// ---- the strip ----

	drawOverview() {
		const context = this.prepare(this.overview);
		const { clientWidth: width, clientHeight: height } = this.overview;
		const { mean, most } = this.levelsIn(width);
		const unit = (height - 16) / Math.max(1, this.atWork.peak);

		context.fillStyle = this.theme.strip;
		for (let x = 0; x < width; x++) {
			context.globalAlpha = 0.35;
			context.fillRect(x, height - most[x] * unit, 1, most[x] * unit);
			context.globalAlpha = 1;
			context.fillRect(x, height - mean[x] * unit, 1, mean[x] * unit);
		}
		this.drawWindow(context, width, height);
		context.fillStyle = this.theme.text;
		context.font = `11${FONT}`;
		context.textBaseline = "top";
		context.fillText(`at work: ${this.atWork.average.toFixed(1)} on average, ${this.atWork.peak} at most`,
			6, 3);
	}

	// The mean and the highest level at each of WIDTH pixels; kept until the width changes.
	levelsIn(width) {
		if (this.levels?.mean.length === width)
			return this.levels;
		const { time, level } = this.atWork;
		const scale = width / this.trace.length;

		this.levels = { mean: new Float64Array(width), most: new Int32Array(width) };
		for (let i = 0; i + 1 < time.length; i++)
			this.addLevel(level[i], time[i] * scale, time[i + 1] * scale);
		return this.levels;
	}

	addLevel(level, from, to) {
		const { mean, most } = this.levels;

		for (let x = Math.floor(from); x < Math.min(to, mean.length); x++) {
			mean[x] += level * (Math.min(to, x + 1) - Math.max(from, x));
			most[x] = Math.max(most[x], level);
		}
	}

	// What of the strip the timeline shows.
	drawWindow(context, width, height) {
		const left = Math.max(0, this.from * width / this.trace.length);
		const right = Math.min(width, this.to * width / this.trace.length);

		context.globalAlpha = 0.65;
		context.fillStyle = this.theme.page;
		context.fillRect(0, 0, left, height);
		context.fillRect(right, 0, width - right, height);
		context.globalAlpha = 1;
		context.strokeStyle = this.theme.accent;
		context.lineWidth = 1;
		context.strokeRect(left + 0.5, 0.5, Math.max(right - left - 1, 2), height - 1);
	}
}
