/*
 * judge.js - what a person says of an item, and the keys
 */
"use strict";

const VERDICTS = [["c", "csam"], ["e", "exploitative"], ["i", "ncii"],
	["t", "text_offence"], ["n", "not_csam"], ["u", "unsure"]];
const CLASSES = [["1", "A1"], ["2", "A2"], ["3", "B1"], ["4", "B2"]];
const ANNOTATIONS = [["animeDrawingVirtualHentai", "anime, drawing, virtual, hentai"],
	["potentialMeme", "potential meme"], ["viral", "viral"],
	["possibleSelfProduction", "possible self-production"],
	["physicalHarm", "physical harm"], ["violenceGore", "violence, gore"],
	["bestiality", "bestiality"], ["liveStreaming", "live streaming"],
	["infant", "infant"], ["generativeAi", "generative AI"]];
const OFFENCES = [["", "as its record says"], ["csam", "csam"],
	["trafficking", "trafficking"], ["tourism", "tourism"],
	["molestation", "molestation"], ["domain", "misleading domain name"],
	["misleading", "misleading words or images"],
	["enticement", "online enticement"],
	["unsolicited", "unsolicited obscene material"]];

/* ---- verdicts ------------------------------------------------------------- */

// all: of the account.
function judge(all, verdict) {
	if (verdict === "csam")
		question({all, verdict});
	else
		decide(all, verdict, null);
}

async function decide(all, verdict, letter, more) {
	const one = item(), body = {job: job.job, verdict, class: letter, ...noted(), ...more};

	cover();
	const got = await act(all ? "/decide-all" : "/decide", all ? body : {n: at, ...body});

	if (!got)
		return;
	const told = `${all ? got.decided + " decided" : "Decided"}: ${words(verdict, letter)}` +
	    `${got.wants ? "; it wants " + plain(got.wants) : ""}. `;

	forget();
	for (const i of all ? job.items.filter(i => !i.done) : [one])
		i.done = letter ? verdict + " " + letter : verdict;
	next(told);
}

const same = i => i.suggest && (i.suggest.distance === undefined || i.suggest.distance === null);

// With what was noted of it, unless something is noted now.
function agree() {
	const was = item().suggest, now = noted();

	if (!same(item()))
		say("The same content was not decided before.");
	else
		decide(false, was.verdict, was.class ?? null, now.annotations.length || now.incident ?
		    {} : {annotations: was.annotations ?? [], incident: was.incident ?? null});
}

async function agree_all() {
	cover();
	const got = await act("/agree", {job: job.job});

	if (!got)
		return;
	for (const i of job.items.filter(i => !i.done && same(i)))
		i.done = words(i.suggest.verdict, i.suggest.class);
	next(`${got.decided} decided as before. `);
}

// A question in place of the verdicts: which, if all; of csam, which class.
function question(now) {
	const all = now && now.all;

	asking = now;
	$("verdict-title").textContent = !now ? "Verdict" :
	    now.verdict ? `csam${all ? `, all ${left()} open of the account` : ""}: which class?` :
	    `All ${left()} open of the account: which verdict?`;
	$("verdicts").replaceChildren(...(now && now.verdict ?
	    [...CLASSES.map(([k, c]) => button(k, c, () => decide(all, "csam", c))),
		button("0", "no class", () => decide(all, "csam", null))] :
	    VERDICTS.map(([k, v]) => button(k, words(v), () => judge(all, v)))));
	if (now) {
		$("verdicts").append(button("Esc", "none of these", unask));
		$("verdict-title").focus();
		say($("verdict-title").textContent);
	}
	$("verdict-hint").textContent = now ? "" : "csam asks for a class then.";
}

function unask() {
	question(null);
	$("item-title").focus();
	say("Nothing is decided.");
}

function all() {
	if (job.account === null)
		say("It is of no account.");
	else
		question({all: true, verdict: null});
}

/* ---- notes ---------------------------------------------------------------- */

function noted() {
	const f = $("form");

	return {annotations: [...f.querySelectorAll("input:checked")].map(e => e.value),
		incident: $("incident").value || null,
		priority: $("priority").value.trim() || null,
		note: $("note").value.trim() || null};
}

