#!/bin/sh
# ct-spread by a real Slurm on this machine
# shellcheck source=t/lib.sh disable=SC2086,SC2317
. "${0%/*}/lib.sh"
[ -z "${CT_SANITIZED-}" ] || skip_all 'its programs are run sanitized elsewhere'
PATH=$top/contrib/slurm:$PATH:/usr/sbin
for p in bash munged slurmctld slurmd sbatch; do
	command -v $p >/dev/null || skip_all "no $p"
done
[ "$(id -u)" -eq 0 ] || skip_all 'slurmd must be root'
getent hosts "$(hostname -s)" >/dev/null || skip_all "this machine's name has no address"
# shellcheck source=t/spread.sh
. "$t/spread.sh"
objects

# ---- its four programs, on ports of 127.0.0.1 alone
s=$tmp/slurm host=$(hostname -s) base=$(($$ % 1000 * 2 + 28000))
chmod 755 "$tmp"
mkdir -p $s/state $s/spool $s/munge
chmod 755 $s $s/munge
head -c 1024 /dev/urandom >$s/munge/key && chmod 400 $s/munge/key
munged --force --key-file=$s/munge/key --socket=$s/munge/socket --pid-file=$s/munge/pid \
    --log-file=$s/munge/log --seed-file=$s/munge/seed </dev/null >/dev/null 2>&1 ||
    skip_all 'munged does not start here'
pids="$pids $(cat $s/munge/pid)"
SLURM_CONF=$s/slurm.conf
export SLURM_CONF
cat >$SLURM_CONF <<E
ClusterName=t
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$base
SlurmdPort=$((base + 1))
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket=$s/munge/socket,cred_expire=5
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$s/state
SlurmdSpoolDir=$s/spool
SlurmctldPidFile=$s/ctld.pid
SlurmdPidFile=$s/slurmd.pid
SlurmctldLogFile=$s/ctld.log
SlurmdLogFile=$s/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1
MaxArraySize=9
ReturnToService=2
JobRequeue=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=p Nodes=$host Default=YES MaxTime=INFINITE State=UP
E
slurmctld -D -c </dev/null >$s/ctld.out 2>&1 &
pids="$pids $!"
slurmd -D -c </dev/null >$s/slurmd.out 2>&1 &
pids="$pids $!"
i=0
until [ "$(sinfo -h -o %T 2>/dev/null)" = idle ]; do
	[ $((i = i + 1)) -lt 600 ] || skip_all 'Slurm does not start here'
	sleep 0.1
done

exits 'an array job' 0 ct-spread -w w -n 5 slurm <objects
looked '  every object once, in order'
ok '  in more batches than an array may have tasks' grep -qx 'ct-spread: 12 batches = 12 done + 0 left' err
is '  and nothing is left behind' lock ls w

# for now it does not work: the task comes again by itself
workers '"o17"'
exits 'a task that fails for now is queued again' 0 ct-spread -w w -n 10 --command "$tmp/shaky" slurm <objects
ok '  one of six did fail' sh -c '[ "$(wc -l <shaky.tried)" = 7 ]'
looked '  every object once, in order'

# it never works
exits 'a batch that never works: its status' 77 ct-spread -w w -n 10 --command "$tmp/bad" slurm <objects
ok '  the others are done' grep -qx 'ct-spread: 6 batches = 5 done + 1 left' err
ok '  and where the tasks say what it was is told' grep -q "is in $tmp/w/log" err
cp got first
: >bad.mended
exits '  --resume does what is left' 0 ct-spread -q -w w --command "$tmp/bad" --resume slurm
looked '  every object once' first got

# it is killed while the job runs: the job of then is ended, its batches done
printf '#!/bin/sh\nsleep 1\nexec ct-work\n' >slow && chmod +x slow
setsid ct-spread -q -w w -n 10 --command "$tmp/slow" slurm <objects >got 2>err &
pid=$!
i=0
until squeue -h | grep -q . || [ $((i = i + 1)) -gt 100 ]; do sleep 0.05; done
kill -9 -$pid
wait $pid 2>/dev/null
exits 'killed: --resume goes on' 0 ct-spread -q -w w --resume slurm
looked '  every object once, in order'
is '  and no job is left' '' squeue -h
# they write what they know when they end
kill $pids
wait $pids 2>/dev/null
pids=
done_testing
