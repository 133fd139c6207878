#!/bin/sh
# ct-spread, ct-work: batches, here and over ssh by GNU parallel
# shellcheck source=t/lib.sh disable=SC2016,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
command -v bash >/dev/null || skip_all 'no bash'
PATH=$top/contrib/parallel:$PATH
# shellcheck source=t/spread.sh
. "$t/spread.sh"
objects

# ---- a batch
exits 'ct-work' 0 ct-work <objects
looked '  every object has its outcome'
printf '\n{"path":"%s/nowhere","id":"x"}\n' "$tmp" >odd
exits 'what cannot be opened is an outcome' 0 ct-work <odd
json '  that its record tells' '[.id, .error.code]' '["x",66]' got
echo '{' >odd
exits 'a line that is no record: told, and nothing lost' 0 ct-work <odd
json '  in a record of its own' '.error.code' 65 got
exits 'no list: nothing is looked up' 66 ct-work -d nowhere <objects
ok '  and nothing is written' test ! -s got
refused() { # refused PATTERN - ct-fetch is refused these objects
	mkdir -p bin
	cat >bin/ct-fetch <<E
#!/bin/sh
sed '/$1/s/}\$/,"error":{"tool":"ct-fetch","code":77,"msg":"no"}}/'
exit 77
E
	chmod +x bin/ct-fetch
	PATH=$tmp/bin:$PATH ct-work <objects
	set -- $?
	rm bin/ct-fetch
	return "$1"
}
exits 'one that is refused keeps no other back' 0 refused 'o17"'
mv got all
is '  all have their outcome' '' sh -c 'jq -r .id all | sort >a; jq -r .id objects | sort | diff - a'
exits 'if all are, it is not about the objects' 77 refused .
ok '  and nothing is written' test ! -s got
killed() { # a program of the pipe dies
	mkdir -p bin
	printf '#!/bin/sh\nhead -n 3; kill -9 $$\n' >bin/ct-match
	chmod +x bin/ct-match
	PATH=$tmp/bin:$PATH ct-work <objects
}
exits 'a program that was killed: 75' 75 killed
ok '  and nothing is written' test ! -s got
dropped() {
	printf '#!/bin/sh\nsed 2d\n' >bin/ct-match
	PATH=$tmp/bin:$PATH ct-work <objects
}
exits 'an object that got lost: 75' 75 dropped
ok '  and nothing is written' test ! -s got

# ---- options
exits 'no engine' 64 ct-spread -w w
exits 'one that is not there: 69' 69 ct-spread -w w nothing </dev/null
exits 'batches of no records' 64 ct-spread -w w -n 0 parallel
exits 'nothing to do' 0 ct-spread -w w parallel </dev/null
ok '  is said' grep -qx 'ct-spread: 0 batches = 0 done + 0 left' err
exits 'nothing left to go on with' 0 ct-spread -w w --resume parallel
if ! command -v parallel >/dev/null; then
	echo '# no GNU parallel: its engine is not tested'
	done_testing
fi

mkdir -p engines
printf '#!/bin/sh\ncat "$1/todo" >>"$2"\nexit 75\n' >engines/ct-spread-names
chmod +x engines/ct-spread-names
for i in 1 2; do
	PATH=$tmp/engines:$PATH ct-spread -q -w w --forget names "$tmp/names" <objects >all
done
is 'no run has the batches of another' 2 sh -c 'sort -u names | wc -l'

# ---- GNU parallel
exits 'on this machine' 0 ct-spread -w w -n 7 parallel -j 2 <objects
looked '  every object once, in order'
ok '  with a summary' grep -qx 'ct-spread: 9 batches = 9 done + 0 left' err
is '  and the batches are gone' lock ls w

workers '"id"'
exits 'batches that fail at first are tried again' 0 ct-spread -q -w w -n 20 --command "$tmp/shaky" parallel <objects
looked '  every object once'
is '  after two tries each' 6 sh -c 'wc -l <shaky.tried'

# what fails for good
exits 'a batch that never works, and --forget: 75' 75 ct-spread -q -w w -n 20 --forget --command "$tmp/bad" parallel <objects
mv got all
is '  all are written' "$(jq -s length objects)" jq -s length all
is '  its own with an error' 20 jq -s 'map(select(.error.tool == "ct-spread")) | length' all
ok '  and none is left' test ! -e w/ready
exits 'a batch that never works: 75' 75 ct-spread -w w -n 20 --command "$tmp/bad" parallel <objects
ok '  is said' grep -qx 'ct-spread: 3 batches = 2 done + 1 left' err
cp got first
exits 'a new run is refused until it is done' 75 ct-spread -w w parallel <objects
: >bad.mended
exits '  --resume does what is left' 0 ct-spread -w w --command "$tmp/bad" --resume parallel
ok '  alone' grep -qx 'ct-spread: 1 batches = 1 done + 0 left' err
looked '  every object once' first got

# kill -9 at any time: --resume goes on, and nothing is missing
lost=0 struck=0
sort want.looked >want.sorted
for at in 0.1 0.4; do
	rm -rf w got.1 got.2
	setsid sh -c 'exec ct-spread -q -w w -n 12 parallel -j 1 <objects >got.1' &
	pid=$!
	eventually kill -0 -$pid 2>/dev/null
	sleep $at
	kill -9 -$pid 2>/dev/null && struck=$((struck + 1))
	wait $pid 2>/dev/null
	while kill -0 -$pid 2>/dev/null; do sleep 0.02; done
	if [ -e w/ready ]; then
		ct-spread -q -w w --resume parallel >got.2
	elif [ ! -s got.1 ]; then
		ct-spread -q -w w -n 12 parallel <objects >got.2
	fi
	cat got.? | bare | sort -u | cmp -s - want.sorted || lost=$((lost + 1))
done
is 'kill -9: every object is there' '0 lost' echo "$lost lost"
ok '  and it struck' test $struck -gt 0

# ---- over ssh
sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
if [ -z "$sshd" ] || ! command -v rsync >/dev/null; then
	echo '# no sshd or rsync: not tested over ssh'
	done_testing
fi
mkdir -m 700 ssh
ssh-keygen -q -t ed25519 -N '' -f ssh/host && ssh-keygen -q -t ed25519 -N '' -f ssh/user
cp ssh/user.pub ssh/authorized
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
port=$(($$ % 2000 + 26000)) # below those that the kernel gives
"$sshd" -D -e -f /dev/null -h "$tmp/ssh/host" -p $port -o ListenAddress=127.0.0.1 \
    -o AuthorizedKeysFile="$tmp/ssh/authorized" -o StrictModes=no -o UsePAM=no \
    -o PermitRootLogin=prohibit-password -o PidFile=none </dev/null >ssh/log 2>&1 &
pids="$pids $!"
far="ssh -o KexAlgorithms=curve25519-sha256 -p $port -i $tmp/ssh/user -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR 127.0.0.1"
# shellcheck disable=SC2086 # words
eventually $far true 2>/dev/null
cat >far <<E
#!/bin/sh
PATH=$PATH CT_HOME=$CT_HOME
export PATH CT_HOME
[ -n "\$SSH_CONNECTION" ] || exit 70
exec ct-work
E
chmod +x far
exits 'by ssh' 0 ct-spread -w w -n 20 --command "$tmp/far" parallel -S "$far" <objects
looked '  every object once, in order'
[ -s got ] || sed 's/^/# /' err ssh/log
done_testing
