# objects.sh - ct-fetch beside curl --parallel, on the same store
# shellcheck shell=sh disable=SC2034,SC2154
#
# A web server of this machine, which costs less than either, so that what is
# compared is the clients.  Three times in turns; the median counts, of time by
# the clock and of CPU time.

# fetched NAME OBJECTS BYTES - rows of so many objects of that size
fetched() {
	seq -f "http://127.0.0.1:$web_port/n/$3?%g" "$2" >urls
	sed 's/.*/url = "&"\noutput = "\/dev\/null"/' urls >urls.curl
	: >ours.took
	: >curl.took
	for turn in 1 2 3; do
		took 1 ct-fetch -q -c web.conf -j 16 <urls >>ours.took
		took 1 curl -q -s --no-progress-meter -K urls.curl --parallel --parallel-max 16 \
		    </dev/null >>curl.took
	done
	for what in wall cpu; do
		awk -v what=$what -v n="$2" -v bytes="$3" -v name="$1" '
			{
				for (i = 1; i <= NF; i++)
					if (split($i, at, "=") == 2 && at[1] == what)
						v[FILENAME, ++c[FILENAME]] = at[2]
			}
			function middle(f,  i, j, t) {
				for (i = 1; i <= c[f]; i++)
					for (j = i + 1; j <= c[f]; j++)
						if (v[f, j] < v[f, i]) {
							t = v[f, i]
							v[f, i] = v[f, j]
							v[f, j] = t
						}
				return v[f, int((c[f] + 1) / 2)]
			}
			END {
				ours = middle("ours.took")
				theirs = middle("curl.took")
				printf "fetching\tct-fetch, %s, %s\t%.0f/s\t%.2f\t%s\n",
				    name, what, n / ours, theirs / ours,
				    what == "wall" ? ">0.9" : "-"
			}' ours.took curl.took
	done
}

objects_rows() {
	mkdir -p web
	: >web.port
	printf '[fetch]\nallow = 127.0.0.0/8\n' >web.conf
	webbox web >web.port &
	web_pid=$!
	until [ -s web.port ]; do sleep 0.02; done
	web_port=$(cat web.port)
	fetched '10 KB' 2000 10000
	fetched '300 KB' 600 300000
	fetched '20 MB' 24 20000000
	kill $web_pid
}
