# shellcheck shell=sh
# frames.sh - videos that are hashes alone, for the tests that source it

# frames SEED N [QUALITY] - lines as the reference writes them, a second apart
frames() {
	awk -v x="$1" -v n="$2" -v q="${3-100}" 'BEGIN {
		for (i = 0; i < n; i++) {
			h = ""
			for (k = 0; k < 16; k++) {
				x = (x * 16807 + 11) % 2147483647
				h = h sprintf("%04x", int(x / 8) % 65536)
			}
			printf "%d,%s,%s,%d.000\n", i, q, h, i
		}
	}'
}

# rec ID [MEMBERS [DECODE]] <lines - a record of those frames
rec() {
	awk -F, -v id="$1" -v more="${2-}" -v d="${3-ok}" '
	BEGIN { printf "{\"id\":\"%s\",\"file\":{\"mime\":\"video/mp4\",\"decode\":\"%s\"},\"hashes\":{\"vpdq\":[", id, d }
	{ printf "%s\"%s,%s,%s\"", (NR > 1 ? "," : ""), $3, $2, $4 }
	END { print "]" more "}}" }'
}
