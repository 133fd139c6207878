/*
 * page.js - the browser's face of ct-review: a job, item by item
 *
 * sight.js is what is seen of an item, judge.js what a person says of it, and
 * the keys.  Nothing is kept but in the variables here.
 */
"use strict";

const PATIENCE = 30000;   // ms until a server that says nothing is lost
const ALIVE = 15000;      // between signs of life,
const ALIVE_CLOSE = 2000; // and while something is seen closer

let job = null;     // as /job has it
let at = 0;         // of its items: the current one
let seen = null;    // {view, step, timer}: what is on the page now
let asked = 0;      // counts what was asked for: what comes late is not shown
let held = null;    // the key, or "pointer", that keeps the full view there
let asking = null;  // {all, verdict}: a question that stands open
let busy = false;   // an answer is awaited that no key may overtake
let choices = [];   // of a page without an item: [key or null, text, what it does]
let singles = true; // single keys work
let tiles = true;   // the tile of an item is shown as it comes

/* ---- the page ------------------------------------------------------------- */

const $ = id => document.getElementById(id);

function make(tag, text, more) {
	const e = document.createElement(tag);

	e.textContent = text ?? "";
	return Object.assign(e, more);
}

// Text of a record, on a line: nothing in it turns the line round.
function plain(text) {
	return String(text).replace(/[\n\t]/g, " ").replace(
	    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "?");
}

function say(text) {
	$("status").textContent = text;
}

// A key as it is shown; who cannot see it is told by aria-keyshortcuts.
function cap(key) {
	const k = make("kbd", key);

	k.setAttribute("aria-hidden", true);
	return k;
}

// A button that a key presses, too.
function button(key, text, run) {
	const b = make("button", (key ? " " : "") + text, {type: "button", onclick: run});

	if (key) {
		b.prepend(cap(key));
		b.setAttribute("aria-keyshortcuts", key === "Esc" ? "Escape" :
		    /^[A-Z]$/.test(key) ? "Shift+" + key : key);
	}
	return b;
}

function words(verdict, letter) {
	return verdict.replace("_", " ") + (letter ? " " + letter : "");
}

function clock(time) {
	return new Date(time).toLocaleTimeString([], {hour: "2-digit", minute: "2-digit"});
}

const item = () => $("work").hidden ? null : job.items[at]; // null: none is on the page
const left = () => job.items.filter(i => !i.done).length;

/* ---- the server ----------------------------------------------------------- */

// What it answers, or null if that was said already and there is nothing to do.
async function call(path, body) {
	const stop = new AbortController();
	const timer = setTimeout(() => stop.abort(), PATIENCE);
	let answer, got = {};

	try {
		answer = await fetch("." + path, {method: "POST", cache: "no-store",
			keepalive: path === "/cover", signal: stop.signal,
			headers: {"Content-Type": "application/json"},
			body: JSON.stringify(body)});
		if (answer.status !== 204)
			got = await answer.json();
	} catch {
		lost();
		return null;
	} finally {
		clearTimeout(timer);
	}
	if (answer.ok)
		return {...got, none_left: answer.status === 204 && path === "/job"};
	if (got.over)
		over();
	else if (answer.status === 409)
		stale();
	else if (got.hard_stop)
		enough(got.error);
	else if (got.anew)
		setTimeout(() => take("Not done: more came to the account. "));
	else
		say("Not done: " + plain(got.error ?? "error " + answer.status) + ".");
	return null;
}

// As call, and no key overtakes it.
async function act(path, body) {
	if (busy)
		return null;
	busy = true;
	try {
		return await call(path, body);
	} finally {
		busy = false;
	}
}

async function alive() {
	if (!job || document.hidden || $("work").hidden)
		return;

	const got = await call("/alive", {job: job.job});

	if (got && job) {
		job.until = got.until ?? job.until;
		shift(got.shift);
	}
}

/* ---- a job ---------------------------------------------------------------- */

async function take(told) {
	const before = job && {id: job.job, at};
	const got = await act("/job", {});

	if (!got)
		return;
	if (got.none_left) {
		job = null;
		rest("Nothing waits", "There is no job for you now.", [null, "Look again", take]);
		return;
	}
	job = got;
	at = before && before.id === job.job ? before.at : Math.max(0, job.items.findIndex(i => !i.done));
	if (!before || before.id !== job.job)
		forget();
	present(`${typeof told === "string" ? told : ""}Job of ${job.items.length === 1 ? "1 item" : job.items.length + " items"}. `);
}

function head() {
	const s = job.shift, w = job.waits;

	$("account").textContent = job.account === null ? "Of no account" : "Account " + plain(job.account);
	$("facts").replaceChildren(
	    make("li", `yours until ${clock(job.until)}`),
	    make("li", `${s.seen}${s.most ? " of " + s.most : ""} seen closer in this shift`),
	    make("li", `${w.more ? "over " : ""}${w.open} open, ${w.accounts} ${w.accounts === 1 ? "account" : "accounts"}`),
	    make("li", `reviewer ${plain(job.by)}`));
}

function shift(now) {
	job.shift = now ?? job.shift;
	head();
}

// Nothing of a job is on the page; what can be done next is.
function rest(title, text, ...next) {
	cover();
	clear();
	question(null);
	choices = next;
	$("work").hidden = true;
	$("rest").hidden = false;
	$("rest-title").textContent = title;
	$("rest-text").textContent = text;
	$("rest-go").replaceChildren(...next.map(([key, what, run]) => button(key, what, run)));
	say(title + ". " + text);
	($("rest-go").firstChild ?? $("rest-title")).focus();
}

