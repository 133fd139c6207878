/*
 * sight.js - what is seen of an item, and that it is covered again
 *
 * What is seen was asked for with /look, which logs it first.  It is gone from
 * the page as soon as it is covered: by a key, by leaving the window, by time.
 */
"use strict";

const MOST = {full: 10000, obscured: 60000, text: 600000, exif: 600000}; // ms that it is seen
const COVERED = "Covered.";
const LEFT = "Covered, as the window was left.";

let coming = [];   // the pictures that were fetched last, on the page or not yet
let wanted = null; // the step that was asked for and is not there yet
let strip = null;  // of what moves: its stills, [{ms, hit}], and how long it is
let which = 0;     // of its stills is the one that is seen in full

// What is on the page, or will be.
const sight = () => seen ? seen.step : wanted;
const closer = () => sight() === "obscured" || sight() === "full";

function alt(step) {
	return step === "tile" ? `tile of item ${at + 1}, obscured` :
	    step === "obscured" ? `item ${at + 1} closer, obscured` : `item ${at + 1} in full`;
}

function empty(text) {
	$("box").replaceChildren(make("p", text, {id: "box-text"}));
}

// What is on the page goes from it, and the server is told.
function cover(why) {
	const was = seen;

	asked++;
	held = null;
	seen = null;
	wanted = null;
	for (const img of coming)
		img.removeAttribute("src");
	coming = [];
	$("full").replaceChildren();
	$("full").hidden = true;
	$("tells").hidden = true;
	$("tells-text").replaceChildren();
	empty(why ?? COVERED);
	if (!was)
		return;
	clearTimeout(was.timer);
	if (was.view)
		call("/cover", {view: was.view});
	if (why)
		say(why);
}

// Logged by the server, then shown, if nobody has covered it meanwhile.
async function look(step, quiet) {
	cover();
	const mine = asked, n = at;

	empty("It comes.");
	wanted = step;
	const got = await call("/look", {job: job.job, n, step,
		...(step === "full" && strip ? {at: strip.stills[which].ms} : {})});

	if (mine !== asked) {
		if (got && got.view)
			call("/cover", {view: got.view});
		return;
	}
	wanted = null;
	if (!got) {
		empty("Not shown.");
		return;
	}
	shift(got.shift);
	if (got.none) {
		empty(`No picture: ${plain(got.none)}.`);
		say($("box-text").textContent);
		return;
	}
	seen = {view: got.view, step};
	if (MOST[step])
		seen.timer = setTimeout(() => cover(`Covered, after ${MOST[step] / 1000} seconds.`), MOST[step]);
	if (step === "text" || step === "exif")
		tell(got, step === "exif" ? "Metadata within its file" : "What it tells");
	else
		paint(step, got, mine, quiet);
}

/* ---- stills --------------------------------------------------------------- */

// A time within a video: 0:07.5, 1:02:03.0.
function moment(ms) {
	const s = Math.floor(ms / 1000), two = n => String(n).padStart(2, "0");
	const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;

	return `${h ? h + ":" + two(m) : m}:${two(s % 60)}.${Math.floor(ms / 100) % 10}`;
}

function unstrip() {
	strip = null;
	which = 0;
	$("strip-note").hidden = true;
	$("turns").hidden = true;
}

// What moves is known by its stills, of which one can be seen in full.
function restrip(got) {
	if (!strip)
		which = Math.max(0, got.stills.findIndex(s => s.hit));
	which = Math.min(which, got.stills.length - 1);
	strip = {stills: got.stills.map(s => ({ms: s.ms, hit: s.hit})), long: got.long};
	$("strip-note").textContent = `Stills of ${moment(got.long)}: nobody has seen all of it by these. ` +
	    ", and . choose the one that f shows.";
	$("strip-note").hidden = false;
	$("turns").hidden = false;
}

function called(still, n) {
	return `still ${n + 1} of ${strip.stills.length}, at ${moment(still.ms)}${still.hit ? ", where it hit" : ""}`;
}

function mark() {
	for (const [n, li] of [...$("box").querySelectorAll("li")].entries())
		if (n === which)
			li.setAttribute("aria-current", "true");
		else
			li.removeAttribute("aria-current");
}

// Another still is the one; while one is seen in full, that is seen.
function turn(by) {
	if (!strip) {
		say("It has no stills here.");
		return;
	}
	const to = which + by, key = held;

	if (!strip.stills[to]) {
		say(by < 0 ? "It is the first still." : "It is the last still.");
		return;
	}
	which = to;
	mark();
	say(called(strip.stills[which], which) + ".");
	if (key) {
		look("full");
		held = key;
	}
}

