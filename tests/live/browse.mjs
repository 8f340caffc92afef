// SPDX-License-Identifier: GPL-2.0-or-later
// Opens pages of -F html in headless Chromium and prints as JSON what a person would see there.
//
//     node browse.mjs CHROMIUM FILE QUERIES [SCREENSHOT]
//
// One query a line: the first one is followed, of all others the matches are counted.
// playwright-core is looked for where NODE_PATH says.

import { createRequire } from "node:module";

const { chromium } = createRequire(import.meta.url)("playwright-core");
const [executablePath, file, queries = "", screenshot] = process.argv.slice(2);
const [query, ...others] = queries.split("\n");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
const seen = { console: [], requests: [], counted: [] };

page.on("console", (message) => seen.console.push(`${message.type()}: ${message.text()}`));
page.on("pageerror", (error) => seen.console.push(`error: ${error.message}`));
page.on("request", (request) => seen.requests.push(request.url()));

// One frame after all that was asked for.
const settle = () => page.evaluate(() =>
	new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
const press = async (key) => {
	await page.keyboard.press(key);
	await settle();
};
const picture = () => page.evaluate(() => document.getElementById("timeline").toDataURL());
// The pixels [red, green, blue] from top to bottom, at X from the left of the timeline.
const column = (x) => page.evaluate((at) => {
	const canvas = document.getElementById("timeline");
	const copy = new OffscreenCanvas(1, canvas.height).getContext("2d", { willReadFrequently: true });

	copy.drawImage(canvas, -at, 0);
	const { data, height } = copy.getImageData(0, 0, 1, canvas.height);

	return Array.from({ length: height }, (_, y) => Array.from(data.slice(4 * y, 4 * y + 3)));
}, x);
const describe = async () => ({
	command: await page.locator("#command").textContent(),
	facts: Object.fromEntries(await page.locator("#process dl").evaluate((list) =>
		Array.from(list.querySelectorAll("dt"), (dt) => [dt.textContent, dt.nextSibling.textContent]))),
	execs: await page.locator("#process > pre:not(#command)").allTextContents(),
});

await page.goto(`file://${file}`);
await page.waitForSelector("html[data-state]", { state: "attached" });
await settle();
for (const id of ["title", "counts", "notice"])
	seen[id] = await page.locator(`#${id}`).textContent();
seen.state = await page.evaluate(() => document.documentElement.dataset.state);
seen.scripts = await page.evaluate(() => document.scripts.length);
seen.hacked = await page.evaluate(() => String(window.hacked));
seen.programs = await page.locator("#programs tbody tr").allTextContents();

if (seen.state === "drawn" && query) {
	const first = await picture();

	await press("/");
	await page.keyboard.type(query);
	await press("Enter");
	seen.matches = await page.locator("#found").textContent();
	seen.found = await describe();
	seen.zoomed = await picture() !== first;

	// What was found is in the middle: there is its colour, and a click there finds it again.
	const box = await page.locator("#timeline").boundingBox();
	const middle = Math.floor(box.width / 2);
	const theme = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--failed"));
	const failed = [1, 3, 5].map((at) => parseInt(theme.trim().slice(at, at + 2), 16));
	const red = (await column(middle)).flatMap((pixel, y) => `${pixel}` === `${failed}` ? [y] : []);

	seen.red = red.length;
	await press("Escape");
	seen.cleared = await page.locator("#found").textContent();
	if (red.length > 0) {
		const y = box.y + red[Math.floor(red.length / 2)];

		await page.mouse.move(box.x + middle, y);
		await settle();
		seen.tip = await page.locator("#tip").innerText();
		await page.mouse.click(box.x + middle, y);
		await settle();
		seen.clicked = await describe();
		await press("y");
		seen.copied = await page.locator("#copy").textContent();
		await press("Escape");
	}
	await press("0");
	seen.fitted = await picture() === first;
	await page.mouse.move(box.x + 300, box.y + 300);
	await page.mouse.wheel(0, -400);
	await settle();
	seen.wheeled = await picture() !== first;
	await press("0");
	await press("t");
	seen.otherRows = await picture() !== first;
	await press("t");
	await press("c");
	seen.path = await page.locator("#path tbody tr").count();
	await press("c");
	await page.locator("[data-panel=failures]").click();
	seen.failures = await page.locator("#failures tbody tr").allTextContents();
	await page.emulateMedia({ colorScheme: "dark" });
	await settle();
	seen.dark = (await column(middle))[4][0] < 64;
	for (const other of others) {
		await page.locator("#query").fill(other);
		seen.counted.push(await page.locator("#found").textContent());
	}
}
if (screenshot)
	await page.screenshot({ path: screenshot });
await browser.close();
console.log(JSON.stringify(seen));