function clear() {
	if ($("help").open)
		$("help").close();
	for (const id of ["items", "item-title", "item-id", "known", "facts"])
		$(id).replaceChildren();
	$("account").textContent = "ct-review";
}

function lost() {
	rest("The server does not answer", "Nothing is shown. What was decided is safe.",
	    [null, "Try again", take]);
}

function stale() {
	job = null;
	rest("The job is out of your hands", "The time for it was over, or it was given back.",
	    [null, "Take a job", take]);
}

function over() {
	job = null;
	rest("The session is over", "Nothing is shown. A new address from ct-review serve opens the page again.");
}

function finished() {
	const n = job.items.length;

	rest(n === 1 ? "The item is decided" : `All ${n} items are decided`,
	    "A breath, and then the next job.", [null, "Next job", take],
	    ["b", "Back to the last item", () => show(at)]);
}

async function give() {
	if (!await act("/give", {job: job.job}))
		return;
	job = null;
	rest("Given back", "Others can take the job now.", [null, "Take a job", take]);
}

function quit() {
	rest("Paused", `The job stays yours until ${clock(job.until)}. This window can be closed.`,
	    [null, "Go on", take]);
}

/* ---- an item -------------------------------------------------------------- */

// What is known first, and then a tile, unless something else was asked for.
async function present(before) {
	cover();
	choices = [];
	$("rest").hidden = true;
	$("work").hidden = false;
	question(null);
	head();

	const i = item(), n = at, mine = asked;

	unstrip();

	$("item-title").textContent = `Item ${n + 1} of ${job.items.length}`;
	if (i.done)
		$("item-title").append(make("span", " decided: " + words(i.done), {className: "mark"}));
	$("item-id").textContent = plain(i.id);
	$("known").replaceChildren();
	list();
	moves();
	for (const id of ["closer", "hold", "cover"])
		$(id).disabled = !i.has_picture;
	if (!i.has_picture)
		empty("It has no picture" + (i.text ? "; r reads what it tells." : "."));
	$("item-title").focus();
	say(`${before ?? ""}Item ${n + 1} of ${job.items.length}.`);

	const got = await call("/look", {job: job.job, n, step: "metadata"});

	if (!got || item() !== i)
		return;
	$("known").replaceChildren(...got.facts.flatMap(([label, value]) =>
	    [make("dt", plain(label)), make("dd", plain(value))]));
	if (tiles && i.has_picture && mine === asked && !document.hidden)
		look("tile", true);
}

function list() {
	$("items").replaceChildren(...job.items.map((i, n) => {
		const b = button(null, "", () => show(n)), li = make("li");

		b.replaceChildren(make("span", n + 1, {className: "number"}),
		    make("span", " " + plain(i.id).split("/").pop(), {className: "name"}));
		if (i.done)
			b.append(make("span", " " + words(i.done), {className: "mark"}));
		b.setAttribute("aria-label", `item ${n + 1}, ${plain(i.kind)}, ${i.done ? "decided " + words(i.done) : "open"}`);
		if (n === at)
			b.setAttribute("aria-current", "true");
		li.append(b);
		return li;
	}));
	$("items").querySelector("[aria-current]").scrollIntoView({block: "nearest"});
}

// What was noted is of the item that it was noted at.
function show(n, before) {
	if (n !== at)
		forget();
	at = n;
	present(before);
}

// To the next that is not decided, from the current one on.
function next(before) {
	for (let k = 1; k <= job.items.length; k++) {
		const n = (at + k) % job.items.length;

		if (!job.items[n].done) {
			show(n, before);
			return;
		}
	}
	finished();
}

function back() {
	if (at === 0)
		say("It is the first.");
	else
		show(at - 1);
}

/* ---- beginning, and what covers ------------------------------------------- */

function ready() {
	for (const [name, text] of ANNOTATIONS) {
		const label = make("label", " " + text), box = make("input", "", {type: "checkbox", value: name});

		label.prepend(box);
		$("annotations").append(label);
	}
	$("incident").append(...OFFENCES.map(([value, text]) => make("option", text, {value})));
	$("form").oninput = count;
	$("closer").onclick = step;
	$("cover").onclick = () => cover(COVERED);
	$("earlier").onclick = () => turn(-1);
	$("later").onclick = () => turn(1);
	$("tiles").onclick = toggle_tiles;
	$("help-open").onclick = help;
	$("keys").onclick = () => {
		singles = !singles;
		$("keys").setAttribute("aria-pressed", singles);
		document.body.classList.toggle("no-keys", !singles);
		say(singles ? "Single keys work." : "Single keys are off; the buttons remain.");
	};
	grip($("hold"));
}

function watch() {
	let last = Date.now();

	document.addEventListener("keydown", down);
	document.addEventListener("keyup", up);
	window.addEventListener("blur", () => {
		if (sight() && sight() !== "tile" || held)
			cover(LEFT);
	});
	for (const what of ["visibilitychange", "freeze"])
		document.addEventListener(what, () => {
			if (document.hidden || what === "freeze")
				cover(LEFT);
		});
	window.addEventListener("pagehide", () => cover());
	window.addEventListener("beforeprint", () => cover());
	window.addEventListener("pageshow", event => {
		if (event.persisted)
			location.reload();
	});
	setInterval(() => {
		if (Date.now() - last >= (closer() ? ALIVE_CLOSE : ALIVE)) {
			last = Date.now();
			alive();
		}
	}, 1000);
}

// Once the other scripts are here, too.
document.addEventListener("DOMContentLoaded", () => {
	ready();
	watch();
	take();
});
