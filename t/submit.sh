# submit.sh - report records for the tests of ct-submit; after lib.sh
# shellcheck shell=sh disable=SC2154

# key N - a key of 32 digits
key() {
	printf '%032d' "$1"
}

# xml - a report's whole document
xml() {
	cat <<-'END'
		<?xml version="1.0" encoding="UTF-8"?>
		<report><incidentSummary><incidentType>Child Pornography (possession, manufacture, and distribution)</incidentType><incidentDateTime>2026-11-20T08:00:00Z</incidentDateTime></incidentSummary><internetDetails><webPageIncident><url>https://photos.example.org/p/1</url></webPageIncident></internetDetails><reporter><reportingPerson><firstName>Ada</firstName><lastName>Example</lastName><email>ada@photos.example.org</email></reportingPerson></reporter></report>
	END
}

# bytes NAME... - a file of that name with harmless bytes of its own
bytes() {
	for name; do
		printf 'the bytes of %s\n' "$name" >"$name"
	done
}

# report N NAME... - the report record with key N for these files
report() {
	xml >report.xml
	report_key=$(key "$1")
	shift
	for name; do
		shift
		set -- "$@" "$name" "$PWD/$name" \
		    "$(md5sum <"$name" | cut -c1-32)" \
		    "$(sha256sum <"$name" | cut -c1-64)"
	done
	jq -nc --arg key "$report_key" --rawfile xml report.xml \
	    '{id:"report:\($key)",user:{id:"u42"},report:{$key,env:"test",
	      part:1,parts:1,incident:{},xml:$xml,
	      files:[$ARGS.positional | range(0; length; 4) as $i | .[$i:$i + 4] |
	      {id:.[0],path:.[1],mime:"image/jpeg",md5:.[2],sha256:.[3]}]}}' \
	    --args "$@"
}

# submit [OPTION...] - ct-submit against the sandbox, quick to try again
submit() {
	ct-submit -q --now --retry-wait 1 \
	    --credential "$box/cybertip.cred" "$@"
}

# filed - how many reports the sandbox has finished
filed() {
	holds | grep -o '"state":"finished"' | grep -c .
}

# says WHAT FILTER EXPECTED - jq -c FILTER prints this of what was put out
says() {
	json "$1" "$2" "$3" got
}
