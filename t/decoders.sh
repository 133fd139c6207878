# decoders.sh - who decodes videos for a ct-hash in the background, $run; after
# lib.sh
# shellcheck shell=sh disable=SC2013,SC2154

workers() { # of $run: those that there are
	for pid in $(cat "/proc/$run/task/"*/children 2>/dev/null); do
		! grep -qx ct-decode-video "/proc/$pid/comm" || echo "$pid"
	done
}
children() { # WORKER
	cat "/proc/$1/task/$1/children"
}
busy() { for w in $(workers); do children "$w"; done; }
# those that are past their beginning, of which no film takes 50 ms of CPU time:
# who is killed before has no say about its film
decoding() {
	for kid in $(busy 2>/dev/null); do
		ticks=$(cut -d ' ' -f 14,15 "/proc/$kid/stat" 2>/dev/null) &&
		    [ $((${ticks% *} + ${ticks#* })) -ge 5 ] && echo "$kid"
	done
}
says() { # in the file said; or $run is over
	decoding >said
	[ -s said ] || ! alive "$run"
}
kid() { eventually says && cat said; } # who decodes for $run, once there is one
