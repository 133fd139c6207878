#!/bin/sh
# ct-ls and stores of keys made up at random, by a server of its own: pages of any
# size, one thread or several, checkpoints after any number of lines, keys that
# come and go meanwhile.  The seeds are always the same.
# shellcheck source=t/lib.sh disable=SC2317
. "${0%/*}/lib.sh"
command -v python3 >/dev/null || skip_all 'no python3'
cat >store.py <<'E2'
import base64, http.server, json, os, random, subprocess, sys, threading
from urllib.parse import parse_qsl, quote, quote_plus

PARTS = [b"a", b"b", b"/", b"/", b"%", b"+", b" ", b"\xc3\xa9", b"\x01", b"%2F",
         b"~", b"\xf0\x9f\x98\x80", b".", b"*"]

def made_up():
    return b"".join(random.choice(PARTS) for _ in range(random.randint(1, 8)))

# ListObjectsV2 as AWS has it: a prefix counts as a key, a token is where it was
class Store(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    keys, stay, churn, escape = set(), set(), False, quote

    def log_message(self, *args):
        pass

    def page(self, prefix, slash, after, below, most):
        out = []
        for key in sorted(k for k in Store.keys if k.startswith(prefix)):
            if key <= after or below and key.startswith(below):
                continue
            at = key.find(b"/", len(prefix)) if slash else -1
            said = (key[:at + 1], True) if at >= 0 else (key, False)
            if out and out[-1] == said:
                continue
            if len(out) == most:
                return out, True
            out.append(said)
        return out, False

    def do_GET(self):
        q = dict(parse_qsl(self.path.partition("?")[2], encoding="latin-1"))
        text = lambda name: q.get(name, "").encode("latin-1")
        after, below = text("start-after"), b""
        if "continuation-token" in q:
            token = base64.b64decode(text("continuation-token"))
            after, below = token[1:], token[1:] if token[:1] == b"p" else b""
        out, more = self.page(text("prefix"), "delimiter" in q, after, below,
                              int(q["max-keys"]))
        xml = "<ListBucketResult><EncodingType>url</EncodingType>"
        if more:
            key, is_prefix = out[-1]
            token = base64.b64encode((b"p" if is_prefix else b"k") + key).decode()
            xml += "<IsTruncated>true</IsTruncated>"
            xml += "<NextContinuationToken>%s</NextContinuationToken>" % token
        for key, is_prefix in out:
            xml += ("<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>" if is_prefix
                    else "<Contents><Key>%s</Key></Contents>") % Store.escape(key)
        body = (xml + "</ListBucketResult>").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        for _ in range(2 if Store.churn else 0):
            key = made_up()
            if key not in Store.stay:
                random.choice((Store.keys.add, Store.keys.discard))(key)

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
with open("ct.conf", "w") as f:
    f.write("[bucket b]\nendpoint = http://127.0.0.1:%d\ncredential = ./cred\n"
            % server.server_port)

def ls(*options):
    done = subprocess.run(["ct-ls", "-q", "-c", "ct.conf", *map(str, options), "s3://b"],
                          stdout=subprocess.PIPE)
    return done.returncode, [json.loads(x)["id"] for x in done.stdout.splitlines()]

def check(what, good):
    if not good:
        print("seed %d: %s" % (seed, what))

for seed in map(int, sys.argv[1:]):
    random.seed(seed)
    Store.escape = random.choice((lambda k: quote(k, safe="/-_.*"),
                                  lambda k: quote_plus(k, safe="/")))
    Store.stay = {made_up() for _ in range(random.randint(0, 60))}
    Store.keys, Store.churn = set(Store.stay), False
    want = ["s3://b/" + k.decode() for k in sorted(Store.stay)]
    page, jobs = random.choice((1, 2, 3, 7, 1000)), random.choice((1, 2, 5))
    check("all, in order", ls("-j", jobs, "--page", page) == (0, want))
    Store.churn = random.choice((False, True))
    got, status = [], 75
    while status == 75 and len(got) < 2000:
        status, some = ls("-j", random.choice((1, 3)), "--page", page, "--checkpoint",
                          "mark", "--limit", random.randint(1, 20))
        got += some
    check("from checkpoint to checkpoint", status == 0 and set(want) <= set(got))
    check("none twice", len(got) == len(set(got)))
    Store.keys, Store.churn = set(Store.stay), True
    status, got = ls("-j", jobs, "--page", page)
    check("what stays, while others come and go", status == 0 and set(want) <= set(got))
E2
printf 'access_key = a\nsecret_key = b\n' >cred && chmod 600 cred
is 'all that is there, once' '' python3 store.py 1 2 3 4 5 6 7 8 9 10 11 12
done_testing
