#!/bin/sh
# ct-spread by a real RabbitMQ on this machine
# shellcheck source=t/lib.sh disable=SC2086,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
PATH=$top/contrib/rabbitmq:$PATH
server=/usr/lib/rabbitmq/bin/rabbitmq-server
[ -x $server ] || skip_all 'no rabbitmq-server'
for p in bash amqp-consume epmd setpriv; do
	command -v $p >/dev/null || skip_all "no $p"
done
# shellcheck source=t/spread.sh
. "$t/spread.sh"
objects

# ---- the broker, on 127.0.0.1 alone, never as root
r=$tmp/rabbit base=$(($$ % 900 * 3 + 30000))
mkdir -p $r/mnesia $r/log $r/home
chmod 755 "$tmp"
as=
if [ "$(id -u)" -eq 0 ]; then
	chown -R rabbitmq: $r
	as='setpriv --reuid rabbitmq --regid rabbitmq --init-groups'
fi
# the one that it would start itself would not end with it
$as epmd -address 127.0.0.1 -port $base </dev/null >$r.epmd 2>&1 &
pids="$pids $!"
$as env HOME=$r/home ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$base \
    RABBITMQ_NODENAME=ct@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 \
    RABBITMQ_NODE_PORT=$((base + 1)) RABBITMQ_DIST_PORT=$((base + 2)) \
    RABBITMQ_MNESIA_BASE=$r/mnesia RABBITMQ_LOG_BASE=$r/log \
    RABBITMQ_ENABLED_PLUGINS_FILE=$r/plugins RABBITMQ_CONF_ENV_FILE=$r/none \
    RABBITMQ_PID_FILE=$r/pid RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} -rabbit tcp_listeners [{\"127.0.0.1\",$((base + 1))}]" \
    setsid $server </dev/null >$r.out 2>&1 &
broker=$!
stop_broker() {
	kill -9 -$broker
	cleanup
}
trap stop_broker EXIT
printf 'username:guest\npassword:guest\n' >auth
where="--server 127.0.0.1 --port $((base + 1)) --authfile $tmp/auth"
i=0
until amqp-declare-queue $where -d -q ready >declared 2>&1; do
	[ $((i = i + 1)) -lt 900 ] || { cat declared; skip_all 'RabbitMQ does not start here'; }
	sleep 0.1
done

# worker [OPTION...] - a machine that waits for batches: its number is in $!
worker() {
	setsid ct-work-rabbitmq $where --pause 0 "$@" </dev/null >>worker.out 2>&1 &
	pids="$pids $!"
}
worker
worker
exits 'two machines' 0 ct-spread -w w -n 7 rabbitmq $where <objects
looked '  every object once, in order'
ok '  with a summary' grep -qx 'ct-spread: 9 batches = 9 done + 0 left' err
is '  and nothing is left behind' lock ls w
is '  no queue of answers' '' sh -c "amqp-get $where -q ct"

# for now it does not work, once
workers '"o17"'
worker --queue shaky --command "$tmp/shaky"
exits 'a batch that fails for now comes again' 0 ct-spread -w w -n 10 rabbitmq --queue shaky $where <objects
ok '  one of six did fail' sh -c '[ "$(wc -l <shaky.tried)" = 7 ]'
looked '  every object once, in order'

# it never works
worker --queue bad --command "$tmp/bad"
exits 'a batch that never works: its status' 77 ct-spread -w w -n 10 rabbitmq --queue bad $where <objects
ok '  the others are done' grep -qx 'ct-spread: 6 batches = 5 done + 1 left' err
cp got first
: >bad.mended
exits '  --resume does what is left' 0 ct-spread -q -w w --resume rabbitmq --queue bad $where
looked '  every object once' first got

# a machine dies in the middle of a batch: another one gets it
printf '#!/bin/sh\necho >>"%s/took"\nsleep 60\n' "$tmp" >dead
chmod +x dead
worker --queue some --command "$tmp/dead"
dead=$!
ct-spread -w w -n 10 rabbitmq --queue some $where <objects >all 2>err &
spread=$!
i=0
until [ -s took ] || [ $((i = i + 1)) -gt 100 ]; do sleep 0.1; done
kill -9 -$dead
worker --queue some
wait $spread
is 'a machine dies: its batch is done by another' 0 echo $?
looked '  every object once, in order' all

# who spreads dies: what was sent is answered, and fetched by the next run
setsid ct-spread -q -w w -n 10 rabbitmq --queue later $where <objects >got 2>err &
spread=$!
i=0
until [ "$(grep -c . w/sent 2>/dev/null)" = 6 ] || [ $((i = i + 1)) -gt 100 ]; do sleep 0.1; done
kill -9 -$spread
wait $spread 2>/dev/null
worker --queue later
exits 'killed: --resume goes on' 0 ct-spread -q -w w --resume rabbitmq --queue later $where
looked '  every object once, in order'

# nobody is there
exits 'no machine: 75' 75 ct-spread -w w -n 30 rabbitmq --queue nobody --wait 1 $where <objects
ok '  is said' grep -q 'no answer for 2 batches' err
ok '  and all is left' grep -qx 'ct-spread: 2 batches = 0 done + 2 left' err
worker --queue nobody
exits '  until there is one' 0 ct-spread -q -w w --resume rabbitmq --queue nobody $where
looked '  every object once, in order'
is '  none was sent twice' '' amqp-get $where -q nobody

# the broker has lost what was sent
exits 'lost by the broker: 75' 75 ct-spread -q -w w -n 30 rabbitmq --queue lost --wait 1 $where <objects
ok '  it goes' amqp-delete-queue $where -q lost
exits '  is waited for' 75 ct-spread -q -w w --resume rabbitmq --queue lost --wait 1 $where
worker --queue lost
exits '  and sent by --again' 0 ct-spread -q -w w --resume rabbitmq --queue lost --again $where
looked '  every object once, in order'

# messages that are no batch, and answers that are none of ours
printf 'x; touch %s/owned\nline\n' "$tmp" | amqp-publish $where -r ct
printf '00000000 ../ct\nline\n' | amqp-publish $where -r ct
exits 'junk in the queue is passed over' 0 ct-spread -q -w w -n 30 rabbitmq $where <objects
ok '  and does nothing' test ! -e owned
done_testing
