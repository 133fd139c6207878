# What a sweep comes to.  $told: of each report what the run after the kill said
# of it; $box: all that the sandbox holds; $want: how many reports there were.
# First line: lost double orphans untold; further ones, comments: the worst.
#
# lost: the next run does not end with it finished, whole and as it says
# double: the service has it finished more than once
# orphan: a draft that stays open at the service
# untold: more of these than the outbox knows of
def whole: (.files | length) == 2 and
	([.files[].sha256] | unique | length) == 2 and
	all(.files[]; .details != null and .details != "");

($box[0] | map(. + {n: (.xml | capture("/p/(?<n>[0-9]+)<").n | tonumber)}) |
	group_by(.n) | map({key: (.[0].n | tostring), value: .}) |
	from_entries) as $at |
def number: .report.key | sub("^0+(?=.)"; "");

[$told[] | . as $p | .out[] | {stop: $p.stop, exit: $p.exit, n: number,
    state: .submission.state, id: .submission.report_id,
    why: .submission.reason}] as $said |
([$told[].status[] | {key: (.key | sub("^0+(?=.)"; "")),
    value: (.orphans // 0)}] | from_entries) as $orphans |
[$said[] | . as $r | ($at[.n] // []) as $has |
	($has | map(select(.state == "finished"))) as $done |
	. + {
		orphans: ($orphans[.n] // 0),
		lost: ($r.exit != 0 or $r.state != "finished" or
		    (any($done[]; .report_id == $r.id and whole) | not)),
		double: ($done | length > 1),
		real: ($has | map(select(.state == "open")) | length)
	}] as $all |
([$all[] | select(.lost)] | length + ($want - ($said | length))) as $lost |
"\($lost) \([$all[] | select(.double)] | length) \([$all[].real] | add // 0) \(
	[$all[] | select(.real > .orphans)] | length)",
"# drafts left open \([$all[].real] | add), told of by the outbox \(
	[$all[].orphans] | add)",
([$all[] | select(.lost or .double or .real > .orphans)] |
	sort_by(.double, .lost) | reverse | limit(5; .[]) |
	"# stop \(.stop): \(if .double then "twice" elif .lost then "lost"
	else "an orphan untold" end), exit \(.exit), \(.state) \(.why // "")")