function count() {
	const n = noted();
	const set = n.annotations.length + [n.incident, n.priority, n.note].filter(x => x).length;

	$("notes-title").textContent = "Notes for this verdict" + (set ? `: ${set} made` : "");
}

function forget() {
	$("form").reset();
	$("notes").open = false;
	count();
}

function notes() {
	$("notes").open = true;
	$("form").querySelector("input").focus();
}

/* ---- keys ----------------------------------------------------------------- */

const MOVES = [["r", "Read what it tells", read],
	["x", "EXIF: metadata within its file", exif], ["y", "As the same was decided", agree],
	["Y", "All that are the same", agree_all], ["l", "All of the account", all],
	["k", "Skip: the next one", () => next()], ["b", "Back: the one before", back],
	["g", "Give the job back", give], ["q", "Pause", quit]];

function moves() {
	$("moves").replaceChildren(...MOVES
	    .filter(([k]) => k !== "r" || item().text)
	    .filter(([k]) => k !== "x" || item().exif)
	    .filter(([k]) => k !== "y" || same(item()))
	    .filter(([k]) => k !== "Y" || job.items.some(i => same(i) && !i.done))
	    .filter(([k]) => k !== "l" || job.account !== null)
	    .map(([k, text, run]) => button(k, text, run)));
}

function help() {
	const keys = [...VERDICTS.map(([k, v]) => [k, words(v)]), ["1 2 3 4 0", "class A1, A2, B1, B2, or none"],
		["s", "one step closer: tile, obscured"], ["f", "in full, while it is held"],
		[", .", "of a video: an earlier still, a later one"],
		["Esc", "cover; close; none of these"], ["h", "tiles as items come, or not"],
		...MOVES.map(([k, text]) => [k, text.toLowerCase()]), ["a", "notes for this verdict"],
		["?", "this"]];

	cover();
	$("help-keys").replaceChildren(...keys.flatMap(([k, text]) =>
	    [make("dt", ""), make("dd", text)]));
	$("help-keys").querySelectorAll("dt").forEach((dt, n) => dt.append(make("kbd", keys[n][0])));
	$("help").showModal();
	$("help-title").focus();
}

// A key in an open question.
function answer(key) {
	const b = [...$("verdicts").children].find(b => b.firstChild.textContent === key);

	if (b)
		b.click();
	else
		say("One of these, or Escape.");
}

function obey(key) {
	const verdict = VERDICTS.find(([k]) => k === key), move = MOVES.find(([k]) => k === key);

	if (verdict)
		judge(false, verdict[1]);
	else if (move)
		move[2]();
	else if (key === "s")
		step();
	else if (key === "f")
		hold(key);
	else if (key === "," || key === ".")
		turn(key === "," ? -1 : 1);
	else if (key === "h")
		toggle_tiles();
	else if (key === "a")
		notes();
	else if (key === "?")
		help();
	else
		return false;
	return true;
}

function escape(where) {
	if (where.closest("#notes")) {
		$("notes").open = false;
		$("item-title").focus();
	} else if (asking) {
		unask();
	} else {
		cover(COVERED);
		if (where.closest("#tells"))
			$("item-title").focus();
	}
}

// Of a page without an item.
function choose(key) {
	const choice = choices.find(([k]) => k === key);

	if (choice)
		choice[2]();
}

function down(event) {
	const key = event.key, where = event.target;

	if (event.repeat)
		return;
	if (![",", "."].includes(key) &&
	    (held && key !== held || closer() && !["s", "f", "Escape", "Shift"].includes(key)))
		cover(COVERED);
	if (event.ctrlKey || event.metaKey || event.altKey || busy || $("help").open)
		return;
	if (key === "Escape" && item())
		escape(where);
	else if (!singles || key.length !== 1 || key === " " || where.closest("#notes"))
		return;
	else if (key === "?" || key === "h")
		obey(key);
	else if (choices.length)
		choose(key);
	else if (asking)
		answer(key);
	else if (!item() || !obey(key))
		return;
	event.preventDefault();
}

function up(event) {
	if (held && event.key.toLowerCase() === held.toLowerCase())
		release();
}

