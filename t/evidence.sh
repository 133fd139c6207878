# evidence.sh - a vault with reports in it; source it behind lib.sh
# shellcheck shell=sh disable=SC2034
k1=00112233445566778899aabbccddeeff
k2=ffeeddccbbaa99887766554433221100
k3=0123456789abcdef0123456789abcdef

# report ENV KEY USER FILE... - a report record of these files
report() {
	env=$1 key=$2 user=$3 sep=''
	shift 3
	printf '{"id":"report:%s","user":{"id":"%s"},"report":{' "$key" "$user"
	printf '"key":"%s","env":"%s","part":1,"parts":1,"files":[' "$key" "$env"
	for f; do
		printf '%s{"id":"%s","path":"%s","size":%d,"sha256":"%s"}' \
		    "$sep" "$f" "$PWD/$f" "$(wc -c <"$f")" \
		    "$(sha256sum <"$f" | cut -c-64)"
		sep=,
	done
	echo ']}}'
}

# finished ENV REPORT_ID AT - the record of standard input with its receipt
finished() {
	jq -c --arg e "$1" --arg r "$2" --arg at "$3" '.submission =
	    {env: $e, report_id: $r, state: "finished", at: $at,
	    files: [.report.files[] | {id, sha256}]}'
}

# kept ENV KEY USER REPORT_ID AT FILE... - sealed and anchored at that time,
# KEY.rec is the record
kept() {
	kept_env=$1 kept_key=$2 kept_user=$3 kept_id=$4 kept_at=$5
	shift 5
	# shellcheck disable=SC2086 # options
	report "$kept_env" "$kept_key" "$kept_user" "$@" |
	    CT_CLOCK=$kept_at ct-preserve seal -qk k.pub |
	    finished "$kept_env" "$kept_id" "$kept_at" |
	    CT_CLOCK=$kept_at ct-preserve anchor -q $KEPT >"$kept_key.rec"
}
KEPT='' # options of anchor

object() { printf '%s/vault/objects/%.2s/%s' "$CT_HOME" "$1" "$1"; }
# ids FILTER - of the objects that find prints and that are such
ids() { ct-preserve find | jq -r "select($1).id"; }
# whole_log - its chain is whole, and the index says what it says: it is made
# anew from it
whole_log() {
	{ ct-preserve find && ct-preserve find --destroyed; } >index.was &&
	    rm -f "$CT_HOME"/vault/index.db* &&
	    { ct-preserve find && ct-preserve find --destroyed; } >index.is \
		2>index.err && cmp index.was index.is
}
# log - its lines; acts ACT - how many there are of it
log() { cat "$CT_HOME/audit/ct-preserve.log"; }
acts() { log | jq -r .act | grep -cx "$1"; }
