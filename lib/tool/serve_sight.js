/*
 * sight.js - what is seen of an item, and that it is covered again
 *
 * What is seen was asked for with /look, which logs it first.  It is gone from
 * the page as soon as it is covered: by a key, by leaving the window, by time.
 */
"use strict";

const MOST = {full: 10000, obscured: 60000, text: 600000}; // ms that it is seen
const COVERED = "Covered.";
const LEFT = "Covered, as the window was left.";

let coming = null; // the picture that was fetched last, on the page or not yet
let wanted = null; // the step that was asked for and is not there yet

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
	if (coming)
		coming.removeAttribute("src");
	coming = null;
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
	const got = await call("/look", {job: job.job, n, step});

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
	if (step === "text")
		tell(got);
	else
		paint(step, got, mine, quiet);
}

function paint(step, got, mine, quiet) {
	const img = new Image();

	img.alt = alt(step);
	img.draggable = false;
	img.className = step;
	img.onload = () => {
		if (mine !== asked)
			return;
		if (step === "full") {
			empty("In full, while held.");
			$("full").replaceChildren(img);
			$("full").hidden = false;
		} else
			$("box").replaceChildren(img);
		if (!quiet)
			say(alt(step) + (step === "full" && !got.entire ? ", not all of it." : "."));
	};
	img.onerror = () => {
		if (mine === asked)
			cover("The picture did not come.");
	};
	coming = img;
	img.src = got.picture;
}

function tell(got) {
	const parts = [got.url, got.text].filter(t => t);

	if (got.more)
		parts.push("Its conversations are only in the record.");
	$("tells-text").replaceChildren(...parts.map(t => make("p", t)));
	$("tells").hidden = false;
	empty(item().has_picture ? COVERED : "It has no picture.");
	$("tells-title").focus();
	say("What it tells is shown.");
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