// All of them, once all are there.
function spread(step, got, mine, quiet) {
	const list = make("ol", "", {className: "strip " + step});
	let left = got.stills.length;

	restrip(got);
	coming = got.stills.map((still, n) => {
		const li = make("li"), img = new Image();

		img.alt = `${called(still, n)}: ${step === "tile" ? "tile, " : ""}obscured`;
		img.draggable = false;
		img.className = step;
		img.onload = () => {
			if (mine !== asked || --left)
				return;
			$("box").replaceChildren(list);
			mark();
			if (!quiet)
				say(`${strip.stills.length} stills of item ${at + 1}${step === "tile" ? "" : " closer"}, obscured.`);
		};
		img.onerror = () => {
			if (mine === asked)
				cover("A still did not come.");
		};
		li.append(img, make("span", moment(still.ms) + (still.hit ? " hit" : ""), {className: still.hit ? "hit" : ""}));
		li.lastChild.setAttribute("aria-hidden", true);
		list.append(li);
		img.src = still.picture;
		return img;
	});
}

/* ---- a picture ------------------------------------------------------------ */

function paint(step, got, mine, quiet) {
	if (got.stills && step !== "full") {
		spread(step, got, mine, quiet);
		return;
	}
	const img = new Image();

	const still = got.stills && got.stills[0];
	const name = !still ? "" : strip ? called(strip.stills[which], which) : `a still, at ${moment(still.ms)}`;
	const told = still ? `${name}, of item ${at + 1} in full` : alt(step);

	img.alt = told;
	img.draggable = false;
	img.className = step;
	img.onload = () => {
		if (mine !== asked)
			return;
		if (step === "full") {
			empty("In full, while held.");
			$("full").replaceChildren(img, ...(still ? [make("p", name)] : []));
			$("full").hidden = false;
		} else
			$("box").replaceChildren(img);
		if (!quiet)
			say(told + (step === "full" && !got.entire ? ", not all of it." : "."));
	};
	img.onerror = () => {
		if (mine === asked)
			cover("The picture did not come.");
	};
	coming = [img];
	img.src = (still ?? got).picture;
}

function tell(got, title) {
	const parts = [got.url, got.text].filter(t => t);

	if (got.more)
		parts.push("Its conversations are only in the record.");
	$("tells-text").replaceChildren(...parts.map(t => make("p", t)));
	$("tells-title").textContent = title;
	$("tells").hidden = false;
	empty(item().has_picture ? COVERED : "It has no picture.");
	$("tells-title").focus();
	say(title + " is shown.");
}

// One step closer: nothing, a tile, obscured.
function step() {
	if (!item().has_picture)
		say("It has no picture.");
	else if (closer())
		say("No closer, but while f is held.");
	else
		look(seen && seen.step === "tile" ? "obscured" : "tile");
}

function read() {
	if (item().text)
		look("text");
	else
		say("It tells nothing.");
}

function exif() {
	if (item().exif)
		look("exif");
	else
		say("No metadata within its file is known.");
}

function hold(by) {
	if (!item().has_picture)
		say("It has no picture.");
	else if (!held) {
		look("full");
		held = by;
	}
}

function release() {
	if (held)
		cover(COVERED);
}

// The limit of the shift.
function enough(text) {
	cover();
	empty("Enough for this shift. " + plain(text) + ". No more is shown until it is over. " +
	    "Please take a rest; whoever leads the team knows what comes next. " +
	    "What is known can still be decided about.");
	say("Enough for this shift: no more is shown.");
}

function toggle_tiles() {
	tiles = !tiles;
	$("tiles").setAttribute("aria-pressed", tiles);
	if (!tiles)
		cover();
	else if (job && !$("work").hidden && !seen && item().has_picture)
		look("tile", true);
	say(tiles ? "Tiles are shown as items come." : "No tile is shown unless s asks for it.");
}

/* ---- the button that is held ---------------------------------------------- */

function grip(b) {
	b.onpointerdown = event => {
		if (event.button === 0) {
			b.setPointerCapture(event.pointerId);
			hold("pointer");
		}
	};
	b.onpointerup = b.onpointercancel = b.onlostpointercapture = b.onblur = release;
	b.onclick = event => {
		if (event.detail === 0)
			say("It is seen only while it is held: this button, Space on it, or f.");
	};
	b.oncontextmenu = event => event.preventDefault();
	b.onkeydown = event => {
		if (event.key === " " || event.key === "Enter") {
			event.preventDefault();
			event.stopPropagation();
			if (!event.repeat)
				hold(event.key);
		}
	};
}

